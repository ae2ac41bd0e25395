//! Syntax: RG01xx.

use std::ops::Range;

use super::{
    ASYNC, BRACKET, DECLARATION, EMPTY, INDENTATION, MISPLACED, NO_FUNCTION, PARAMETER, PATTERN,
    STRING, SYNTAX, TARGET, TOO_NEW, did_you_mean, error,
};
use crate::diag::Diagnostic;
use crate::pyversion::PyVersion;

/// A text that is no Python.
pub fn syntax(message: impl Into<String>, help: Option<&str>, range: Range<usize>) -> Diagnostic {
    let diagnostic = error(SYNTAX, message, range);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// An opening bracket that is never closed.
pub fn never_closed(open: char, range: Range<usize>) -> Diagnostic {
    let close = partner(open);
    error(BRACKET, format!("`{open}` is never closed"), range)
        .label(format!("the `{close}` is missing"))
}

/// A closing bracket that closes nothing, or something else.
pub fn wrong_bracket(found: char, open: Option<char>, range: Range<usize>) -> Diagnostic {
    match open {
        None => error(BRACKET, format!("`{found}` closes nothing"), range)
            .help("remove it, or open the bracket before"),
        Some(open) => error(BRACKET, format!("`{found}` cannot close `{open}`"), range)
            .help(format!("close it with `{}`", partner(open))),
    }
}

fn partner(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// A string literal without an end.
pub fn unterminated(quotes: &str, range: Range<usize>) -> Diagnostic {
    let help = if quotes.len() == 1 {
        format!("end it with {quotes} on the same line, or use three quotes for several lines")
    } else {
        format!("end it with {quotes}")
    };
    error(STRING, "the string has no end", range).help(help)
}

/// A line with the wrong indentation.
pub fn indentation(message: &str, help: &str, range: Range<usize>) -> Diagnostic {
    error(INDENTATION, message, range).help(help)
}

/// An assignment to something that is no name, attribute or element.
pub fn cannot_assign(kind: &str, range: Range<usize>) -> Diagnostic {
    let help = match kind {
        "an expression" | "a comparison" | "a function call" | "a literal" => {
            "write the name on the left of `=`; to compare, use `==`"
        }
        _ => "on the left of `=` stand names, attributes and elements",
    };
    error(TARGET, format!("cannot assign to {kind}"), range).help(help)
}

/// `+=` and its kin on something that is no name, attribute or element.
pub fn cannot_augment(kind: &str, range: Range<usize>) -> Diagnostic {
    error(TARGET, format!("{kind} cannot be changed in place"), range)
        .help("on the left stands one name, attribute or element")
}

/// An annotation of something that is no name, attribute or element.
pub fn cannot_annotate(kind: &str, range: Range<usize>) -> Diagnostic {
    error(
        TARGET,
        format!("{kind} cannot have a type annotation"),
        range,
    )
    .help("only one name, attribute or element can; in a dictionary or a slice, check the brackets")
}

/// `del` of something that is no name, attribute or element.
pub fn cannot_delete(kind: &str, range: Range<usize>) -> Diagnostic {
    error(TARGET, format!("cannot delete {kind}"), range)
        .help("`del` takes names, attributes and elements")
}

/// `*a` on its own.
pub fn lone_star(range: Range<usize>) -> Diagnostic {
    error(TARGET, "`*` stands alone", range).help("put it into a list or a tuple: `[*a]`, `*a,`")
}

/// Two starred targets in one assignment.
pub fn two_stars(range: Range<usize>) -> Diagnostic {
    error(TARGET, "a second `*` in the same place", range)
        .help("only one name can take all that is left")
}

/// `*a` as the element of a comprehension.
pub fn star_in_comprehension(range: Range<usize>) -> Diagnostic {
    error(
        TARGET,
        "`*` cannot be the element of a comprehension",
        range,
    )
    .help("use a second `for`: `[x for a in b for x in a]`")
}

/// `:=` in the iterable of a comprehension.
pub fn walrus_in_iterable(range: Range<usize>) -> Diagnostic {
    error(
        TARGET,
        "`:=` cannot stand in the iterable of a comprehension",
        range,
    )
    .help("assign it before the comprehension")
}

/// `:=` to an iteration variable.
pub fn rebound(name: &str, range: Range<usize>) -> Diagnostic {
    error(
        TARGET,
        format!("`{name}` is the comprehension's own variable"),
        range,
    )
    .help("assign to another name")
}

/// `*,` without a parameter after it that has to be given by name.
pub fn bare_star(range: Range<usize>) -> Diagnostic {
    error(
        SYNTAX,
        "a parameter with a name has to follow the bare `*`",
        range,
    )
    .help("remove the `*`, or put the parameters that have to be named after it")
}

/// A generator expression without parentheses beside other arguments.
pub fn bare_generator(range: Range<usize>) -> Diagnostic {
    error(
        SYNTAX,
        "a generator expression beside other arguments needs parentheses",
        range,
    )
    .help("put parentheses around it")
}

/// A feature that `__future__` does not have.
pub fn no_future(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    did_you_mean(
        error(
            SYNTAX,
            format!("`__future__` has no feature `{name}`"),
            range,
        ),
        meant,
        "remove it",
    )
}

/// The same key twice in a pattern.
pub fn key_twice(range: Range<usize>) -> Diagnostic {
    error(PATTERN, "the pattern has this key twice", range).help("remove one of them")
}

/// A sum in a pattern that is no complex number.
pub fn no_complex(range: Range<usize>) -> Diagnostic {
    error(
        PATTERN,
        "a sum in a pattern has to be a complex number",
        range,
    )
    .help("write the value itself, or compare in a guard: `case x if x == …`")
}

/// A statement outside of its place.
pub fn misplaced(what: &str, place: &str, range: Range<usize>) -> Diagnostic {
    error(MISPLACED, format!("{what} can only stand {place}"), range)
}

/// `await` and its kin outside of an `async def`.
pub fn outside_async(what: &str, range: Range<usize>) -> Diagnostic {
    error(
        ASYNC,
        format!("{what} can only stand inside of an `async def`"),
        range,
    )
    .help(
        "put it into an `async def` and give that function to a step such as `map`; \
         the server awaits it",
    )
}

/// `nonlocal` for a name that no function around has.
pub fn nonlocal_without(name: &str, range: Range<usize>) -> Diagnostic {
    error(DECLARATION, format!("no function around binds `{name}`"), range)
        .help("`nonlocal` is for names of a function around this one; for names of the script use `global`")
}

/// `global` or `nonlocal` for a parameter.
pub fn declared_parameter(name: &str, word: &str, range: Range<usize>) -> Diagnostic {
    error(
        DECLARATION,
        format!("`{name}` is a parameter and `{word}`"),
        range,
    )
    .help("rename one of them")
}

/// `global` or `nonlocal` after the name was used.
pub fn declared_late(name: &str, word: &str, range: Range<usize>) -> Diagnostic {
    error(
        DECLARATION,
        format!("`{name}` is used before it is declared `{word}`"),
        range,
    )
    .help(format!(
        "move the `{word}` statement to the beginning of the function"
    ))
}

/// Something the target Python does not have yet.
pub fn too_new(what: &str, since: PyVersion, target: PyVersion, range: Range<usize>) -> Diagnostic {
    error(
        TOO_NEW,
        format!("{what} needs Python {since} but the target is {target}"),
        range,
    )
    .help(format!(
        "write it in a way that {target} knows, or set `python = \"{since}\"` if the server has it"
    ))
}

/// A body without a statement.
pub fn empty_body() -> Diagnostic {
    error(EMPTY, "the body has no statement", 0..0)
        .help("write what the function does; `pass` for nothing")
}

/// A parameter that cannot be one in Python.
pub fn parameter_name(name: &str) -> Diagnostic {
    error(
        PARAMETER,
        format!("the parameter `{name}` has the name of a Python keyword"),
        0..0,
    )
    .help(format!("rename it, for example to `{name}_`"))
}

/// The same name twice among the parameters.
pub fn parameter_twice(name: &str) -> Diagnostic {
    error(
        PARAMETER,
        format!("two parameters have the name `{name}`"),
        0..0,
    )
    .help("rename one")
}

/// A Python file that does not define the function.
pub fn no_function(name: &str, params: &str) -> Diagnostic {
    error(
        NO_FUNCTION,
        format!("the file defines no function `{name}`"),
        0..0,
    )
    .help(format!(
        "write `def {name}({params}):` in it; imports and helpers may stand around"
    ))
}

/// A function of a Python file with other parameters than the Rust function.
pub fn other_parameters(name: &str, params: &str, takes: &str, range: Range<usize>) -> Diagnostic {
    error(
        NO_FUNCTION,
        format!("`{name}` takes {takes}, but the Rust function has other parameters"),
        range,
    )
    .help(format!("write `def {name}({params}):`"))
}

/// A name bound twice by one pattern.
pub fn bound_twice(name: &str, range: Range<usize>) -> Diagnostic {
    error(PATTERN, format!("the pattern binds `{name}` twice"), range).help("rename one of them")
}

/// Alternatives that bind different names.
pub fn alternatives_differ(range: Range<usize>) -> Diagnostic {
    error(
        PATTERN,
        "the alternatives of the pattern bind different names",
        range,
    )
    .help("bind the same names in each, or write two cases")
}

/// A case that always fits and is not the last.
pub fn unreachable_cases(range: Range<usize>) -> Diagnostic {
    error(
        PATTERN,
        "this always fits, so what comes after is never reached",
        range,
    )
    .help("move it to the end")
}
