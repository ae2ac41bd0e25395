//! Floats: their arithmetic, and how they are rounded.

use std::cell::Cell;

use super::{Operator, division_by_zero};
use crate::native::value::integer::truncate;
use crate::native::value::{Fail, Kind, Value};

thread_local! {
    static NANS: Cell<u64> = const { Cell::new(1) };
}

/// The value of a float that was just made. A NaN is equal to itself only as the same object, so each gets a mark.
pub(in crate::native) fn float(number: f64) -> Value {
    if !number.is_nan() {
        return Value::Float(number);
    }
    let mark = NANS.with(|next| {
        let mark = next.get();
        next.set(mark.wrapping_add(1));
        mark
    });
    let sign = number.to_bits() & (1 << 63);
    Value::Float(f64::from_bits(
        sign | 0x7ff8_0000_0000_0000 | (mark & 0x7_ffff_ffff_ffff),
    ))
}

/// `int(float)`
pub(in crate::native) fn float_to_int(number: f64) -> Result<Value, Fail> {
    if number.is_nan() {
        return Err(Fail::value_error("cannot convert float NaN to integer"));
    }
    if number.is_infinite() {
        return Err(Fail::raise(
            Kind::OverflowError,
            "cannot convert float infinity to integer",
        ));
    }
    Ok(truncate(number))
}

pub(super) fn float_power(a: f64, b: f64) -> Result<Value, Fail> {
    if a == 0.0 && b < 0.0 {
        return Err(division_by_zero("0.0 cannot be raised to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
        return Err(Fail::GiveBack("a complex number"));
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(Fail::with(
            Kind::OverflowError,
            vec![Value::Int(34), Value::str("Numerical result out of range")],
        ));
    }
    Ok(float(result))
}

pub(super) fn floats(operator: Operator, a: f64, b: f64, minor: u8) -> Result<Option<Value>, Fail> {
    Ok(Some(match operator {
        Operator::Add => float(a + b),
        Operator::Subtract => float(a - b),
        Operator::Multiply => float(a * b),
        Operator::Divide if b == 0.0 => return Err(division_by_zero("float division by zero")),
        Operator::Divide => float(a / b),
        Operator::FloorDivide | Operator::Modulo if b == 0.0 => {
            return Err(division_by_zero(match (operator, minor) {
                (Operator::FloorDivide, ..=8) => "float divmod()",
                (Operator::FloorDivide, _) => "float floor division by zero",
                (_, ..=12) => "float modulo",
                _ => "float modulo by zero",
            }));
        }
        Operator::FloorDivide => float(float_division(a, b).0),
        Operator::Modulo => float(float_division(a, b).1),
        Operator::Power => float_power(a, b)?,
        _ => return Ok(None),
    }))
}

/// `a // b` and `a % b`, where `b` is not zero.
pub(super) fn float_division(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        0f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    (floor, rest)
}

/// `round(number)` of a float.
pub(in crate::native) fn round(number: f64) -> Result<Value, Fail> {
    float_to_int(number.round_ties_even())
}

/// `round(number, digits)` of a float.
pub(in crate::native) fn round_to(number: f64, digits: i64) -> Result<Value, Fail> {
    if !number.is_finite() || digits > 323 {
        return Ok(Value::Float(number));
    }
    if digits < -308 {
        return Ok(Value::Float(0.0 * number));
    }
    let Ok(places) = usize::try_from(digits) else {
        return Err(Fail::GiveBack("round() of a float to tens"));
    };
    Ok(Value::Float(
        format!("{number:.places$}").parse().unwrap_or(number),
    ))
}
