//! Compiled functions.

use std::sync::Arc;

use super::number::Operator;
use super::tree::{Code, Constant, Expr, Part};
use crate::refusal::Refusal;

/// A command that a function may run, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The name; none if that is only known when the function runs.
    pub name: Option<Arc<str>>,
    /// What is known of its first argument.
    pub first: Start,
}

/// What is known of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// All of it.
    Whole(Arc<str>),
    /// What it begins with, which may be nothing.
    Beginning(Arc<str>),
}

impl Start {
    /// Of a text of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self::Beginning("".into())
    }

    /// Of what an expression gives as an argument of a command.
    pub(super) fn of(expression: &Expr) -> Self {
        match expression {
            Expr::Constant(Constant::Str(text)) => Self::Whole(Arc::clone(text)),
            Expr::At(_, inner) => Self::of(inner),
            Expr::Join(parts) => match parts.first() {
                Some(Part::Text(text)) => Self::Beginning(Arc::clone(text)),
                _ => Self::unknown(),
            },
            Expr::Binary(Operator::Add, sides) => match Self::of(&sides.0) {
                Self::Whole(text) | Self::Beginning(text) => Self::Beginning(text),
            },
            _ => Self::unknown(),
        }
    }

    /// Whether it may be this text.
    #[must_use]
    pub fn may_be(&self, text: &[u8]) -> bool {
        match self {
            Self::Whole(whole) => whole.as_bytes() == text,
            Self::Beginning(beginning) => text.starts_with(beginning.as_bytes()),
        }
    }
}

impl Sent {
    /// Any.
    pub(super) fn any() -> Self {
        Self {
            name: None,
            first: Start::unknown(),
        }
    }
}

/// What an import of a function needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module, with those around it: `urllib.request`.
    pub module: String,
    /// The names that are taken from it.
    pub names: Vec<String>,
}

/// What there is to know of a function of which a part needs Python: it may read before it gives a call back, but changes
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPart {
    /// Why the first such part needs Python.
    pub needs_python: Refusal,
    /// What has to be imported where Python would run the function: only there it may run without.
    pub imports: Vec<Import>,
}

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
    /// Whether it may change a value that it got.
    pub(super) changes_values: bool,
    /// The commands that it may run.
    pub(super) sent: Vec<Sent>,
    /// Whether it must not be called with sets.
    pub(super) no_sets: bool,
    /// Whether it must not be called with bytes.
    pub(super) no_bytes: bool,
    pub(super) gives_bytes: bool,
    pub(super) gives_sets: bool,
    /// Whether a part of it needs Python.
    pub(super) in_part: Option<Box<InPart>>,
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

    /// Whether it may change a value that it got: a list, a dictionary, a set, an array of bytes.
    #[must_use]
    pub fn changes_values(&self) -> bool {
        self.changes_values
    }

    /// Whether it may run any command: the name of one is not in its text, or it is `CLIENT`, which may end the connection of
    /// the client that waits for the function.
    #[must_use]
    pub fn has_any_command(&self) -> bool {
        let is_any = |sent: &Sent| {
            let name = sent.name.as_ref();
            name.is_none_or(|name| name.eq_ignore_ascii_case("client"))
        };
        self.sent.iter().any(is_any)
    }

    /// The commands that it may run, as far as its text tells.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// What there is to know of it, if a part of it needs Python.
    #[must_use]
    pub fn in_part(&self) -> Option<&InPart> {
        self.in_part.as_deref()
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
