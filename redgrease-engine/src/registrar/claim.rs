//! How sessions come to their names.

use std::fmt;
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

/// Why a session cannot have its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unclaimed {
    /// The session that was to be replaced is not there.
    NothingToReplace(String),
    /// Another one has replaced it.
    Replaced(String),
    /// There is one of the new name, and it was to replace one of the old name.
    Both { new: String, old: String },
    /// There is one of this name.
    Exists(String),
}

impl fmt::Display for Unclaimed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToReplace(old) => write!(
                formatter,
                "Can not replace with {old}, session does not exists."
            ),
            Self::Replaced(name) => write!(formatter, "Session {name} was replaced"),
            Self::Both { new, old } => write!(
                formatter,
                "Can not replace an existing session {new} with {old}"
            ),
            Self::Exists(name) => write!(formatter, "Session {name} already exists"),
        }
    }
}

impl Claim {
    /// The session that gives way to one called `name`, before that is made.
    ///
    /// # Errors
    /// Why the name can not be had.
    pub(crate) fn first(&self, name: &str) -> Result<Option<Arc<Session>>, Unclaimed> {
        let leaving = self.leaving(name, None)?;
        match &self.replace {
            Some(old) if leaving.is_none() => Err(Unclaimed::NothingToReplace(old.clone())),
            _ => Ok(leaving),
        }
    }

    /// The session that gives way to `session` now. One that was to be replaced and has gone is not missed.
    ///
    /// # Errors
    /// Why the session can not have its name, or no more.
    pub(crate) fn last(&self, session: &Arc<Session>) -> Result<Option<Arc<Session>>, Unclaimed> {
        if session.replaced.load(Ordering::Relaxed) {
            return Err(Unclaimed::Replaced(session.name.clone()));
        }
        self.leaving(&session.name, Some(session))
    }

    /// The session that gives way to one called `name` on a shard that was not asked. One that is to be replaced and is not
    /// here is not missed.
    ///
    /// # Errors
    /// Why the name can not be had.
    pub(crate) fn there(&self, name: &str) -> Result<Option<Arc<Session>>, Unclaimed> {
        self.leaving(name, None)
    }

    fn leaving(
        &self,
        name: &str,
        own: Option<&Arc<Session>>,
    ) -> Result<Option<Arc<Session>>, Unclaimed> {
        let registered = |name: &str| {
            session::list::named(name)
                .filter(|session| !session.replaced.load(Ordering::Relaxed))
                .filter(|session| !own.is_some_and(|own| Arc::ptr_eq(own, session)))
                .filter(|session| !registration::list::of_session(session).is_empty())
        };
        match (&self.replace, registered(name)) {
            (Some(old), Some(new)) => Err(Unclaimed::Both {
                new: new.name.clone(),
                old: old.clone(),
            }),
            (Some(old), None) => Ok(registered(old)),
            (None, Some(present)) if !self.upgrade => Err(Unclaimed::Exists(present.name.clone())),
            (None, present) => Ok(present),
        }
    }
}
