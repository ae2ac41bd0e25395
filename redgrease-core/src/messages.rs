//! Every message of the checks, with its stable code: what was found, what is expected, and the
//! next step.

pub mod pages;

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Severity};

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
    REQUIREMENT = "RG0501" Error "a requirement that pip would not understand";
    REFORMATTED = "RG0601" Error "a string that rustfmt would change";
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

// Syntax: RG01xx

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
pub fn too_new(
    what: &str,
    since: crate::pyversion::PyVersion,
    target: crate::pyversion::PyVersion,
    range: Range<usize>,
) -> Diagnostic {
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

// Names: RG02xx

/// A name that nothing defines.
pub fn undefined_name(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    let otherwise = if crate::gear::table::reader(name).is_some() {
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
        format!("`{name}` hides the builtin of that name"),
        range,
    )
    .help(format!("another name keeps `{name}` usable"))
}

// Gears: RG03xx

/// A text that does not end in a gear expression.
pub fn not_a_gear(message: &str, range: Range<usize>) -> Diagnostic {
    error(NOT_A_GEAR, message, range).help(
        "end with a reader and its steps, such as `KeysReader(\"user:*\").values().count().run()`",
    )
}

/// A gear that is made and then left alone.
pub fn unused_gear(range: Range<usize>) -> Diagnostic {
    error(NOT_A_GEAR, "this gear is not the last expression, so it is not used", range)
        .help("a text makes one gear: give it a name and go on with it at the end, or write a `gear!` of its own")
}

/// A reader that does not exist.
pub fn unknown_reader(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    let known = list(crate::gear::table::READERS.iter().map(|r| r.name));
    did_you_mean(
        error(READER, format!("no reader `{name}`"), range),
        meant,
        &format!("the readers are {known}"),
    )
}

/// An operation that does not exist.
pub fn unknown_operation(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    did_you_mean(
        error(OPERATION, format!("no gear operation `{name}`"), range),
        meant,
        "the operations are in the documentation of `gear!`; plain Python goes into a callback",
    )
}

/// A keyword argument that does not exist.
pub fn unknown_keyword(
    what: &str,
    keyword: &str,
    meant: Option<&str>,
    known: &str,
    range: Range<usize>,
) -> Diagnostic {
    did_you_mean(
        error(
            KEYWORD,
            format!("{what} has no argument `{keyword}`"),
            range,
        ),
        meant,
        known,
    )
}

/// A keyword argument that belongs to the Rust side.
pub fn rust_side_keyword(keyword: &str, help: &str, range: Range<usize>) -> Diagnostic {
    error(
        KEYWORD,
        format!("`{keyword}` cannot be given inside of the gear"),
        range,
    )
    .help(help)
}

/// The same argument twice.
pub fn given_twice(what: &str, name: &str, range: Range<usize>) -> Diagnostic {
    error(ARGUMENTS, format!("{what} gets `{name}` twice"), range).help("remove one of them")
}

/// An argument that has to be there.
pub fn missing_argument(what: &str, name: &str, usage: &str, range: Range<usize>) -> Diagnostic {
    error(ARGUMENTS, format!("{what} needs `{name}`"), range).help(format!("write `{usage}`"))
}

/// More arguments than there are parameters.
pub fn surplus_argument(what: &str, most: usize, usage: &str, range: Range<usize>) -> Diagnostic {
    let takes = count(most, "positional argument");
    error(ARGUMENTS, format!("{what} takes {takes}"), range).help(format!("write `{usage}`"))
}

/// `*arguments` where the arguments have to be known.
pub fn unpacked(what: &str, range: Range<usize>) -> Diagnostic {
    error(
        ARGUMENTS,
        format!("{what} cannot take unpacked arguments"),
        range,
    )
    .help("write the arguments one by one, so that they can be checked")
}

/// A callback with the wrong number of parameters.
pub fn arity(
    what: &str,
    parameter: &str,
    wanted: &str,
    takes: &str,
    example: &str,
    range: Range<usize>,
) -> Diagnostic {
    error(
        ARITY,
        format!("{what} calls `{parameter}` with {wanted}, but this takes {takes}"),
        range,
    )
    .help(format!("write `{example}`"))
}

/// A constant where a callback is expected.
pub fn not_callable(what: &str, parameter: &str, example: &str, range: Range<usize>) -> Diagnostic {
    error(
        CALLBACK,
        format!("`{parameter}` of {what} has to be a function"),
        range,
    )
    .help(format!("write `{example}`"))
}

/// A function that is called where it should be given.
pub fn called_callback(name: &str, what: &str, range: Range<usize>) -> Diagnostic {
    error(
        CALLBACK,
        format!("`{name}()` calls the function, but {what} needs the function itself"),
        range,
    )
    .help(format!("write `{name}` without the parentheses"))
}

/// A generator function that yields nothing.
pub fn not_a_generator(name: &str, range: Range<usize>) -> Diagnostic {
    error(
        CALLBACK,
        format!("`{name}` has no `yield`, so PythonReader would call it for ever"),
        range,
    )
    .help("PythonReader runs a generator function: `yield` each record")
}

/// `run` or `register` on a reader that cannot.
pub fn unsupported_action(reader: &str, action: &str, range: Range<usize>) -> Diagnostic {
    let (cannot, instead) = if action == "run" {
        (
            "run: it has nothing to read before an event",
            "`.register(trigger=\"…\")`",
        )
    } else {
        ("register: it has no events", "`.run()`")
    };
    error(ACTION, format!("{reader} cannot {cannot}"), range).help(format!(
        "end the gear with {instead}, or take another reader"
    ))
}

/// A step after the action.
pub fn after_action(action: &str, range: Range<usize>) -> Diagnostic {
    error(
        CLOSED,
        format!("nothing can follow `{action}`, which closes the gear"),
        range,
    )
    .help(format!("move `{action}` to the end"))
}

/// `values` and its kin after another step, or on a reader without it.
pub fn misplaced_sugar(name: &str, reader: &str, help: &str, range: Range<usize>) -> Diagnostic {
    error(
        SUGAR,
        format!("`{name}` cannot stand here in a gear of {reader}"),
        range,
    )
    .help(help)
}

/// An argument of the wrong type.
pub fn wrong_type(
    what: &str,
    name: &str,
    wanted: &str,
    found: &str,
    range: Range<usize>,
) -> Diagnostic {
    error(
        TYPE,
        format!("`{name}` of {what} is {wanted}, found {found}"),
        range,
    )
}

/// A value outside of its range.
pub fn out_of_range(
    what: &str,
    name: &str,
    wanted: &str,
    help: &str,
    range: Range<usize>,
) -> Diagnostic {
    error(
        RANGE,
        format!("`{name}` of {what} has to be {wanted}"),
        range,
    )
    .help(help)
}

/// A text that is not one of the choices.
pub fn not_a_choice(
    what: &str,
    name: &str,
    found: &str,
    meant: Option<&str>,
    choices: &[&str],
    range: Range<usize>,
) -> Diagnostic {
    let known = list(choices.iter().copied());
    did_you_mean(
        error(
            CHOICE,
            format!("`{name}` of {what} cannot be \"{found}\""),
            range,
        ),
        meant,
        &format!("the choices are {known}"),
    )
}

/// Arguments that do not go together.
pub fn not_together(message: &str, help: &str, range: Range<usize>) -> Diagnostic {
    error(TOGETHER, message, range).help(help)
}

/// A list or a text that lets nothing through.
pub fn matches_nothing(what: &str, name: &str, range: Range<usize>) -> Diagnostic {
    error(
        RANGE,
        format!("`{name}` of {what} is empty, so nothing would ever match"),
        range,
    )
    .help("leave the argument out to match all")
}

/// A coroutine or a future where the server takes none.
pub fn coroutine(what: &str, parameter: &str, range: Range<usize>) -> Diagnostic {
    error(
        COROUTINE,
        format!("`{parameter}` of {what} cannot be asynchronous"),
        range,
    )
    .help("await in a `map` before this step, and use its result here")
}

/// A future outside of a callback.
pub fn future_outside(range: Range<usize>) -> Diagnostic {
    error(COROUTINE, "`gearsFuture()` can only be made inside of a callback", range)
        .help("make it in a function that is given to `map`, `flatmap`, `filter`, `foreach` or an aggregation")
}

/// An `await` while the server is locked.
pub fn await_in_atomic(what: &str, range: Range<usize>) -> Diagnostic {
    error(
        ASYNC,
        format!("{what} cannot stand inside of `with atomic()`"),
        range,
    )
    .help("the server is locked there; await before or after the block")
}

/// An event that Redis does not have.
pub fn no_event(name: &str, help: &str, range: Range<usize>) -> Diagnostic {
    warning(
        NO_EVENT,
        format!("Redis has no event `{name}`, so it never comes"),
        range,
    )
    .help(help)
}

/// A prefix with wild cards.
pub fn pattern_prefix(what: &str, name: &str, wild: char, range: Range<usize>) -> Diagnostic {
    warning(
        PATTERN_PREFIX,
        format!("`{wild}` in `{name}` of {what} stands for itself"),
        range,
    )
    .help(
        "only a `*` at the end stands for any text; for patterns, filter the records by their keys",
    )
}

/// A reader's pattern that `register` does not look at.
pub fn ignored_pattern(range: Range<usize>) -> Diagnostic {
    warning(
        IGNORED_PATTERN,
        "`register` does not use the reader's pattern",
        range,
    )
    .help("give it to `register` as `prefix`; without one, all keys match")
}

// The commands of `cmd`: RG04xx

/// A command that cannot be used on the server.
pub fn refused_command(what: &str, reason: &str, instead: &str, range: Range<usize>) -> Diagnostic {
    error(
        REFUSED_COMMAND,
        format!("`{what}` cannot be used on the server: {reason}"),
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

// Packages: RG05xx

/// A requirement that is not one of PEP 508. `exact` says that the range is the wrong part itself;
/// otherwise the help shows it.
pub fn requirement(
    text: &str,
    found: &crate::gear::requirement::RequirementError,
    range: Range<usize>,
    exact: bool,
) -> Diagnostic {
    let column = text[..found.range.start].chars().count();
    let mut help = String::new();
    if !exact {
        let width = text[found.range.clone()].chars().count().max(1);
        help = format!("{text}\n{}{}", " ".repeat(column), "^".repeat(width));
    }
    if let Some(next) = &found.help {
        help.push_str(if help.is_empty() { "" } else { "\n" });
        help.push_str(next);
    }
    let message = format!(
        "a requirement is wrong at its column {}: {}",
        column + 1,
        found.message
    );
    let diagnostic = error(REQUIREMENT, message, range);
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.help(help)
    }
}

// Layout: RG06xx

/// A string whose second line rustfmt would indent.
pub fn reformatted(range: Range<usize>) -> Diagnostic {
    error(
        REFORMATTED,
        "rustfmt would change this string: it indents the second of its two lines",
        range,
    )
    .help("write the line break as `\\n`, or take a raw string as the body: `r#\"…\"#`")
}
