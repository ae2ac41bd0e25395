//! Why registrations are not put in place.

use std::fmt;

/// Why registrations are not put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// What a worker said of one cannot be understood.
    Description,
    /// Another one has its trigger.
    Trigger,
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Description => "ERR the worker described its registration badly",
            Self::Trigger => "trigger already registered",
        })
    }
}
