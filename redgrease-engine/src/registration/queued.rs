//! An execution of a registration before its turn.

use std::sync::Arc;

use super::ahead::Record;
use super::fire::Input;
use crate::execution::Execution;
use crate::execution::pipeline::{self, Turn};
use crate::native::Functions;
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::server::{ServerLock, lock_server};
use crate::worker::Worker;

/// An execution, where its records come from, and what else its functions see.
#[derive(Clone, Debug)]
pub(super) struct Queued(Arc<Order>);

#[derive(Debug)]
struct Order {
    execution: Arc<Execution>,
    input: Input,
    extra: Value,
}

impl Queued {
    pub(super) fn new(execution: &Arc<Execution>, input: Input, extra: Value) -> Self {
        Self(Arc::new(Order {
            execution: Arc::clone(execution),
            input,
            extra,
        }))
    }

    pub(super) fn execution(&self) -> &Arc<Execution> {
        &self.0.execution
    }

    /// Whether it runs without the server: its records are there, and its functions need no worker and ask for nothing.
    pub(super) fn leaves_the_server(&self) -> bool {
        let functions = self.0.execution.functions.as_ref();
        let asks = |functions: &Functions| functions.has_effect() || functions.are_in_part();
        matches!(self.0.input, Input::Records(_)) && functions.is_some_and(|one| !asks(one))
    }

    /// What else its functions see.
    pub(super) fn extra(&self) -> &Value {
        &self.0.extra
    }

    /// Runs the execution, now.
    pub(super) fn begin(&self, turn: Turn) {
        let Order {
            execution,
            input,
            extra,
        } = &*self.0;
        match input {
            Input::Records(batch) => pipeline::start(execution, batch, extra, turn),
            Input::Later(_) => {
                let batch = self.read(&lock_server());
                pipeline::start(execution, &batch, extra, turn);
            }
        }
    }

    /// Its records as they are now.
    pub(super) fn read(&self, lock: &ServerLock) -> Batch {
        match &self.0.input {
            Input::Records(batch) => batch.clone(),
            Input::Later(changed) => {
                lock.in_database(self.execution().database, || changed.read(lock))
            }
        }
    }

    /// Its records as they are now, and what says whether they stay so; nothing if that cannot be said.
    pub(super) fn read_ahead(
        &self,
        lock: &ServerLock,
        worker: &Arc<Worker>,
    ) -> Option<(Batch, Turn, Option<Record>)> {
        match &self.0.input {
            Input::Records(batch) => Some((batch.clone(), Turn::Next, None)),
            Input::Later(changed) => {
                let writes = worker.writes()?;
                let database = self.execution().database;
                let batch = lock.in_database(database, || changed.read_lasting(lock))?;
                let record = Record::new(lock, database, &changed.key, worker);
                Some((batch, Turn::Ahead(writes), Some(record)))
            }
        }
    }
}
