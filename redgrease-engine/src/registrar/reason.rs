//! Why registrations cannot be made on a server.

use std::fmt;

use super::claim::Unclaimed;
use crate::event::hook::Unhookable;
use crate::registration::Unfit;

/// What another script says that takes the same names at the moment.
pub(super) const BUSY: &str =
    "another script is registering under the same names at this moment; try again";

/// Why registrations cannot be made on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Their session cannot have its name.
    Name(Unclaimed),
    /// A command cannot be hooked.
    Hook(Unhookable),
    /// Entries that are given up would come back.
    FailedStream,
    /// They cannot be put in place.
    Unfit(Unfit),
    /// Another script takes the same names at the moment.
    Busy,
}

impl From<Unclaimed> for Reason {
    fn from(why: Unclaimed) -> Self {
        Self::Name(why)
    }
}

impl From<Unhookable> for Reason {
    fn from(why: Unhookable) -> Self {
        Self::Hook(why)
    }
}

impl From<Unfit> for Reason {
    fn from(why: Unfit) -> Self {
        Self::Unfit(why)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(why) => why.fmt(formatter),
            Self::Hook(why) => why.fmt(formatter),
            Self::FailedStream => formatter
                .write_str("onFailedStream is one of the streams that the registration reads"),
            Self::Unfit(why) => why.fmt(formatter),
            Self::Busy => write!(formatter, "ERR {BUSY}"),
        }
    }
}
