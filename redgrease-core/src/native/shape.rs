//! Values as those outside see and make them.

use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

use super::number;
use super::text;
use super::value::{DEEPEST, Dict, Fail, Value, hash_bytes, int};

/// What a value is, one level deep.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A larger integer, in decimal.
    Big(String),
    /// A float.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The elements of a list.
    List(Vec<Value>),
    /// The elements of a tuple.
    Tuple(Vec<Value>),
    /// Keys and values.
    Dict(Vec<(Value, Value)>),
    /// The elements of a set, in no order.
    Set(Vec<Value>),
    /// Something else.
    Other,
}

/// The names of the fields of many dictionaries, hashed once.
#[derive(Debug)]
pub struct Fields(Vec<(u64, Value)>);

impl Fields {
    /// These names, of which no two are the same.
    #[must_use]
    pub fn new(names: &[&str]) -> Self {
        let hashed = names
            .iter()
            .map(|name| (hash_bytes(name.as_bytes()), Value::str(name)));
        Self(hashed.collect())
    }

    /// A dictionary with these values, one for each name.
    #[must_use]
    pub fn with(&self, values: impl IntoIterator<Item = Value>) -> Value {
        let fields = self.0.iter().zip(values);
        let pairs = fields.map(|((hash, name), value)| (*hash, name.clone(), value));
        Value::mapping(Dict::of(pairs))
    }
}

/// What a value takes beside what it refers to.
const PLACE: usize = 32;
/// So many parts of a value are weighed: one that is shared counts each time.
const MOST_WEIGHED: usize = 10_000;

fn weight(value: &Value, left: &mut usize, depth: usize) -> usize {
    if *left == 0 || depth > DEEPEST {
        return 0;
    }
    *left -= 1;
    let mut all = |one: &Value| weight(one, left, depth + 1);
    PLACE
        + match value {
            Value::Str(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::ByteArray(bytes) => bytes.borrow().len(),
            Value::Big(number) => usize::try_from(number.bits() / 8).unwrap_or(usize::MAX),
            Value::List(list) => list.items.borrow().iter().map(all).sum(),
            Value::Tuple(items) => items.0.iter().map(all).sum(),
            Value::Set(set) => set.dict.borrow().keys().map(all).sum(),
            Value::Dict(dict) => {
                let dict = dict.dict.borrow();
                let pairs = dict.iter();
                pairs.map(|(key, value)| all(key) + all(value)).sum()
            }
            _ => 0,
        }
}

impl Value {
    /// About how many bytes of memory the value takes with what it consists of; of a very large one, those of its first parts.
    #[must_use]
    pub fn weight(&self) -> usize {
        weight(self, &mut { MOST_WEIGHED }, 0)
    }

    /// The elements, if it is a list.
    ///
    /// # Errors
    /// The value, if it is none.
    pub fn into_elements(self) -> Result<Vec<Value>, Value> {
        match self {
            Self::List(list) => Ok(match Rc::try_unwrap(list) {
                Ok(mut list) => std::mem::take(list.items.get_mut()),
                Err(shared) => shared.items.borrow().clone(),
            }),
            other => Err(other),
        }
    }

    /// What the value is.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match self {
            Self::None | Self::Unbound => Shape::None,
            Self::Bool(value) => Shape::Bool(*value),
            Self::Int(number) => Shape::Int(*number),
            Self::Big(number) => Shape::Big(number.to_string()),
            Self::Float(number) => Shape::Float(*number),
            Self::Str(text) => Shape::Str(Arc::clone(text)),
            Self::Bytes(bytes) => Shape::Bytes(bytes.to_vec()),
            Self::ByteArray(_) | Self::Exception(_) => Shape::Other,
            Self::List(list) => Shape::List(list.items.borrow().clone()),
            Self::Tuple(items) => Shape::Tuple(items.0.clone()),
            Self::Dict(dict) => Shape::Dict(dict.dict.borrow().iter().cloned().collect()),
            Self::Set(set) => Shape::Set(set.dict.borrow().keys().cloned().collect()),
        }
    }

    /// A float.
    #[must_use]
    pub fn float(number: f64) -> Self {
        number::float(number)
    }

    /// An integer of any size, from its decimal text; nothing when that is none, or too long.
    #[must_use]
    pub fn integer(decimal: &str) -> Option<Self> {
        let number: BigInt = decimal.parse().ok()?;
        int(number).ok()
    }

    /// Python's `repr` of the value, in a minor version of Python 3.
    ///
    /// # Errors
    /// When the value is too large, or has an order that only Python knows.
    pub fn repr(&self, minor: u8) -> Result<String, Fail> {
        text::repr(self, minor)
    }

    /// Python's `str` of the value, in a minor version of Python 3.
    ///
    /// # Errors
    /// As [`repr`](Self::repr).
    pub fn text(&self, minor: u8) -> Result<Arc<str>, Fail> {
        match self {
            Self::Str(text) => Ok(Arc::clone(text)),
            other => text::str(other, minor).map(Arc::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_weigh_what_they_hold() {
        let text = Value::str(&"x".repeat(1000));
        assert_eq!(text.weight(), 1000 + PLACE);
        let pair = Value::dict([(text.clone(), text.clone())]).expect("text is a key");
        let all = Value::list(vec![pair, Value::tuple(vec![text, Value::Int(1)])]);
        assert_eq!(all.weight(), 3000 + 7 * PLACE);
        // What holds itself ends, too.
        let itself = Value::list(vec![all.clone(), all]);
        itself.append([itself.clone(), itself.clone()]);
        assert!(itself.weight() >= 6000);
    }
}
