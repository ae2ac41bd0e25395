//! Executions: one run of a plan, from its creation to its results.

mod calls;
pub(crate) mod durations;
pub(crate) mod executor;
pub(crate) mod failures;
mod feeder;
pub(crate) mod inline;
pub(crate) mod list;
pub(crate) mod nesting;
pub(crate) mod pipeline;

use crate::settings::settings;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::answer::Reply;
use crate::base::guard;
use crate::cluster;
use crate::native::Functions;
use crate::plan::Plan;
use crate::record::outcome::Outcome;
use crate::server::Blocked;
use crate::session::Session;
use crate::source::Run;
use crate::worker::Worker;
use durations::Durations;

/// How far an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    Running,
    Done,
    Aborted,
}

impl Status {
    /// The name that clients see.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Done => "done",
            Self::Aborted => "aborted",
        }
    }
}

/// What the engine itself does at the end of an execution.
pub(crate) type Continuation = Box<dyn FnOnce(&Arc<Outcome>, Status) + Send>;

/// Who waits for the end of an execution.
pub(crate) enum Waiter {
    /// A client that wants results and errors.
    Results(Blocked),
    /// The client of a trigger.
    Triggered(Blocked),
    /// The client of a hooked command.
    Hooked(Blocked),
    /// Somebody inside the engine.
    Internal(Continuation),
}

impl std::fmt::Debug for Waiter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Results(_) => "Results",
            Self::Triggered(_) => "Triggered",
            Self::Hooked(_) => "Hooked",
            Self::Internal(_) => "Internal",
        })
    }
}

/// What an execution was started for, if it goes on: a registration.
pub(crate) trait Owner: std::fmt::Debug + Send + Sync {
    /// Counts an execution that is over.
    fn account(&self, outcome: &Outcome, status: Status, duration: Duration);
    /// An execution waits for futures or coroutines: the next one may begin.
    fn rests(&self, execution: &Execution);
    /// Called when an execution is over and everybody who waits was told: starts the next one, and lets go of the oldest
    /// finished ones.
    fn finished(&self, execution: &Execution);
}

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
}

/// One run of a plan.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) number: u64,
    pub(crate) id: String,
    pub(crate) plan: Arc<Plan>,
    /// The name of the plan in its worker, which is the id of the registration that owns it.
    pub(crate) plan_id: String,
    pub(crate) session: Arc<Session>,
    pub(crate) owner: Option<Arc<dyn Owner>>,
    /// Whether the execution stays on the list when it is over.
    pub(crate) kept: bool,
    /// When it was made.
    pub(crate) created: SystemTime,
    /// The database of its cause, where its functions run their commands.
    pub(crate) database: i32,
    /// Its functions, if all of them run without Python.
    pub(crate) functions: Option<Arc<Functions>>,
    state: Mutex<State>,
}

impl Execution {
    /// An execution that has not begun.
    pub(crate) fn new(
        number: u64,
        plan: Arc<Plan>,
        plan_id: String,
        session: Arc<Session>,
        owner: Option<Arc<dyn Owner>>,
        kept: bool,
        database: i32,
    ) -> Self {
        let functions = session.functions(&plan_id);
        Self {
            number,
            id: format!("{}-{number}", cluster::shard_id()),
            functions,
            plan,
            plan_id,
            session,
            owner,
            kept,
            created: SystemTime::now(),
            database,
            state: Mutex::new(State {
                status: Status::Created,
                outcome: None,
                waiters: Vec::new(),
                started: None,
                duration: Duration::ZERO,
                reading: Duration::ZERO,
                assigned: None,
                abort_wanted: false,
            }),
        }
    }

    /// How far it is. Work that waits behind other work in its worker has not begun.
    pub(crate) fn status(&self) -> Status {
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

    /// Says which worker runs it under which number.
    pub(crate) fn assign(&self, worker: &Arc<Worker>, number: u32) {
        guard(&self.state).assigned = Some((Arc::clone(worker), number));
    }

    /// Adds somebody who waits for the end; answered at once when that has come.
    pub(crate) fn wait(&self, waiter: Waiter) {
        let mut state = guard(&self.state);
        match &state.outcome {
            None => state.waiters.push(waiter),
            Some(outcome) => {
                let (outcome, status) = (Arc::clone(outcome), state.status);
                drop(state);
                answer(waiter, &outcome, status);
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

    /// Stops it: it never begins, or its function gets an exception.
    pub(crate) fn abort(self: &Arc<Self>) {
        let mut state = guard(&self.state);
        match state.status {
            Status::Done | Status::Aborted => {}
            Status::Created => {
                state.status = Status::Aborted;
                state.abort_wanted = true;
                drop(state);
                self.finish(Outcome::default());
            }
            Status::Running => {
                state.abort_wanted = true;
                let assigned = state.assigned.clone();
                drop(state);
                if let Some((worker, number)) = assigned {
                    worker.abort(number);
                }
            }
        }
    }

    /// The end: keeps the results, does the counting, tells everybody who waits.
    pub(crate) fn finish(self: &Arc<Self>, outcome: Outcome) {
        let outcome = Arc::new(outcome);
        let (waiters, status, duration) = {
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
            )
        };
        if status != Status::Aborted
            && let Some(error) = outcome.errors.last()
        {
            failures::keep(self, duration, error);
        }
        match &self.owner {
            Some(owner) => owner.account(&outcome, status, duration),
            None => RUNS.count(&outcome, status, duration),
        }
        if !self.kept {
            list::remove(self.number);
        }
        for waiter in waiters {
            answer(waiter, &outcome, status);
        }
        if let Some(owner) = &self.owner {
            owner.finished(self);
        }
    }
}

impl Run for Execution {
    fn stop_wanted(&self) -> bool {
        guard(&self.state).abort_wanted
    }

    /// While that is measured.
    fn add_reading(&self, time: Duration) {
        if settings().profile_executions.is_on() {
            guard(&self.state).reading += time;
        }
    }
}

/// The executions that nobody owns.
pub(crate) static RUNS: Durations = Durations::new();

fn answer(waiter: Waiter, outcome: &Arc<Outcome>, status: Status) {
    match waiter {
        Waiter::Results(client) => client.answer(Reply::Results(Arc::clone(outcome))),
        Waiter::Triggered(client) if status == Status::Aborted => {
            client.answer(Reply::error("execution aborted"));
        }
        Waiter::Triggered(client) => client.answer(Reply::Triggered(Arc::clone(outcome))),
        Waiter::Hooked(client) => client.answer(Reply::Hooked(Arc::clone(outcome))),
        Waiter::Internal(then) => then(outcome, status),
    }
}
