//! Registrations: plans that wait for events, and their executions.

mod queue;
pub(crate) mod registry;
mod statistics;
pub(crate) mod stream;

use crate::settings::settings;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::answer::Reply;
use crate::base::guard;
use crate::engine::engine;
use crate::event::keys::KeyEvent;
use crate::event::stream::Follower;
use crate::execution::{Execution, Outcome, Status};
use crate::plan::{Plan, Reader};
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::session::Session;
use queue::{Queue, Queued, Source};
use statistics::{Statistics, format_average};

/// A plan that waits for events.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) plan: Arc<Plan>,
    pub(crate) session: Arc<Session>,
    /// What a StreamReader registration has beyond others.
    pub(crate) follower: Option<Follower>,
    statistics: Mutex<Statistics>,
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
            statistics: Mutex::default(),
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

    /// Makes an execution for an event.
    pub(crate) fn new_execution(self: &Arc<Self>) -> Arc<Execution> {
        guard(&self.statistics).triggered += 1;
        engine().registry.new_execution(
            Arc::clone(&self.plan),
            self.id.clone(),
            Arc::clone(&self.session),
            Some(Arc::clone(self)),
            !matches!(self.plan.reader, Reader::Command(_)),
        )
    }

    /// Runs an execution over its records, or queues it behind the one before.
    pub(crate) fn run(self: &Arc<Self>, execution: Arc<Execution>, batch: Batch) {
        self.run_with(execution, batch, Value::None);
    }

    /// The same with more for the functions to see.
    pub(crate) fn run_with(
        self: &Arc<Self>,
        execution: Arc<Execution>,
        batch: Batch,
        extra: Value,
    ) {
        self.enqueue(Queued {
            execution,
            source: Source::Records(batch),
            extra,
        });
    }

    /// Runs an execution over a key that changed.
    pub(crate) fn run_event(
        self: &Arc<Self>,
        execution: Arc<Execution>,
        event: KeyEvent,
        extra: Value,
    ) {
        self.enqueue(Queued {
            execution,
            source: Source::Key(event),
            extra,
        });
    }

    fn enqueue(&self, queued: Queued) {
        if self.is_serial() {
            self.queue.push(queued);
        } else {
            queued.begin();
        }
    }

    /// Called when an execution is over: starts the next one, and lets go of the oldest finished ones.
    pub(crate) fn finished(&self, execution: &Execution) {
        if execution.kept {
            let limit = settings().max_executions_per_registration.count().max(1);
            for number in self.queue.keep(execution.number, limit) {
                engine().registry.drop_execution(number);
            }
        }
        if self.is_serial() {
            self.queue.finished(execution.number);
        }
    }

    /// Takes what is over off the list of executions; on demand, aborts what has not begun.
    pub(crate) fn let_go(&self, abort_pending: bool) {
        for number in self.queue.take_kept() {
            engine().registry.drop_execution(number);
        }
        if abort_pending {
            for execution in self.queue.refuse() {
                execution.abort();
            }
        }
    }

    /// Counts an execution that is over.
    pub(crate) fn account(&self, outcome: &Outcome, status: Status, duration: Duration) {
        guard(&self.statistics).count(outcome, status, duration);
    }

    /// Sets the counters back; what is under way stays counted.
    pub(crate) fn clear_statistics(&self) {
        if let Some(follower) = &self.follower {
            follower.clear_lag();
        }
        guard(&self.statistics).clear();
    }

    /// The registration as DUMPREGISTRATIONS shows it, with the text of its session, and as PYDUMPSESSIONS does, without.
    pub(crate) fn dump(&self, session: Option<&str>) -> Reply {
        let mut whole = vec![
            ("id", Reply::bulk(&self.id)),
            ("reader", Reply::bulk(self.plan.reader.name())),
            ("desc", Reply::bulk_or_null(self.plan.description.as_ref())),
            ("RegistrationData", Reply::map(self.data())),
        ];
        if let Some(session) = session {
            whole.push(("PD", Reply::bulk(session)));
        }
        whole.push(("ExecutionThreadPool", Reply::bulk("DefaultPool")));
        Reply::map(whole)
    }

    /// The counters, the arguments and the state.
    pub(crate) fn data(&self) -> Vec<(&'static str, Reply)> {
        let statistics = guard(&self.statistics).clone();
        let runs = statistics.over();
        let number = |value: u64| Reply::Int(i64::try_from(value).unwrap_or(i64::MAX));
        let mut data = vec![
            ("mode", Reply::bulk(self.plan.mode.name())),
            ("numTriggered", number(statistics.triggered)),
            ("numSuccess", number(statistics.succeeded)),
            ("numFailures", number(statistics.failed)),
            ("numAborted", number(statistics.aborted)),
            ("lastRunDurationMS", number(statistics.last_run)),
            ("totalRunDurationMS", number(statistics.total_run)),
            (
                "avgRunDurationMS",
                Reply::bulk(format_average(statistics.average_run())),
            ),
        ];
        if let Some(follower) = &self.follower {
            let (last, total) = follower.lag();
            #[expect(clippy::cast_precision_loss, reason = "an average of milliseconds")]
            let average = total as f64 / runs.max(1) as f64;
            data.push(("lastEstimatedLagMS", number(last)));
            data.push(("avgEstimatedLagMS", Reply::bulk(format_average(average))));
        }
        data.push((
            "lastError",
            Reply::bulk_or_null(statistics.last_error.as_ref()),
        ));
        data.push(("args", self.plan.reader.arguments()));
        if let Some(follower) = &self.follower {
            data.push(("status", Reply::bulk(follower.status())));
        }
        data
    }
}

/// Its executions hold it: the last of them that ran, or waited for its turn, lets the worker forget the functions.
impl Drop for Registration {
    fn drop(&mut self) {
        self.session.remove_plan(&self.id);
    }
}
