//! Why a function may not run a command.

use std::fmt;

/// Why a function may not run a command now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Forbidden {
    /// No function may run this one, and why not.
    Command { shown: String, why: &'static str },
    /// A setting of the server keeps the command of this name from clients.
    Setting { name: String, setting: &'static str },
    /// The server keeps the command of this name from scripts, and one waits for the function.
    Script(String),
    /// The server would end with the script of this name, which a transaction waits for.
    InTransaction(String),
    /// A replica that has lost its master does not show what it has.
    Stale,
    /// Nobody writes on this replica.
    ReadOnly,
    /// Nobody writes while there is no memory.
    OutOfMemory,
    /// The server does not know it.
    Unknown,
    /// It has too many words, or too few.
    Words,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command { shown, why } => {
                write!(formatter, "ERR a function cannot run {shown}: it {why}")
            }
            Self::Setting { name, setting } => write!(
                formatter,
                "ERR a function cannot run {name}: {setting} keeps it from clients"
            ),
            Self::Script(name) => write!(
                formatter,
                "ERR a function that a Lua script waits for cannot run {name}: the server keeps it from scripts"
            ),
            Self::InTransaction(name) => write!(
                formatter,
                "ERR a function that MULTI waits for cannot run {name}: a server older than Redis 7.0 would end"
            ),
            // Three in the server's words, which clients get.
            Self::Stale => formatter.write_str(
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            ),
            Self::ReadOnly => {
                formatter.write_str("READONLY You can't write against a read only replica.")
            }
            Self::OutOfMemory => {
                formatter.write_str("OOM command not allowed when used memory > 'maxmemory'.")
            }
            Self::Unknown => formatter.write_str("ERR unknown command"),
            Self::Words => formatter.write_str("ERR wrong number of arguments"),
        }
    }
}
