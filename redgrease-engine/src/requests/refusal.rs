//! Why the request of a function is refused.

use std::fmt;

use super::transaction::Unrun;
use crate::registrar::Reason;
use crate::worker::Raised;

/// Why the request of a function is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nobody knows a request of this name.
    Unknown(String),
    /// The registration that it is about cannot be understood.
    Registration,
    /// The same for the run.
    Run,
    /// The session of the function is gone.
    Session,
    /// The registration cannot be made.
    Reason(Reason),
    /// Nothing of the transaction was run.
    Transaction(Unrun),
    /// What comes after a hook gave this.
    Next(Raised),
    /// The call whose record it wants is over.
    Over,
    /// The function was not called by the event of a command.
    NoCommand,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(formatter, "the engine has no answer to `{name}`"),
            Self::Registration => formatter.write_str("the registration is described badly"),
            Self::Run => formatter.write_str("the run is described badly"),
            Self::Session => formatter.write_str("the session of this function is gone"),
            Self::Reason(reason) => reason.fmt(formatter),
            Self::Transaction(unrun) => unrun.fmt(formatter),
            Self::Next(raised) => raised.fmt(formatter),
            Self::Over => formatter.write_str("the call is over"),
            Self::NoCommand => formatter.write_str("Can not get command ctx"),
        }
    }
}
