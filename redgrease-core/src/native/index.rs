//! What is at a place in a value: indexes, slices, `in`.

mod slice;

use std::cell::RefCell;
use std::sync::Arc;

use super::value::{Fail, Int, Kind, Value, element_equals};
pub(super) use slice::{Bounds, slice};

pub(super) fn is_sequence(value: &Value) -> bool {
    matches!(
        value,
        Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_) | Value::List(_) | Value::Tuple(_)
    )
}

/// Where an index leads in a sequence of that length; nothing beyond its ends.
pub(super) fn place(index: &Int, length: usize) -> Option<usize> {
    let Int::Small(index) = index else {
        return None;
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let at = if *index < 0 { index + length } else { *index };
    (0..length)
        .contains(&at)
        .then(|| usize::try_from(at).unwrap_or(0))
}

thread_local! {
    static LETTERS: RefCell<Vec<Option<Arc<str>>>> = RefCell::new(vec![None; 128]);
}

/// Text of one character.
pub(super) fn letter(character: char) -> Value {
    let mut buffer = [0; 4];
    if !character.is_ascii() {
        return Value::str(character.encode_utf8(&mut buffer));
    }
    LETTERS.with_borrow_mut(|letters| {
        let kept = letters[character as usize]
            .get_or_insert_with(|| Arc::from(&*character.encode_utf8(&mut buffer)));
        Value::Str(Arc::clone(kept))
    })
}

fn index_error(text: &str) -> Fail {
    Fail::raise(Kind::IndexError, text)
}

fn not_subscriptable(value: &Value) -> Fail {
    Fail::type_error(format!(
        "'{}' object is not subscriptable",
        value.type_name()
    ))
}

/// `value[key]`
pub(super) fn index(value: &Value, key: &Value, minor: u8) -> Result<Value, Fail> {
    if let Value::Dict(dict) = value {
        let dict = dict.dict.borrow();
        return match dict.get(key)? {
            Some(found) => Ok(found.clone()),
            None => Err(Fail::with(Kind::KeyError, vec![key.clone()])),
        };
    }
    if !is_sequence(value) {
        return Err(not_subscriptable(value));
    }
    let Some(at) = Int::of(key) else {
        let (what, which) = match value {
            Value::Str(_) if minor >= 11 => {
                return Err(Fail::type_error(format!(
                    "string indices must be integers, not '{}'",
                    key.type_name()
                )));
            }
            Value::Str(_) => return Err(Fail::type_error("string indices must be integers")),
            Value::Bytes(_) => ("byte", key.type_name()),
            other => (other.type_name(), key.type_name()),
        };
        return Err(Fail::type_error(format!(
            "{what} indices must be integers or slices, not {which}"
        )));
    };
    if matches!(at, Int::Big(_)) {
        return Err(index_error("cannot fit 'int' into an index-sized integer"));
    }
    match value {
        Value::Str(text) if text.is_ascii() => match place(&at, text.len()) {
            Some(at) => Ok(letter(char::from(text.as_bytes()[at]))),
            None => Err(index_error("string index out of range")),
        },
        Value::Str(text) => place(&at, text.chars().count())
            .and_then(|at| text.chars().nth(at))
            .map(letter)
            .ok_or_else(|| index_error("string index out of range")),
        Value::List(list) => {
            let items = list.items.borrow();
            match place(&at, items.len()) {
                Some(at) => Ok(items[at].clone()),
                None => Err(index_error("list index out of range")),
            }
        }
        Value::Tuple(items) => match place(&at, items.0.len()) {
            Some(at) => Ok(items.0[at].clone()),
            None => Err(index_error("tuple index out of range")),
        },
        _ => {
            let text = match value {
                Value::Bytes(_) => "index out of range",
                _ => "bytearray index out of range",
            };
            let bytes = value.bytes();
            let bytes = bytes.as_deref().unwrap_or(&[]);
            match place(&at, bytes.len()) {
                Some(at) => Ok(Value::Int(i64::from(bytes[at]))),
                None => Err(index_error(text)),
            }
        }
    }
}

/// `value[key] = new`
pub(super) fn store(value: &Value, key: Value, new: Value, minor: u8) -> Result<(), Fail> {
    match value {
        Value::Dict(dict) => {
            dict.dict.borrow_mut().insert(key, new)?;
            Ok(())
        }
        Value::List(list) => {
            let at = sequence_index(&key, "list")?;
            let mut items = list.items.borrow_mut();
            let length = items.len();
            match place(&at, length) {
                Some(at) => {
                    let old = std::mem::replace(&mut items[at], new);
                    drop(items);
                    drop(old);
                    Ok(())
                }
                None => Err(index_error("list assignment index out of range")),
            }
        }
        Value::ByteArray(bytes) => {
            let at = sequence_index(&key, "bytearray")?;
            let mut bytes = bytes.borrow_mut();
            let place =
                place(&at, bytes.len()).ok_or_else(|| index_error("bytearray index out of range"));
            // Which is looked at first differs.
            let (at, byte) = if minor < 10 {
                (place?, byte(&new)?)
            } else {
                let byte = byte(&new)?;
                (place?, byte)
            };
            bytes[at] = byte;
            Ok(())
        }
        _ => {
            check_fits(value, &key)?;
            Err(Fail::type_error(format!(
                "'{}' object does not support item assignment",
                value.type_name()
            )))
        }
    }
}

/// Python looks at an index before it finds that a sequence cannot be changed.
fn check_fits(value: &Value, key: &Value) -> Result<(), Fail> {
    let sequence = matches!(
        value,
        Value::Str(_) | Value::Tuple(_) | Value::Bytes(_) | Value::Set(_)
    );
    if sequence && matches!(Int::of(key), Some(Int::Big(_))) {
        return Err(index_error("cannot fit 'int' into an index-sized integer"));
    }
    Ok(())
}

/// A value as one of the bytes of an array.
fn byte(value: &Value) -> Result<u8, Fail> {
    match Int::of(value) {
        Some(Int::Small(number)) => u8::try_from(number).ok(),
        Some(Int::Big(_)) => None,
        None => {
            return Err(Fail::type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                value.type_name()
            )));
        }
    }
    .ok_or_else(|| Fail::value_error("byte must be in range(0, 256)"))
}

fn sequence_index(key: &Value, of: &str) -> Result<Int, Fail> {
    match Int::of(key) {
        Some(Int::Big(_)) => Err(index_error("cannot fit 'int' into an index-sized integer")),
        Some(at) => Ok(at),
        None => Err(Fail::type_error(format!(
            "{of} indices must be integers or slices, not {}",
            key.type_name()
        ))),
    }
}

/// `del value[key]`
pub(super) fn delete(value: &Value, key: &Value) -> Result<(), Fail> {
    match value {
        Value::Dict(dict) => {
            let taken = dict.dict.borrow_mut().remove(key)?;
            match taken {
                Some(_) => Ok(()),
                None => Err(Fail::with(Kind::KeyError, vec![key.clone()])),
            }
        }
        Value::List(list) => {
            let at = sequence_index(key, "list")?;
            let length = list.items.borrow().len();
            match place(&at, length) {
                Some(at) => {
                    let old = list.items.borrow_mut().remove(at);
                    drop(old);
                    Ok(())
                }
                None => Err(index_error("list assignment index out of range")),
            }
        }
        Value::ByteArray(bytes) => {
            let at = sequence_index(key, "bytearray")?;
            let mut bytes = bytes.borrow_mut();
            match place(&at, bytes.len()) {
                Some(at) => {
                    bytes.remove(at);
                    Ok(())
                }
                None => Err(index_error("bytearray index out of range")),
            }
        }
        _ => {
            let sequence = matches!(
                value,
                Value::Str(_) | Value::Tuple(_) | Value::Bytes(_) | Value::Set(_)
            );
            check_fits(value, key)?;
            let not = if sequence && Int::of(key).is_some() {
                "doesn't"
            } else {
                "does not"
            };
            Err(Fail::type_error(format!(
                "'{}' object {not} support item deletion",
                value.type_name()
            )))
        }
    }
}

/// `item in value`
pub(super) fn contains(value: &Value, item: &Value) -> Result<bool, Fail> {
    match value {
        Value::Str(text) => match item {
            Value::Str(part) => Ok(text.contains(&**part)),
            _ => Err(Fail::type_error(format!(
                "'in <string>' requires string as left operand, not {}",
                item.type_name()
            ))),
        },
        Value::List(list) => has(&list.items.borrow(), item),
        Value::Tuple(items) => has(&items.0, item),
        Value::Set(_) if matches!(item, Value::Set(_)) => Ok(false),
        Value::Dict(dict) | Value::Set(dict) => Ok(dict.dict.borrow().get(item)?.is_some()),
        Value::Bytes(_) | Value::ByteArray(_) => {
            let bytes = value.bytes();
            let bytes = bytes.as_deref().unwrap_or(&[]);
            if let Some(number) = Int::of(item) {
                return match number {
                    Int::Small(byte @ 0..=255) => {
                        Ok(bytes.contains(&u8::try_from(byte).unwrap_or(0)))
                    }
                    _ => Err(Fail::value_error("byte must be in range(0, 256)")),
                };
            }
            match item.bytes() {
                Some(part) => Ok(part.is_empty() || bytes.windows(part.len()).any(|w| *w == *part)),
                None => Err(Fail::type_error(format!(
                    "a bytes-like object is required, not '{}'",
                    item.type_name()
                ))),
            }
        }
        _ => Err(Fail::type_error(format!(
            "argument of type '{}' is not iterable",
            value.type_name()
        ))),
    }
}

fn has(items: &[Value], item: &Value) -> Result<bool, Fail> {
    for other in items {
        if element_equals(other, item, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many elements or characters a value has.
pub(super) fn length(value: &Value) -> Result<usize, Fail> {
    Ok(match value {
        Value::Str(text) if text.is_ascii() => text.len(),
        Value::Str(text) => text.chars().count(),
        Value::List(list) => list.items.borrow().len(),
        Value::Tuple(items) => items.0.len(),
        Value::Dict(dict) | Value::Set(dict) => dict.dict.borrow().len(),
        Value::Bytes(_) | Value::ByteArray(_) => value.bytes().map_or(0, |bytes| bytes.len()),
        _ => {
            return Err(Fail::type_error(format!(
                "object of type '{}' has no len()",
                value.type_name()
            )));
        }
    })
}
