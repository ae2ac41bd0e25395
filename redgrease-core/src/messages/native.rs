//! Functions that have to run inside the server: RG0602.

use super::{NOT_NATIVE, error};
use crate::diag::Diagnostic;
use crate::refusal::Refusal;

/// Something that only Python can run.
pub fn not_native(refusal: &Refusal) -> Diagnostic {
    error(
        NOT_NATIVE,
        format!("`native = true` is a promise that this breaks: {refusal}"),
        refusal.range.clone(),
    )
    .help(advice(refusal))
}

/// A callback that is left to Python.
pub fn needs_python(callback: &str, refusal: &Refusal) -> Diagnostic {
    error(
        NOT_NATIVE,
        format!("{callback} needs Python: {refusal}"),
        refusal.range.clone(),
    )
    .help(advice(refusal))
}

/// A callback of which a part is left to Python.
pub fn needs_python_in_part(callback: &str, refusal: &Refusal) -> Diagnostic {
    error(
        NOT_NATIVE,
        format!("{callback} is native until this, which needs Python: {refusal}"),
        refusal.range.clone(),
    )
    .help(advice(refusal))
}

/// What would do instead: the beginning of a reason, and the next step.
const INSTEAD: &[(&str, &str)] = &[
    (
        "a name that is not known",
        "write it into the function: what comes from `uses`, from captures, from imports and from values that can change is not looked into",
    ),
    (
        "a name that the script may bind again",
        "give it one value, at the beginning of a line, and no other",
    ),
    (
        "a record as a whole",
        "look at its fields: `record.key`, `record.value`, `record.type`, `record.event`, `record.id`",
    ),
    (
        "an attribute",
        "values have methods and no attributes; of a record take `key`, `value`, `type`, `event` or `id`",
    ),
    (
        "an import inside",
        "leave `native` out: modules are Python's",
    ),
    (
        "`global`",
        "keep the value in a key: `execute(\"INCRBY\", \"name\", 1)`",
    ),
    ("`nonlocal`", "give the value as a parameter, and return it"),
    (
        "a function inside",
        "move it out, beside this one, and give it what it needs as parameters",
    ),
    ("a class inside", "use a dictionary or a tuple"),
    (
        "a lambda as a value",
        "use it where it stands: `sorted(x, key=lambda y: …)`, or write a function",
    ),
    ("a function as a value", "call it here"),
    ("a generator as a value", "make a list: `[… for … in …]`"),
    (
        "`with`",
        "leave `native` out: `atomic()` and files are Python's; a synchronous function holds the server anyway",
    ),
    ("`yield`", "return a list"),
    ("`await`", "leave `native` out: coroutines are Python's"),
    (
        "`*` in an assignment",
        "take parts: `first, rest = x[0], x[1:]`",
    ),
    ("parameters with * or **", "take one list or dictionary"),
    (
        "a method that is not in the table",
        "docs/native.md lists the methods",
    ),
    (
        "a builtin that is not in the table",
        "docs/native.md lists the builtins",
    ),
    (
        "a function of the server that is not in the table",
        "of the server there are `execute`, `log`, `hashtag`, `configGet`, `call_next`, `get_command` and `override_reply`",
    ),
    (
        "after an effect, a set",
        "take the different ones before the first `execute` or `log`",
    ),
    (
        "after an effect, sorting",
        "sort before the first `execute` or `log`",
    ),
    (
        "after an effect",
        "do it before the first `execute` or `log`: what may have to begin again in Python must not have done anything by then",
    ),
    ("an argument by name", "give it by its place"),
    (
        "what belongs to a module or type",
        "leave `native` out: modules are Python's",
    ),
    ("functions that call themselves", "use a loop"),
    ("`match`", "use `if` and `elif`"),
    (
        "an expression of several lines",
        "put it into one line, or into several statements",
    ),
];

fn advice(refusal: &Refusal) -> &'static str {
    INSTEAD
        .iter()
        .find(|(reason, _)| refusal.reason.starts_with(reason))
        .map_or(
            "write it otherwise, or leave `native` out: then a worker runs it",
            |(_, advice)| advice,
        )
}
