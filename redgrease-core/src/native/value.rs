//! Python values: what they are, when they are true, equal and ordered.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

use super::dict::Dict;
use super::error::{Exception, Fail, Kind};
use super::number;

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
        let mut dict = Dict::default();
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

    /// The same object, as far as that can be told: what Python looks at before it compares elements.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Tuple(a), Self::Tuple(b)) => Rc::ptr_eq(a, b),
            (Self::Dict(a), Self::Dict(b)) | (Self::Set(a), Self::Set(b)) => Rc::ptr_eq(a, b),
            (Self::Exception(a), Self::Exception(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// `==`
    pub(super) fn equals(&self, other: &Self, depth: usize) -> Result<bool, Fail> {
        Ok(match (self, other) {
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::None, Self::None) => true,
            (Self::List(a), Self::List(b)) => {
                let (a, b) = (a.items.borrow(), b.items.borrow());
                all_equal(&a, &b, depth)?
            }
            (Self::Tuple(a), Self::Tuple(b)) => all_equal(&a.0, &b.0, depth)?,
            (Self::Dict(a), Self::Dict(b)) => {
                let (a, b) = (a.dict.borrow(), b.dict.borrow());
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in a.iter() {
                    match b.get(key)? {
                        Some(other) if element_equals(value, other, depth)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (Self::Set(a), Self::Set(b)) => {
                let (a, b) = (a.dict.borrow(), b.dict.borrow());
                a.len() == b.len() && b.has_all(&a)?
            }
            (Self::Exception(a), Self::Exception(b)) => Rc::ptr_eq(a, b),
            _ => match (self.bytes(), other.bytes()) {
                (Some(a), Some(b)) => *a == *b,
                _ => number::compare(self, other) == Some(Ordering::Equal),
            },
        })
    }

    /// The bytes of `bytes` or a `bytearray`.
    pub(super) fn bytes(&self) -> Option<Raw<'_>> {
        match self {
            Self::Bytes(bytes) => Some(Raw::Fixed(bytes)),
            Self::ByteArray(bytes) => Some(Raw::Shared(bytes.borrow())),
            _ => None,
        }
    }

    /// `<`, `<=`, `>`, `>=` of sequences and numbers; nothing when Python says they have no order.
    ///
    /// # Errors
    /// When elements have no order: which, and their types.
    pub(super) fn order(&self, other: &Self, sign: Sign, depth: usize) -> Result<bool, Fail> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(sign.holds(a.cmp(b))),
            (Self::Str(a), Self::Str(b)) => Ok(sign.holds(a.as_bytes().cmp(b.as_bytes()))),
            (Self::List(a), Self::List(b)) => {
                let (a, b) = (a.items.borrow(), b.items.borrow());
                order_all(&a, &b, sign, depth)
            }
            (Self::Tuple(a), Self::Tuple(b)) => order_all(&a.0, &b.0, sign, depth),
            (Self::Set(a), Self::Set(b)) => {
                let (a, b) = (a.dict.borrow(), b.dict.borrow());
                Ok(match sign {
                    Sign::Less => a.len() < b.len() && b.has_all(&a)?,
                    Sign::AtMost => a.len() <= b.len() && b.has_all(&a)?,
                    Sign::More => b.len() < a.len() && a.has_all(&b)?,
                    Sign::AtLeast => b.len() <= a.len() && a.has_all(&b)?,
                })
            }
            _ => {
                if let (Some(a), Some(b)) = (self.bytes(), other.bytes()) {
                    return Ok(sign.holds(a.cmp(&b)));
                }
                if number::is_number(self) && number::is_number(other) {
                    // A NaN has no order to anything.
                    return Ok(number::compare(self, other).is_some_and(|o| sign.holds(o)));
                }
                Err(Fail::raise(
                    Kind::TypeError,
                    format!(
                        "'{}' not supported between instances of '{}' and '{}'",
                        sign.text(),
                        self.type_name(),
                        other.type_name()
                    ),
                ))
            }
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

/// The signs of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order == Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::More => order == Ordering::Greater,
            Self::AtLeast => order != Ordering::Less,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// Whether elements of lists, tuples or dictionaries are equal: the same object always is.
pub(super) fn element_equals(a: &Value, b: &Value, depth: usize) -> Result<bool, Fail> {
    if depth >= DEEPEST {
        return Err(Fail::Limit("values nested too deeply"));
    }
    if depth > 0 && !super::fuel::burn() {
        return Err(Fail::Limit("too many comparisons"));
    }
    Ok(a.is_same(b) || a.equals(b, depth + 1)?)
}

fn all_equal(a: &[Value], b: &[Value], depth: usize) -> Result<bool, Fail> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.iter().zip(b) {
        if !element_equals(a, b, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn order_all(a: &[Value], b: &[Value], sign: Sign, depth: usize) -> Result<bool, Fail> {
    for (x, y) in a.iter().zip(b) {
        if !element_equals(x, y, depth)? {
            return x.order(y, sign, depth + 1);
        }
    }
    Ok(sign.holds(a.len().cmp(&b.len())))
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

impl Drop for List {
    fn drop(&mut self) {
        let items = self.items.get_mut();
        if items.iter().any(Value::holds_others) {
            drop_flat(std::mem::take(items));
        }
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.0.iter().any(Value::holds_others) {
            drop_flat(std::mem::take(&mut self.0));
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let dict = self.dict.get_mut();
        if dict.holds_others() {
            let mut items = Vec::new();
            std::mem::take(dict).drain_into(&mut items);
            drop_flat(items);
        }
    }
}
