//! Why a shard takes no part in an execution.

use std::fmt;

use crate::packages::Failure;
use crate::packages::environment::minor;

/// Why a shard takes no part in an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// What it was told cannot be understood.
    Order,
    /// The same for the plan.
    Plan,
    /// The same for the records.
    Records,
    /// It has not got the packages.
    Packages(Failure),
    /// The functions are code for another Python than its own.
    Python { own: String, asked: String },
    /// It does not know the registration of this id.
    Registration(String),
    /// The run is not for it.
    NotAmong,
    /// Another shard says that it was asked.
    NotAsked,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order => formatter.write_str("the order is broken"),
            Self::Plan => formatter.write_str("the plan is one of another version"),
            Self::Records => formatter.write_str("the records are of another version"),
            Self::Packages(failure) => failure.fmt(formatter),
            Self::Python { own, asked } => write!(
                formatter,
                "its Python is {own} and that of the shard that was asked is {asked}: functions are code for one version, so have PythonExecutable name the same Python {} on all shards",
                minor(asked)
            ),
            Self::Registration(id) => {
                write!(formatter, "the registration {id} is not known there")
            }
            Self::NotAmong => formatter.write_str("it is not among the shards of the run"),
            Self::NotAsked => formatter.write_str("another shard was asked"),
        }
    }
}
