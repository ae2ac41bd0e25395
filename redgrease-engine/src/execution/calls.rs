//! Calls of plans in workers: the frames, and what happens with the answers.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::base::guard;
use crate::execution::nesting::Level;
use crate::execution::{Execution, Status};
use crate::record::batch::{Batch, CARRY_ON, LAST, NO_ASYNC, SAY_BEGUN};
use crate::record::outcome::Outcome;
use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};
use crate::server::ServerLock;
use crate::session::{Absence, Host};
use crate::source::Run;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Loss, Work, WorkResult, Worker};

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
        match execution.database {
            0 => encode(extra, payload),
            database => {
                let mut extra = extra.clone();
                extra.set("database", Value::Int(i64::from(database)));
                encode(&extra, payload);
            }
        }
    });
    out
}

/// The call of a plan.
struct Call(Arc<Execution>);

impl Work for Call {
    fn done(&self, answer: WorkResult<'_>) {
        let Self(execution) = self;
        if answer == Err(Loss::Aborted) {
            execution.mark_aborted();
        }
        execution.finish(match answer {
            Ok(payload) => Outcome::parse(payload),
            Err(_) if execution.status() == Status::Aborted => Outcome::default(),
            Err(loss) if execution.stop_wanted() => Outcome::failed(loss.to_string()),
            Err(loss) => Outcome::lost(loss.to_string()),
        });
    }

    fn execution(&self) -> Option<u64> {
        Some(self.0.number)
    }
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
        Err(absence) => {
            execution.finish(Outcome::lost(absence.to_string()));
            return;
        }
    };
    let number = worker.next_number();
    let frame = call_frame(execution, defined, number, start, batch, LAST, extra);
    execution.assign(&worker, number);
    worker.submit(number, &frame, Arc::new(Call(Arc::clone(execution))));
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
        Err(absence) => {
            execution.finish(Outcome::lost(absence.to_string()));
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
    // Known to the worker's reader beforehand, because a call that goes on in the background is answered there.
    worker.adopt(number, Arc::new(Call(Arc::clone(execution))));
    let begun = || {
        standing.fetch_max(*defined, Ordering::Relaxed);
    };
    let called = lock.in_database(execution.database, || {
        worker.call_sync(number, &frame, lock, is_starting.then_some(&begun))
    });
    match called {
        Ok(Some(payload)) => {
            worker.disown(number);
            execution.finish(Outcome::parse(&payload));
        }
        Ok(None) => {}
        Err(loss) => {
            worker.disown(number);
            // A function that takes too long would do so again.
            execution.finish(match loss {
                Loss::TooLong(_) => Outcome::failed(loss.to_string()),
                _ => Outcome::lost(loss.to_string()),
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

/// The call of a plan whose records come in pieces.
struct Pieces {
    call: Call,
    flow: Mutex<Flow>,
    changed: Condvar,
}

impl Work for Pieces {
    fn done(&self, answer: WorkResult<'_>) {
        self.call.done(answer);
        guard(&self.flow).over = true;
        self.changed.notify_all();
    }

    fn progress(&self, stopped: bool) {
        let mut flow = guard(&self.flow);
        flow.in_flight = flow.in_flight.saturating_sub(1);
        flow.stopped |= stopped;
        self.changed.notify_all();
    }

    fn execution(&self) -> Option<u64> {
        self.call.execution()
    }
}

impl Pieces {
    fn wait_while(&self, condition: impl Fn(&Flow) -> bool) -> MutexGuard<'_, Flow> {
        self.changed
            .wait_while(guard(&self.flow), |flow| condition(flow))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Feeds the records of an execution to its worker in batches, no faster than the worker takes them.
pub(crate) struct Feeder {
    worker: Arc<Worker>,
    defined: u32,
    number: u32,
    start: usize,
    begun: bool,
    pieces: Arc<Pieces>,
}

impl Feeder {
    /// A feeder for an execution that runs, from operation `start` on.
    ///
    /// # Errors
    /// When there is no worker.
    pub(crate) fn new(execution: &Arc<Execution>, start: usize) -> Result<Self, Absence> {
        let Host {
            worker, defined, ..
        } = execution.session.host()?;
        let number = worker.next_number();
        execution.assign(&worker, number);
        Ok(Self {
            worker,
            defined,
            number,
            start,
            begun: false,
            pieces: Arc::new(Pieces {
                call: Call(Arc::clone(execution)),
                flow: Mutex::default(),
                changed: Condvar::new(),
            }),
        })
    }

    /// Sends a batch; waits while the worker has enough in hand. Gives false when no more records are wanted.
    pub(crate) fn send(&mut self, batch: &Batch, last: bool) -> bool {
        {
            let mut flow = self
                .pieces
                .wait_while(|flow| flow.in_flight >= IN_FLIGHT && !flow.over);
            if flow.over || flow.stopped && !last {
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
            &self.pieces.call.0,
            self.defined,
            self.number,
            self.start,
            batch,
            flags,
            &Value::None,
        );
        let pieces: Arc<dyn Work> = Arc::<Pieces>::clone(&self.pieces);
        self.worker.submit(self.number, &frame, pieces);
        true
    }

    /// Waits for the worker's answer.
    pub(crate) fn wait(&self) {
        drop(self.pieces.wait_while(|flow| !flow.over));
    }
}
