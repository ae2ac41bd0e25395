//! The counters of a registration.

use std::time::Duration;

use crate::execution::{Outcome, Status};

/// How often a registration ran, how long, and how it ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    pub(super) triggered: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) aborted: u64,
    pub(super) last_run: u64,
    pub(super) total_run: u64,
    pub(super) last_error: Option<Vec<u8>>,
}

impl Statistics {
    /// Counts an execution that is over.
    pub(super) fn count(&mut self, outcome: &Outcome, status: Status, duration: Duration) {
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
    pub(super) fn over(&self) -> u64 {
        self.succeeded + self.failed + self.aborted
    }

    /// How long they took on average, in milliseconds.
    pub(super) fn average_run(&self) -> f64 {
        match self.over() {
            0 => 0.0,
            runs => self.total_run as f64 / runs as f64,
        }
    }

    /// Sets the counters back; what is under way stays counted.
    pub(super) fn clear(&mut self) {
        *self = Self {
            triggered: self.triggered.saturating_sub(self.over()),
            ..Self::default()
        };
    }
}

/// A double as C's `%.17g` prints it.
pub(super) fn format_average(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // 17 significant digits, trailing zeros cut, as %g does for values of ordinary size.
    let exponent = value.abs().log10().floor() as i32;
    let digits = usize::try_from((16 - exponent).max(0)).unwrap_or(0);
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::format_average;

    #[test]
    fn averages_print_as_in_c() {
        assert_eq!(format_average(0.0), "0");
        assert_eq!(format_average(2.0), "2");
        assert_eq!(format_average(0.5), "0.5");
        assert_eq!(format_average(1.0 / 3.0), "0.33333333333333331");
        assert_eq!(format_average(1234.25), "1234.25");
    }
}
