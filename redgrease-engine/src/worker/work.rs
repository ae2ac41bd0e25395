//! Work for a worker, and how it ends.

use std::sync::Arc;

use crate::execution::Execution;

/// How a piece of work ended.
pub(crate) type WorkResult<'a> = Result<&'a [u8], String>;

/// What a worker was given and has not answered.
pub(crate) struct Work {
    /// The execution that it belongs to.
    pub(crate) execution: Option<Arc<Execution>>,
    /// Called with the answer.
    pub(crate) done: Box<dyn FnOnce(WorkResult<'_>) + Send>,
    /// Called when a batch is worked off; says whether more records are wanted.
    pub(crate) progress: Option<Arc<dyn Fn(bool) + Send + Sync>>,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Work").finish_non_exhaustive()
    }
}
