//! Values as those outside see and make them.

use std::sync::Arc;

use num_bigint::BigInt;

use super::error::Fail;
use super::number;
use super::text;
use super::value::Value;

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

impl Value {
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
        number::int(number).ok()
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
