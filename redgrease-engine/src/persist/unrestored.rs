//! Why the registrations of a record are not put in place.

use std::fmt;

use crate::registration::Unfit;
use crate::session::Broken;

/// Why the registrations of a record are not put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unrestored {
    /// The record is broken.
    Broken(Broken),
    /// Those of this session cannot stand.
    Unfit { session: String, why: Unfit },
}

impl From<Broken> for Unrestored {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl fmt::Display for Unrestored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(broken) => broken.fmt(formatter),
            Self::Unfit { session, why } => {
                write!(formatter, "session {session} was not restored: {why}")
            }
        }
    }
}
