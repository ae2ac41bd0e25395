//! Compiled functions.

use std::sync::Arc;

use super::tree::Code;

/// A function and those that it calls, compiled. Threads share it.
#[derive(Debug)]
pub struct Program {
    pub(super) codes: Vec<Code>,
    /// The minor version of the Python that it stands in for.
    pub(super) minor: u8,
    /// `<lambda>` and `<genexpr>`, as tracebacks have them.
    pub(super) lambda: Arc<str>,
    pub(super) generator: Arc<str>,
    /// Whether something may happen outside.
    pub(super) has_effect: bool,
    pub(super) has_loops: bool,
    /// Whether the commands that it runs are only known when it runs.
    pub(super) has_any_command: bool,
    /// Whether it must not be called with sets.
    pub(super) no_sets: bool,
    /// Whether it must not be called with bytes.
    pub(super) no_bytes: bool,
    pub(super) gives_bytes: bool,
    pub(super) gives_sets: bool,
}

impl Program {
    /// How many arguments it takes.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.codes.first().map_or(0, |code| code.parameters)
    }

    /// Whether it may do something outside, after which it cannot begin again.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        self.has_effect
    }

    /// Whether it may take long.
    #[must_use]
    pub fn has_loops(&self) -> bool {
        self.has_loops
    }

    /// Whether it may run any command: the name of one is not in its text, or it is `CLIENT`, which may end the connection of
    /// the client that waits for the function.
    #[must_use]
    pub fn has_any_command(&self) -> bool {
        self.has_any_command
    }

    /// Whether values that it gives may be, or hold, bytes.
    #[must_use]
    pub fn gives_bytes(&self) -> bool {
        self.gives_bytes
    }

    /// Whether values that it gives may be, or hold, sets.
    #[must_use]
    pub fn gives_sets(&self) -> bool {
        self.gives_sets
    }
}
