//! Where the records of a run come from.

pub(crate) mod keys;
pub(crate) mod stream;

use std::time::Duration;

/// The run that records are read for.
pub(crate) trait Run {
    /// Whether somebody wants it to stop.
    fn stop_wanted(&self) -> bool;
    /// Adds to the time that was spent on reading.
    fn add_reading(&self, time: Duration);
}
