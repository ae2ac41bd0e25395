//! Gears, their readers, operations and arguments: RG03xx.

use std::ops::Range;

use super::{
    ACTION, ARGUMENTS, ARITY, ASYNC, CALLBACK, CHOICE, CLOSED, COROUTINE, IGNORED_PATTERN, KEYWORD,
    NO_EVENT, NOT_A_GEAR, OPERATION, PATTERN_PREFIX, RANGE, READER, SUGAR, TOGETHER, TYPE,
    UNDEFINED, count, did_you_mean, error, list, warning,
};
use crate::diag::Diagnostic;
use crate::table;

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

/// The name of a gear in Python that runs on the server.
pub fn gear_as_value(name: &str, range: Range<usize>) -> Diagnostic {
    let message = format!("`{name}` is a gear, which is no value on the server");
    error(UNDEFINED, message, range)
        .help("until it runs or is registered, a gear can be gone on with: `name.map(…)`; there is nothing else to do with it")
}

/// A second gear that runs.
pub fn second_run(range: Range<usize>) -> Diagnostic {
    error(
        NOT_A_GEAR,
        "a script can run one gear, and this is the second",
        range,
    )
    .help("give it a file of its own; gears that are registered can be as many as you like")
}

/// A reader that does not exist.
pub fn unknown_reader(name: &str, meant: Option<&str>, range: Range<usize>) -> Diagnostic {
    let known = list(table::READERS.iter().map(|r| r.name));
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

/// A keyword argument of an operation that the server's builder gives no names to.
pub fn by_place(operation: &str, keyword: &str, range: Range<usize>) -> Diagnostic {
    let message = format!("`{operation}` takes no argument by its name on the server");
    error(KEYWORD, message, range).help(format!("leave `{keyword}=` away"))
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

/// A callable that is no function, given to the server's own builder.
pub fn no_function_of_python(
    what: &str,
    found: &str,
    example: &str,
    range: Range<usize>,
) -> Diagnostic {
    let message = format!("{what} takes functions of Python's own, and this is {found}");
    error(CALLBACK, message, range).help(format!("write `{example}`"))
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

/// A prefix without a character, which is that of one key alone.
pub fn empty_prefix(what: &str, name: &str, range: Range<usize>) -> Diagnostic {
    warning(
        RANGE,
        format!("`{name}` of {what} is empty, so only the key without a name matches"),
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

/// A prefix for a command, which no key calls.
pub fn prefix_of_command(name: &str, range: Range<usize>) -> Diagnostic {
    warning(
        IGNORED_PATTERN,
        format!(
            "`{name}` chooses nothing here: a command runs when it is called, whatever the key"
        ),
        range,
    )
    .help("leave it out; with `hook`, `keyprefix` chooses the keys")
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
