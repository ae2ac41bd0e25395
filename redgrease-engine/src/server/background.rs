//! What waits for the end of a command.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, PoisonError};

use super::context::lock_server;
use super::guarded;
use super::threads::start_lasting_thread;
use super::turns::Turns;

type Task = Box<dyn FnOnce() + Send>;

static TASKS: Mutex<VecDeque<Task>> = Mutex::new(VecDeque::new());
static ARRIVED: Condvar = Condvar::new();

/// Starts the thread.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start_background() -> io::Result<()> {
    start_lasting_thread("rg-events", run)
}

/// Runs `task` in the background under the server lock, once the command that runs now is over.
pub(crate) fn after_command(task: impl FnOnce() + Send + 'static) {
    let mut tasks = TASKS.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.push_back(Box::new(task));
    // Whoever takes them takes all.
    if tasks.len() == 1 {
        ARRIVED.notify_one();
    }
}

fn run() {
    loop {
        let mut tasks = TASKS.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.is_empty() {
            tasks = ARRIVED.wait(tasks).unwrap_or_else(PoisonError::into_inner);
        }
        let ready = std::mem::take(&mut *tasks);
        drop(tasks);
        let mut ready = ready.into_iter().peekable();
        while ready.peek().is_some() {
            let mut turns = Turns::new();
            let lock = lock_server();
            while !turns.is_over()
                && let Some(task) = ready.next()
            {
                guarded("an event", (), task);
            }
            drop(lock);
            turns.rest();
        }
    }
}
