//! Parts of a run over several shards that need no Python.

use std::ops::Range;
use std::sync::Arc;

use redgrease_core::native::Value as Native;

use super::feed::Feed;
use super::functions::Functions;
use super::outside::STOPPED;
use super::run::{PartEnded, Run, Setting, Stop};
use super::{counters, records, values};
use crate::record::batch::Batch;
use crate::record::sink::Sink;
use crate::record::value::{Value, decode};

/// After so many records it is asked whether to go on.
const ASK_EVERY: usize = 512;

/// What a part runs over.
pub(crate) enum Arrived<'a> {
    /// What a reader gives.
    Read(&'a mut dyn FnMut(&mut dyn Sink)),
    /// Records that are there.
    Batch(&'a Batch),
    /// What other parts gave, as workers send it: records with their keys, if so it says.
    Encoded(&'a [Vec<u8>], bool),
}

/// Runs these operations; `keyed` says whether what they give has keys, and `is_last` whether it is the result.
pub(crate) fn run_part(
    functions: &Functions,
    operations: Range<usize>,
    arrived: Arrived<'_>,
    (keyed, is_last): (bool, bool),
    setting: &Setting<'_>,
) -> PartEnded {
    let mut run = Run::new(functions, operations, setting).with_keys(keyed);
    let done = match arrived {
        Arrived::Read(read) => {
            let mut feed = Feed::of(run, setting);
            read(&mut feed);
            return feed.end_part(is_last);
        }
        Arrived::Batch(batch) => match records::of_batch(batch) {
            Some(records) if !functions.has_effect() || records.iter().all(Native::is_plain) => {
                run.take(records)
            }
            _ => {
                counters::given_back("a record that is no value");
                return PartEnded::GivenBack;
            }
        },
        Arrived::Encoded(all, keyed) => take(&mut run, all, keyed, setting.stopped),
    };
    run.end_part(done, is_last)
}

fn take(
    run: &mut Run<'_>,
    all: &[Vec<u8>],
    keyed: bool,
    stopped: &dyn Fn() -> bool,
) -> Result<(), Stop> {
    const UNKNOWN: Stop = Stop::GiveBack("a record of another shard that is no value");
    let joins_sets = run.joins_sets();
    let native = |record: &Value| match record {
        Value::Set(items) if joins_sets => values::set(items),
        other => values::native(other, false),
    };
    // Nothing has happened before all are known.
    let mut records = Vec::new();
    for bytes in all {
        let Some(items) = decode(bytes).ok().and_then(Value::into_items) else {
            return Err(UNKNOWN);
        };
        for item in items {
            let pair = if keyed {
                match item.items() {
                    Some([key, record]) => key.as_text().zip(native(record)),
                    _ => None,
                }
            } else {
                native(&item).map(|record| (String::new(), record))
            };
            let Some((key, record)) = pair else {
                return Err(UNKNOWN);
            };
            records.push((Arc::from(key), record));
        }
    }
    for (number, (key, record)) in records.into_iter().enumerate() {
        if number % ASK_EVERY == 0 && stopped() {
            return Err(Stop::Aborted(STOPPED.to_owned()));
        }
        run.take_keyed(key, record)?;
    }
    Ok(())
}
