//! The threads that run batch executions: they read the records, do the native operations, and feed the workers.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::base::guard;
use crate::cluster;
use crate::execution::Execution;
use crate::execution::calls::Feeder;
use crate::native::NativeRun;
use crate::plan::{Native, Reader};
use crate::record::batch::{Batch, Layout};
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::{guarded, start_lasting_thread};
use crate::source::{self, Run};

static JOBS: Mutex<VecDeque<Arc<Execution>>> = Mutex::new(VecDeque::new());
static ARRIVED: Condvar = Condvar::new();

/// Starts the threads.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(threads: usize) -> io::Result<()> {
    for number in 0..threads {
        start_lasting_thread(format!("rg-executor-{number}"), work)?;
    }
    Ok(())
}

/// Runs an execution when a thread is free.
pub(crate) fn submit(execution: Arc<Execution>) {
    guard(&JOBS).push_back(execution);
    ARRIVED.notify_one();
}

fn work() {
    loop {
        let execution = {
            let mut jobs = guard(&JOBS);
            loop {
                if let Some(job) = jobs.pop_front() {
                    break job;
                }
                jobs = ARRIVED.wait(jobs).unwrap_or_else(PoisonError::into_inner);
            }
        };
        if !execution.begin() {
            continue;
        }
        guarded("an execution", (), || run(&execution));
        // Whatever went wrong on the way, nobody may wait for ever.
        if !execution.is_over() {
            execution.finish(Outcome::failed("ERR the execution ended without a result"));
        }
    }
}

/// How many operations at the start of the plan the engine does itself: all of them, or those up to a gathering one. For
/// anything else the records would only make a detour.
fn native_part(execution: &Execution) -> Vec<Native> {
    let prefix = execution.plan.native_prefix();
    let gathers = prefix
        .iter()
        .any(|native| matches!(native, Native::Count | Native::Total));
    if execution.plan.is_native() || gathers {
        prefix
    } else {
        Vec::new()
    }
}

fn run(execution: &Arc<Execution>) {
    let result = if execution.plan.reader == Reader::Python {
        generate(execution)
    } else {
        let native = native_part(execution);
        if native.is_empty() && !execution.plan.is_native() {
            feed(execution)
        } else {
            run_native(execution, &native)
        }
    };
    if let Err(text) = result {
        execution.finish(Outcome::failed(text));
    }
}

/// The worker reads the records itself.
fn generate(execution: &Arc<Execution>) -> Result<(), String> {
    let mut feeder = Feeder::new(execution, 0).map_err(|absence| absence.to_string())?;
    feeder.send(&Batch::new(Layout::Generator), true);
    feeder.wait();
    Ok(())
}

/// The engine reads, a worker does all operations.
fn feed(execution: &Arc<Execution>) -> Result<(), String> {
    let mut feeder = Feeder::new(execution, 0).map_err(|absence| absence.to_string())?;
    let mut failure = None;
    match &execution.plan.reader {
        Reader::Keys {
            pattern,
            exact,
            values,
        } => {
            let layout = if *values {
                Layout::Keys
            } else {
                Layout::KeysOnly
            };
            source::keys::batches(&**execution, pattern, *exact, layout, &mut |batch, last| {
                feeder.send(&batch, last)
            });
        }
        Reader::KeysOnly { pattern, exact } => {
            source::keys::batches(
                &**execution,
                pattern,
                *exact,
                Layout::Plain,
                &mut |batch, last| feeder.send(&batch, last),
            );
        }
        Reader::Shards => {
            let mut batch = Batch::new(Layout::Plain);
            batch.push_text(cluster::shard_name().as_bytes());
            feeder.send(&batch, true);
        }
        Reader::Stream { key, from } => {
            failure = source::stream::batches(&**execution, key, from, &mut |batch, last| {
                feeder.send(&batch, last)
            })
            .err();
        }
        _ => return Err("ERR this reader cannot run".to_owned()),
    }
    if let Some(text) = failure {
        // The reader's own error is an error record: what gathers still gives what it has, which is nothing.
        return Err(text);
    }
    feeder.wait();
    Ok(())
}

/// The engine reads and does the first operations, or all of them.
fn run_native(execution: &Arc<Execution>, native: &[Native]) -> Result<(), String> {
    let mut run = NativeRun::new(native);
    let mut failure = None;
    match &execution.plan.reader {
        Reader::Keys {
            pattern,
            exact,
            values,
        } => {
            source::keys::native(&**execution, pattern, *exact, Some(*values), &mut run);
        }
        Reader::KeysOnly { pattern, exact } => {
            source::keys::native(&**execution, pattern, *exact, None, &mut run);
        }
        Reader::Shards => run.push(Value::str(cluster::shard_name())),
        Reader::Stream { key, from } => {
            failure = source::stream::native(&**execution, key, from, &mut run).err();
        }
        _ => return Err("ERR this reader cannot run".to_owned()),
    }
    let mut outcome = Outcome::default();
    if execution.stop_wanted() {
        outcome
            .errors
            .push(b"Error type: <class 'gears.forcestopped'>, Value: ".to_vec());
    } else if let Some(text) = failure {
        outcome.errors.push(text.into_bytes());
    }
    let records = run.finish();
    if execution.plan.is_native() || !outcome.errors.is_empty() {
        outcome.results = records;
        execution.finish(outcome);
        return Ok(());
    }
    let mut feeder = Feeder::new(execution, native.len()).map_err(|absence| absence.to_string())?;
    feeder.send(&Batch::of(&records, false), true);
    feeder.wait();
    Ok(())
}
