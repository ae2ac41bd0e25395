//! Why operations are left to Python.

use std::fmt;

use redgrease_core::native::Refusal;

/// Why operations are left to Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NeedsPython {
    /// What the compiler says of a function.
    Function(Refusal),
    /// The compiler says nothing of it.
    NotCompiled,
    /// It is one of the builder's, whose text cannot be read.
    Builder,
    /// The operation of this name has a function of another kind than those that are known.
    OtherFunction(&'static str),
    /// The operation of this name does not run here.
    Operation(&'static str),
    /// The reader is Python.
    Reader,
    /// Where it was registered it needed Python.
    There,
    /// What the worker says of it is broken.
    Description,
    /// The order of sets would be seen after something has happened.
    Sets,
    /// Records would be put into a set after something has happened.
    Distinct,
}

impl fmt::Display for NeedsPython {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(refusal) => refusal.fmt(formatter),
            Self::NotCompiled => formatter.write_str("it was not compiled"),
            Self::Builder => formatter.write_str("the builder's text cannot be read"),
            Self::OtherFunction(kind) => {
                write!(formatter, "{kind} with a function of another kind")
            }
            Self::Operation(kind) => write!(formatter, "the operation {kind}"),
            Self::Reader => formatter.write_str("a reader that is Python"),
            Self::There => formatter.write_str("it did where it was registered"),
            Self::Description => formatter.write_str("a description that is broken"),
            Self::Sets => formatter.write_str("text of sets after an effect"),
            Self::Distinct => formatter.write_str("after an effect, a set"),
        }
    }
}
