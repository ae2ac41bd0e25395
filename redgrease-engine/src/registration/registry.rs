//! What this server knows: executions, registrations, sessions, and their counters.

mod claim;
mod sessions;

pub(crate) use claim::Claim;
pub(crate) use sessions::{SessionTexts, Usage};

use crate::settings::settings;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};

use crate::base::guard;
use crate::cluster;
use crate::event::hook;
use crate::event::keys;
use crate::event::stream;
use crate::execution::Execution;
use crate::plan::{Plan, Reader};
use crate::record::value::Value;
use crate::registration::Registration;
use crate::session::{PickledPlan, Session};

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
    replacing: HashMap<String, String>,
}

/// What this server knows.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    inner: Mutex<Inner>,
}

impl Registry {
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

    /// Takes the numbers that RedisGears 1.2 spends on an errand to all shards, which is a plan and an execution there.
    pub(crate) fn count_errand(&self) {
        let mut inner = guard(&self.inner);
        inner.next_plan += 1;
        inner.next_execution += 1;
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

    /// Makes an execution and puts it on the list; the oldest one leaves a list that is full.
    pub(crate) fn new_execution(
        &self,
        plan: Arc<Plan>,
        plan_id: String,
        session: Arc<Session>,
        registration: Option<Arc<Registration>>,
        kept: bool,
    ) -> Arc<Execution> {
        let limit = settings().max_executions.count();
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
        if limit > 0 {
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
        drop(gone);
        Ok(made)
    }

    /// Takes a registration away; what runs or waits may end, what waits is aborted on demand.
    pub(crate) fn unregister(&self, id: &[u8], abort_pending: bool) -> bool {
        let Some(registration) = self.registration(id) else {
            return false;
        };
        let taken = take_registration(&mut guard(&self.inner), &registration.id);
        drop(taken);
        self.tell_events();
        registration.let_go(abort_pending);
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
            registration.let_go(true);
        }
    }

    /// Tells the sources of events which registrations there are.
    fn tell_events(&self) {
        let all = self.registrations();
        keys::set_registrations(&all);
        hook::set_registrations(&all);
        stream::set_registrations(&all);
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
