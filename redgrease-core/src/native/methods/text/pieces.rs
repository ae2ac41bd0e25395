//! Texts taken apart and put together.

use super::{text, words};
use crate::native::index::letter;
use crate::native::methods::{Caller, Type, integer};
use crate::native::operate::check;
use crate::native::unicode::is_space;
use crate::native::value::{Fail, Value};

pub(super) fn split(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let most = cuts(vm, arguments)?;
    let text = text(value);
    match separator(arguments)? {
        Some(separator) => texts(vm, text.splitn(most.saturating_add(1), separator)),
        None if most == usize::MAX => texts(vm, words(text)),
        None => {
            let mut rest = text.trim_start_matches(is_space);
            let mut pieces = Vec::new();
            while !rest.is_empty() {
                if pieces.len() == most {
                    pieces.push(rest);
                    break;
                }
                let (word, after) = rest.split_once(is_space).unwrap_or((rest, ""));
                pieces.push(word);
                rest = after.trim_start_matches(is_space);
            }
            texts(vm, pieces.into_iter())
        }
    }
}

pub(super) fn rsplit(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let most = cuts(vm, arguments)?;
    let text = text(value);
    let mut pieces: Vec<&str> = match separator(arguments)? {
        Some(separator) => text.rsplitn(most.saturating_add(1), separator).collect(),
        None => {
            let mut rest = text.trim_end_matches(is_space);
            let mut pieces = Vec::new();
            while !rest.is_empty() {
                if pieces.len() == most {
                    pieces.push(rest);
                    break;
                }
                let (before, word) = rest.rsplit_once(is_space).unwrap_or(("", rest));
                pieces.push(word);
                rest = before.trim_end_matches(is_space);
            }
            pieces
        }
    };
    pieces.reverse();
    texts(vm, pieces.into_iter())
}

pub(super) fn partition(
    _: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let (text, part) = (text(value), cut_at(arguments)?);
    Ok(match text.split_once(part) {
        Some((before, after)) => three(before, part, after),
        None => three(text, "", ""),
    })
}

pub(super) fn rpartition(
    _: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let (text, part) = (text(value), cut_at(arguments)?);
    Ok(match text.rsplit_once(part) {
        Some((before, after)) => three(before, part, after),
        None => three("", "", text),
    })
}

pub(super) fn splitlines(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let mut rest = text(value);
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let Some(at) = rest.find(is_line_end) else {
            lines.push(rest);
            break;
        };
        lines.push(&rest[..at]);
        let end = if rest[at..].starts_with("\r\n") {
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        rest = &rest[at + end..];
    }
    texts(vm, lines.into_iter())
}

pub(super) fn join(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let items = match &arguments[0] {
        Value::List(list) => list.items.borrow().clone(),
        Value::Tuple(items) => items.0.clone(),
        other => match Type::of(other) {
            None | Some(Type::Int | Type::Float) => {
                return Err(Fail::type_error("can only join an iterable"));
            }
            Some(_) => vm.elements(other)?,
        },
    };
    join_all(text(value), &items)
}

/// `separator.join(items)`
pub(in crate::native) fn join_all(separator: &str, items: &[Value]) -> Result<Value, Fail> {
    let mut size = 0;
    for (at, item) in items.iter().enumerate() {
        let Value::Str(text) = item else {
            return Err(Fail::type_error(format!(
                "sequence item {at}: expected str instance, {} found",
                item.type_name()
            )));
        };
        size += text.len() + separator.len();
    }
    check(size, 1)?;
    if let [one] = items {
        return Ok(one.clone());
    }
    let mut joined = String::with_capacity(size);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text(item));
    }
    Ok(joined.into())
}

fn separator(arguments: &[Value]) -> Result<Option<&str>, Fail> {
    match arguments.first() {
        None | Some(Value::None) => Ok(None),
        Some(Value::Str(text)) if text.is_empty() => Err(Fail::value_error("empty separator")),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(other) => Err(Fail::type_error(format!(
            "must be str or None, not {}",
            other.type_name()
        ))),
    }
}

/// How many cuts at most.
fn cuts(vm: &dyn Caller, arguments: &[Value]) -> Result<usize, Fail> {
    match arguments.get(1) {
        None => Ok(usize::MAX),
        Some(value) => Ok(usize::try_from(integer(value, vm.minor())?).unwrap_or(usize::MAX)),
    }
}

fn texts<'a>(vm: &mut dyn Caller, pieces: impl Iterator<Item = &'a str>) -> Result<Value, Fail> {
    let made = pieces.map(|piece| match piece.as_bytes() {
        [byte] => letter(char::from(*byte)),
        _ => Value::str(piece),
    });
    // The words of a line: nobody knows how many there are, and to grow costs as much as a word.
    let mut pieces = Vec::with_capacity(8);
    pieces.extend(made);
    vm.charge(pieces.len() * 48)?;
    Ok(Value::list(pieces))
}

fn cut_at(arguments: &[Value]) -> Result<&str, Fail> {
    match &arguments[0] {
        Value::Str(part) if part.is_empty() => Err(Fail::value_error("empty separator")),
        Value::Str(part) => Ok(part),
        other => Err(Fail::type_error(format!(
            "must be str, not {}",
            other.type_name()
        ))),
    }
}

fn three(before: &str, part: &str, after: &str) -> Value {
    Value::tuple(vec![
        Value::str(before),
        Value::str(part),
        Value::str(after),
    ])
}

fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
