//! The threads that run executions: those over what their readers give, and native calls that may take long.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::base::guard;
use crate::execution::{Execution, pipeline};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::{guarded, start_lasting_thread};

type Task = Box<dyn FnOnce() + Send>;

struct State {
    tasks: VecDeque<Task>,
    /// The threads that have nothing to do.
    idle: usize,
}

/// Threads for tasks of one kind.
struct Pool {
    state: Mutex<State>,
    arrived: Condvar,
}

/// Runs over what readers give.
static RUNS: Pool = Pool::new();
/// Calls that no command waits for, and that may take long. They have threads of their own: a call waits for no run.
static CALLS: Pool = Pool::new();

impl Pool {
    const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                tasks: VecDeque::new(),
                idle: 0,
            }),
            arrived: Condvar::new(),
        }
    }

    fn push(&self, task: Task) {
        guard(&self.state).tasks.push_back(task);
        self.arrived.notify_one();
    }

    /// Does what comes, for ever.
    fn work(&self) {
        let mut state = guard(&self.state);
        loop {
            state.idle += 1;
            let task = loop {
                if let Some(task) = state.tasks.pop_front() {
                    break task;
                }
                state = self
                    .arrived
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            };
            state.idle -= 1;
            drop(state);
            guarded("an execution", (), task);
            state = guard(&self.state);
        }
    }
}

/// Starts the threads, so many of each kind.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(threads: usize) -> io::Result<()> {
    for number in 0..threads {
        start_lasting_thread(format!("rg-executor-{number}"), || RUNS.work())?;
        start_lasting_thread(format!("rg-native-{number}"), || CALLS.work())?;
    }
    Ok(())
}

/// Runs an execution when a thread is free.
pub(crate) fn submit(execution: Arc<Execution>) {
    submit_task(move || run(&execution));
}

/// Does something when a thread is free.
pub(super) fn submit_task(task: impl FnOnce() + Send + 'static) {
    RUNS.push(Box::new(task));
}

/// Has a native call run by a thread that is free. Gives false when there is none: functions without end must not hold up all
/// others.
pub(super) fn take_call(execution: &Arc<Execution>, batch: &Batch, extra: &Value) -> bool {
    let mut state = guard(&CALLS.state);
    if state.tasks.len() >= state.idle {
        return false;
    }
    let (execution, batch, extra) = (Arc::clone(execution), batch.clone(), extra.clone());
    state
        .tasks
        .push_back(Box::new(move || call(&execution, &batch, &extra)));
    drop(state);
    CALLS.arrived.notify_one();
    true
}

fn call(execution: &Arc<Execution>, batch: &Batch, extra: &Value) {
    let is_over = guarded("a call", true, || {
        pipeline::run_natively(execution, batch, extra, None)
    });
    if is_over && !execution.is_over() {
        execution.finish(Outcome::failed(WITHOUT_RESULT));
    }
}

/// Whatever went wrong on the way, nobody may wait for ever.
const WITHOUT_RESULT: &str = "ERR the execution ended without a result";

fn run(execution: &Arc<Execution>) {
    if !execution.begin() {
        return;
    }
    let is_fine = guarded("an execution", false, || {
        pipeline::run(execution);
        true
    });
    // On several shards it goes on elsewhere.
    if !is_fine || execution.spread.is_none() && !execution.is_over() {
        execution.ended(Outcome::failed(WITHOUT_RESULT));
    }
}
