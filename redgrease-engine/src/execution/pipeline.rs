//! The one way to run the stages of a plan: over what its reader gives, on the thread of an executor; over records that are
//! there, in the background or here.

use std::fmt;
use std::sync::Arc;

pub(crate) use super::calls::Turn;
use super::feeder::Feeder;
use super::inline::{self, Left, Place};
use super::nesting::Level;
use super::{Execution, Giving, calls, executor, spread};
use crate::cluster;
use crate::native::NativeRun;
use crate::plan::{Reach, Reader, Stage};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::sink::Sink;
use crate::record::value::Value;
use crate::server::{ServerLock, is_main_thread, lock_server};
use crate::session::Absence;
use crate::source::{self, Run, Unread};
use crate::worker::Worker;

/// The error of a run that was stopped before a worker had it.
pub(super) const STOPPED: &str = "Error type: <class 'gears.forcestopped'>, Value: ";

/// Why an execution does not run to its end.
enum Hindrance {
    /// Its reader has nothing to read.
    Unread(Unread),
    /// There is no worker.
    Absence(Absence),
}

impl From<Unread> for Hindrance {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

impl From<Absence> for Hindrance {
    fn from(absence: Absence) -> Self {
        Self::Absence(absence)
    }
}

impl fmt::Display for Hindrance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(unread) => unread.fmt(formatter),
            Self::Absence(absence) => absence.fmt(formatter),
        }
    }
}

/// Runs an execution over what its reader gives; it is over afterwards, unless it runs on other shards too.
pub(super) fn run(execution: &Arc<Execution>) {
    if let Some(spread) = &execution.spread {
        spread.run_share(execution);
        return;
    }
    if let Err(hindrance) = run_stages(execution) {
        execution.finish(Outcome::failed(hindrance.to_string()));
    }
}

/// Runs an execution over records that are there, in the background; `extra` is what else its functions see.
pub(crate) fn start(execution: &Arc<Execution>, batch: &Batch, extra: &Value, turn: Turn) {
    if let Some(spread) = &execution.spread {
        spread::start_over(execution, spread, batch, extra);
        return;
    }
    if batch.len() == 0 {
        // No function is called for nothing.
        if execution.begin() {
            execution.finish(Outcome::default());
        }
        return;
    }
    match inline::place(execution) {
        Place::Here => {
            // A command waits for what runs on the server's own thread.
            let level = is_main_thread().then(Level::enter).transpose();
            if level.is_ok() {
                run_natively(execution, batch, extra, Some(&lock_server()));
                return;
            }
        }
        Place::Thread if executor::take_call(execution, batch, extra) => return,
        Place::Thread | Place::Worker => {}
    }
    calls::submit(execution, first_operation(execution), batch, extra, turn);
}

/// Runs an execution over records that are there without Python, on this thread; gives it to a worker if that cannot be. Whether
/// it is over.
pub(super) fn run_natively(
    execution: &Arc<Execution>,
    batch: &Batch,
    extra: &Value,
    lock: Option<&ServerLock>,
) -> bool {
    if !execution.begin() {
        return true;
    }
    match inline::run(execution, batch, extra, lock, false) {
        Left::Nothing => return true,
        Left::All => {
            execution.begin_again();
            let first = first_operation(execution);
            calls::submit(execution, first, batch, extra, Turn::Any);
        }
        Left::From(operation, records) => {
            execution.begin_again();
            let batch = Batch::of(&records);
            calls::submit(execution, operation, &batch, extra, Turn::Any);
        }
    }
    false
}

/// Whether an execution may be given to the worker of those before it before its turn: then what has been sent there before.
pub(crate) fn may_go_ahead(
    execution: &Arc<Execution>,
    worker: &Arc<Worker>,
    batch: &Batch,
) -> Option<u32> {
    // What needs no worker is run here when its turn has come.
    let goes_to_worker =
        execution.spread.is_none() && inline::place(execution) == Place::Worker && batch.len() > 0;
    if !goes_to_worker || !execution.session.is_ready() {
        return None;
    }
    // Under the server's lock: no worker is started here.
    let host = execution.session.current_host()?;
    (Arc::ptr_eq(&host.worker, worker) && !worker.is_dead()).then_some(host.defined)
}

/// Gives an execution to the worker of those before it, before its turn; see [`may_go_ahead`].
pub(crate) fn send_ahead(
    execution: &Arc<Execution>,
    (worker, defined): (&Arc<Worker>, u32),
    batch: &Batch,
    extra: &Value,
    turn: Turn,
) -> Giving {
    calls::send(
        execution,
        worker,
        defined,
        first_operation(execution),
        batch,
        extra,
        turn,
    )
}

/// Runs an execution over records that are there, on this thread. It is over afterwards, unless its function returned a future
/// where that is allowed: then it goes on in the background.
pub(crate) fn run_here(
    execution: &Arc<Execution>,
    batch: &Batch,
    extra: &Value,
    async_allowed: bool,
    lock: &ServerLock,
) {
    if batch.len() > 0 {
        let first = first_operation(execution);
        calls::call_and_wait(execution, first, batch, async_allowed, extra, lock);
    } else if execution.begin() {
        execution.finish(Outcome::default());
    }
}

/// The operation at which a worker takes records that are there.
fn first_operation(execution: &Execution) -> usize {
    match execution.plan.stages(Reach::Here).first() {
        Some(Stage::Python(range)) => range.start,
        _ => 0,
    }
}

fn run_stages(execution: &Arc<Execution>) -> Result<(), Hindrance> {
    let stages = execution.plan.stages(Reach::Here);
    let is_python = |stage: &Stage| matches!(stage, Stage::Python(_));
    if stages.iter().any(is_python) && execution.plan.reader != Reader::Python {
        match inline::run_reader(execution, |sink| read(execution, sink))? {
            Left::Nothing => return Ok(()),
            Left::All => {}
            Left::From(operation, records) => return feed(execution, operation, Some(records)),
        }
    }
    let mut records: Option<Vec<Value>> = None;
    for stage in stages {
        match stage {
            Stage::Native(operations) => {
                let mut run = NativeRun::new(operations);
                let read = match records.take() {
                    Some(present) => {
                        present.into_iter().for_each(|record| run.push(record));
                        Ok(())
                    }
                    None => read(execution, &mut run),
                };
                let error = if execution.stop_wanted() {
                    Some(STOPPED.to_owned())
                } else {
                    read.err().map(|unread| unread.to_string())
                };
                let results = run.results();
                if let Some(error) = error {
                    execution.finish(Outcome {
                        results: results.into(),
                        ..Outcome::failed(error)
                    });
                    return Ok(());
                }
                records = Some(results);
            }
            // All that could be exchanged is here.
            Stage::Exchange(_) => {}
            // A worker does all the rest.
            Stage::Python(range) => return feed(execution, range.start, records),
        }
    }
    execution.finish(Outcome {
        results: records.unwrap_or_default().into(),
        ..Outcome::default()
    });
    Ok(())
}

/// Gives a worker the records that are there, or those of the reader.
fn feed(
    execution: &Arc<Execution>,
    start: usize,
    records: Option<Vec<Value>>,
) -> Result<(), Hindrance> {
    let mut feeder = Feeder::new(execution, start)?;
    match records {
        Some(records) => {
            feeder.send(&Batch::of(&records), true);
        }
        None if execution.plan.reader == Reader::Python => {
            feeder.send(&Batch::generator(), true);
        }
        // The reader's own error is an error record: what gathers still gives what it has, which is nothing.
        None => read(execution, &mut feeder)?,
    }
    feeder.wait();
    Ok(())
}

/// Reads what the reader of an execution gives on this shard.
pub(super) fn read(execution: &Execution, sink: &mut dyn Sink) -> Result<(), Unread> {
    source::read(
        &execution.plan.reader,
        cluster::shard_name(),
        execution,
        sink,
    )
}
