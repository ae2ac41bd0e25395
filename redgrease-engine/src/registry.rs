//! What this server knows: executions, registrations, sessions, and their counters.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use crate::cluster;
use crate::engine::engine;
use crate::execution::{Execution, Outcome, Status};
use crate::ffi::lock_server;
use crate::hooks;
use crate::key_events::{self, KeyEvent};
use crate::plan::{Plan, Reader};
use crate::readers::stream::{self, Follower};
use crate::records::Batch;
use crate::reply::Reply;
use crate::requirements;
use crate::session::{PickledPlan, Session};
use crate::value::Value;
use crate::worker::guard;

/// The counters of a registration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) triggered: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
    pub(crate) last_run: u64,
    pub(crate) total_run: u64,
    pub(crate) last_error: Option<Vec<u8>>,
}

/// Executions of a registration that run one after the other.
#[derive(Debug, Default)]
struct Queue {
    busy: bool,
    waiting: VecDeque<Queued>,
    /// Executions that are over and still on the list, the oldest first.
    finished: VecDeque<u64>,
}

/// An execution, where its records come from, and what else its functions see.
#[derive(Debug)]
struct Queued {
    execution: Arc<Execution>,
    source: Source,
    extra: Value,
}

/// Where the records of an execution come from.
#[derive(Debug)]
enum Source {
    /// They are there.
    Records(Batch),
    /// The key is read when the execution begins.
    Key(KeyEvent),
}

impl Queued {
    fn begin(self) {
        let batch = match self.source {
            Source::Records(batch) => batch,
            Source::Key(event) => event.read(&lock_server()),
        };
        crate::calls::submit_from(&self.execution, 0, &batch, &self.extra);
    }
}

/// A plan that waits for events.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) plan: Arc<Plan>,
    pub(crate) session: Arc<Session>,
    /// What a StreamReader registration has beyond others.
    pub(crate) follower: Option<Follower>,
    statistics: Mutex<Statistics>,
    queue: Mutex<Queue>,
}

impl Registration {
    fn new(id: String, plan: Arc<Plan>, session: Arc<Session>) -> Self {
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
            queue: Mutex::default(),
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

    fn enqueue(self: &Arc<Self>, queued: Queued) {
        if self.is_serial() {
            let mut queue = guard(&self.queue);
            if queue.busy {
                queue.waiting.push_back(queued);
                return;
            }
            queue.busy = true;
        }
        queued.begin();
    }

    /// Called when an execution is over: starts the next one, and lets go of the oldest finished ones.
    pub(crate) fn finished(self: &Arc<Self>, execution: &Arc<Execution>) {
        if execution.kept {
            let limit = engine().config().int("MaxExecutionsPerRegistration").max(1);
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut queue = guard(&self.queue);
            queue.finished.push_back(execution.number);
            let surplus = queue.finished.len().saturating_sub(limit);
            let gone: Vec<u64> = queue.finished.drain(..surplus).collect();
            drop(queue);
            for number in gone {
                engine().registry.drop_execution(number);
            }
        }
        if !self.is_serial() {
            return;
        }
        let next = {
            let mut queue = guard(&self.queue);
            let next = queue.waiting.pop_front();
            queue.busy = next.is_some();
            next
        };
        if let Some(queued) = next {
            // An execution that was aborted while it waited gives its place to the next one.
            if queued.execution.is_over() {
                self.finished(&queued.execution);
            } else {
                queued.begin();
            }
        }
    }

    /// The executions that are over and on the list, which lets go of them.
    fn take_finished(&self) -> Vec<u64> {
        guard(&self.queue).finished.drain(..).collect()
    }

    /// Executions that have not begun.
    fn pending(&self) -> Vec<Arc<Execution>> {
        guard(&self.queue)
            .waiting
            .iter()
            .map(|queued| Arc::clone(&queued.execution))
            .collect()
    }

    /// Counts an execution that is over.
    pub(crate) fn account(&self, outcome: &Outcome, status: Status, duration: Duration) {
        let mut statistics = guard(&self.statistics);
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        statistics.last_run = milliseconds;
        statistics.total_run += milliseconds;
        match (status, outcome.errors.last()) {
            (Status::Aborted, _) => statistics.aborted += 1,
            (_, Some(error)) => {
                statistics.failed += 1;
                statistics.last_error = Some(error.clone());
            }
            (_, None) => {
                statistics.succeeded += 1;
                statistics.last_error = None;
            }
        }
    }

    /// Sets the counters back; what is under way stays counted.
    pub(crate) fn clear_statistics(&self) {
        if let Some(follower) = &self.follower {
            follower.clear_lag();
        }
        let mut statistics = guard(&self.statistics);
        let over = statistics.succeeded + statistics.failed + statistics.aborted;
        *statistics = Statistics {
            triggered: statistics.triggered.saturating_sub(over),
            ..Statistics::default()
        };
    }

    /// The counters now.
    pub(crate) fn statistics(&self) -> Statistics {
        guard(&self.statistics).clone()
    }

    /// The registration as DUMPREGISTRATIONS shows it.
    pub(crate) fn dump(&self, with_session: bool) -> Reply {
        let mut whole = vec![
            ("id", Reply::bulk(&self.id)),
            ("reader", Reply::bulk(self.plan.reader.name())),
            ("desc", Reply::bulk_or_null(self.plan.description.as_ref())),
            ("RegistrationData", Reply::map(self.data())),
        ];
        if with_session {
            whole.push((
                "PD",
                Reply::bulk(engine().registry.session_text(&self.session)),
            ));
        }
        whole.push(("ExecutionThreadPool", Reply::bulk("DefaultPool")));
        Reply::map(whole)
    }

    /// The counters, the arguments and the state.
    pub(crate) fn data(&self) -> Vec<(&'static str, Reply)> {
        let statistics = self.statistics();
        let runs = statistics.succeeded + statistics.failed + statistics.aborted;
        let average = if runs == 0 {
            0.0
        } else {
            statistics.total_run as f64 / runs as f64
        };
        let number = |value: u64| Reply::Int(i64::try_from(value).unwrap_or(i64::MAX));
        let mut data = vec![
            ("mode", Reply::bulk(self.plan.mode.name())),
            ("numTriggered", number(statistics.triggered)),
            ("numSuccess", number(statistics.succeeded)),
            ("numFailures", number(statistics.failed)),
            ("numAborted", number(statistics.aborted)),
            ("lastRunDurationMS", number(statistics.last_run)),
            ("totalRunDurationMS", number(statistics.total_run)),
            ("avgRunDurationMS", Reply::bulk(format_average(average))),
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

/// A double as C's `%.17g` prints it.
fn format_average(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // 17 significant digits, trailing zeros cut, as %g does for values of ordinary size.
    let exponent = value.abs().log10().floor() as i32;
    let digits = usize::try_from((16 - exponent).max(0)).unwrap_or(0);
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[derive(Debug, Default)]
struct Inner {
    executions: BTreeMap<u64, Arc<Execution>>,
    next_execution: u64,
    next_plan: u64,
    registrations: Vec<Arc<Registration>>,
    triggers: HashMap<Vec<u8>, Arc<Registration>>,
    sessions: HashMap<String, Weak<Session>>,
    by_inner_name: HashMap<String, Weak<Session>>,
    /// Sessions under way, by name, and the ones whose place they take.
    replacing: HashMap<String, Weak<Session>>,
}

/// What this server knows.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    inner: Mutex<Inner>,
}

impl Registry {
    // -- counters

    /// Counts plans on; gives the id of the last one.
    pub(crate) fn next_plan(&self, count: u64) -> String {
        let mut inner = guard(&self.inner);
        inner.next_plan += count;
        format!(
            "{}-{}",
            cluster::shard_id(),
            inner.next_plan.saturating_sub(1)
        )
    }

    /// Takes one execution number without an execution.
    pub(crate) fn skip_execution(&self) {
        guard(&self.inner).next_execution += 1;
    }

    /// Counts on beyond the number of a plan that was made by another run of the server.
    pub(crate) fn skip_plan(&self, id: &str) {
        let number = id
            .rsplit_once('-')
            .and_then(|(_, number)| number.parse::<u64>().ok());
        if let Some(number) = number {
            let mut inner = guard(&self.inner);
            inner.next_plan = inner.next_plan.max(number.saturating_add(1));
        }
    }

    // -- executions

    /// Makes an execution and puts it on the list; the oldest one leaves a list that is full.
    pub(crate) fn new_execution(
        &self,
        plan: Arc<Plan>,
        plan_id: String,
        session: Arc<Session>,
        registration: Option<Arc<Registration>>,
        kept: bool,
    ) -> Arc<Execution> {
        let limit = engine().config().int("MaxExecutions");
        let mut inner = guard(&self.inner);
        let number = inner.next_execution;
        inner.next_execution += 1;
        let id = format!("{}-{number}", cluster::shard_id());
        let execution = Arc::new(Execution::new(
            number,
            id,
            plan,
            plan_id,
            session,
            registration,
            kept,
        ));
        let mut gone = Vec::new();
        if let Ok(limit @ 1..) = usize::try_from(limit) {
            while inner.executions.len() >= limit {
                match inner.executions.pop_first() {
                    Some((_, oldest)) => gone.push(oldest),
                    None => break,
                }
            }
        }
        inner.executions.insert(number, Arc::clone(&execution));
        drop(inner);
        // Dropped without the lock: the end of an execution may be the end of its session.
        drop(gone);
        execution
    }

    /// The execution with this id.
    pub(crate) fn execution(&self, id: &[u8]) -> Option<Arc<Execution>> {
        let text = std::str::from_utf8(id).ok()?;
        let (shard, number) = text.rsplit_once('-')?;
        if shard != cluster::shard_id() {
            return None;
        }
        let found = guard(&self.inner)
            .executions
            .get(&number.parse().ok()?)
            .cloned()?;
        (found.id == text).then_some(found)
    }

    /// Takes an execution off the list.
    pub(crate) fn drop_execution(&self, number: u64) {
        let gone = guard(&self.inner).executions.remove(&number);
        drop(gone);
    }

    /// All executions, the newest first.
    pub(crate) fn executions(&self) -> Vec<Arc<Execution>> {
        guard(&self.inner)
            .executions
            .values()
            .rev()
            .cloned()
            .collect()
    }

    // -- registrations

    /// The registration that a trigger calls.
    pub(crate) fn trigger(&self, name: &[u8]) -> Option<Arc<Registration>> {
        guard(&self.inner).triggers.get(name).cloned()
    }

    /// All registrations, the oldest first.
    pub(crate) fn registrations(&self) -> Vec<Arc<Registration>> {
        guard(&self.inner).registrations.clone()
    }

    /// The registration with this id.
    pub(crate) fn registration(&self, id: &[u8]) -> Option<Arc<Registration>> {
        guard(&self.inner)
            .registrations
            .iter()
            .find(|registration| registration.id.as_bytes() == id)
            .cloned()
    }

    /// Puts registrations of a session in place, all or none. Those of `replaced` go in the same moment.
    ///
    /// # Errors
    /// The text for the client.
    pub(crate) fn register(
        &self,
        session: &Arc<Session>,
        descriptions: &[Value],
        replaced: Option<&Arc<Session>>,
    ) -> Result<Vec<Arc<Registration>>, String> {
        let mut made = Vec::with_capacity(descriptions.len());
        for description in descriptions {
            let plan = Plan::parse(description)
                .ok_or("ERR the worker described its registration badly")?;
            let id = description.text("id").unwrap_or_default();
            if let Some(Value::Bytes(blob)) = description.get("blob") {
                session.add_plan(PickledPlan {
                    id: id.clone(),
                    blob: Arc::from(blob.as_slice()),
                });
            }
            made.push(Arc::new(Registration::new(
                id,
                Arc::new(plan),
                Arc::clone(session),
            )));
        }
        let mut inner = guard(&self.inner);
        let leaving: Vec<String> = replaced.map_or_else(Vec::new, |old| {
            inner
                .registrations
                .iter()
                .filter(|registration| Arc::ptr_eq(&registration.session, old))
                .map(|registration| registration.id.clone())
                .collect()
        });
        for registration in &made {
            if let Some(trigger) = trigger_of(registration) {
                let taken = inner.triggers.get(trigger);
                if taken.is_some_and(|other| !leaving.contains(&other.id)) {
                    return Err("trigger already registered".to_owned());
                }
            }
        }
        let mut gone = Vec::new();
        for id in &leaving {
            gone.extend(take_registration(&mut inner, id));
        }
        for registration in &made {
            if let Some(trigger) = trigger_of(registration) {
                inner
                    .triggers
                    .insert(trigger.clone(), Arc::clone(registration));
            }
            inner.registrations.push(Arc::clone(registration));
        }
        inner
            .sessions
            .insert(session.name.clone(), Arc::downgrade(session));
        inner
            .by_inner_name
            .insert(session.inner_name.clone(), Arc::downgrade(session));
        drop(inner);
        self.tell_events();
        if let Some(old) = replaced {
            old.replaced.store(true, Ordering::Relaxed);
        }
        for registration in gone {
            registration.session.remove_plan(&registration.id);
        }
        Ok(made)
    }

    /// Takes a registration away; what runs may end, what waits is aborted on demand.
    pub(crate) fn unregister(&self, id: &[u8], abort_pending: bool) -> bool {
        let Some(registration) = self.registration(id) else {
            return false;
        };
        let taken = take_registration(&mut guard(&self.inner), &registration.id);
        drop(taken);
        self.tell_events();
        for number in registration.take_finished() {
            self.drop_execution(number);
        }
        if abort_pending {
            for execution in registration.pending() {
                execution.abort();
            }
        }
        registration.session.remove_plan(&registration.id);
        true
    }

    /// Takes all registrations away; what waits is aborted.
    pub(crate) fn clear(&self) {
        let gone = {
            let mut inner = guard(&self.inner);
            inner.triggers.clear();
            std::mem::take(&mut inner.registrations)
        };
        self.tell_events();
        for registration in gone {
            for number in registration.take_finished() {
                self.drop_execution(number);
            }
            for execution in registration.pending() {
                execution.abort();
            }
            registration.session.remove_plan(&registration.id);
        }
    }

    /// Tells the sources of events which registrations there are.
    fn tell_events(&self) {
        let all = self.registrations();
        key_events::set_registrations(&all);
        hooks::set_registrations(&all);
        stream::set_registrations(&all);
    }

    // -- sessions

    /// Notes that the session being loaded under a name takes the place of another.
    pub(crate) fn begin_replacing(&self, name: &str, old: &Arc<Session>) {
        guard(&self.inner)
            .replacing
            .insert(name.to_owned(), Arc::downgrade(old));
    }

    /// Ends that note.
    pub(crate) fn end_replacing(&self, name: &str) {
        guard(&self.inner).replacing.remove(name);
    }

    /// Whether the session being loaded under a name takes the place of `old`.
    pub(crate) fn replaces(&self, name: &str, old: &Arc<Session>) -> bool {
        guard(&self.inner)
            .replacing
            .get(name)
            .is_some_and(|replaced| std::ptr::eq(replaced.as_ptr(), Arc::as_ptr(old)))
    }

    /// The session with this name, while it lives.
    pub(crate) fn session(&self, name: &str) -> Option<Arc<Session>> {
        guard(&self.inner)
            .sessions
            .get(name)
            .and_then(Weak::upgrade)
    }

    /// The session with this name in its worker, while it lives.
    pub(crate) fn session_inside(&self, name: &str) -> Option<Arc<Session>> {
        guard(&self.inner)
            .by_inner_name
            .get(name)
            .and_then(Weak::upgrade)
    }

    /// Makes a session known by its name in its worker.
    pub(crate) fn add_session(&self, session: &Arc<Session>) {
        let mut inner = guard(&self.inner);
        inner
            .by_inner_name
            .retain(|_, known| known.strong_count() > 0);
        inner.sessions.retain(|_, known| known.strong_count() > 0);
        inner
            .by_inner_name
            .insert(session.inner_name.clone(), Arc::downgrade(session));
    }

    /// All sessions that registrations refer to, in the order of their first registration.
    pub(crate) fn sessions(&self) -> Vec<Arc<Session>> {
        let mut sessions: Vec<Arc<Session>> = Vec::new();
        for registration in &guard(&self.inner).registrations {
            if !sessions
                .iter()
                .any(|known| Arc::ptr_eq(known, &registration.session))
            {
                sessions.push(Arc::clone(&registration.session));
            }
        }
        sessions
    }

    /// The registrations of a session.
    pub(crate) fn registrations_of(&self, session: &Arc<Session>) -> Vec<Arc<Registration>> {
        guard(&self.inner)
            .registrations
            .iter()
            .filter(|registration| Arc::ptr_eq(&registration.session, session))
            .cloned()
            .collect()
    }

    /// The session data of a registration: text in the shape of RedisGears 1.2, which looks like Python and is not.
    pub(crate) fn session_text(&self, session: &Arc<Session>) -> String {
        let registrations: Vec<String> = self
            .registrations_of(session)
            .iter()
            .map(|registration| format!("'{}'", registration.id))
            .collect();
        format!(
            "{{'sessionName':'{}', 'sessionDescription':'{}', 'refCount': {}, 'linkedTo': {}, 'dead': {}, \
             'isInstallationNeeded':{}, 'registrationsList':[{}], 'depsList':[{}]}}",
            session.name,
            session.description.as_deref().unwrap_or("null"),
            registrations.len(),
            if session.replaced.load(Ordering::Relaxed) {
                "None"
            } else {
                "primary"
            },
            session.replaced.load(Ordering::Relaxed),
            i32::from(session.installed.load(Ordering::Relaxed)),
            registrations.join(", "),
            requirements::session_text(session),
        )
    }
}

fn trigger_of(registration: &Registration) -> Option<&Vec<u8>> {
    match &registration.plan.reader {
        Reader::Command(reader) => reader.trigger.as_ref(),
        _ => None,
    }
}

fn take_registration(inner: &mut Inner, id: &str) -> Option<Arc<Registration>> {
    let at = inner
        .registrations
        .iter()
        .position(|registration| registration.id == id)?;
    let registration = inner.registrations.remove(at);
    if let Some(trigger) = trigger_of(&registration)
        && inner
            .triggers
            .get(trigger)
            .is_some_and(|known| Arc::ptr_eq(known, &registration))
    {
        inner.triggers.remove(trigger);
    }
    Some(registration)
}

#[cfg(test)]
mod tests {
    use super::format_average;

    #[test]
    fn averages_print_as_in_c() {
        assert_eq!(format_average(0.0), "0");
        assert_eq!(format_average(2.0), "2");
        assert_eq!(format_average(0.5), "0.5");
        assert_eq!(format_average(1.0 / 3.0), "0.33333333333333331");
        assert_eq!(format_average(1234.25), "1234.25");
    }
}
