//! Calls of plans in workers: the frames, and what happens with the answers.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::execution::inline::{self, Left};
use crate::execution::nesting::Level;
use crate::execution::{Execution, Giving, Status};
use crate::record::batch::{AHEAD, Batch, CARRY_ON, IN_TURN, LAST, NO_ASYNC, SAY_BEGUN, SAY_RESTS};
use crate::record::outcome::Outcome;
use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};
use crate::server::ServerLock;
use crate::session::Host;
use crate::settings::settings;
use crate::source::Run;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Loss, Work, WorkResult, Worker};

/// When a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// At once.
    Any,
    /// When those of the same plan before it are over or wait; its record is read now, if it has one to be read.
    Next,
    /// The same; its record was read before its turn, when so many writes were counted.
    Ahead([u8; 8]),
}

impl Turn {
    fn flags(self) -> i64 {
        match self {
            Self::Any => 0,
            Self::Next => IN_TURN,
            Self::Ahead(_) => IN_TURN | AHEAD,
        }
    }
}

/// What else the functions see, and what the worker is asked for beside: whether it has imported what they import.
fn with_question<'a>(execution: &Execution, worker: &Worker, extra: &'a Value) -> Cow<'a, Value> {
    let functions = execution.functions.as_deref();
    let unknown = functions.and_then(|functions| functions.imports().unknown_in(worker.number));
    let Some(imports) = unknown else {
        return Cow::Borrowed(extra);
    };
    let mut extra = extra.clone();
    extra.set("imports", imports.clone());
    Cow::Owned(extra)
}

/// Notes the answer to that.
fn note_imports(execution: &Execution, worker: &Worker, outcome: &Outcome) {
    if let (true, Some(functions)) = (outcome.imported, &execution.functions) {
        functions.imports().are_now_in(worker.number);
    }
}

/// A frame that begins a run.
#[expect(clippy::too_many_arguments, reason = "what a frame consists of")]
pub(super) fn call_frame(
    execution: &Execution,
    defined: u32,
    number: u32,
    start: usize,
    batch: &Batch,
    flags: i64,
    extra: &Value,
    turn: Turn,
) -> Vec<u8> {
    let flags = flags
        | turn.flags()
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
        encode_head(b'(', 9, payload);
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
        match turn {
            Turn::Ahead(writes) => encode(&Value::Bytes(writes.to_vec()), payload),
            Turn::Any | Turn::Next => encode(&Value::None, payload),
        }
    });
    out
}

/// The call of a plan.
pub(super) struct Call {
    pub(super) execution: Arc<Execution>,
    /// The worker's number and that of the call, if it may be given to another worker before its turn.
    place: Option<(u64, u32)>,
}

impl Call {
    /// One that begins at once.
    pub(super) fn new(execution: &Arc<Execution>) -> Self {
        Self {
            execution: Arc::clone(execution),
            place: None,
        }
    }

    /// Whether the worker was lost before the turn of the call, so that another one gets it.
    fn goes_on_elsewhere(&self) -> bool {
        let Some(place) = self.place else {
            return false;
        };
        let assigned = self.execution.assigned();
        assigned.map(|(worker, number)| (worker.number, number)) != Some(place)
            || !self.execution.has_begun()
                && self
                    .execution
                    .owner
                    .as_ref()
                    .is_some_and(|owner| owner.takes_back(&self.execution))
    }
}

impl Work for Call {
    fn done(&self, answer: WorkResult<'_>) {
        let Self { execution, .. } = self;
        if matches!(answer, Err(Loss::Died(_))) && self.goes_on_elsewhere() {
            return;
        }
        if answer == Err(Loss::Aborted) {
            execution.mark_aborted();
        }
        let outcome = match answer {
            Ok(payload) => Outcome::parse(payload, settings().max_result_values.count()),
            Err(_) if execution.status() == Status::Aborted => Outcome::default(),
            Err(loss) if execution.stop_wanted() => Outcome::failed(loss.to_string()),
            Err(loss) => Outcome::lost(loss.to_string()),
        };
        if outcome.broken
            && let Some((worker, _)) = execution.assigned()
        {
            // Before anybody hears of it and calls the next function.
            worker.give_up();
        }
        if let Some((worker, _)) = execution.assigned() {
            note_imports(execution, &worker, &outcome);
        }
        execution.ended(outcome);
    }

    /// It waits for futures.
    fn progress(&self, _: bool) {
        if let Some(owner) = &self.execution.owner {
            owner.rests(&self.execution);
        }
    }

    fn has_begun(&self) -> bool {
        self.execution.has_begun()
    }

    fn record_anew(&self) -> Option<Value> {
        self.execution.owner.as_ref()?.record_anew(&self.execution)
    }

    fn execution(&self) -> Option<u64> {
        Some(self.execution.number)
    }
}

/// Runs an execution over all of its records at once, in its session's worker, from an operation on.
pub(super) fn submit(
    execution: &Arc<Execution>,
    start: usize,
    batch: &Batch,
    extra: &Value,
    turn: Turn,
) {
    if !execution.session.is_ready() {
        let (later, batch, extra) = (Arc::clone(execution), batch.clone(), extra.clone());
        if execution
            .session
            .postpone(move || submit(&later, start, &batch, &extra, turn))
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
    match send(execution, &worker, defined, start, batch, extra, turn) {
        Giving::Given => {}
        // The worker ended a moment ago: another one gets it.
        Giving::Dead => {
            execution.begin_again();
            submit(execution, start, batch, extra, turn);
        }
        Giving::Stopped => execution.end_aborted(),
    }
}

/// Gives an execution to a worker; `defined` says what was sent there before.
pub(super) fn send(
    execution: &Arc<Execution>,
    worker: &Arc<Worker>,
    defined: u32,
    start: usize,
    batch: &Batch,
    extra: &Value,
    turn: Turn,
) -> Giving {
    let number = worker.next_number();
    let flags = LAST | execution.owner.as_ref().map_or(0, |_| SAY_RESTS);
    let extra = with_question(execution, worker, extra);
    let frame = call_frame(
        execution, defined, number, start, batch, flags, &extra, turn,
    );
    let call: Arc<dyn Work> = Arc::new(Call {
        place: (turn != Turn::Any).then_some((worker.number, number)),
        ..Call::new(execution)
    });
    let giving = execution.give_to(worker, number, &call);
    if giving == Giving::Given {
        worker.deliver(&frame);
    }
    giving
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
        Err(too_deep) => {
            execution.finish(Outcome::failed(too_deep.to_string()));
            return;
        }
    };
    let left = if inline::is_possible(execution) {
        inline::run(execution, batch, extra, Some(lock), true)
    } else {
        Left::All
    };
    let rest;
    let (start, batch) = match left {
        Left::Nothing => return,
        Left::All => (start, batch),
        Left::From(operation, records) => {
            rest = Batch::of(&records);
            (operation, &rest)
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
    let turn = Turn::Any;
    let extra = with_question(execution, worker, extra);
    let frame = call_frame(
        execution, *defined, number, start, batch, flags, &extra, turn,
    );
    // Known to the worker's reader beforehand, because a call that goes on in the background is answered there; and before
    // anybody can stop it there, because what is stopped before it comes up is answered there, too.
    worker.adopt(number, Arc::new(Call::new(execution)));
    if execution.assign(worker, number) {
        worker.disown(number);
        execution.end_aborted();
        return;
    }
    let begun = || {
        standing.fetch_max(*defined, Ordering::Relaxed);
    };
    let called = lock.in_database(execution.database, || {
        worker.call_sync(number, &frame, lock, is_starting.then_some(&begun))
    });
    match called {
        Ok(Some(payload)) => {
            worker.disown(number);
            let outcome = Outcome::parse(&payload, settings().max_result_values.count());
            if outcome.broken {
                worker.give_up();
            }
            note_imports(execution, worker, &outcome);
            execution.finish(outcome);
        }
        Ok(None) => execution.let_go(),
        Err(Loss::Aborted) => {
            worker.disown(number);
            execution.end_aborted();
        }
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
