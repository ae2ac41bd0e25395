//! Plans as clients see them.

use std::time::Duration;

use crate::answer::Reply;
use crate::plan::{Plan, Reader};

/// The steps as GETEXECUTION lists them, the last one first.
pub(crate) fn steps(plan: &Plan, times: &[Duration]) -> Vec<Reply> {
    let from_redis = !matches!(
        plan.reader,
        Reader::Python | Reader::KeysOnly { .. } | Reader::Shards
    );
    let first = from_redis.then_some(("map", "RedisGearsPy_ToPyRecordMapper", "", 0));
    let milliseconds = |time: &Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    // The time of an operation is that of its function, which its first step calls.
    let operations = plan.operations.iter().enumerate().flat_map(|(at, one)| {
        let mut time = times.get(at).map_or(0, milliseconds);
        one.steps()
            .into_iter()
            .map(move |(kind, name, argument)| (kind, name, argument, std::mem::take(&mut time)))
    });
    let mut steps: Vec<Reply> = first
        .into_iter()
        .chain(operations)
        .map(|(kind, name, argument, time)| {
            Reply::map(vec![
                ("type", Reply::bulk(kind)),
                ("duration", Reply::Int(time)),
                ("name", Reply::bulk(name)),
                ("arg", Reply::bulk(argument)),
            ])
        })
        .collect();
    steps.reverse();
    steps
}
