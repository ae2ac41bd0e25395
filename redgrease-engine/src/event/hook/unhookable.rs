//! Why a command cannot be hooked, in the words of RedisGears 1.2.

use std::fmt;

/// Why a command cannot be hooked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unhookable {
    /// There is none of this name.
    Unknown,
    /// The server keeps it from scripts.
    Noscript,
    /// By the prefix of its key, which may be anywhere.
    Movable,
    /// By the prefix of its key, of which it has none.
    NoKey,
    /// The newest hook is not synchronous, so that none can come after it.
    NotSync,
    /// There is none of this name whose events a function could want.
    UnknownOfEvents,
    /// The same for events.
    NoscriptOfEvents,
    /// The same for events.
    MovableOfEvents,
}

impl fmt::Display for Unhookable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unknown => "Can not override an unexisting command",
            Self::Noscript => "Can not override a command which are not allowed inside a script",
            Self::Movable => "Can not override a command with moveable keys by key prefix",
            Self::NoKey => "Can not override a command by key prefix with none positive first key",
            Self::NotSync => "Can not override a none sync registration",
            Self::UnknownOfEvents => "bad reply on COMMAND command",
            Self::NoscriptOfEvents => {
                "Can not hook a command which are not allowed inside a script"
            }
            Self::MovableOfEvents => "Can not hook a command with moveable keys by key prefix",
        })
    }
}
