//! What an execution was started for.

use std::time::Duration;

use super::{Execution, Status};
use crate::record::outcome::Outcome;
use crate::record::value::Value;

/// What an execution was started for, if it goes on: a registration.
pub(crate) trait Owner: std::fmt::Debug + Send + Sync {
    /// Counts an execution that is over.
    fn account(&self, outcome: &Outcome, status: Status, duration: Duration);
    /// An execution waits for futures or coroutines: the next one may begin.
    fn rests(&self, execution: &Execution);
    /// The worker of an execution was lost before its turn; gives whether another one gets it.
    fn takes_back(&self, execution: &Execution) -> bool;
    /// The record of an execution that was sent before its turn, as it is now, and what else the worker has to know then.
    fn record_anew(&self, execution: &Execution) -> Option<Value>;
    /// Called when an execution is over and everybody who waits was told: starts the next one, and lets go of the oldest
    /// finished ones.
    fn finished(&self, execution: &Execution);
}
