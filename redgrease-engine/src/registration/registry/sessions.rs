//! The sessions that this server knows.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::Registry;
use crate::base::guard;
use crate::packages::requirements;
use crate::plan::Plan;
use crate::registration::Registration;
use crate::session::Session;

impl Registry {
    /// Notes that the session being loaded under a name takes the place of another.
    pub(crate) fn begin_replacing(&self, name: &str, old: &Arc<Session>) {
        guard(&self.inner)
            .replacing
            .insert(name.to_owned(), old.name.clone());
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
            .is_some_and(|replaced| *replaced == old.name)
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
        let mut seen = HashSet::new();
        guard(&self.inner)
            .registrations
            .iter()
            .map(|registration| &registration.session)
            .filter(|session| seen.insert(Arc::as_ptr(session)))
            .cloned()
            .collect()
    }

    /// What there is of every session, in the same order; behind them the ones that were replaced and still run something.
    pub(crate) fn usages(&self) -> Vec<Usage> {
        let inner = guard(&self.inner);
        let mut usages: Vec<Usage> = Vec::new();
        let mut places = HashMap::new();
        let mut place = |session: &Arc<Session>, usages: &mut Vec<Usage>| {
            *places.entry(Arc::as_ptr(session)).or_insert_with(|| {
                usages.push(Usage::new(session));
                usages.len() - 1
            })
        };
        for registration in &inner.registrations {
            let at = place(&registration.session, &mut usages);
            usages[at].registrations.push(Arc::clone(registration));
            usages[at].plans.insert(Arc::as_ptr(&registration.plan));
        }
        for execution in inner.executions.values() {
            let at = place(&execution.session, &mut usages);
            usages[at].plans.insert(Arc::as_ptr(&execution.plan));
        }
        drop(inner);
        usages.retain(|usage| !usage.registrations.is_empty() || usage.is_dead());
        usages
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
}

/// The registrations that the text of a session lists; it is beside each of them.
const LISTED: usize = 100;

/// A session and what refers to it.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) session: Arc<Session>,
    pub(crate) registrations: Vec<Arc<Registration>>,
    plans: HashSet<*const Plan>,
}

impl Usage {
    fn new(session: &Arc<Session>) -> Self {
        Self {
            session: Arc::clone(session),
            registrations: Vec::new(),
            plans: HashSet::new(),
        }
    }

    /// How many plans of the session there are: those of its registrations, and those of executions on the list.
    pub(crate) fn references(&self) -> usize {
        self.plans.len()
    }

    /// Whether another session took its name over.
    pub(crate) fn is_dead(&self) -> bool {
        self.session.replaced.load(Ordering::Relaxed)
    }

    /// How the session is linked to its name.
    pub(crate) fn link(&self) -> &'static str {
        if self.is_dead() { "None" } else { "primary" }
    }

    /// The session data of a registration: text in the shape of RedisGears 1.2, which looks like Python and is not.
    pub(crate) fn text(&self) -> String {
        let session = &self.session;
        let mut registrations: Vec<String> = self
            .registrations
            .iter()
            .take(LISTED)
            .map(|registration| format!("'{}'", registration.id))
            .collect();
        if self.registrations.len() > LISTED {
            registrations.push(format!("'and {} more'", self.registrations.len() - LISTED));
        }
        format!(
            "{{'sessionName':'{}', 'sessionDescription':'{}', 'refCount': {}, 'linkedTo': {}, 'dead': {}, \
             'isInstallationNeeded':{}, 'registrationsList':[{}], 'depsList':[{}]}}",
            session.name,
            session.description.as_deref().unwrap_or("null"),
            self.references(),
            self.link(),
            self.is_dead(),
            i32::from(session.installed.load(Ordering::Relaxed)),
            registrations.join(","),
            requirements::session_text(session),
        )
    }
}

/// The texts of sessions, to look up by session.
#[derive(Debug)]
pub(crate) struct SessionTexts(HashMap<*const Session, String>);

impl SessionTexts {
    /// The texts of these sessions.
    pub(crate) fn new(usages: &[Usage]) -> Self {
        let text = |usage: &Usage| (Arc::as_ptr(&usage.session), usage.text());
        Self(usages.iter().map(text).collect())
    }

    /// The text of one of them.
    pub(crate) fn of(&self, session: &Arc<Session>) -> &str {
        self.0.get(&Arc::as_ptr(session)).map_or("", String::as_str)
    }
}
