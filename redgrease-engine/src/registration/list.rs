//! The registrations of this server, and who is told when others are in place.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Mutex};

use super::{Registration, Unfit};
use crate::base::guard;
use crate::plan::{Plan, Reader};
use crate::record::value::Value;
use crate::server::ServerLock;
use crate::session::{self, PickledPlan, Session};

/// Takes over which registrations there are, the oldest first.
pub(crate) type Listener = fn(&[Arc<Registration>]);

#[derive(Default)]
struct Registrations {
    all: Vec<Arc<Registration>>,
    triggers: HashMap<Vec<u8>, Arc<Registration>>,
}

static REGISTRATIONS: LazyLock<Mutex<Registrations>> = LazyLock::new(Mutex::default);
static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

/// Has `listener` called after every change.
pub(crate) fn listen(listener: Listener) {
    guard(&LISTENERS).push(listener);
}

fn tell() {
    let all = all();
    let listeners = guard(&LISTENERS).clone();
    for listener in listeners {
        listener(&all);
    }
}

/// The registration that a trigger calls.
pub(crate) fn trigger(name: &[u8]) -> Option<Arc<Registration>> {
    guard(&REGISTRATIONS).triggers.get(name).cloned()
}

/// All registrations, the oldest first.
pub(crate) fn all() -> Vec<Arc<Registration>> {
    guard(&REGISTRATIONS).all.clone()
}

/// Sets the counters of all back.
pub(crate) fn clear_statistics() {
    for registration in all() {
        registration.clear_statistics();
    }
}

/// The registration with this id.
pub(crate) fn find(id: &[u8]) -> Option<Arc<Registration>> {
    guard(&REGISTRATIONS)
        .all
        .iter()
        .find(|registration| registration.id.as_bytes() == id)
        .cloned()
}

/// The registrations of a session.
pub(crate) fn of_session(session: &Arc<Session>) -> Vec<Arc<Registration>> {
    guard(&REGISTRATIONS)
        .all
        .iter()
        .filter(|registration| Arc::ptr_eq(&registration.session, session))
        .cloned()
        .collect()
}

/// All sessions that registrations refer to, in the order of their first registration.
pub(crate) fn sessions() -> Vec<Arc<Session>> {
    let mut seen = HashSet::new();
    guard(&REGISTRATIONS)
        .all
        .iter()
        .map(|registration| &registration.session)
        .filter(|session| seen.insert(Arc::as_ptr(session)))
        .cloned()
        .collect()
}

/// Puts registrations of a session in place, all or none. Those of `replaced` go in the same moment.
///
/// # Errors
/// Why none is.
pub(crate) fn add(
    _lock: &ServerLock,
    session: &Arc<Session>,
    descriptions: &[Value],
    replaced: Option<&Arc<Session>>,
) -> Result<Vec<Arc<Registration>>, Unfit> {
    let mut made = Vec::with_capacity(descriptions.len());
    for description in descriptions {
        let plan = Plan::parse(description).ok_or(Unfit::Description)?;
        let id = description.text("id").unwrap_or_default();
        if let Some(plan) = PickledPlan::of(description) {
            session.add_plan(plan);
        }
        made.push(Arc::new(Registration::new(
            id,
            Arc::new(plan),
            Arc::clone(session),
        )));
    }
    let mut registrations = guard(&REGISTRATIONS);
    let leaving: Vec<String> = replaced.map_or_else(Vec::new, |old| {
        registrations
            .all
            .iter()
            .filter(|registration| Arc::ptr_eq(&registration.session, old))
            .map(|registration| registration.id.clone())
            .collect()
    });
    for registration in &made {
        if let Some(trigger) = trigger_of(registration) {
            let taken = registrations.triggers.get(trigger);
            if taken.is_some_and(|other| !leaving.contains(&other.id)) {
                return Err(Unfit::Trigger);
            }
        }
    }
    let mut gone = Vec::new();
    for id in &leaving {
        gone.extend(registrations.take(id));
    }
    for registration in &made {
        if let Some(trigger) = trigger_of(registration) {
            registrations
                .triggers
                .insert(trigger.clone(), Arc::clone(registration));
        }
        registrations.all.push(Arc::clone(registration));
    }
    drop(registrations);
    session::list::add_registered(session);
    tell();
    if let Some(old) = replaced {
        old.replaced.store(true, Ordering::Relaxed);
    }
    drop(gone);
    Ok(made)
}

/// Takes a registration away; what runs or waits may end, what waits is aborted on demand.
pub(crate) fn remove(_lock: &ServerLock, id: &[u8], abort_pending: bool) -> bool {
    let Some(registration) = find(id) else {
        return false;
    };
    let taken = guard(&REGISTRATIONS).take(&registration.id);
    drop(taken);
    tell();
    registration.let_go(abort_pending);
    true
}

/// Takes all registrations away; what waits is aborted.
pub(crate) fn clear(_lock: &ServerLock) {
    let gone = {
        let mut registrations = guard(&REGISTRATIONS);
        registrations.triggers.clear();
        std::mem::take(&mut registrations.all)
    };
    tell();
    for registration in gone {
        registration.let_go(true);
    }
}

fn trigger_of(registration: &Registration) -> Option<&Vec<u8>> {
    match &registration.plan.reader {
        Reader::Command(reader) => reader.trigger.as_ref(),
        _ => None,
    }
}

impl Registrations {
    fn take(&mut self, id: &str) -> Option<Arc<Registration>> {
        let at = self
            .all
            .iter()
            .position(|registration| registration.id == id)?;
        let registration = self.all.remove(at);
        if let Some(trigger) = trigger_of(&registration)
            && self
                .triggers
                .get(trigger)
                .is_some_and(|known| Arc::ptr_eq(known, &registration))
        {
            self.triggers.remove(trigger);
        }
        Some(registration)
    }
}
