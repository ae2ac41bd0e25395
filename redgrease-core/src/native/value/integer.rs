//! Integers of any size beside floats: what both are, and their order.

use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use super::Value;
use super::error::{Fail, Kind};

/// Larger integers are given back: below, no text of one exceeds Python's own limit of 4300 digits.
pub(in crate::native) const MOST_BITS: u64 = 14_000;

pub(in crate::native) const TOO_LARGE: Fail = Fail::Limit("an integer of more than 4200 digits");

/// An integer, as operators see it.
#[derive(Clone, Debug)]
pub(in crate::native) enum Int {
    Small(i64),
    Big(Arc<BigInt>),
}

impl Int {
    pub(in crate::native) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Int(number) => Self::Small(*number),
            Value::Bool(value) => Self::Small(i64::from(*value)),
            Value::Big(number) => Self::Big(Arc::clone(number)),
            _ => return None,
        })
    }

    pub(in crate::native) fn big(&self) -> BigInt {
        match self {
            Self::Small(number) => BigInt::from(*number),
            Self::Big(number) => (**number).clone(),
        }
    }

    pub(in crate::native) fn is_zero(&self) -> bool {
        matches!(self, Self::Small(0))
    }

    pub(in crate::native) fn is_negative(&self) -> bool {
        match self {
            Self::Small(number) => *number < 0,
            Self::Big(number) => number.sign() == Sign::Minus,
        }
    }

    pub(in crate::native) fn text(&self) -> String {
        match self {
            Self::Small(number) => number.to_string(),
            Self::Big(number) => number.to_string(),
        }
    }

    /// As a float, correctly rounded.
    pub(in crate::native) fn float(&self) -> Result<f64, Fail> {
        match self {
            Self::Small(number) => Ok(*number as f64),
            Self::Big(number) => big_to_float(number, 0).ok_or_else(|| {
                Fail::raise(Kind::OverflowError, "int too large to convert to float")
            }),
        }
    }
}

/// `number * 2**shift` as a float, correctly rounded; nothing when it is too large.
pub(in crate::native) fn big_to_float(number: &BigInt, shift: i64) -> Option<f64> {
    let magnitude = number.magnitude();
    let bits = i64::try_from(magnitude.bits()).ok()?;
    if bits == 0 {
        return Some(0.0);
    }
    // The place of the last bit that the float keeps.
    let last = (bits - 53).max(-1074 - shift);
    let mut kept = if last > 0 {
        let kept = magnitude >> u64::try_from(last).ok()?;
        let rest = magnitude - (&kept << u64::try_from(last).ok()?);
        let half = num_bigint::BigUint::from(1u8) << u64::try_from(last - 1).ok()?;
        let odd = kept.bit(0);
        let up = match rest.cmp(&half) {
            Ordering::Greater => true,
            Ordering::Equal => odd,
            Ordering::Less => false,
        };
        if up { kept + 1u8 } else { kept }
    } else {
        magnitude.clone()
    };
    let mut exponent = last.max(0) + shift;
    while kept.bits() > 53 {
        kept >>= 1u8;
        exponent += 1;
    }
    let mut digits = kept.iter_u64_digits();
    let mut float = digits.next().unwrap_or(0) as f64;
    // In steps, because neither factor may leave the range of floats.
    while exponent > 0 && float.is_finite() {
        let step = exponent.min(512);
        float *= 2f64.powi(i32::try_from(step).ok()?);
        exponent -= step;
    }
    while exponent < 0 && float != 0.0 {
        let step = (-exponent).min(512);
        float *= 2f64.powi(-i32::try_from(step).ok()?);
        exponent += step;
    }
    if number.sign() == Sign::Minus {
        float = -float;
    }
    float.is_finite().then_some(float)
}

/// The value of a large integer.
pub(in crate::native) fn int(number: BigInt) -> Result<Value, Fail> {
    if let Ok(small) = i64::try_from(&number) {
        return Ok(Value::Int(small));
    }
    if number.bits() > MOST_BITS {
        return Err(TOO_LARGE);
    }
    Ok(Value::Big(Arc::new(number)))
}

pub(in crate::native) fn is_number(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_)
    )
}

/// The integer that a float is, if it is one.
pub(in crate::native) fn whole(number: f64) -> Option<Value> {
    if !number.is_finite() || number.fract() != 0.0 {
        return None;
    }
    Some(truncate(number))
}

/// The integer part of a float that is finite.
pub(in crate::native) fn truncate(number: f64) -> Value {
    if number.abs() < 9.0e18 {
        return Value::Int(number as i64);
    }
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64 - 1075;
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let mut big = BigInt::from(mantissa) << u64::try_from(exponent).unwrap_or(0);
    if number < 0.0 {
        big = -big;
    }
    match i64::try_from(&big) {
        Ok(small) => Value::Int(small),
        Err(_) => Value::Big(Arc::new(big)),
    }
}

/// The order of two numbers, exactly; nothing for NaN and for what is no number.
pub(in crate::native) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), b) => compare_int(&Int::of(b)?, *a).map(Ordering::reverse),
        (a, Value::Float(b)) => compare_int(&Int::of(a)?, *b),
        (a, b) => match (Int::of(a)?, Int::of(b)?) {
            (Int::Small(a), Int::Small(b)) => Some(a.cmp(&b)),
            (a, b) => Some(a.big().cmp(&b.big())),
        },
    }
}

fn compare_int(a: &Int, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b.is_infinite() {
        return Some(if b > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    let whole = Int::of(&truncate(b))?;
    let order = a.big().cmp(&whole.big());
    if order != Ordering::Equal {
        return Some(order);
    }
    0.0.partial_cmp(&b.fract())
}
