//! The sessions that this server knows, by their names.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use super::Session;
use crate::base::guard;

#[derive(Default)]
struct Sessions {
    by_name: HashMap<String, Weak<Session>>,
    by_inner_name: HashMap<String, Weak<Session>>,
    /// Sessions under way, by name, and the ones whose place they take.
    replacing: HashMap<String, String>,
}

static SESSIONS: LazyLock<Mutex<Sessions>> = LazyLock::new(Mutex::default);

/// Makes a session known by its name in its worker.
pub(crate) fn add(session: &Arc<Session>) {
    let mut sessions = guard(&SESSIONS);
    sessions
        .by_inner_name
        .retain(|_, known| known.strong_count() > 0);
    sessions.by_name.retain(|_, known| known.strong_count() > 0);
    sessions
        .by_inner_name
        .insert(session.inner_name.clone(), Arc::downgrade(session));
}

/// Makes a session known by both of its names: it has registrations.
pub(crate) fn add_registered(session: &Arc<Session>) {
    let mut sessions = guard(&SESSIONS);
    sessions
        .by_name
        .insert(session.name.clone(), Arc::downgrade(session));
    sessions
        .by_inner_name
        .insert(session.inner_name.clone(), Arc::downgrade(session));
}

/// The session with this name, while it lives.
pub(crate) fn named(name: &str) -> Option<Arc<Session>> {
    guard(&SESSIONS).by_name.get(name).and_then(Weak::upgrade)
}

/// The session with this name in its worker, while it lives.
pub(crate) fn inside(name: &str) -> Option<Arc<Session>> {
    guard(&SESSIONS)
        .by_inner_name
        .get(name)
        .and_then(Weak::upgrade)
}

/// Notes that the session being loaded under a name takes the place of another.
pub(crate) fn begin_replacing(name: &str, old: &Arc<Session>) {
    guard(&SESSIONS)
        .replacing
        .insert(name.to_owned(), old.name.clone());
}

/// Ends that note.
pub(crate) fn end_replacing(name: &str) {
    guard(&SESSIONS).replacing.remove(name);
}

/// Whether the session being loaded under a name takes the place of `old`.
pub(crate) fn replaces(name: &str, old: &Arc<Session>) -> bool {
    guard(&SESSIONS)
        .replacing
        .get(name)
        .is_some_and(|replaced| *replaced == old.name)
}
