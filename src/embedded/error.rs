//! Why there is no private server.

use std::io;

use redgrease_core::error::Error as ClientError;

/// Why the private server could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A part is missing on this machine.
    Missing {
        /// Which part.
        part: &'static str,
        /// Where it was looked for.
        looked: Vec<String>,
        /// How to get it.
        remedy: &'static str,
    },
    /// A file or a process could not be made.
    Io {
        /// What was tried.
        what: String,
        /// What the system answered.
        source: io::Error,
    },
    /// The server ended or did not answer; the end of its log says why.
    NotStarted {
        /// What happened.
        what: String,
        /// The last lines of the server's log.
        log: String,
    },
    /// The server started, but a connection to it failed.
    Client(ClientError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing {
                part,
                looked,
                remedy,
            } => {
                writeln!(f, "{part} was not found; it was looked for as")?;
                for place in looked {
                    writeln!(f, "  - {place}")?;
                }
                write!(f, "to get it: {remedy}")
            }
            Self::Io { what, source } => write!(f, "{what}: {source}"),
            Self::NotStarted { what, log } => write!(f, "{what}; the end of its log:\n{log}"),
            Self::Client(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Client(error) => Some(error),
            Self::Missing { .. } | Self::NotStarted { .. } => None,
        }
    }
}
