//! Work for a worker, and how it ends.

use std::fmt;
use std::sync::Mutex;

use crate::base::guard;
use crate::record::value::Value;

/// Why a worker gives no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The work was stopped on demand before it began.
    Aborted,
    /// The process is gone; how it ended.
    Died(String),
    /// A function that the server waited for took longer than so many milliseconds.
    TooLong(i64),
    /// The worker was not ready for the function within so many milliseconds.
    NotStarted(i64),
    /// Nothing can be sent to it; what the system said.
    Unreachable(String),
    /// It sent what is no frame.
    NoFrame,
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => formatter.write_str("aborted"),
            Self::Died(how) => write!(
                formatter,
                "ERR python worker died ({how}) while running the function"
            ),
            Self::TooLong(deadline) => write!(
                formatter,
                "ERR the synchronous function took longer than SyncDeadline ({deadline} ms) and was stopped"
            ),
            Self::NotStarted(deadline) => write!(
                formatter,
                "ERR the worker of this function was not started within StartDeadline ({deadline} ms); try again"
            ),
            Self::Unreachable(error) => {
                write!(formatter, "ERR the worker cannot be reached: {error}")
            }
            Self::NoFrame => formatter.write_str("ERR the worker sent what is no frame"),
        }
    }
}

/// How a piece of work ended: the payload of the answer, or why there is none.
pub(crate) type WorkResult<'a> = Result<&'a [u8], Loss>;

/// What a worker was given and has not answered.
pub(crate) trait Work: Send + Sync {
    /// Called once, with the answer.
    fn done(&self, answer: WorkResult<'_>);

    /// A batch is worked off; `stopped` says that no more records are wanted.
    fn progress(&self, stopped: bool) {
        let _ = stopped;
    }

    /// What it gives other shards.
    fn crossing(&self, payload: &[u8]) {
        let _ = payload;
    }

    /// Whether its turn has come, if it waits for one.
    fn has_begun(&self) -> bool {
        true
    }

    /// Its record as it is now, where it was read before its turn.
    fn record_anew(&self) -> Option<Value> {
        None
    }

    /// The number of the execution that it belongs to.
    fn execution(&self) -> Option<u64> {
        None
    }
}

/// A question that belongs to no execution; a function gets the answer.
pub(super) struct Question<F>(Mutex<Option<F>>);

impl<F> Question<F> {
    pub(super) fn new(done: F) -> Self {
        Self(Mutex::new(Some(done)))
    }
}

impl<F: FnOnce(WorkResult<'_>) + Send> Work for Question<F> {
    fn done(&self, answer: WorkResult<'_>) {
        let done = guard(&self.0).take();
        if let Some(done) = done {
            done(answer);
        }
    }
}
