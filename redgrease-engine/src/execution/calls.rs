//! Calls of plans in workers: the frames, and what happens with the answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::execution::inline;
use crate::execution::nesting::Level;
use crate::execution::{Execution, Status};
use crate::record::batch::{Batch, CARRY_ON, LAST, NO_ASYNC, SAY_BEGUN, SAY_RESTS};
use crate::record::outcome::Outcome;
use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};
use crate::server::ServerLock;
use crate::session::Host;
use crate::settings::settings;
use crate::source::Run;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Loss, Work, WorkResult};

/// A frame that begins a run.
pub(super) fn call_frame(
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
pub(super) struct Call(pub(super) Arc<Execution>);

impl Work for Call {
    fn done(&self, answer: WorkResult<'_>) {
        let Self(execution) = self;
        if answer == Err(Loss::Aborted) {
            execution.mark_aborted();
        }
        execution.finish(match answer {
            Ok(payload) => Outcome::parse(payload, settings().max_result_values.count()),
            Err(_) if execution.status() == Status::Aborted => Outcome::default(),
            Err(loss) if execution.stop_wanted() => Outcome::failed(loss.to_string()),
            Err(loss) => Outcome::lost(loss.to_string()),
        });
    }

    /// It waits for futures.
    fn progress(&self, _: bool) {
        if let Some(owner) = &self.0.owner {
            owner.rests(&self.0);
        }
    }

    fn execution(&self) -> Option<u64> {
        Some(self.0.number)
    }
}

/// Runs an execution over all of its records at once, in its session's worker, from an operation on.
pub(super) fn submit(execution: &Arc<Execution>, start: usize, batch: &Batch, extra: &Value) {
    if !execution.session.is_ready() {
        let (later, batch, extra) = (Arc::clone(execution), batch.clone(), extra.clone());
        if execution
            .session
            .postpone(move || submit(&later, start, &batch, &extra))
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
    let flags = LAST | execution.owner.as_ref().map_or(0, |_| SAY_RESTS);
    let frame = call_frame(execution, defined, number, start, batch, flags, extra);
    execution.assign(&worker, number);
    worker.submit(number, &frame, Arc::new(Call(Arc::clone(execution))));
}

/// Runs an execution inside the triggering command, on this thread. It is over afterwards, unless its function returned a
/// future where that is allowed: then it goes on in the background.
pub(super) fn call_and_wait(
    execution: &Arc<Execution>,
    start: usize,
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
    if inline::is_possible(execution) && inline::run(execution, batch, extra, lock, true) {
        return;
    }
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
    let frame = call_frame(execution, *defined, number, start, batch, flags, extra);
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
            execution.finish(Outcome::parse(
                &payload,
                settings().max_result_values.count(),
            ));
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
