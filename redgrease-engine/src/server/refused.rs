//! What the server refuses to take from the module.

use std::ffi::CStr;
use std::fmt;

/// What the server refuses to take from the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A command of this name.
    Command(&'static CStr),
    /// A data type of this name.
    DataType(&'static CStr),
    /// An option of this name.
    Option(&'static str),
    /// The values that its own configuration gives to options.
    OptionValues,
    /// To tell of changes of keys.
    KeyEvents,
    /// To tell of streams.
    StreamEvents,
    /// Who looks at commands, whom it has no place for at all.
    AnyFilter,
    /// Who looks at commands.
    Filter,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(name) => write!(
                formatter,
                "the server refused the command {}",
                name.to_string_lossy()
            ),
            Self::DataType(name) => write!(
                formatter,
                "the server refused the data type {}",
                name.to_string_lossy()
            ),
            Self::Option(name) => write!(formatter, "the server refused the option {name}"),
            Self::OptionValues => formatter.write_str(
                "the server's configuration gives an option of the module (`rg.…`) a value that it cannot have",
            ),
            Self::KeyEvents => {
                formatter.write_str("the server refused the subscription to key events")
            }
            Self::StreamEvents => {
                formatter.write_str("the server refused the subscription to events of streams")
            }
            Self::AnyFilter => formatter.write_str(
                "this server has no command filters, so commands cannot be hooked",
            ),
            Self::Filter => formatter.write_str("the server refused the command filter"),
        }
    }
}
