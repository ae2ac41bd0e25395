//! Python values: what they are, and when they are true.

mod dict;
mod error;
pub(super) mod integer;
mod order;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

pub(super) use dict::{Dict, hash, hash_bytes};
pub(super) use error::{Before, Exception, Kind, Place};
pub(super) use integer::{Int, int, is_number, whole};
pub(super) use order::{Sign, element_equals};

pub use dict::TextHash;
pub use error::Fail;

/// How deep values may lie in each other for what looks at all of them.
pub(super) const DEEPEST: usize = 180;

/// A Python value. Those that can change are shared, as in Python.
#[derive(Clone, Debug)]
pub enum Value {
    /// A local name that nothing was assigned to yet.
    Unbound,
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer beyond 64 bits.
    Big(Arc<BigInt>),
    /// A float.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// Bytes that can change: texts from the server that are not UTF-8.
    ByteArray(Rc<RefCell<Vec<u8>>>),
    /// A list.
    List(Rc<List>),
    /// A tuple.
    Tuple(Rc<Tuple>),
    /// A dictionary.
    Dict(Rc<Mapping>),
    /// A set.
    Set(Rc<Mapping>),
    /// A caught exception.
    Exception(Rc<Exception>),
}

/// A list.
#[derive(Debug, Default)]
pub struct List {
    pub(super) items: RefCell<Vec<Value>>,
    /// Whether something that can hold others was put into it after it was made: it may hold itself.
    pub(super) suspect: Cell<bool>,
}

/// The elements of a tuple.
#[derive(Debug)]
pub struct Tuple(pub(super) Vec<Value>);

/// A dictionary, or a set, whose values are `None`.
#[derive(Debug, Default)]
pub struct Mapping {
    pub(super) dict: RefCell<Dict>,
    /// As in [`List`].
    pub(super) suspect: Cell<bool>,
}

impl Value {
    /// Text.
    #[must_use]
    pub fn str(text: &str) -> Self {
        Self::Str(text.into())
    }

    /// A list.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(List {
            items: RefCell::new(items),
            suspect: Cell::new(false),
        }))
    }

    /// Puts elements at the end of a list, which they must not hold; gives whether it is one.
    pub fn append(&self, items: impl IntoIterator<Item = Value>) -> bool {
        let Self::List(list) = self else {
            return false;
        };
        list.items.borrow_mut().extend(items);
        true
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Tuple(Rc::new(Tuple(items)))
    }

    /// A dictionary; of equal keys the last value counts.
    ///
    /// # Errors
    /// When a key cannot be one.
    pub fn dict(pairs: impl IntoIterator<Item = (Value, Value)>) -> Result<Self, Fail> {
        let pairs = pairs.into_iter();
        let mut dict = Dict::with_capacity(pairs.size_hint().0);
        for (key, value) in pairs {
            dict.insert(key, value)?;
        }
        Ok(Self::mapping(dict))
    }

    /// A set.
    ///
    /// # Errors
    /// When a value cannot be in one.
    pub fn set_of(values: impl IntoIterator<Item = Value>) -> Result<Self, Fail> {
        let mut dict = Dict::default();
        for value in values {
            dict.insert(value, Value::None)?;
        }
        Ok(Self::set(dict))
    }

    pub(super) fn mapping(dict: Dict) -> Self {
        Self::Dict(Rc::new(Mapping {
            dict: RefCell::new(dict),
            suspect: Cell::new(false),
        }))
    }

    pub(super) fn set(dict: Dict) -> Self {
        Self::Set(Rc::new(Mapping {
            dict: RefCell::new(dict),
            suspect: Cell::new(false),
        }))
    }

    /// An array of bytes.
    #[must_use]
    pub fn byte_array(bytes: Vec<u8>) -> Self {
        Self::ByteArray(Rc::new(RefCell::new(bytes)))
    }

    pub(super) fn size(size: usize) -> Self {
        Self::Int(i64::try_from(size).unwrap_or(i64::MAX))
    }

    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Unbound | Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Big(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::ByteArray(_) => "bytearray",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Set(_) => "set",
            Self::Exception(e) => e.kind.name(),
        }
    }

    /// Whether Python holds it for true.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Unbound | Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Big(_) | Self::Exception(_) => true,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::ByteArray(bytes) => !bytes.borrow().is_empty(),
            Self::List(list) => !list.items.borrow().is_empty(),
            Self::Tuple(items) => !items.0.is_empty(),
            Self::Dict(dict) | Self::Set(dict) => !dict.dict.borrow().is_empty(),
        }
    }

    /// Whether it can hold other values.
    pub(super) fn holds_others(&self) -> bool {
        matches!(
            self,
            Self::List(_) | Self::Tuple(_) | Self::Dict(_) | Self::Set(_)
        )
    }

    /// The bytes of `bytes` or a `bytearray`.
    pub(super) fn bytes(&self) -> Option<Raw<'_>> {
        match self {
            Self::Bytes(bytes) => Some(Raw::Fixed(bytes)),
            Self::ByteArray(bytes) => Some(Raw::Shared(bytes.borrow())),
            _ => None,
        }
    }
}

/// Bytes, wherever they are.
pub(super) enum Raw<'a> {
    Fixed(&'a [u8]),
    Shared(std::cell::Ref<'a, Vec<u8>>),
}

impl std::ops::Deref for Raw<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

/// Lets go of values that lie deep in each other without going as deep itself.
fn drop_flat(mut waiting: Vec<Value>) {
    while let Some(value) = waiting.pop() {
        match value {
            Value::List(list) => {
                if let Some(mut list) = Rc::into_inner(list) {
                    waiting.append(list.items.get_mut());
                }
            }
            Value::Tuple(tuple) => {
                if let Some(mut tuple) = Rc::into_inner(tuple) {
                    waiting.append(&mut tuple.0);
                }
            }
            Value::Dict(dict) | Value::Set(dict) => {
                if let Some(mut dict) = Rc::into_inner(dict) {
                    std::mem::take(dict.dict.get_mut()).drain_into(&mut waiting);
                }
            }
            _ => {}
        }
    }
}

/// So deep values are let go of one inside of the other.
const SHALLOW: usize = 16;

thread_local! {
    /// How many values lie around the one that is let go of now.
    static AROUND: Cell<usize> = const { Cell::new(0) };
}

/// Lets go of what a value holds, by `flat` where it lies deep.
fn let_go<T>(held: T, flat: impl FnOnce(T)) {
    let around = AROUND.get();
    if around >= SHALLOW {
        flat(held);
        return;
    }
    AROUND.set(around + 1);
    drop(held);
    AROUND.set(around);
}

impl Drop for List {
    fn drop(&mut self) {
        let items = self.items.get_mut();
        if items.iter().any(Value::holds_others) {
            let_go(std::mem::take(items), drop_flat);
        }
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.0.iter().any(Value::holds_others) {
            let_go(std::mem::take(&mut self.0), drop_flat);
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let dict = self.dict.get_mut();
        if dict.holds_others() {
            let_go(std::mem::take(dict), |dict| {
                let mut items = Vec::new();
                dict.drain_into(&mut items);
                drop_flat(items);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One inside of the other they would take tens of megabytes of the stack.
    #[test]
    fn what_lies_deep_is_let_go_of_in_a_stack_of_any_size() {
        let wraps: [fn(Value) -> Value; 3] = [
            |inner| Value::list(vec![Value::None, inner]),
            |inner| Value::tuple(vec![inner, Value::None]),
            |inner| Value::dict([(Value::Int(1), inner)]).unwrap_or(Value::None),
        ];
        for wrap in wraps {
            drop((0..200_000).fold(Value::None, |inner, _| wrap(inner)));
        }
        let turns = (0..200_000).zip(wraps.iter().cycle());
        drop(turns.fold(Value::None, |inner, (_, wrap)| wrap(inner)));
    }
}
