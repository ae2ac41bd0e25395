//! The one way to run the stages of a plan: over what its reader gives, on the thread of an executor; over records that are
//! there, in the background or here.

use std::sync::Arc;

use super::feeder::Feeder;
use super::{Execution, calls, inline};
use crate::cluster;
use crate::native::NativeRun;
use crate::plan::{Reach, Reader, Stage};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::sink::Sink;
use crate::record::value::Value;
use crate::server::{ServerLock, lock_server};
use crate::source::{self, Run};

/// The error of a run that was stopped before a worker had it.
const STOPPED: &str = "Error type: <class 'gears.forcestopped'>, Value: ";

/// Runs an execution over what its reader gives; it is over afterwards.
pub(super) fn run(execution: &Arc<Execution>) {
    if let Err(text) = run_stages(execution) {
        execution.finish(Outcome::failed(text));
    }
}

/// Runs an execution over records that are there, in the background; `extra` is what else its functions see.
pub(crate) fn start(execution: &Arc<Execution>, batch: &Batch, extra: &Value) {
    if batch.len() > 0 {
        if inline::is_quick(execution) {
            if !execution.begin() {
                return;
            }
            if inline::run(execution, batch, extra, &lock_server(), false) {
                return;
            }
            execution.begin_again();
        }
        calls::submit(execution, first_operation(execution), batch, extra);
    } else if execution.begin() {
        // No function is called for nothing.
        execution.finish(Outcome::default());
    }
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

fn run_stages(execution: &Arc<Execution>) -> Result<(), String> {
    let stages = execution.plan.stages(Reach::Here);
    let is_python = |stage: &Stage| matches!(stage, Stage::Python(_));
    if stages.iter().any(is_python) && execution.plan.reader != Reader::Python {
        let over = inline::run_reader(execution, |sink| read(execution, sink))?;
        if over {
            return Ok(());
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
                    read.err()
                };
                let results = run.results();
                if let Some(error) = error {
                    execution.finish(Outcome {
                        results,
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
        results: records.unwrap_or_default(),
        ..Outcome::default()
    });
    Ok(())
}

/// Gives a worker the records that are there, or those of the reader.
fn feed(
    execution: &Arc<Execution>,
    start: usize,
    records: Option<Vec<Value>>,
) -> Result<(), String> {
    let mut feeder = Feeder::new(execution, start).map_err(|absence| absence.to_string())?;
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

fn read(execution: &Execution, sink: &mut dyn Sink) -> Result<(), String> {
    source::read(
        &execution.plan.reader,
        cluster::shard_name(),
        execution,
        sink,
    )
}
