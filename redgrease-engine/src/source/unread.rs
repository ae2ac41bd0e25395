//! Why a reader has nothing to read.

use std::fmt;

/// Why a reader has nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// In the words of the server.
    Told(String),
    /// It is none that reads here.
    NoReader,
}

impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(text) => formatter.write_str(text),
            Self::NoReader => formatter.write_str("ERR this reader cannot run"),
        }
    }
}
