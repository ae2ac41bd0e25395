//! Plans as clients see them.

use std::time::Duration;

use crate::plan::{Plan, Reader};
use crate::record::value::Value;

/// The steps as GETEXECUTION lists them, the last one first.
pub(crate) fn steps(plan: &Plan, times: &[Duration]) -> Vec<Value> {
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
    let mut steps: Vec<Value> = first
        .into_iter()
        .chain(operations)
        .map(|(kind, name, argument, time)| {
            let text = Value::str;
            Value::List(vec![
                text("type"),
                text(kind),
                text("duration"),
                Value::Int(time),
                text("name"),
                text(name),
                text("arg"),
                text(argument),
            ])
        })
        .collect();
    steps.reverse();
    steps
}
