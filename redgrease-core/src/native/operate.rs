//! What operators do with values of all types.

use std::cell::RefCell;
use std::sync::Arc;

use super::dict::Dict;
use super::error::{Fail, Kind};
use super::number::{self, Int, Operator};
use super::percent;
use super::text;
use super::value::{Value, element_equals};

/// The most that one value may take.
pub(super) const LARGEST: usize = 64 << 20;
const TOO_LARGE: Fail = Fail::Limit("a value of more than 64 MB");

/// `a operator b`
pub(super) fn binary(operator: Operator, a: &Value, b: &Value, minor: u8) -> Result<Value, Fail> {
    operate(operator, a, b, minor, false)
}

fn operate(
    operator: Operator,
    a: &Value,
    b: &Value,
    minor: u8,
    in_place: bool,
) -> Result<Value, Fail> {
    if let Some(value) = number::arithmetic(operator, a, b, minor)? {
        return Ok(value);
    }
    let made = match operator {
        Operator::Add => add(a, b)?,
        Operator::Multiply => multiply(a, b)?,
        Operator::Modulo => match a {
            Value::Str(text) => Some(Value::from(percent::format(text, b, minor)?)),
            Value::Bytes(_) | Value::ByteArray(_) => {
                return Err(Fail::GiveBack("% with bytes"));
            }
            _ => None,
        },
        Operator::Subtract | Operator::And | Operator::Or | Operator::Xor => {
            sets(operator, a, b, minor)?
        }
        _ => None,
    };
    made.ok_or_else(|| {
        Fail::type_error(format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            operator.text(in_place),
            a.type_name(),
            b.type_name()
        ))
    })
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

fn add(a: &Value, b: &Value) -> Result<Option<Value>, Fail> {
    Ok(Some(match (a, b) {
        (Value::Str(a), Value::Str(b)) => {
            if a.len() + b.len() > LARGEST {
                return Err(TOO_LARGE);
            }
            let mut both = String::with_capacity(a.len() + b.len());
            both.push_str(a);
            both.push_str(b);
            both.into()
        }
        (Value::List(a), Value::List(b)) => {
            let (a, b) = (a.items.borrow(), b.items.borrow());
            check(a.len() + b.len(), 24)?;
            Value::list(a.iter().chain(b.iter()).cloned().collect())
        }
        (Value::Tuple(a), Value::Tuple(b)) => {
            check(a.0.len() + b.0.len(), 24)?;
            Value::tuple(a.0.iter().chain(&b.0).cloned().collect())
        }
        (Value::Bytes(_) | Value::ByteArray(_), _) => {
            let (Some(left), Some(right)) = (a.bytes(), b.bytes()) else {
                return Err(Fail::type_error(format!(
                    "can't concat {} to {}",
                    b.type_name(),
                    a.type_name()
                )));
            };
            check(left.len() + right.len(), 1)?;
            let both = [&*left, &*right].concat();
            match a {
                Value::Bytes(_) => Value::Bytes(both.into()),
                _ => Value::byte_array(both),
            }
        }
        (Value::Str(_) | Value::List(_) | Value::Tuple(_), _) => {
            return Err(Fail::type_error(format!(
                "can only concatenate {} (not \"{}\") to {}",
                a.type_name(),
                b.type_name(),
                a.type_name()
            )));
        }
        _ => return Ok(None),
    }))
}

pub(super) fn check(count: usize, size: usize) -> Result<(), Fail> {
    match count.checked_mul(size) {
        Some(bytes) if bytes <= LARGEST => Ok(()),
        _ => Err(TOO_LARGE),
    }
}

fn is_sequence(value: &Value) -> bool {
    matches!(
        value,
        Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_) | Value::List(_) | Value::Tuple(_)
    )
}

/// How often a sequence is repeated.
fn times(sequence: &Value, number: &Value) -> Result<usize, Fail> {
    match Int::of(number) {
        Some(Int::Small(count)) => {
            let count = usize::try_from(count).unwrap_or(0);
            let (length, size) = match sequence {
                Value::Str(text) => (text.len(), 1),
                Value::List(list) => (list.items.borrow().len(), 24),
                Value::Tuple(items) => (items.0.len(), 24),
                other => (other.bytes().map_or(0, |bytes| bytes.len()), 1),
            };
            check(length.saturating_mul(count), size)?;
            Ok(count)
        }
        Some(Int::Big(_)) => Err(Fail::raise(
            Kind::OverflowError,
            "cannot fit 'int' into an index-sized integer",
        )),
        None => Err(Fail::type_error(format!(
            "can't multiply sequence by non-int of type '{}'",
            number.type_name()
        ))),
    }
}

fn multiply(a: &Value, b: &Value) -> Result<Option<Value>, Fail> {
    let (sequence, number) = if is_sequence(a) {
        (a, b)
    } else if is_sequence(b) {
        (b, a)
    } else {
        return Ok(None);
    };
    let count = times(sequence, number)?;
    let many = |items: &[Value]| {
        let mut all = Vec::with_capacity(items.len() * count);
        for _ in 0..count {
            all.extend_from_slice(items);
        }
        all
    };
    Ok(Some(match sequence {
        Value::Str(text) => text.repeat(count).into(),
        Value::List(list) => Value::list(many(&list.items.borrow())),
        Value::Tuple(items) => Value::tuple(many(&items.0)),
        Value::Bytes(bytes) => Value::Bytes(bytes.repeat(count).into()),
        Value::ByteArray(bytes) => Value::byte_array(bytes.borrow().repeat(count)),
        _ => return Ok(None),
    }))
}

fn sets(operator: Operator, a: &Value, b: &Value, minor: u8) -> Result<Option<Value>, Fail> {
    let (a, b) = match (a, b) {
        (Value::Set(a), Value::Set(b)) => (a.dict.borrow(), b.dict.borrow()),
        (Value::Dict(a), Value::Dict(b)) if operator == Operator::Or && minor >= 9 => {
            let mut both = a.dict.borrow().clone();
            for (key, value) in b.dict.borrow().iter() {
                both.insert(key.clone(), value.clone())?;
            }
            return Ok(Some(Value::mapping(both)));
        }
        _ => return Ok(None),
    };
    combine(operator, &a, &b).map(|set| Some(Value::set(set)))
}

/// Union, intersection and differences of sets.
pub(super) fn combine(operator: Operator, a: &Dict, b: &Dict) -> Result<Dict, Fail> {
    let mut made = Dict::default();
    for key in a.keys() {
        let keep = match operator {
            Operator::And => b.get(key)?.is_some(),
            Operator::Subtract | Operator::Xor => b.get(key)?.is_none(),
            _ => true,
        };
        if keep {
            made.insert(key.clone(), Value::None)?;
        }
    }
    if matches!(operator, Operator::Or | Operator::Xor) {
        for key in b.keys() {
            if operator == Operator::Or || a.get(key)?.is_none() {
                made.insert(key.clone(), Value::None)?;
            }
        }
    }
    Ok(made)
}

/// `a operator= b`: what can change does; gives what the name stands for then.
pub(super) fn in_place(operator: Operator, a: Value, b: &Value, minor: u8) -> Result<Value, Fail> {
    match (operator, &a, b) {
        (Operator::Multiply, Value::List(list), _) => {
            let count = times(&a, b)?;
            let mut items = list.items.borrow_mut();
            let once = items.clone();
            items.clear();
            for _ in 0..count {
                items.extend_from_slice(&once);
            }
            drop(items);
            Ok(a)
        }
        (Operator::Add | Operator::Multiply, Value::ByteArray(bytes), _) => {
            let made = operate(operator, &a, b, minor, true)?;
            if let Some(made) = made.bytes() {
                let made = made.to_vec();
                *bytes.borrow_mut() = made;
            }
            Ok(a)
        }
        (
            Operator::Or | Operator::And | Operator::Subtract | Operator::Xor,
            Value::Set(set),
            Value::Set(other),
        ) => {
            let made = combine(operator, &set.dict.borrow(), &other.dict.borrow())?;
            *set.dict.borrow_mut() = made;
            Ok(a)
        }
        (Operator::Or, Value::Dict(dict), Value::Dict(other)) if minor >= 9 => {
            let other = other.dict.borrow().clone();
            let mut dict = dict.dict.borrow_mut();
            for (key, value) in other.iter() {
                dict.insert(key.clone(), value.clone())?;
            }
            drop(dict);
            Ok(a)
        }
        (Operator::Or, Value::Dict(_), _) if minor >= 9 => {
            Err(Fail::GiveBack("|= of a dictionary and what is none"))
        }
        _ => operate(operator, &a, b, minor, true),
    }
}

/// `sign value`
pub(super) fn unary(sign: char, value: &Value) -> Result<Value, Fail> {
    number::unary(sign, value)?.ok_or_else(|| {
        Fail::type_error(format!(
            "bad operand type for unary {sign}: '{}'",
            value.type_name()
        ))
    })
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

/// The bounds of a slice, as they were written.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) start: Value,
    pub(super) stop: Value,
    pub(super) step: Value,
}

fn bound(value: &Value) -> Result<Option<i64>, Fail> {
    match (value, Int::of(value)) {
        (Value::None, _) => Ok(None),
        (_, Some(Int::Small(number))) => Ok(Some(number)),
        (_, Some(number)) => Ok(Some(if number.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        })),
        _ => Err(Fail::type_error(
            "slice indices must be integers or None or have an __index__ method",
        )),
    }
}

/// The places that a slice takes from a sequence of that length, in its order.
fn places(bounds: &Bounds, length: usize) -> Result<Places, Fail> {
    let step = bound(&bounds.step)?.unwrap_or(1);
    if step == 0 {
        return Err(Fail::value_error("slice step cannot be zero"));
    }
    let step = step.max(-i64::MAX);
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (lowest, highest) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let fit = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(at) if at < 0 => at.saturating_add(length).max(lowest),
        Some(at) => at.min(highest),
    };
    let start = fit(
        bound(&bounds.start)?,
        if step < 0 { highest } else { lowest },
    );
    let stop = fit(
        bound(&bounds.stop)?,
        if step < 0 { lowest } else { highest },
    );
    let count = if step < 0 && stop < start {
        (start - stop - 1) / -step + 1
    } else if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Ok(Places { start, step, count })
}

struct Places {
    start: i64,
    step: i64,
    count: i64,
}

impl Places {
    fn of<T: Clone>(&self, items: &[T]) -> Vec<T> {
        (0..self.count)
            .filter_map(|n| usize::try_from(self.start + n * self.step).ok())
            .filter_map(|at| items.get(at).cloned())
            .collect()
    }

    /// First and last place of a slice without gaps.
    fn range(&self) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(self.start).ok()?;
        let count = usize::try_from(self.count).ok()?;
        (self.step == 1).then_some(start..start + count)
    }
}

/// `value[start:stop:step]`
pub(super) fn slice(value: &Value, bounds: &Bounds, minor: u8) -> Result<Value, Fail> {
    match value {
        Value::Str(text) if text.is_ascii() => {
            let places = places(bounds, text.len())?;
            match places.range() {
                Some(range) => Ok(text.get(range).map_or(Value::None, Value::str)),
                None => Ok(String::from_utf8(places.of(text.as_bytes()))
                    .unwrap_or_default()
                    .into()),
            }
        }
        Value::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            let places = places(bounds, characters.len())?;
            Ok(places
                .of(&characters)
                .into_iter()
                .collect::<String>()
                .into())
        }
        Value::List(list) => {
            let items = list.items.borrow();
            Ok(Value::list(places(bounds, items.len())?.of(&items)))
        }
        Value::Tuple(items) => Ok(Value::tuple(places(bounds, items.0.len())?.of(&items.0))),
        Value::Bytes(bytes) => Ok(Value::Bytes(places(bounds, bytes.len())?.of(bytes).into())),
        Value::ByteArray(bytes) => {
            let bytes = bytes.borrow();
            Ok(Value::byte_array(places(bounds, bytes.len())?.of(&bytes)))
        }
        Value::Dict(_) if minor < 12 => Err(Fail::type_error("unhashable type: 'slice'")),
        Value::Dict(_) => Err(Fail::GiveBack("a slice as a key")),
        _ => Err(not_subscriptable(value)),
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

/// `str(value)` as a value.
pub(super) fn shown(value: &Value, minor: u8) -> Result<Value, Fail> {
    match value {
        Value::Str(_) => Ok(value.clone()),
        _ => text::str(value, minor).map(Value::from),
    }
}
