//! Executions whose functions need no worker, and the thread that runs them.

use std::sync::Arc;

use super::Execution;
use crate::native::{Ended, Feed, Functions, Setting, beside, run as run_natively};
use crate::plan::Reader;
use crate::record::batch::Batch;
use crate::record::kept::Kept;
use crate::record::outcome::Outcome;
use crate::record::sink::Sink;
use crate::record::value::Value;
use crate::server::{ServerLock, count_keys, is_main_thread, lock_server, writes_are_paused};
use crate::settings::settings;
use crate::source::{Run, Unread};

/// Whether functions may run here. What workers measure and profile is measured there.
pub(crate) fn may_run() -> bool {
    settings().native_functions.is_on() && !settings().profile_executions.is_on()
}

/// The functions of an execution that may run here.
pub(super) fn functions(execution: &Execution) -> Option<&Functions> {
    let functions = execution.functions.as_deref().filter(|_| may_run())?;
    // What is given back after something was read begins again here, and nowhere else.
    let may = !functions.are_in_part()
        || execution.spread.is_none()
            && functions.imports().are_there(|| execution.session.worker());
    (may && functions.are_worth_it(execution.number)).then_some(functions)
}

/// Whether an execution on this shard alone can run here at all.
pub(super) fn is_possible(execution: &Execution) -> bool {
    execution.spread.is_none() && functions(execution).is_some_and(Functions::run_here)
}

/// Where an execution runs that nothing waits for, over records that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On this thread, at once: it is over before anybody could notice that it holds the server.
    Here,
    /// On a thread for such calls.
    Thread,
    Worker,
}

/// Where an execution runs that is started on this thread.
pub(crate) fn place(execution: &Execution) -> Place {
    let Some(functions) = execution
        .functions
        .as_ref()
        .filter(|_| is_possible(execution))
    else {
        return Place::Worker;
    };
    // The server is in the middle of a command: its client must not go, and what writes has to wait where writes are paused.
    let may_not = is_main_thread()
        && (functions.has_any_command() || (functions.has_effect() && writes_are_paused()));
    if functions.has_loops() || may_not {
        Place::Thread
    } else {
        Place::Here
    }
}

/// What is left of an execution for a worker.
pub(super) enum Left {
    Nothing,
    /// All of it: nothing has happened.
    All,
    /// Its operations from this one on, over these records.
    From(usize, Vec<Value>),
}

/// Runs an execution that has begun, with the server's lock if that is held all the time.
pub(super) fn run(
    execution: &Arc<Execution>,
    batch: &Batch,
    extra: &Value,
    lock: Option<&ServerLock>,
    waits: bool,
) -> Left {
    let Some(functions) = &execution.functions else {
        return Left::All;
    };
    let stopped = || execution.stop_wanted();
    let setting = Setting {
        lock,
        since: execution.begun_at().filter(|_| waits),
        ..setting(execution, extra, &stopped)
    };
    ended(
        execution,
        functions,
        run_natively(functions, batch, &setting),
    )
}

pub(super) fn setting<'a>(
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

fn ended(execution: &Arc<Execution>, functions: &Functions, ended: Ended) -> Left {
    match ended {
        Ended::Over(outcome) => {
            execution.finish(outcome);
            Left::Nothing
        }
        // A worker is not asked for nothing.
        Ended::GoesOn(records) if records.is_empty() => {
            execution.finish(Outcome::default());
            Left::Nothing
        }
        Ended::GoesOn(records) => match functions.rest() {
            Some((operation, _)) => Left::From(operation, records),
            None => Left::All,
        },
        Ended::GivenBack => Left::All,
    }
}

/// A run over so many keys takes a second processor; a shorter one leaves it to others.
const LONG: i64 = 50_000;

fn is_long(execution: &Execution) -> bool {
    matches!(execution.plan.reader, Reader::Keys { exact: false, .. })
        && count_keys(&lock_server()).is_some_and(|keys| keys >= LONG)
}

/// Runs an execution that has begun over what its reader gives.
///
/// # Errors
/// The reader's own error.
pub(super) fn run_reader(
    execution: &Arc<Execution>,
    read: impl FnOnce(&mut dyn Sink) -> Result<(), Unread>,
) -> Result<Left, Unread> {
    let Some(functions) = execution
        .functions
        .as_ref()
        .filter(|_| is_possible(execution))
    else {
        return Ok(Left::All);
    };
    let stopped = || execution.stop_wanted();
    if functions.has_effect() || functions.has_limit() || !is_long(execution) {
        let setting = setting(execution, &Value::None, &stopped);
        let mut feed = Feed::new(functions, &setting);
        read(&mut feed)?;
        return Ok(ended(execution, functions, feed.end()));
    }
    let run = |records: &mut dyn Iterator<Item = Kept>| {
        let setting = setting(execution, &Value::None, &stopped);
        let mut feed = Feed::new(functions, &setting);
        feed.take_kept(records);
        feed.end()
    };
    // Nothing has happened, if that broke off.
    let done = beside(run, read)?.unwrap_or(Ended::GivenBack);
    Ok(ended(execution, functions, done))
}
