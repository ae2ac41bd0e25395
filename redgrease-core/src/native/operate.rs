//! What operators do with values of all types.

use super::index::is_sequence;
use super::number::{self, Operator};
use super::percent;
use super::text;
use super::value::{Dict, Fail, Int, Kind, Value};

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

/// `str(value)` as a value.
pub(super) fn shown(value: &Value, minor: u8) -> Result<Value, Fail> {
    match value {
        Value::Str(_) => Ok(value.clone()),
        _ => text::str(value, minor).map(Value::from),
    }
}
