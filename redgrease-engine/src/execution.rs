//! Executions: one run of a plan, from its creation to its results.

mod calls;
mod deadline;
pub(crate) mod durations;
pub(crate) mod executor;
pub(crate) mod failures;
mod feeder;
mod id;
pub(crate) mod inline;
pub(crate) mod list;
pub(crate) mod nesting;
mod owner;
pub(crate) mod pipeline;
mod progress;
mod run;
pub(crate) mod spread;
mod status;
mod waiter;

use crate::settings::settings;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use crate::base::guard;
use crate::native::Functions;
use crate::plan::{Mode, Plan};
use crate::record::outcome::Outcome;
use crate::server::{FUNCTION_LATENCY, HOLD_LATENCY};
use crate::session::Session;
use crate::worker::{Work, Worker};
use deadline::Deadline;
use durations::Durations;
use id::Id;
pub(crate) use owner::Owner;
use progress::Progress;
use spread::Spread;
pub(crate) use status::Status;
pub(crate) use waiter::Waiter;

#[derive(Debug)]
struct State {
    status: Status,
    outcome: Option<Arc<Outcome>>,
    waiters: Vec<Waiter>,
    started: Option<Instant>,
    duration: Duration,
    reading: Duration,
    assigned: Option<(Arc<Worker>, u32)>,
    abort_wanted: bool,
    /// Whether the server waits for it no longer.
    let_go: bool,
}

/// What became of an execution that was to be given to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Giving {
    /// The worker has it.
    Given,
    /// The process is gone.
    Dead,
    /// It is over, or to be stopped.
    Stopped,
}

/// One run of a plan.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) number: u64,
    pub(crate) id: Id,
    pub(crate) plan: Arc<Plan>,
    /// The name of the plan in its worker, which is the id of the registration that owns it.
    pub(crate) plan_id: String,
    pub(crate) session: Arc<Session>,
    pub(crate) owner: Option<Arc<dyn Owner>>,
    /// Whether it belongs to a registration, which another shard counts it for if `owner` is nobody.
    pub(crate) registered: bool,
    /// Whether the execution stays on the list when it is over.
    pub(crate) kept: bool,
    /// When it was made.
    pub(crate) created: SystemTime,
    /// The database of its cause, where its functions run their commands.
    pub(crate) database: i32,
    /// Those of its functions that run without Python.
    pub(crate) functions: Option<Arc<Functions>>,
    /// What it has to know to run on several shards, if it does.
    pub(crate) spread: Option<Box<Spread>>,
    pub(crate) progress: Progress,
    deadline: OnceLock<Deadline>,
    state: Mutex<State>,
}

impl Execution {
    /// An execution that has not begun.
    #[expect(clippy::too_many_arguments, reason = "it has so many properties")]
    pub(crate) fn new(
        number: u64,
        id: Id,
        plan: Arc<Plan>,
        plan_id: String,
        session: Arc<Session>,
        owner: Option<Arc<dyn Owner>>,
        kept: bool,
        database: i32,
        spread: Option<Spread>,
        registered: bool,
    ) -> Arc<Self> {
        let functions = session.functions(&plan_id);
        Arc::new(Self {
            number,
            id,
            functions,
            plan,
            plan_id,
            session,
            registered,
            owner,
            kept,
            created: SystemTime::now(),
            database,
            spread: spread.map(Box::new),
            progress: Progress::default(),
            deadline: OnceLock::new(),
            state: Mutex::new(State {
                status: Status::Created,
                outcome: None,
                waiters: Vec::new(),
                started: None,
                duration: Duration::ZERO,
                reading: Duration::ZERO,
                assigned: None,
                abort_wanted: false,
                let_go: false,
            }),
        })
    }

    /// How far it is. Work that waits behind other work in its worker has not begun.
    pub(crate) fn status(&self) -> Status {
        if let Some(status) = self.spread.as_deref().and_then(Spread::status) {
            return status;
        }
        let (status, assigned) = {
            let state = guard(&self.state);
            (state.status, state.assigned.clone())
        };
        if let (Status::Running, Some((worker, number))) = (status, assigned) {
            let threads = settings().execution_threads.count();
            if worker.ahead_of(number) >= threads {
                return Status::Created;
            }
        }
        status
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(guard(&self.state).status, Status::Done | Status::Aborted)
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self) -> bool {
        guard(&self.state).status != Status::Created
    }

    /// When it began, if it has.
    fn begun_at(&self) -> Option<Instant> {
        guard(&self.state).started
    }

    /// The worker that it was given to, and its number there.
    pub(crate) fn assigned(&self) -> Option<(Arc<Worker>, u32)> {
        guard(&self.state).assigned.clone()
    }

    /// Gives it to a worker, unless it is over or to be stopped.
    pub(crate) fn give_to(
        &self,
        worker: &Arc<Worker>,
        number: u32,
        work: &Arc<dyn Work>,
    ) -> Giving {
        let mut state = guard(&self.state);
        if state.abort_wanted || matches!(state.status, Status::Done | Status::Aborted) {
            return Giving::Stopped;
        }
        // Both together: an abort finds the worker, which finds the work.
        if !worker.take_on(number, work) {
            return Giving::Dead;
        }
        state.assigned = Some((Arc::clone(worker), number));
        Giving::Given
    }

    /// Takes it back from a worker that is gone and where it has not begun.
    pub(crate) fn take_back(&self) {
        guard(&self.state).assigned = None;
    }

    /// Its results, when it is over.
    pub(crate) fn outcome(&self) -> Option<Arc<Outcome>> {
        guard(&self.state).outcome.clone()
    }

    /// How long it took altogether and for reading.
    pub(crate) fn durations(&self) -> (Duration, Duration) {
        let state = guard(&self.state);
        let total = match (state.status, state.started) {
            (Status::Running, Some(started)) => started.elapsed(),
            _ => state.duration,
        };
        (total, state.reading)
    }

    /// Marks it as running; gives false when it was aborted before.
    pub(crate) fn begin(&self) -> bool {
        let mut state = guard(&self.state);
        if state.status != Status::Created || state.abort_wanted {
            return false;
        }
        state.status = Status::Running;
        state.started = Some(Instant::now());
        true
    }

    /// Marks it as not begun: it is given to somebody else.
    pub(crate) fn begin_again(&self) {
        let mut state = guard(&self.state);
        if state.status == Status::Running && !state.abort_wanted {
            state.status = Status::Created;
        }
    }

    /// Says which worker runs it under which number. Gives whether it is to be stopped there, which nobody could know before.
    #[must_use]
    pub(crate) fn assign(&self, worker: &Arc<Worker>, number: u32) -> bool {
        let mut state = guard(&self.state);
        state.assigned = Some((Arc::clone(worker), number));
        state.abort_wanted
    }

    /// Adds somebody who waits for the end; answered at once when that has come.
    pub(crate) fn wait(&self, waiter: Waiter) {
        let mut state = guard(&self.state);
        match &state.outcome {
            None => state.waiters.push(waiter),
            Some(outcome) => {
                let (outcome, status) = (Arc::clone(outcome), state.status);
                drop(state);
                waiter.tell(self, &outcome, status);
            }
        }
    }

    /// Notes that it was stopped before it began.
    pub(crate) fn mark_aborted(&self) {
        let mut state = guard(&self.state);
        if state.outcome.is_none() {
            state.status = Status::Aborted;
        }
    }

    /// Ends it as one that was stopped before it was given to anybody.
    pub(crate) fn end_aborted(self: &Arc<Self>) {
        self.mark_aborted();
        self.finish(Outcome::default());
    }

    /// Stops it: it never begins, or its function gets an exception.
    pub(crate) fn abort(self: &Arc<Self>) {
        if let Some(spread) = &self.spread {
            spread.abort(self, true);
            return;
        }
        let mut state = guard(&self.state);
        match state.status {
            Status::Done | Status::Aborted => {}
            // One that was sent before its turn may have begun: its worker knows.
            Status::Created if state.assigned.is_none() => {
                state.status = Status::Aborted;
                state.abort_wanted = true;
                drop(state);
                self.finish(Outcome::default());
            }
            // What is pending is so on several shards.
            _ => {
                state.abort_wanted = true;
                let assigned = state.assigned.clone();
                drop(state);
                if let Some((worker, number)) = assigned {
                    worker.abort(number);
                }
            }
        }
    }

    /// Stops the share of this shard; gives false if it had not begun, and does not now.
    fn abort_here(&self) -> bool {
        let mut state = guard(&self.state);
        state.abort_wanted = true;
        if state.status == Status::Created {
            return false;
        }
        let assigned = state.assigned.clone();
        drop(state);
        if let Some((worker, number)) = assigned {
            worker.abort(number);
        }
        true
    }

    /// Whether somebody stopped it.
    fn is_to_stop(&self) -> bool {
        guard(&self.state).abort_wanted
    }

    /// A worker has done what it was given.
    fn ended(self: &Arc<Self>, outcome: Outcome) {
        match &self.spread {
            Some(spread) => spread.share_over(self, outcome),
            None => self.finish(outcome),
        }
    }

    /// Whether this is the shard that its results are for.
    fn is_own(&self) -> bool {
        self.spread.as_deref().is_none_or(Spread::is_asked)
    }

    /// It goes on in the background, and the server with its command.
    pub(crate) fn let_go(&self) {
        let mut state = guard(&self.state);
        if state.outcome.is_none() {
            state.let_go = true;
            let held = state.started.map(|started| started.elapsed());
            drop(state);
            HOLD_LATENCY.note(held.unwrap_or_default());
        }
    }

    /// The end: keeps the results, does the counting, tells everybody who waits.
    pub(crate) fn finish(self: &Arc<Self>, outcome: Outcome) {
        let outcome = Arc::new(outcome);
        let (waiters, status, duration, let_go) = {
            let mut state = guard(&self.state);
            if state.outcome.is_some() {
                return;
            }
            if state.status != Status::Aborted {
                state.status = Status::Done;
            }
            state.duration = state
                .started
                .map_or(Duration::ZERO, |started| started.elapsed());
            state.outcome = Some(Arc::clone(&outcome));
            state.assigned = None;
            (
                std::mem::take(&mut state.waiters),
                state.status,
                state.duration,
                state.let_go,
            )
        };
        self.forget_deadline();
        if status != Status::Aborted
            && self.is_own()
            && let Some(error) = outcome.errors.last()
        {
            failures::keep(self, duration, error);
        }
        FUNCTION_LATENCY.note(duration);
        if self.plan.mode == Mode::Sync && !let_go {
            HOLD_LATENCY.note(duration);
        }
        match &self.owner {
            Some(owner) => owner.account(&outcome, status, duration),
            None if self.is_own() => RUNS.count(&outcome, status, duration),
            None => {}
        }
        if !self.kept {
            list::remove(self.number);
        }
        for waiter in waiters {
            waiter.tell(self, &outcome, status);
        }
        if let Some(owner) = &self.owner {
            owner.finished(self);
        }
    }
}

/// The executions that nobody owns.
pub(crate) static RUNS: Durations = Durations::new();
