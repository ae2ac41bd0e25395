//! Every message of the checks, with its stable code: what was found, what is expected, and the
//! next step.

mod commands;
mod gears;
mod layout;
mod names;
#[cfg(feature = "check")]
mod native;
mod packages;
pub mod pages;
mod syntax;
mod types;

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Severity};

pub use commands::*;
pub use gears::*;
pub use layout::*;
pub use names::*;
#[cfg(feature = "check")]
pub use native::*;
pub use packages::*;
pub use syntax::*;
pub use types::*;

/// Declares the codes with their severity and title, and the list of all of them.
macro_rules! codes {
    ($($name:ident = $code:literal $severity:ident $title:literal;)*) => {
        $(#[doc = concat!($code, ": ", $title, ".")] pub const $name: Code = Code::new($code);)*
        /// All codes with their severity and title.
        pub const CODES: &[(Code, Severity, &str)] = &[$(($name, Severity::$severity, $title)),*];
    };
}

codes! {
    SYNTAX = "RG0101" Error "Python syntax";
    BRACKET = "RG0102" Error "a bracket without its partner";
    STRING = "RG0103" Error "a string without an end";
    INDENTATION = "RG0104" Error "indentation";
    TARGET = "RG0105" Error "something that cannot be assigned to";
    MISPLACED = "RG0106" Error "a statement outside of its place";
    ASYNC = "RG0107" Error "`await` outside of an `async def`";
    DECLARATION = "RG0108" Error "`global` and `nonlocal`";
    TOO_NEW = "RG0109" Error "syntax newer than the target Python";
    EMPTY = "RG0110" Error "a body without statements";
    PARAMETER = "RG0111" Error "a parameter whose name Python cannot use";
    PATTERN = "RG0112" Error "a `match` pattern";
    NO_FUNCTION = "RG0113" Error "a file without the function";
    UNDEFINED = "RG0201" Error "an undefined name";
    NO_ATTRIBUTE = "RG0202" Error "something redgrease does not have on the server";
    UNUSED = "RG0203" Warning "a name that is never used";
    SHADOWED = "RG0204" Warning "a builtin name that is hidden";
    IMPORT = "RG0205" Warning "an import that the server may not have";
    NOT_A_GEAR = "RG0301" Error "a text that does not end in a gear expression";
    READER = "RG0302" Error "an unknown reader";
    OPERATION = "RG0303" Error "an unknown operation";
    KEYWORD = "RG0304" Error "an unknown keyword argument";
    ARGUMENTS = "RG0305" Error "missing or surplus arguments";
    ARITY = "RG0306" Error "a callback with the wrong number of parameters";
    CALLBACK = "RG0307" Error "a callback that cannot be called";
    ACTION = "RG0308" Error "an action that the reader cannot do";
    CLOSED = "RG0309" Error "something after `run` or `register`";
    SUGAR = "RG0310" Error "reader sugar out of its place";
    TYPE = "RG0311" Error "an argument of the wrong type";
    RANGE = "RG0312" Error "a value out of range";
    CHOICE = "RG0313" Error "a value that is not one of the choices";
    TOGETHER = "RG0314" Error "arguments that do not go together";
    COROUTINE = "RG0315" Error "a coroutine or a future where none is allowed";
    NO_EVENT = "RG0316" Warning "an event that never comes";
    PATTERN_PREFIX = "RG0317" Warning "a prefix that looks like a pattern";
    IGNORED_PATTERN = "RG0318" Warning "a pattern that `register` does not use";
    REFUSED_COMMAND = "RG0401" Error "a command that cannot be used on the server";
    NO_COMMAND = "RG0402" Error "an unknown method of `cmd`";
    COMMAND_CALL = "RG0403" Error "a call that does not fit a method of `cmd`";
    UNKNOWN_COMMAND = "RG0404" Error "a command that Redis does not have";
    REQUIREMENT = "RG0501" Error "a requirement that pip would not understand";
    RESULT = "RG0502" Error "a result that the Rust type cannot take";
    NO_RESULT = "RG0503" Error "a function that gives nothing back";
    OPERANDS = "RG0504" Error "something that values of these types cannot do";
    FIELD = "RG0505" Error "a field, method or key that is not there";
    REFORMATTED = "RG0601" Error "a string that rustfmt would change";
    NOT_NATIVE = "RG0602" Error "a function that needs Python";
}

fn error(code: Code, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, range)
}

fn warning(code: Code, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(code, Severity::Warning, message, range)
}

fn did_you_mean(diagnostic: Diagnostic, meant: Option<&str>, otherwise: &str) -> Diagnostic {
    match meant {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None if otherwise.is_empty() => diagnostic,
        None => diagnostic.help(otherwise),
    }
}

/// `a, b and c`, each in backquotes.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `no argument`, `1 argument`, `2 arguments`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
