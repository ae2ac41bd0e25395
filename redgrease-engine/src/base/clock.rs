//! The clock: tasks for later, and a regular look while there is something to look after.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::guard;
use crate::server::{guarded, start_lasting_thread};

/// Longer than a server runs, and what no clock overflows with.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type Task = Box<dyn FnOnce() + Send>;
/// When a task is due, and its number among all.
type Moment = (Instant, u64);

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
static TASKS: Mutex<BTreeMap<Moment, Task>> = Mutex::new(BTreeMap::new());
static CHANGED: Condvar = Condvar::new();
static ORDER: AtomicU64 = AtomicU64::new(0);
static LOOKING: AtomicBool = AtomicBool::new(false);

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

/// A task for later.
#[derive(Debug)]
pub(crate) struct Appointment(Moment);

impl Appointment {
    /// Calls it off, unless it is over.
    pub(crate) fn cancel(&self) {
        let task = guard(&TASKS).remove(&self.0);
        drop(task);
    }
}

/// Runs `task` on the clock's thread after `delay`.
pub(crate) fn later(delay: Duration, task: impl FnOnce() + Send + 'static) -> Appointment {
    let moment = (after(delay), ORDER.fetch_add(1, Ordering::Relaxed));
    let is_next = {
        let mut tasks = guard(&TASKS);
        tasks.insert(moment, Box::new(task));
        tasks.keys().next() == Some(&moment)
    };
    // The thread waits for the one before.
    if is_next {
        CHANGED.notify_one();
    }
    Appointment(moment)
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
            .keys()
            .next()
            .map(|(at, _)| at.saturating_duration_since(now));
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
        while let Some(first) = tasks.first_entry()
            && first.key().0 <= now
        {
            due.push(first.remove());
        }
        drop(tasks);
        for task in due {
            guarded("a timed task", (), task);
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
    use std::sync::Arc;

    use super::*;

    #[test]
    fn no_delay_is_too_long() {
        for delay in [Duration::MAX, Duration::from_secs(u64::MAX), NEVER] {
            assert!(after(delay) > Instant::now() + NEVER / 2);
        }
        assert!(after(Duration::ZERO) <= Instant::now());
    }

    #[test]
    fn what_is_called_off_is_kept_no_longer() {
        let held = Arc::new(());
        let kept = Arc::clone(&held);
        let appointment = later(NEVER, move || drop(kept));
        assert_eq!(Arc::strong_count(&held), 2);
        appointment.cancel();
        appointment.cancel();
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
