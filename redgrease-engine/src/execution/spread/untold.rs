//! Why other shards are not told of an execution.

use std::fmt;

use crate::cluster::Unsent;

/// Why other shards are not told of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Untold {
    /// This one, which is called so, had no others when the script began, and its functions cannot travel.
    Alone(String),
    /// The message does not go to one of them.
    Unsent(Unsent),
}

impl fmt::Display for Untold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone(own) => write!(
                formatter,
                "shard {own} was alone when the script began: run it again"
            ),
            Self::Unsent(unsent) => unsent.fmt(formatter),
        }
    }
}
