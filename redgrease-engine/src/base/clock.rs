//! The clock: tasks for later, and a regular look while there is something to look after.

use std::collections::BinaryHeap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::guard;
use crate::server::{guarded, start_lasting_thread};

/// Longer than a server runs, and what no clock overflows with.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type Task = Box<dyn FnOnce() + Send>;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
static TASKS: Mutex<BinaryHeap<Due>> = Mutex::new(BinaryHeap::new());
static CHANGED: Condvar = Condvar::new();
static ORDER: AtomicU64 = AtomicU64::new(0);
static LOOKING: AtomicBool = AtomicBool::new(false);

struct Due {
    at: Instant,
    order: u64,
    task: Task,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // The heap gives the greatest first, and the earliest is wanted.
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// Starts the clock's thread. Between [`keep_looking`] and a `look` that finds nothing to look after any more, `look` is
/// called every so often.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(every: Duration, look: fn() -> bool) -> io::Result<()> {
    LazyLock::force(&STARTED);
    start_lasting_thread("rg-clock", move || run(every, look))
}

/// Microseconds since the clock was first asked.
pub(crate) fn microseconds() -> u64 {
    u64::try_from(STARTED.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The moment after `delay` from now. Users name delays, and may name any: more than a hundred years are a hundred years.
pub(crate) fn after(delay: Duration) -> Instant {
    Instant::now() + delay.min(NEVER)
}

/// Runs `task` on the clock's thread after `delay`.
pub(crate) fn later(delay: Duration, task: impl FnOnce() + Send + 'static) {
    guard(&TASKS).push(Due {
        at: after(delay),
        order: ORDER.fetch_add(1, Ordering::Relaxed),
        task: Box::new(task),
    });
    CHANGED.notify_one();
}

/// Says that there is something to look after.
pub(crate) fn keep_looking() {
    if !LOOKING.swap(true, Ordering::Relaxed) {
        drop(guard(&TASKS));
        CHANGED.notify_one();
    }
}

fn run(every: Duration, look: fn() -> bool) {
    loop {
        let mut tasks = guard(&TASKS);
        let looking = LOOKING.load(Ordering::Relaxed);
        let now = Instant::now();
        let next = tasks
            .peek()
            .map(|due| due.at.saturating_duration_since(now));
        let wait = match (next, looking) {
            (Some(next), true) => Some(next.min(every)),
            (Some(next), false) => Some(next),
            (None, true) => Some(every),
            (None, false) => None,
        };
        tasks = match wait {
            Some(wait) => {
                CHANGED
                    .wait_timeout(tasks, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
            None => CHANGED.wait(tasks).unwrap_or_else(PoisonError::into_inner),
        };
        let now = Instant::now();
        let mut due = Vec::new();
        while tasks.peek().is_some_and(|task| task.at <= now) {
            due.extend(tasks.pop());
        }
        drop(tasks);
        for task in due {
            guarded("a timed task", (), task.task);
        }
        if looking {
            // Cleared first: what arrives during the look sets it again.
            LOOKING.store(false, Ordering::Relaxed);
            if guarded("the look after the workers", true, look) {
                LOOKING.store(true, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_delay_is_too_long() {
        for delay in [Duration::MAX, Duration::from_secs(u64::MAX), NEVER] {
            assert!(after(delay) > Instant::now() + NEVER / 2);
        }
        assert!(after(Duration::ZERO) <= Instant::now());
    }
}
