//! The counters of a registration.

use std::time::Duration;

use crate::execution::Status;
use crate::record::outcome::Outcome;

/// How often a registration ran, how long, and how it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) triggered: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
    pub(crate) last_run: u64,
    pub(crate) total_run: u64,
    pub(crate) last_error: Option<Vec<u8>>,
}

impl Statistics {
    /// Counts an execution that is over.
    pub(crate) fn count(&mut self, outcome: &Outcome, status: Status, duration: Duration) {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.last_run = milliseconds;
        self.total_run += milliseconds;
        match (status, outcome.errors.last()) {
            (Status::Aborted, _) => self.aborted += 1,
            (_, Some(error)) => {
                self.failed += 1;
                self.last_error = Some(error.clone());
            }
            (_, None) => {
                self.succeeded += 1;
                self.last_error = None;
            }
        }
    }

    /// How many executions are over.
    pub(crate) fn over(&self) -> u64 {
        self.succeeded + self.failed + self.aborted
    }

    /// How long they took on average, in milliseconds.
    pub(crate) fn average_run(&self) -> f64 {
        match self.over() {
            0 => 0.0,
            runs => self.total_run as f64 / runs as f64,
        }
    }

    /// Sets the counters back; what is under way stays counted.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            triggered: self.triggered.saturating_sub(self.over()),
            ..Self::default()
        };
    }
}
