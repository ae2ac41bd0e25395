//! The sessions that this server knows.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::Registry;
use crate::registration::Registration;
use crate::requirements;
use crate::session::Session;
use crate::worker::guard;

impl Registry {
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
        let mut known = HashSet::new();
        guard(&self.inner)
            .registrations
            .iter()
            .map(|registration| &registration.session)
            .filter(|session| known.insert(Arc::as_ptr(session)))
            .cloned()
            .collect()
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

    /// What is said of each session, as [`Texts::of`] gives it.
    pub(crate) fn session_texts(&self) -> Texts {
        let mut registrations: HashMap<*const Session, Vec<String>> = HashMap::new();
        for registration in &guard(&self.inner).registrations {
            registrations
                .entry(Arc::as_ptr(&registration.session))
                .or_default()
                .push(format!("'{}'", registration.id));
        }
        Texts {
            registrations,
            made: HashMap::new(),
        }
    }
}

/// The registrations that the text of a session lists; it is beside each of them.
const LISTED: usize = 100;

/// What is said of sessions: text in the shape of RedisGears 1.2, which looks like Python and is not.
#[derive(Debug)]
pub(crate) struct Texts {
    registrations: HashMap<*const Session, Vec<String>>,
    made: HashMap<*const Session, String>,
}

impl Texts {
    /// The text of a session.
    pub(crate) fn of(&mut self, session: &Arc<Session>) -> &str {
        let registrations = &self.registrations;
        self.made
            .entry(Arc::as_ptr(session))
            .or_insert_with_key(|key| {
                describe(session, registrations.get(key).map_or(&[], Vec::as_slice))
            })
    }
}

fn describe(session: &Session, registrations: &[String]) -> String {
    let mut list = registrations[..registrations.len().min(LISTED)].join(", ");
    if registrations.len() > LISTED {
        list.push_str(&format!(", 'and {} more'", registrations.len() - LISTED));
    }
    let replaced = session.replaced.load(Ordering::Relaxed);
    format!(
        "{{'sessionName':'{}', 'sessionDescription':'{}', 'refCount': {}, 'linkedTo': {}, 'dead': {replaced}, \
         'isInstallationNeeded':{}, 'registrationsList':[{list}], 'depsList':[{}]}}",
        session.name,
        session.description.as_deref().unwrap_or("null"),
        registrations.len(),
        if replaced { "None" } else { "primary" },
        i32::from(session.installed.load(Ordering::Relaxed)),
        requirements::session_text(session),
    )
}
