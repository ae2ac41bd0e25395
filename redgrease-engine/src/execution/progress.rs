//! How far the reader of a run is.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many keys or entries a reader has gone through, and of how many.
#[derive(Debug)]
pub(crate) struct Progress {
    passed: AtomicU64,
    /// [`Progress::UNKNOWN`] as long as nobody has said it.
    total: AtomicU64,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            passed: AtomicU64::new(0),
            total: AtomicU64::new(Self::UNKNOWN),
        }
    }
}

impl Progress {
    const UNKNOWN: u64 = u64::MAX;

    pub(super) fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn add(&self, count: u64) {
        self.passed.fetch_add(count, Ordering::Relaxed);
    }

    /// How many it has gone through.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// How many there were when it began, as far as its reader can know that.
    pub(crate) fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total != Self::UNKNOWN)
    }
}
