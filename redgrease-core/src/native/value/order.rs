//! When values are equal, and which comes first.

use std::cmp::Ordering;
use std::rc::Rc;

use super::error::{Fail, Kind};
use super::integer::{self, is_number};
use super::{DEEPEST, Value};
use crate::native::fuel;

/// The signs of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::native) enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    pub(in crate::native) fn holds(self, order: Ordering) -> bool {
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

impl Value {
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
    pub(in crate::native) fn equals(&self, other: &Self, depth: usize) -> Result<bool, Fail> {
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
                _ => integer::compare(self, other) == Some(Ordering::Equal),
            },
        })
    }

    /// `<`, `<=`, `>`, `>=` of sequences and numbers; nothing when Python says they have no order.
    ///
    /// # Errors
    /// When elements have no order: which, and their types.
    pub(in crate::native) fn order(
        &self,
        other: &Self,
        sign: Sign,
        depth: usize,
    ) -> Result<bool, Fail> {
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
                if is_number(self) && is_number(other) {
                    // A NaN has no order to anything.
                    return Ok(integer::compare(self, other).is_some_and(|o| sign.holds(o)));
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

/// Whether elements of lists, tuples or dictionaries are equal: the same object always is.
pub(in crate::native) fn element_equals(a: &Value, b: &Value, depth: usize) -> Result<bool, Fail> {
    if depth >= DEEPEST {
        return Err(Fail::Limit("values nested too deeply"));
    }
    if depth > 0 && !fuel::burn() {
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
