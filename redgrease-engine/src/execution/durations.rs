//! How long executions took, counted in classes.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Status;
use crate::record::outcome::Outcome;

/// The upper bounds of the classes in milliseconds; one more class has what took longer.
const BOUNDS: [u64; 13] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/// Executions that are over, by how long they took.
#[derive(Debug, Default)]
pub(crate) struct Durations {
    classes: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
    failed: AtomicU64,
}

impl Durations {
    pub(crate) const fn new() -> Self {
        Self {
            classes: [const { AtomicU64::new(0) }; BOUNDS.len() + 1],
            microseconds: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// Counts one that is over, unless it was aborted.
    pub(crate) fn count(&self, outcome: &Outcome, status: Status, duration: Duration) {
        if status != Status::Aborted {
            self.add(duration, !outcome.errors.is_empty());
        }
    }

    fn add(&self, duration: Duration, failed: bool) {
        let within = |bound: &u64| duration <= Duration::from_millis(*bound);
        let class = BOUNDS.iter().position(within).unwrap_or(BOUNDS.len());
        self.classes[class].fetch_add(1, Ordering::Relaxed);
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
        if failed {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// `failed=0,sum_us=1500,le_1=1,le_2=2,…,le_inf=2`: how many failed, the sum of all durations, and how many took no
    /// longer than so many milliseconds.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "failed={},sum_us={}",
            self.failed.load(Ordering::Relaxed),
            self.microseconds.load(Ordering::Relaxed)
        );
        let mut total = 0;
        for (class, count) in self.classes.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            let _ = match BOUNDS.get(class) {
                Some(bound) => write!(text, ",le_{bound}={total}"),
                None => write!(text, ",le_inf={total}"),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up() {
        let durations = Durations::new();
        durations.add(Duration::from_micros(500), false);
        durations.add(Duration::from_millis(2), true);
        durations.add(Duration::from_secs(60), false);
        assert_eq!(
            durations.text(),
            "failed=1,sum_us=60002500,le_1=1,le_2=2,le_5=2,le_10=2,le_25=2,le_50=2,le_100=2,le_250=2,le_500=2,\
             le_1000=2,le_2500=2,le_5000=2,le_10000=2,le_inf=3"
        );
    }
}
