//! What is wrong with an argument of the module.

use std::fmt;

/// What is wrong with an argument of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misgiven {
    /// A name without a value.
    NoValue(String),
    /// A value that the setting cannot have.
    Value {
        name: &'static str,
        given: String,
        wanted: String,
    },
}

impl fmt::Display for Misgiven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue(name) => write!(
                formatter,
                "the module argument {name} has no value: give `{name} <value>`"
            ),
            Self::Value {
                name,
                given,
                wanted,
            } => write!(
                formatter,
                "the module argument {name} cannot be `{given}`: give {wanted}"
            ),
        }
    }
}
