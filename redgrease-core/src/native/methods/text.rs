//! Methods of `str`.

use super::{Caller, Row, Type, integer, partial, row};
use crate::native::index::{self, letter};
use crate::native::operate::check;
use crate::native::unicode::{self, is_space};
use crate::native::value::{Fail, Value};

use Type::Str;

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
    row(Str, "index", 1, 1, 1, index),
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
    let pieces: Vec<Value> = pieces
        .map(|piece| match piece.as_bytes() {
            [byte] => letter(char::from(*byte)),
            _ => Value::str(piece),
        })
        .collect();
    vm.charge(pieces.len() * 48)?;
    Ok(Value::list(pieces))
}

fn split(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let most = cuts(vm, arguments)?;
    let text = text(value);
    match separator(arguments)? {
        Some(separator) => texts(vm, text.splitn(most.saturating_add(1), separator)),
        None if most == usize::MAX && text.is_ascii() => {
            let space = |byte: &u8| is_space(char::from(*byte));
            let words = text.as_bytes().split(space).filter(|word| !word.is_empty());
            texts(vm, words.filter_map(|word| std::str::from_utf8(word).ok()))
        }
        None if most == usize::MAX => {
            texts(vm, text.split(is_space).filter(|word| !word.is_empty()))
        }
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

fn rsplit(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
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

fn lower(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(unicode::lower(text(value), vm.minor()).into())
}

fn upper(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(unicode::upper(text(value), vm.minor()).into())
}

fn affix(
    value: &Value,
    wanted: &Value,
    name: &str,
    has: fn(&str, &str) -> bool,
) -> Result<Value, Fail> {
    let text = text(value);
    match wanted {
        Value::Str(wanted) => Ok(Value::Bool(has(text, wanted))),
        Value::Tuple(many) => {
            for one in &many.0 {
                let Value::Str(one) = one else {
                    return Err(Fail::type_error(format!(
                        "tuple for {name} must only contain str, not {}",
                        one.type_name()
                    )));
                };
                if has(text, one) {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        other => Err(Fail::type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            other.type_name()
        ))),
    }
}

fn starts_with(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    affix(value, &arguments[0], "startswith", |text, part| {
        text.starts_with(part)
    })
}

fn ends_with(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    affix(value, &arguments[0], "endswith", |text, part| {
        text.ends_with(part)
    })
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

/// The part that is looked for.
fn part<'a>(vm: &dyn Caller, arguments: &'a [Value], name: &str) -> Result<&'a str, Fail> {
    match &arguments[0] {
        Value::Str(part) => Ok(part),
        other if vm.minor() >= 13 => Err(Fail::type_error(format!(
            "{name}() argument 1 must be str, not {}",
            other.type_name()
        ))),
        other => Err(Fail::type_error(format!(
            "must be str, not {}",
            other.type_name()
        ))),
    }
}

/// The number of characters before a byte.
fn characters(text: &str, at: usize) -> Value {
    let before = &text[..at];
    Value::size(if before.is_ascii() {
        at
    } else {
        before.chars().count()
    })
}

fn find(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.find(part(vm, arguments, "find")?);
    Ok(found.map_or(Value::Int(-1), |at| characters(text, at)))
}

fn rfind(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.rfind(part(vm, arguments, "rfind")?);
    Ok(found.map_or(Value::Int(-1), |at| characters(text, at)))
}

fn index(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.find(part(vm, arguments, "index")?);
    let at = found.ok_or_else(|| Fail::value_error("substring not found"))?;
    Ok(characters(text, at))
}

fn rindex(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.rfind(part(vm, arguments, "rindex")?);
    let at = found.ok_or_else(|| Fail::value_error("substring not found"))?;
    Ok(characters(text, at))
}

fn count(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let part = part(vm, arguments, "count")?;
    Ok(Value::size(if part.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(part).count()
    }))
}

fn join(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
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

fn partition(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let (text, part) = (text(value), cut_at(arguments)?);
    Ok(match text.split_once(part) {
        Some((before, after)) => three(before, part, after),
        None => three(text, "", ""),
    })
}

fn rpartition(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let (text, part) = (text(value), cut_at(arguments)?);
    Ok(match text.rsplit_once(part) {
        Some((before, after)) => three(before, part, after),
        None => three("", "", text),
    })
}

fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn splitlines(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
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

fn encode(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(Value::Bytes(text(value).as_bytes().into()))
}

fn is_blank(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    Ok(Value::Bool(!text.is_empty() && text.chars().all(is_space)))
}

/// Text whose characters are ASCII; what is beyond is left to Python.
fn ascii(value: &Value) -> Result<&str, Fail> {
    let text = text(value);
    if text.is_ascii() {
        return Ok(text);
    }
    Err(Fail::GiveBack("letters beyond ASCII"))
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

fn title(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let mut inside = false;
    let made: String = ascii(value)?
        .chars()
        .map(|c| {
            let shown = if inside {
                c.to_ascii_lowercase()
            } else {
                c.to_ascii_uppercase()
            };
            inside = c.is_ascii_alphabetic();
            shown
        })
        .collect();
    Ok(made.into())
}

fn capitalize(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let mut made = ascii(value)?.to_ascii_lowercase();
    if let Some(first) = made.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Ok(made.into())
}

fn swapcase(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    Ok(ascii(value)?.chars().map(swap).collect::<String>().into())
}

fn all(value: &Value, is: fn(&char) -> bool) -> Result<Value, Fail> {
    let text = ascii(value)?;
    Ok(Value::Bool(
        !text.is_empty() && text.chars().all(|c| is(&c)),
    ))
}

fn is_digit(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_digit)
}

fn is_alpha(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_alphabetic)
}

fn is_alnum(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_alphanumeric)
}

fn is_upper(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = ascii(value)?;
    let cased = text.bytes().any(|b| b.is_ascii_uppercase());
    Ok(Value::Bool(
        cased && !text.bytes().any(|b| b.is_ascii_lowercase()),
    ))
}

fn is_lower(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = ascii(value)?;
    let cased = text.bytes().any(|b| b.is_ascii_lowercase());
    Ok(Value::Bool(
        cased && !text.bytes().any(|b| b.is_ascii_uppercase()),
    ))
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
