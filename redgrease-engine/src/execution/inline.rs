//! Executions whose functions need no worker: they run on the thread that starts them.

use std::sync::Arc;
use std::time::Instant;

use super::Execution;
use crate::native::{Ended, Feed, Setting, run as run_natively};
use crate::plan::Reader;
use crate::record::batch::Batch;
use crate::record::sink::Sink;
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
    let stopped = || execution.stop_wanted();
    let setting = Setting {
        lock: Some(lock),
        since: waits.then(Instant::now),
        ..setting(execution, extra, &stopped)
    };
    ended(execution, run_natively(functions, batch, &setting))
}

fn setting<'a>(
    execution: &Execution,
    extra: &'a Value,
    stopped: &'a dyn Fn() -> bool,
) -> Setting<'a> {
    Setting {
        lock: None,
        execution: execution.number,
        database: execution.database,
        extra,
        carries_on: execution.plan.carries_on(),
        is_command: matches!(execution.plan.reader, Reader::Command(_)),
        since: None,
        stopped,
    }
}

fn ended(execution: &Arc<Execution>, ended: Ended) -> bool {
    match ended {
        Ended::Over(outcome) => {
            execution.finish(outcome);
            true
        }
        Ended::GivenBack => false,
    }
}

/// Runs an execution that has begun over what its reader gives. Gives false when a worker has to do it: then nothing has
/// happened.
///
/// # Errors
/// The reader's own error.
pub(super) fn run_reader(
    execution: &Arc<Execution>,
    read: impl FnOnce(&mut dyn Sink) -> Result<(), String>,
) -> Result<bool, String> {
    let Some(functions) = execution
        .functions
        .as_ref()
        .filter(|_| is_possible(execution))
    else {
        return Ok(false);
    };
    let stopped = || execution.stop_wanted();
    let setting = setting(execution, &Value::None, &stopped);
    let mut feed = Feed::new(functions, &setting);
    read(&mut feed)?;
    Ok(ended(execution, feed.end()))
}
