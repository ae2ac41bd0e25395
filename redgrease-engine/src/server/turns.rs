//! Threads that take the server lock again and again leave it to others now and then.

use std::time::{Duration, Instant};

use super::context::holds_lock;

/// How long a thread keeps the lock from others.
const TURN: Duration = Duration::from_micros(500);
/// How long it stays away then: a lock that is asked for again at once is never anybody else's.
const REST: Duration = Duration::from_micros(50);

/// The turns of a thread.
#[derive(Debug)]
pub(crate) struct Turns {
    since: Instant,
}

impl Turns {
    /// The first turn begins.
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
        }
    }

    /// Whether it has had the lock for long enough.
    pub(crate) fn is_over(&self) -> bool {
        self.since.elapsed() >= TURN
    }

    /// Lets others have the lock, if the turn is over, and this thread does not hold the lock for longer.
    pub(crate) fn rest(&mut self) {
        if self.is_over() && !holds_lock() {
            std::thread::sleep(REST);
            self.since = Instant::now();
        }
    }
}
