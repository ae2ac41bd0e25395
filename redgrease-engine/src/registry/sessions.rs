//! The sessions that this server knows.

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
