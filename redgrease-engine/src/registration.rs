//! Registrations: plans that wait for events, and their executions.

pub(crate) mod ahead;
mod failures;
mod fire;
pub(crate) mod list;
mod queue;
mod queued;

mod statistics;
pub(crate) mod stream;
mod unfit;

use crate::settings::settings;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::guard;
use crate::execution::durations::Durations;
use crate::execution::{self, Execution, Owner, Status};
use crate::plan::{Plan, Reader};
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::registration::stream::follower::Follower;
use crate::session::Session;
use failures::Failures;
pub(crate) use fire::{Answering, Event, Input, Ready};
use queue::Queue;
pub(crate) use statistics::Statistics;
pub(crate) use unfit::Unfit;

/// A plan that waits for events.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) plan: Arc<Plan>,
    pub(crate) session: Arc<Session>,
    /// What a StreamReader registration has beyond others.
    pub(crate) follower: Option<Follower>,
    /// How long its executions took.
    pub(crate) durations: Durations,
    statistics: Mutex<Statistics>,
    failures: Failures,
    queue: Queue,
}

impl Registration {
    /// A registration that no event reaches yet.
    pub(crate) fn new(id: String, plan: Arc<Plan>, session: Arc<Session>) -> Self {
        let follower = match &plan.reader {
            Reader::StreamEvents(events) => Some(Follower::new(events, plan.mode)),
            _ => None,
        };
        Self {
            id,
            plan,
            session,
            follower,
            durations: Durations::new(),
            statistics: Mutex::default(),
            failures: Failures::default(),
            queue: Queue::default(),
        }
    }

    /// Whether its executions run one after the other, in the order of their events.
    fn is_serial(&self) -> bool {
        match &self.plan.reader {
            Reader::Command(reader) => reader.in_order,
            _ => true,
        }
    }

    /// Takes what is over off the list of executions; on demand, aborts what has not begun.
    pub(crate) fn let_go(&self, abort_pending: bool) {
        for number in self.queue.take_kept() {
            execution::list::remove(number);
        }
        if abort_pending {
            for execution in self.queue.refuse() {
                execution.abort();
            }
        }
    }

    /// Sets the counters back; what is under way stays counted.
    pub(crate) fn clear_statistics(&self) {
        if let Some(follower) = &self.follower {
            follower.clear_lag();
        }
        guard(&self.statistics).clear();
    }

    /// The counters as they are now.
    pub(crate) fn statistics(&self) -> Statistics {
        guard(&self.statistics).clone()
    }
}

impl Owner for Registration {
    fn account(&self, outcome: &Outcome, status: Status, duration: Duration) {
        if status != Status::Aborted
            && let Some(error) = outcome.errors.last()
        {
            self.failures.tell(&self.id, error);
        }
        self.durations.count(outcome, status, duration);
        guard(&self.statistics).count(outcome, status, duration);
    }

    fn rests(&self, execution: &Execution) {
        if self.is_serial() {
            self.queue.finished(execution, false);
        }
    }

    fn takes_back(&self, execution: &Execution) -> bool {
        self.is_serial() && self.queue.takes_back(execution)
    }

    fn record_anew(&self, execution: &Execution) -> Option<Value> {
        self.queue.record_anew(execution)
    }

    fn finished(&self, execution: &Execution) {
        if execution.kept {
            let limit = settings().max_executions_per_registration.count().max(1);
            self.queue.keep(execution.number);
            while let Some(number) = self.queue.surplus(limit) {
                execution::list::remove(number);
            }
        }
        if self.is_serial() {
            let lost = execution.outcome().is_some_and(|outcome| outcome.lost);
            self.queue.finished(execution, lost);
        }
    }
}

/// Its executions hold it: the last of them that ran, or waited for its turn, lets the worker forget the functions.
impl Drop for Registration {
    fn drop(&mut self) {
        self.session.remove_plan(&self.id);
    }
}
