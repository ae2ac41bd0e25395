//! Why a session has no worker now.

use std::fmt;

use crate::packages::Failure;
use crate::worker::pool::NoWorker;

/// Why a session has no worker now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The Python of this session is being looked up.
    Starting(String),
    /// The packages of a session are being installed.
    Installing {
        /// Its name.
        session: String,
        /// What it requires.
        requirements: Vec<String>,
    },
    /// What it runs in could not be made, and why.
    Failed(Failure),
    /// No process can be started.
    NoWorker(NoWorker),
}

impl From<NoWorker> for Absence {
    fn from(reason: NoWorker) -> Self {
        Self::NoWorker(reason)
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting(session) => write!(
                formatter,
                "ERR the Python of session {session} is being started; try again"
            ),
            Self::Installing {
                session,
                requirements,
            } => write!(
                formatter,
                "ERR the packages of session {session} are being installed ({}); try again",
                requirements.join(" ")
            ),
            Self::Failed(failure) => write!(formatter, "ERR {failure}"),
            Self::NoWorker(reason) => reason.fmt(formatter),
        }
    }
}
