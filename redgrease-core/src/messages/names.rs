//! Names: RG02xx.

use std::ops::Range;

use super::{IMPORT, NO_ATTRIBUTE, SHADOWED, UNDEFINED, UNUSED, did_you_mean, error, warning};
use crate::diag::Diagnostic;
use crate::table;

/// A name that nothing defines.
pub fn undefined_name(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    let otherwise = if name == "__file__" {
        "what runs on the server has no file"
    } else if table::reader(name).is_some() {
        "a reader begins a gear expression; inside of a function write `GearsBuilder('…')`"
    } else {
        "define or import it in the Python text; what Rust knows has to come in as a parameter or a capture"
    };
    did_you_mean(
        error(UNDEFINED, format!("undefined name `{name}`"), range),
        meant,
        otherwise,
    )
}

/// A name that the engine gives, and the original does not.
pub fn not_in_original(name: &str, range: Range<usize>) -> Diagnostic {
    let message = format!("RedisGears itself gives no `{name}`, as this project's engine does");
    error(UNDEFINED, message, range)
        .help("import it from the package, and require `redgrease[runtime]`; or use `execute`")
}

/// A word of another language.
pub fn foreign_name(name: &str, python: &str, range: Range<usize>) -> Diagnostic {
    let help = if name == "redis" {
        "Redis commands are methods of `cmd`: `cmd.get(key)`; to use the package `redis`, import it"
            .to_owned()
    } else {
        format!("in Python it is `{python}`")
    };
    error(UNDEFINED, format!("undefined name `{name}`"), range).help(help)
}

/// Something `redgrease.…` does not have.
pub fn unknown_redgrease(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    did_you_mean(
        error(
            NO_ATTRIBUTE,
            format!("`redgrease.{name}` does not exist inside of the server"),
            range,
        ),
        meant,
        "only what server-side functions need is there: `cmd`, `log`, `atomic`, `execute`, `utils`, …",
    )
}

/// A name that is never read.
pub fn unused(name: &str, range: Range<usize>) -> Diagnostic {
    warning(UNUSED, format!("`{name}` is never used"), range)
        .help(format!("remove it, or call it `_{name}` if that is meant"))
}

/// A name that hides a builtin one.
pub fn shadowed(name: &str, range: Range<usize>) -> Diagnostic {
    warning(
        SHADOWED,
        format!("`{name}` hides the builtin of that name, and is called"),
        range,
    )
    .help(format!("another name keeps `{name}` usable"))
}

/// A module that is neither Python's nor required.
pub fn not_required(name: &str, range: Range<usize>) -> Diagnostic {
    let message = format!("`{name}` is no module of Python's own, and nothing is required");
    warning(IMPORT, message, range).help("name its package in the requirements")
}
