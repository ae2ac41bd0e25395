//! Where the records of a run come from.

pub(crate) mod keys;
mod stream;
mod unread;

use std::time::Duration;

use crate::plan::Reader;
use crate::record::sink::Sink;
pub(crate) use unread::Unread;

/// The run that records are read for.
pub(crate) trait Run {
    /// Whether somebody wants it to stop.
    fn stop_wanted(&self) -> bool;
    /// Adds to the time that was spent on reading.
    fn add_reading(&self, time: Duration);
    /// Notes how many keys or entries there are to go through.
    fn expect(&self, total: u64);
    /// Notes that so many more of them were gone through, wanted or not.
    fn add_passed(&self, count: u64);
    /// Whether a key is to be read on this shard: one that is on its way here is read where it comes from, or not at all.
    fn is_of_this_shard(&self, key: &[u8]) -> bool;
    /// Whether all keys that are here are.
    fn is_all_of_this_shard(&self) -> bool;
}

/// Reads all that a reader gives on the shard that is called so, and writes it into a sink.
///
/// # Errors
/// Why it has nothing to read; then the sink is not told of the end.
pub(crate) fn read(
    reader: &Reader,
    shard: &str,
    run: &dyn Run,
    sink: &mut dyn Sink,
) -> Result<(), Unread> {
    match reader {
        Reader::Keys {
            pattern,
            exact,
            values,
        } => {
            let wanted = if *values {
                keys::Wanted::Values
            } else {
                keys::Wanted::Keys
            };
            keys::read(run, pattern, *exact, wanted, sink);
        }
        Reader::KeysOnly { pattern, exact } => {
            keys::read(run, pattern, *exact, keys::Wanted::Names, sink);
        }
        Reader::Shards => sink.text(shard.as_bytes()),
        Reader::Stream { key, from } => stream::read(run, key, from, sink)?,
        Reader::Python | Reader::Command(_) | Reader::KeyEvents(_) | Reader::StreamEvents(_) => {
            return Err(Unread::NoReader);
        }
    }
    sink.finish();
    Ok(())
}
