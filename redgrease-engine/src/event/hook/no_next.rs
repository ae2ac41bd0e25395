//! Why what comes after a hook gave nothing.

use std::fmt;

/// Why what comes after a hook gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoNext {
    /// The command could not be run, in the words of the server.
    Command(String),
    /// The command was run, and the server replied with this error.
    Error(String),
    /// The next function failed, in the words of Python.
    Function(String),
    /// It gave more than one result, or none.
    Results,
    /// It gave nothing at all.
    Nothing,
}

impl fmt::Display for NoNext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(text) | Self::Function(text) => formatter.write_str(text),
            // Functions get it with the line end of the protocol.
            Self::Error(text) => write!(formatter, "{text}\r\n"),
            Self::Results => formatter.write_str("Command hook must return exactly one result"),
            Self::Nothing => formatter.write_str("Failed executing command"),
        }
    }
}
