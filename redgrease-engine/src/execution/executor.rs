//! The threads that run executions over what their readers give.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::base::guard;
use crate::execution::{Execution, pipeline};
use crate::record::outcome::Outcome;
use crate::server::{guarded, start_lasting_thread};

static JOBS: Mutex<VecDeque<Arc<Execution>>> = Mutex::new(VecDeque::new());
static ARRIVED: Condvar = Condvar::new();

/// Starts the threads.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(threads: usize) -> io::Result<()> {
    for number in 0..threads {
        start_lasting_thread(format!("rg-executor-{number}"), work)?;
    }
    Ok(())
}

/// Runs an execution when a thread is free.
pub(crate) fn submit(execution: Arc<Execution>) {
    guard(&JOBS).push_back(execution);
    ARRIVED.notify_one();
}

fn work() {
    loop {
        let execution = {
            let mut jobs = guard(&JOBS);
            loop {
                if let Some(job) = jobs.pop_front() {
                    break job;
                }
                jobs = ARRIVED.wait(jobs).unwrap_or_else(PoisonError::into_inner);
            }
        };
        if !execution.begin() {
            continue;
        }
        guarded("an execution", (), || pipeline::run(&execution));
        // Whatever went wrong on the way, nobody may wait for ever.
        if !execution.is_over() {
            execution.finish(Outcome::failed("ERR the execution ended without a result"));
        }
    }
}
