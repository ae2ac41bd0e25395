//! Who waits for the end of executions.

use std::fmt;
use std::sync::Arc;

use super::{Execution, Status};
use crate::answer::Reply;
use crate::record::outcome::Outcome;
use crate::server::Blocked;

/// What the engine itself does at the end of an execution.
type Continuation = Box<dyn FnOnce(&Arc<Outcome>, Status) + Send>;

/// Who waits for the end of an execution.
pub(crate) enum Waiter {
    /// A client that wants results and errors.
    Results(Blocked),
    /// The client of a trigger.
    Triggered(Blocked),
    /// The client of a hooked command.
    Hooked(Blocked),
    /// Somebody inside the engine.
    Internal(Continuation),
}

impl fmt::Debug for Waiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Results(_) => "Results",
            Self::Triggered(_) => "Triggered",
            Self::Hooked(_) => "Hooked",
            Self::Internal(_) => "Internal",
        })
    }
}

impl Waiter {
    /// Tells them of the end.
    pub(super) fn tell(self, execution: &Execution, outcome: &Arc<Outcome>, status: Status) {
        match self {
            Self::Results(client) => client.answer(Reply::Results(Arc::clone(outcome))),
            Self::Triggered(client) => client.answer(match (execution.overrun(), status) {
                (Some(late), _) => late,
                (None, Status::Aborted) if outcome.errors.is_empty() => {
                    Reply::error("execution aborted")
                }
                (None, _) => Reply::Triggered(Arc::clone(outcome)),
            }),
            Self::Hooked(client) => client.answer(Reply::Hooked(Arc::clone(outcome))),
            Self::Internal(then) => then(outcome, status),
        }
    }
}
