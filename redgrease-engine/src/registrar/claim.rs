//! How sessions come to their names.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::registration;
use crate::session::{self, Session};

/// Which sessions give way to the one that a script makes.
///
/// It is asked twice: before the script runs, and when its registrations are put in place, because others may have come
/// and gone in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Whether one of the same name gives way.
    pub(crate) upgrade: bool,
    /// The name of another one that gives way.
    pub(crate) replace: Option<String>,
}

impl Claim {
    /// The session that gives way to one called `name`, before that is made.
    ///
    /// # Errors
    /// Why the name can not be had.
    pub(crate) fn first(&self, name: &str) -> Result<Option<Arc<Session>>, String> {
        let leaving = self.leaving(name, None)?;
        match &self.replace {
            Some(old) if leaving.is_none() => Err(format!(
                "Can not replace with {old}, session does not exists."
            )),
            _ => Ok(leaving),
        }
    }

    /// The session that gives way to `session` now. One that was to be replaced and has gone is not missed.
    ///
    /// # Errors
    /// Why the session can not have its name, or no more.
    pub(crate) fn last(&self, session: &Arc<Session>) -> Result<Option<Arc<Session>>, String> {
        if session.replaced.load(Ordering::Relaxed) {
            return Err(format!("Session {} was replaced", session.name));
        }
        self.leaving(&session.name, Some(session))
    }

    fn leaving(
        &self,
        name: &str,
        own: Option<&Arc<Session>>,
    ) -> Result<Option<Arc<Session>>, String> {
        let registered = |name: &str| {
            session::list::named(name)
                .filter(|session| !session.replaced.load(Ordering::Relaxed))
                .filter(|session| !own.is_some_and(|own| Arc::ptr_eq(own, session)))
                .filter(|session| !registration::list::of_session(session).is_empty())
        };
        match (&self.replace, registered(name)) {
            (Some(old), Some(new)) => Err(format!(
                "Can not replace an existing session {} with {old}",
                new.name
            )),
            (Some(old), None) => Ok(registered(old)),
            (None, Some(present)) if !self.upgrade => {
                Err(format!("Session {} already exists", present.name))
            }
            (None, present) => Ok(present),
        }
    }
}
