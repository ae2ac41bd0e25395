//! How long what goes between shards holds a server's main thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::server::thread_time;

/// The longest time of one kind of work, in microseconds.
#[derive(Debug)]
pub(super) struct Longest {
    clock: AtomicU64,
    processor: AtomicU64,
}

/// Frames of other shards, which the main thread takes off.
pub(super) static TAKING: Longest = Longest::new();
/// Portions that are sent with the server's lock, for which the main thread may wait.
pub(super) static SENDING: Longest = Longest::new();

/// The longest time that something has held a server, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// By the clock: on a machine that is busy, a thread is interrupted too.
    pub(crate) clock: u64,
    /// What the processor did for it.
    pub(crate) processor: u64,
}

/// What holds a server, for INFO.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) taking: Held,
    pub(crate) sending: Held,
}

/// The longest times that a frame of another shard held the main thread, and that sending held the server.
pub(crate) fn measured() -> Measured {
    Measured {
        taking: TAKING.held(),
        sending: SENDING.held(),
    }
}

impl Longest {
    const fn new() -> Self {
        Self {
            clock: AtomicU64::new(0),
            processor: AtomicU64::new(0),
        }
    }

    /// Does work, and notes how long it took.
    pub(super) fn during(&self, work: impl FnOnce()) {
        let (begun, worked) = (Instant::now(), thread_time());
        work();
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let worked = thread_time().saturating_sub(worked);
        self.clock
            .fetch_max(microseconds(begun.elapsed()), Ordering::Relaxed);
        self.processor
            .fetch_max(microseconds(worked), Ordering::Relaxed);
    }

    fn held(&self) -> Held {
        Held {
            clock: self.clock.load(Ordering::Relaxed),
            processor: self.processor.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_time_stays() {
        let longest = Longest::new();
        longest.during(|| std::thread::sleep(Duration::from_millis(5)));
        let held = longest.held();
        assert!(
            held.clock >= 5000 && held.processor < held.clock,
            "{held:?}"
        );
        longest.during(|| ());
        assert_eq!(longest.held().clock, held.clock);
    }
}
