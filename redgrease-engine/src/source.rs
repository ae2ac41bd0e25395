//! Where the records of a run come from.

pub(crate) mod keys;
mod stream;

use std::time::Duration;

use crate::plan::Reader;
use crate::record::sink::Sink;

/// The run that records are read for.
pub(crate) trait Run {
    /// Whether somebody wants it to stop.
    fn stop_wanted(&self) -> bool;
    /// Adds to the time that was spent on reading.
    fn add_reading(&self, time: Duration);
}

/// Reads all that a reader gives on the shard that is called so, and writes it into a sink.
///
/// # Errors
/// The server's own text, when it has nothing to read; then the sink is not told of the end.
pub(crate) fn read(
    reader: &Reader,
    shard: &str,
    run: &dyn Run,
    sink: &mut dyn Sink,
) -> Result<(), String> {
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
            return Err("ERR this reader cannot run".to_owned());
        }
    }
    sink.finish();
    Ok(())
}
