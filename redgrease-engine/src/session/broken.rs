//! What is wrong with the record of a session.

use std::fmt;

use crate::record::value::DecodeError;

/// What is wrong with the record of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is no value.
    Session(DecodeError),
    /// It lacks something.
    Lacks(&'static str),
    /// What it has of a registration is no value.
    Registration(DecodeError),
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(error) => {
                write!(formatter, "the record of a session is broken: {error}")
            }
            Self::Lacks(what) => write!(
                formatter,
                "the record of a session is broken: it has no {what}"
            ),
            Self::Registration(error) => {
                write!(formatter, "the record of a registration is broken: {error}")
            }
        }
    }
}
