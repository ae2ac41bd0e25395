//! Why a shard does not do what another one asks of it.

use std::fmt;
use std::path::PathBuf;

use super::Reason;
use super::reason::BUSY;
use crate::cluster::NoAnswer;
use crate::packages::Failure;
use crate::session::{Absence, Broken, Unmade};

/// Why a shard does not do what another one asks of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unready {
    /// It does not know the question.
    Question,
    /// What it was to put in place was called off.
    CalledOff,
    /// Another script takes the same names at the moment.
    Busy,
    /// What it got is broken.
    Broken(Broken),
    /// The registrations cannot be made.
    Reason(Reason),
    /// The functions are code for another Python than its own, which is here.
    Python {
        code: String,
        own: String,
        program: PathBuf,
    },
    /// It has not got wheels.
    Wheels(Unfetched),
    /// Its packages cannot be used.
    Packages(Failure),
    /// The session has no environment.
    Session(Absence),
    /// The functions cannot be made.
    Functions(Unmade),
}

/// Wheels that did not come from another shard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unfetched {
    pub(super) requirement: String,
    pub(super) shard: &'static str,
    pub(super) why: Fetching,
}

/// Why they did not come.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fetching {
    /// The other shard did not give them.
    NoAnswer(NoAnswer),
    /// They cannot be taken.
    Failure(Failure),
}

impl fmt::Display for Unready {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question => {
                formatter.write_str("a question that this version of the engine does not know")
            }
            Self::CalledOff => formatter.write_str("it was called off"),
            Self::Busy => formatter.write_str(BUSY),
            Self::Broken(broken) => broken.fmt(formatter),
            Self::Reason(reason) => reason.fmt(formatter),
            Self::Python { code, own, program } => write!(
                formatter,
                "the functions are code for Python {code}, and this shard runs Python {own} ({}): have the module argument \
                 PythonExecutable name a Python {code} here",
                program.display()
            ),
            Self::Wheels(unfetched) => unfetched.fmt(formatter),
            Self::Packages(failure) => failure.fmt(formatter),
            Self::Session(absence) => absence.fmt(formatter),
            Self::Functions(unmade) => {
                write!(formatter, "its functions cannot be made there: {unmade}")
            }
        }
    }
}

impl fmt::Display for Unfetched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            requirement,
            shard,
            why,
        } = self;
        write!(
            formatter,
            "the wheels of {requirement} did not come from shard {shard}: {why}"
        )
    }
}

impl fmt::Display for Fetching {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(why) => why.fmt(formatter),
            Self::Failure(failure) => failure.fmt(formatter),
        }
    }
}
