//! Types of values: RG0502 to RG0505.

use std::ops::Range;

use super::{FIELD, NO_RESULT, OPERANDS, RESULT, did_you_mean, error, list};
use crate::diag::Diagnostic;

/// A value that the function's Rust type cannot take.
pub fn wrong_result(
    found: &str,
    wanted: &str,
    none: bool,
    made_by: Option<&str>,
    range: Range<usize>,
) -> Diagnostic {
    let found = error(
        RESULT,
        format!(
            "this is {}, and the function's Rust type wants {wanted}",
            article(found)
        ),
        range,
    );
    match made_by {
        _ if none => found.help("for a value that may be missing, give back an `Option<…>`"),
        Some(way) => found.help(format!(
            "convert it with `{way}`, or change the type behind `->`"
        )),
        None => found.help("change the value, or the type behind `->`"),
    }
}

/// A list or a tuple whose elements the function's Rust type cannot take.
pub fn wrong_elements(found: &str, wanted: &str, range: Range<usize>) -> Diagnostic {
    let message = format!(
        "this is {}, and the function's Rust type wants {wanted}",
        article(found)
    );
    error(RESULT, message, range).help("convert the elements, or change the type behind `->`")
}

/// A part of a list or a tuple that cannot become what the function's Rust type has there.
pub fn wrong_part(
    found: &str,
    wanted: &str,
    made_by: Option<&str>,
    range: Range<usize>,
) -> Diagnostic {
    let message = format!(
        "this is {}, and the function's Rust type wants {wanted} here",
        article(found)
    );
    let found = error(RESULT, message, range);
    match made_by {
        Some(way) => found.help(format!(
            "convert it with `{way}`, or change the type behind `->`"
        )),
        None => found.help("change the value, or the type behind `->`"),
    }
}

/// A number that the function's Rust type does not hold.
pub fn wrong_number(found: &str, name: &str, holds: &str, range: Range<usize>) -> Diagnostic {
    error(
        RESULT,
        format!("this is {found}, and `{name}` holds {holds}"),
        range,
    )
    .help("change the number, or the type behind `->`")
}

/// A function without `return` whose Rust type is a value.
pub fn no_result(name: &str, wanted: &str, range: Range<usize>) -> Diagnostic {
    error(
        NO_RESULT,
        format!("`{name}` gives nothing back, and its Rust type wants {wanted}"),
        range,
    )
    .help("end with `return` and the value, or take the type behind `->` away")
}

/// A generator whose Rust type is a value.
pub fn yields(name: &str, range: Range<usize>) -> Diagnostic {
    error(
        NO_RESULT,
        format!("`yield` makes `{name}` a generator, which is no value for Rust"),
        range,
    )
    .help("collect the values in a list and `return` that")
}

/// An operator between values that do not have it.
pub fn no_operation(left: &str, sign: &str, right: &str, range: Range<usize>) -> Diagnostic {
    let (left, right) = (article(left), article(right));
    let message = format!("`{sign}` cannot stand between {left} and {right}");
    error(OPERANDS, message, range)
}

/// `-` or `~` before what is no number.
pub fn no_sign(found: &str, range: Range<usize>) -> Diagnostic {
    error(
        OPERANDS,
        format!("this is {}, and no number", article(found)),
        range,
    )
}

/// `value[index]` of a value without indices, or with others.
pub fn no_index(value: &str, index: &str, range: Range<usize>) -> Diagnostic {
    let message = match index {
        "" => format!("{} has no parts", article(value)),
        index => format!(
            "{} has no part with {} as its index",
            article(value),
            article(index)
        ),
    };
    error(OPERANDS, message, range)
}

/// A loop over what has no elements.
pub fn no_loop(found: &str, range: Range<usize>) -> Diagnostic {
    let found = error(
        OPERANDS,
        format!("a loop cannot go over {}", article(found)),
        range,
    );
    found.help("`range(n)` counts to a number")
}

/// A call of what is no function.
pub fn no_call(found: &str, range: Range<usize>) -> Diagnostic {
    error(
        OPERANDS,
        format!("this is {}, which cannot be called", article(found)),
        range,
    )
}

/// An argument that a builtin function does not take.
pub fn no_argument(name: &str, found: &str, range: Range<usize>) -> Diagnostic {
    error(
        OPERANDS,
        format!("`{name}` does not take {}", article(found)),
        range,
    )
}

/// Values that `sum` cannot add up.
pub fn no_sum(start: &str, elements: &str, range: Range<usize>) -> Diagnostic {
    let (start, elements) = (article(start), article(elements));
    error(
        OPERANDS,
        format!("`sum` cannot add {elements} to {start}"),
        range,
    )
}

/// Values that `join` cannot put together.
pub fn no_join(elements: &str, wanted: &str, range: Range<usize>) -> Diagnostic {
    let (elements, wanted) = (article(elements), article(wanted));
    error(
        OPERANDS,
        format!("`join` wants {wanted} each time, and gets {elements}"),
        range,
    )
}

/// An attribute that a value does not have.
pub fn no_field(
    of: &str,
    name: &str,
    meant: Option<&str>,
    fields: Option<&[&str]>,
    range: Range<usize>,
) -> Diagnostic {
    let otherwise = fields.map_or(String::new(), |all| {
        format!("its fields are {}", list(all.iter().copied()))
    });
    did_you_mean(
        error(FIELD, format!("{} has no `{name}`", article(of)), range),
        meant,
        &otherwise,
    )
}

/// A key that a dictionary with these keys does not have.
pub fn no_key(name: &str, keys: &[&str], range: Range<usize>) -> Diagnostic {
    let otherwise = match keys {
        [] => "it is empty".to_owned(),
        keys => format!("its keys are {}", list(keys.iter().copied())),
    };
    did_you_mean(
        error(FIELD, format!("the dict has no `{name}`"), range),
        crate::suggest::nearest(name, keys.iter().copied()),
        &otherwise,
    )
}

/// `an int`, `a str or None`.
fn article(name: &str) -> String {
    match name.chars().next() {
        Some('i') => format!("an {name}"),
        Some('N' | 'b') if name == "None" || name == "bytes" => name.to_owned(),
        _ => format!("a {name}"),
    }
}
