//! Methods of `str`.

mod letters;
mod pieces;
mod search;
mod words;

use super::Type::Str;
use super::{Caller, Row, integer, partial, row};
use crate::native::index;
use crate::native::operate::check;
use crate::native::unicode::is_space;
use crate::native::value::{Fail, Value};
use letters::{
    capitalize, is_alnum, is_alpha, is_blank, is_digit, is_lower, is_upper, lower, swapcase, title,
    upper,
};
pub(in crate::native) use pieces::join_all;
use pieces::{join, partition, rpartition, rsplit, split, splitlines};
use search::{count, ends_with, find, rfind, rindex, starts_with};
pub use words::{Words, words};

pub(super) static ROWS: &[Row] = &[
    row(Str, "split", 0, 2, 1, split),
    row(Str, "rsplit", 0, 2, 1, rsplit),
    row(Str, "strip", 0, 1, 1, strip),
    row(Str, "lstrip", 0, 1, 1, lstrip),
    row(Str, "rstrip", 0, 1, 1, rstrip),
    row(Str, "lower", 0, 0, 0, lower),
    row(Str, "upper", 0, 0, 0, upper),
    row(Str, "startswith", 1, 1, 1, starts_with),
    row(Str, "endswith", 1, 1, 1, ends_with),
    row(Str, "replace", 2, 3, 2, replace),
    row(Str, "find", 1, 1, 1, find),
    row(Str, "rfind", 1, 1, 1, rfind),
    row(Str, "index", 1, 1, 1, search::index),
    row(Str, "rindex", 1, 1, 1, rindex),
    row(Str, "count", 1, 1, 1, count),
    row(Str, "join", 1, 1, 1, join),
    row(Str, "partition", 1, 1, 1, partition),
    row(Str, "rpartition", 1, 1, 1, rpartition),
    row(Str, "splitlines", 0, 0, 0, splitlines),
    row(Str, "encode", 0, 0, 0, encode),
    row(Str, "isspace", 0, 0, 0, is_blank),
    partial(Str, "zfill", 1, 1, zfill),
    partial(Str, "ljust", 1, 2, ljust),
    partial(Str, "rjust", 1, 2, rjust),
    partial(Str, "title", 0, 0, title),
    partial(Str, "capitalize", 0, 0, capitalize),
    partial(Str, "swapcase", 0, 0, swapcase),
    partial(Str, "isdigit", 0, 0, is_digit),
    partial(Str, "isdecimal", 0, 0, is_digit),
    partial(Str, "isnumeric", 0, 0, is_digit),
    partial(Str, "isalpha", 0, 0, is_alpha),
    partial(Str, "isalnum", 0, 0, is_alnum),
    partial(Str, "isupper", 0, 0, is_upper),
    partial(Str, "islower", 0, 0, is_lower),
    partial(Str, "removeprefix", 1, 1, remove_prefix),
    partial(Str, "removesuffix", 1, 1, remove_suffix),
];

fn text(value: &Value) -> &str {
    match value {
        Value::Str(text) => text,
        _ => "",
    }
}

fn trim(
    value: &Value,
    arguments: &[Value],
    name: &str,
    start: bool,
    end: bool,
) -> Result<Value, Fail> {
    let whole = text(value);
    let of: Box<dyn Fn(char) -> bool> = match arguments.first() {
        None | Some(Value::None) => Box::new(is_space),
        Some(Value::Str(set)) => {
            let set: std::collections::HashSet<char> = set.chars().collect();
            Box::new(move |c| set.contains(&c))
        }
        Some(_) => {
            return Err(Fail::type_error(format!("{name} arg must be None or str")));
        }
    };
    let mut cut = whole;
    if start {
        cut = cut.trim_start_matches(&of);
    }
    if end {
        cut = cut.trim_end_matches(&of);
    }
    Ok(if cut.len() == whole.len() {
        value.clone()
    } else {
        Value::str(cut)
    })
}

fn strip(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    trim(value, arguments, "strip", true, true)
}

fn lstrip(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    trim(value, arguments, "lstrip", true, false)
}

fn rstrip(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    trim(value, arguments, "rstrip", false, true)
}

fn replace(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let mut parts = [""; 2];
    for (at, part) in parts.iter_mut().enumerate() {
        let Value::Str(text) = &arguments[at] else {
            return Err(Fail::type_error(format!(
                "replace() argument {} must be str, not {}",
                at + 1,
                arguments[at].type_name()
            )));
        };
        *part = text;
    }
    let most = match arguments.get(2) {
        None => usize::MAX,
        Some(value) => usize::try_from(integer(value, vm.minor())?).unwrap_or(usize::MAX),
    };
    let text = text(value);
    let [old, new] = parts;
    if new.len() > old.len() {
        let found = if old.is_empty() {
            text.len() + 1
        } else {
            text.matches(old).count()
        };
        check(text.len() + found.min(most).saturating_mul(new.len()), 1)?;
    }
    if most == usize::MAX {
        return Ok(text.replace(old, new).into());
    }
    Ok(text.replacen(old, new, most).into())
}

fn encode(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(Value::Bytes(text(value).as_bytes().into()))
}

fn width(vm: &dyn Caller, arguments: &[Value]) -> Result<usize, Fail> {
    let width = usize::try_from(integer(&arguments[0], vm.minor())?).unwrap_or(0);
    check(width, 4)?;
    Ok(width)
}

fn zfill(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let missing = width(vm, arguments)?.saturating_sub(index::length(value)?);
    if missing == 0 {
        return Ok(value.clone());
    }
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'+' | b'-') => text.split_at(1),
        _ => ("", text),
    };
    Ok(format!("{sign}{}{digits}", "0".repeat(missing)).into())
}

fn fill(vm: &dyn Caller, value: &Value, arguments: &[Value]) -> Result<String, Fail> {
    let missing = width(vm, arguments)?.saturating_sub(index::length(value)?);
    let fill = match arguments.get(1) {
        None => " ",
        Some(Value::Str(fill)) if fill.chars().count() == 1 => fill,
        _ => return Err(Fail::GiveBack("a fill that is no character")),
    };
    Ok(fill.repeat(missing))
}

fn ljust(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    Ok((text(value).to_owned() + &fill(vm, value, arguments)?).into())
}

fn rjust(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    Ok((fill(vm, value, arguments)? + text(value)).into())
}

fn without<'a>(vm: &dyn Caller, arguments: &'a [Value]) -> Result<&'a str, Fail> {
    match &arguments[0] {
        Value::Str(part) if vm.minor() >= 9 => Ok(part),
        _ => Err(Fail::GiveBack("removeprefix or removesuffix")),
    }
}

fn remove_prefix(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    Ok(Value::str(
        text.strip_prefix(without(vm, arguments)?).unwrap_or(text),
    ))
}

fn remove_suffix(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    Ok(Value::str(
        text.strip_suffix(without(vm, arguments)?).unwrap_or(text),
    ))
}
