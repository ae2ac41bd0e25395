//! Calls of plans in workers: the frames, and what happens with the answers.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};

use crate::base::guard;
use crate::execution::Execution;
use crate::execution::nesting::Level;
use crate::record::batch::{Batch, CARRY_ON, LAST, NO_ASYNC, SAY_BEGUN};
use crate::record::outcome::Outcome;
use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};
use crate::server::ServerLock;
use crate::session::Host;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{TOO_LONG, Work, Worker};

/// Batches that a worker may have in hand before the reader waits.
const IN_FLIGHT: usize = 4;

/// A frame that begins a run.
fn call_frame(
    execution: &Execution,
    defined: u32,
    number: u32,
    start: usize,
    batch: &Batch,
    flags: i64,
    extra: &Value,
) -> Vec<u8> {
    let flags = flags
        | if execution.plan.carries_on() {
            CARRY_ON
        } else {
            0
        };
    let mut out = Vec::with_capacity(batch.size() + 160);
    let kind = if flags & LAST == 0 {
        FrameType::Begin
    } else {
        FrameType::Call
    };
    frame(&mut out, kind, number, |payload| {
        encode_head(b'(', 8, payload);
        encode_str(&execution.session.inner_name, payload);
        encode_str(&execution.plan_id, payload);
        encode_int(i64::from(defined), payload);
        encode_int(i64::try_from(start).unwrap_or(0), payload);
        batch.encode(flags, payload);
        encode(extra, payload);
    });
    out
}

fn finish_with(execution: &Arc<Execution>, answer: Result<&[u8], String>) {
    execution.finish(match answer {
        Ok(payload) => Outcome::parse(payload),
        Err(_) if execution.status() == crate::execution::Status::Aborted => Outcome::default(),
        Err(text) if execution.stop_wanted() => Outcome::failed(text),
        Err(text) => Outcome::lost(text),
    });
}

/// Runs an execution over all of its records at once, in its session's worker, from an operation on.
pub(crate) fn submit_from(execution: &Arc<Execution>, start: usize, batch: &Batch, extra: &Value) {
    if !execution.session.is_ready() {
        let (later, batch, extra) = (Arc::clone(execution), batch.clone(), extra.clone());
        if execution
            .session
            .postpone(move || submit_from(&later, start, &batch, &extra))
            .is_none()
        {
            return;
        }
    }
    if !execution.begin() {
        return;
    }
    let Host {
        worker, defined, ..
    } = match execution.session.host() {
        Ok(host) => host,
        Err(text) => {
            execution.finish(Outcome::lost(text));
            return;
        }
    };
    let number = worker.next_number();
    let frame = call_frame(execution, defined, number, start, batch, LAST, extra);
    execution.assign(&worker, number);
    let done = Arc::clone(execution);
    worker.submit(
        number,
        &frame,
        Work {
            execution: Some(Arc::clone(execution)),
            done: Box::new(move |answer| finish_with(&done, answer)),
            progress: None,
        },
    );
}

/// Runs an execution inside the triggering command, on this thread. It is over afterwards, unless its function returned a
/// future where that is allowed: then it goes on in the background.
pub(crate) fn run_sync(
    execution: &Arc<Execution>,
    batch: &Batch,
    async_allowed: bool,
    extra: &Value,
    lock: &ServerLock,
) {
    if !execution.begin() {
        return;
    }
    let _level = match Level::enter() {
        Ok(level) => level,
        Err(text) => {
            execution.finish(Outcome::failed(text));
            return;
        }
    };
    let host = match execution.session.host() {
        Ok(host) => host,
        Err(text) => {
            execution.finish(Outcome::lost(text));
            return;
        }
    };
    let Host {
        worker,
        defined,
        standing,
    } = &host;
    let number = worker.next_number();
    // Until its definitions are there, the worker works for the engine, and its time is not the function's.
    let is_starting = standing.load(Ordering::Relaxed) < *defined;
    let flags =
        LAST | if async_allowed { 0 } else { NO_ASYNC } | if is_starting { SAY_BEGUN } else { 0 };
    let frame = call_frame(execution, *defined, number, 0, batch, flags, extra);
    execution.assign(worker, number);
    let done = Arc::clone(execution);
    // Known to the worker's reader beforehand, because a call that goes on in the background is answered there.
    worker.adopt(
        number,
        Work {
            execution: Some(Arc::clone(execution)),
            done: Box::new(move |answer| finish_with(&done, answer)),
            progress: None,
        },
    );
    let begun = || {
        standing.fetch_max(*defined, Ordering::Relaxed);
    };
    match worker.call_sync(number, &frame, lock, is_starting.then_some(&begun)) {
        Ok(Some(payload)) => {
            worker.disown(number);
            execution.finish(Outcome::parse(&payload));
        }
        Ok(None) => {}
        Err(text) => {
            worker.disown(number);
            execution.finish(if text.starts_with(TOO_LONG) {
                Outcome::failed(text)
            } else {
                Outcome::lost(text)
            });
        }
    }
}

#[derive(Debug, Default)]
struct Flow {
    in_flight: usize,
    stopped: bool,
    over: bool,
}

/// Feeds the records of an execution to its worker in batches, no faster than the worker takes them.
#[derive(Debug)]
pub(crate) struct Feeder {
    execution: Arc<Execution>,
    worker: Arc<Worker>,
    defined: u32,
    number: u32,
    start: usize,
    begun: bool,
    flow: Arc<(Mutex<Flow>, Condvar)>,
}

impl Feeder {
    /// A feeder for an execution that runs, from operation `start` on.
    ///
    /// # Errors
    /// When there is no worker.
    pub(crate) fn new(execution: &Arc<Execution>, start: usize) -> Result<Self, String> {
        let Host {
            worker, defined, ..
        } = execution.session.host()?;
        let number = worker.next_number();
        execution.assign(&worker, number);
        Ok(Self {
            execution: Arc::clone(execution),
            worker,
            defined,
            number,
            start,
            begun: false,
            flow: Arc::default(),
        })
    }

    /// Sends a batch; waits while the worker has enough in hand. Gives false when no more records are wanted.
    pub(crate) fn send(&mut self, batch: &Batch, last: bool) -> bool {
        {
            let (flow, changed) = &*self.flow;
            let mut flow = guard(flow);
            while flow.in_flight >= IN_FLIGHT && !flow.over {
                flow = changed
                    .wait(flow)
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
            }
            if flow.over {
                return false;
            }
            if flow.stopped && !last {
                return false;
            }
            flow.in_flight += 1;
        }
        let flags = if last { LAST } else { 0 };
        if self.begun {
            let mut out = Vec::with_capacity(batch.size() + 32);
            frame(&mut out, FrameType::Batch, self.number, |payload| {
                encode_head(b'(', 3, payload);
                batch.encode(flags, payload);
            });
            self.worker.send(&out);
            self.worker.wait_for_room();
            return true;
        }
        self.begun = true;
        let frame = call_frame(
            &self.execution,
            self.defined,
            self.number,
            self.start,
            batch,
            flags,
            &Value::None,
        );
        let done = Arc::clone(&self.execution);
        let flow = Arc::clone(&self.flow);
        let progress = Arc::clone(&self.flow);
        self.worker.submit(
            self.number,
            &frame,
            Work {
                execution: Some(Arc::clone(&self.execution)),
                done: Box::new(move |answer| {
                    finish_with(&done, answer);
                    let (flow, changed) = &*flow;
                    guard(flow).over = true;
                    changed.notify_all();
                }),
                progress: Some(Arc::new(move |stopped| {
                    let (flow, changed) = &*progress;
                    let mut flow = guard(flow);
                    flow.in_flight = flow.in_flight.saturating_sub(1);
                    flow.stopped |= stopped;
                    changed.notify_all();
                })),
            },
        );
        true
    }

    /// Waits for the worker's answer.
    pub(crate) fn wait(&self) {
        let (flow, changed) = &*self.flow;
        let mut flow = guard(flow);
        while !flow.over {
            flow = changed
                .wait(flow)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}
