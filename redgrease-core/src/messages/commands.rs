//! The commands of `cmd`: RG04xx.

use std::ops::Range;

#[cfg(feature = "check")]
use super::count;
use super::{COMMAND_CALL, NO_COMMAND, REFUSED_COMMAND, UNKNOWN_COMMAND, did_you_mean, error};
#[cfg(feature = "check")]
use crate::commands::Takes;
use crate::diag::Diagnostic;

/// A command that cannot be used on the server.
pub fn refused_command(what: &str, reason: &str, instead: &str, range: Range<usize>) -> Diagnostic {
    error(
        REFUSED_COMMAND,
        format!("{what} cannot be used on the server: {reason}"),
        range,
    )
    .help(instead)
}

/// A method that `cmd` does not have.
pub fn no_command(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    did_you_mean(
        error(NO_COMMAND, format!("`cmd` has no method `{name}`"), range),
        meant,
        "commands without a method run by `execute(\"COMMAND\", …)`",
    )
}

/// A call that does not fit the method.
pub fn command_call(message: &str, help: &str, range: Range<usize>) -> Diagnostic {
    error(COMMAND_CALL, message, range).help(help)
}

/// A command by its name, with a number of arguments that it never takes.
#[cfg(feature = "check")]
pub fn command_arity(
    name: &str,
    takes: Takes,
    given: usize,
    method: Option<String>,
    range: Range<usize>,
) -> Diagnostic {
    let takes = match takes {
        Takes::Exactly(wanted) => count(wanted, "argument"),
        Takes::AtLeast(wanted) => format!("at least {}", count(wanted, "argument")),
    };
    let message = format!("`{name}` takes {takes}, and is given {given}");
    let found = error(COMMAND_CALL, message, range);
    match method {
        Some(method) => found.help(format!("`{method}` sends it")),
        None => found,
    }
}

/// A name that no command of Redis has: an error when it is nearly one, else a warning, because a module may bring it.
pub fn unknown_command(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    let found = error(
        UNKNOWN_COMMAND,
        format!("Redis has no command `{name}`"),
        range,
    );
    let found = did_you_mean(found, meant, "only a module could bring it");
    match meant {
        Some(_) => found,
        None => found.into_warning(),
    }
}
