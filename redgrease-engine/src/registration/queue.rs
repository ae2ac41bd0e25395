//! The executions of a registration: those that wait for their turn, and those that are over and kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::fire::Input;
use crate::base::guard;
use crate::execution::Execution;
use crate::execution::pipeline;
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::server::{ServerLock, lock_server};

/// Reads records.
pub(crate) type Reading = Box<dyn FnOnce(&ServerLock) -> Batch + Send>;

/// An execution, where its records come from, and what else its functions see.
pub(super) struct Queued {
    pub(super) execution: Arc<Execution>,
    pub(super) input: Input,
    pub(super) extra: Value,
}

impl Queued {
    /// Runs the execution, now.
    pub(super) fn begin(self) {
        let batch = match self.input {
            Input::Records(batch) => batch,
            Input::Later(read) => {
                let lock = lock_server();
                lock.in_database(self.execution.database, || read(&lock))
            }
        };
        pipeline::start(&self.execution, &batch, &self.extra);
    }
}

#[derive(Default)]
struct State {
    /// The execution whose turn it is.
    running: Option<u64>,
    /// Whether a thread is about to start the next one.
    starting: bool,
    waiting: VecDeque<Queued>,
    /// Executions that are over and still on the list, the oldest first.
    kept: VecDeque<u64>,
    /// Whether none is kept any more.
    closed: bool,
    /// Whether none begins any more.
    refused: bool,
}

/// Executions that run one after the other, but for what they wait for.
#[derive(Default)]
pub(super) struct Queue(Mutex<State>);

impl std::fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    /// Runs an execution once those before it are over; aborts it if none begins any more.
    pub(super) fn push(&self, queued: Queued) {
        {
            let mut state = guard(&self.0);
            if state.refused {
                drop(state);
                queued.execution.abort();
                return;
            }
            state.waiting.push_back(queued);
        }
        self.advance();
    }

    /// An execution is over, or waits for futures: if it had its turn, the next one has. One that was aborted while it waited
    /// had not.
    pub(super) fn finished(&self, number: u64) {
        {
            let mut state = guard(&self.0);
            if state.running != Some(number) {
                return;
            }
            state.running = None;
        }
        self.advance();
    }

    /// Starts what is next. An execution may be over as soon as it begins, so this is a loop and does not call itself.
    fn advance(&self) {
        let mut state = guard(&self.0);
        if state.starting {
            return;
        }
        state.starting = true;
        while state.running.is_none()
            && let Some(queued) = state.waiting.pop_front()
        {
            if queued.execution.is_over() {
                continue;
            }
            state.running = Some(queued.execution.number);
            drop(state);
            queued.begin();
            state = guard(&self.0);
        }
        state.starting = false;
    }

    /// Keeps an execution that is over, and gives those that leave for it: no more than `limit` are kept.
    pub(super) fn keep(&self, number: u64, limit: usize) -> Vec<u64> {
        let mut state = guard(&self.0);
        state.kept.push_back(number);
        let limit = if state.closed { 0 } else { limit };
        let surplus = state.kept.len().saturating_sub(limit);
        state.kept.drain(..surplus).collect()
    }

    /// The executions that are over and kept, which are no longer; none will be from now on.
    pub(super) fn take_kept(&self) -> Vec<u64> {
        let mut state = guard(&self.0);
        state.closed = true;
        state.kept.drain(..).collect()
    }

    /// Executions that have not begun; those that come from now on, of events that were noticed before, will not either.
    pub(super) fn refuse(&self) -> Vec<Arc<Execution>> {
        let mut state = guard(&self.0);
        state.refused = true;
        state
            .waiting
            .iter()
            .map(|queued| Arc::clone(&queued.execution))
            .collect()
    }
}
