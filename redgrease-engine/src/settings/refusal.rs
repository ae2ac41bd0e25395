//! What becomes of a change of a setting, and its words, which are those of RedisGears 1.2.

use std::fmt;

/// How a value was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// As a setting of the original's core.
    Core,
    /// With all else that functions may read.
    Extra,
}

/// Why a setting was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// One of the core's that can be given at load only.
    CoreAtLoadOnly(String),
    /// One of the core's, with a value that it cannot have.
    CoreValue(String),
    /// A name without a value.
    NoValue(String),
    /// One of Python's that can be given at load only.
    PythonAtLoadOnly(String),
    /// One of Python's, and the value that it cannot have.
    PythonValue(String, String),
}

impl fmt::Display for Saved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Core => "OK",
            Self::Extra => "OK - value was saved in extra config dictionary",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoreAtLoadOnly(name) => write!(
                formatter,
                "(error) Config value {name} not modifiable at runtime"
            ),
            Self::CoreValue(name) => {
                write!(formatter, "(error) Failed setting config value {name}")
            }
            Self::NoValue(name) => write!(formatter, "(error) Value was not given to {name}"),
            Self::PythonAtLoadOnly(name) => {
                write!(formatter, "(error) {name} is not configurable at runtime")
            }
            Self::PythonValue(name, value) => write!(
                formatter,
                "Failed setting config value for key '{name}' with value '{value}'"
            ),
        }
    }
}
