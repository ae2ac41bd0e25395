//! Executions whose functions need no worker: they run on the thread that starts them.

use std::sync::Arc;
use std::time::Instant;

use super::Execution;
use crate::native::{Ended, Setting, run as run_natively};
use crate::plan::Reader;
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::server::ServerLock;
use crate::settings::settings;
use crate::source::Run;

/// Whether an execution can run here at all.
pub(super) fn is_possible(execution: &Execution) -> bool {
    // What workers measure and profile is measured there.
    execution.functions.is_some()
        && settings().native_functions.is_on()
        && !settings().profile_executions.is_on()
}

/// Whether it is over before anybody could notice that it holds a thread or the server.
pub(crate) fn is_quick(execution: &Execution) -> bool {
    is_possible(execution)
        && execution
            .functions
            .as_ref()
            .is_some_and(|functions| !functions.has_loops())
}

/// Runs an execution that has begun. Gives false when a worker has to do it: then nothing has happened.
pub(super) fn run(
    execution: &Arc<Execution>,
    batch: &Batch,
    extra: &Value,
    lock: &ServerLock,
    waits: bool,
) -> bool {
    let Some(functions) = &execution.functions else {
        return false;
    };
    let setting = Setting {
        lock,
        execution: execution.number,
        database: execution.database,
        extra,
        carries_on: execution.plan.carries_on(),
        is_command: matches!(execution.plan.reader, Reader::Command(_)),
        since: waits.then(Instant::now),
        stopped: &|| execution.stop_wanted(),
    };
    match run_natively(functions, batch, &setting) {
        Ended::Over(outcome) => {
            execution.finish(outcome);
            true
        }
        Ended::GivenBack => false,
    }
}
