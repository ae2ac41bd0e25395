//! What operators do with numbers.

mod float;
mod text;

use num_bigint::{BigInt, Sign};

use super::value::integer::{MOST_BITS, TOO_LARGE, big_to_float};
use super::value::{Fail, Int, Kind, Value, int, is_number};
use float::{float_division, float_power, floats};

pub(super) use float::{float, float_to_int, round, round_to};
pub(super) use text::{float_text, is_blank, parse_float, parse_int};

/// The operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
}

impl Operator {
    /// The sign, as error messages have it.
    pub(super) fn text(self, in_place: bool) -> &'static str {
        match (self, in_place) {
            (Self::Add, false) => "+",
            (Self::Subtract, false) => "-",
            (Self::Multiply, false) => "*",
            (Self::Divide, false) => "/",
            (Self::FloorDivide, false) => "//",
            (Self::Modulo, false) => "%",
            (Self::Power, false) => "** or pow()",
            (Self::ShiftLeft, false) => "<<",
            (Self::ShiftRight, false) => ">>",
            (Self::And, false) => "&",
            (Self::Or, false) => "|",
            (Self::Xor, false) => "^",
            (Self::Add, true) => "+=",
            (Self::Subtract, true) => "-=",
            (Self::Multiply, true) => "*=",
            (Self::Divide, true) => "/=",
            (Self::FloorDivide, true) => "//=",
            (Self::Modulo, true) => "%=",
            (Self::Power, true) => "**=",
            (Self::ShiftLeft, true) => "<<=",
            (Self::ShiftRight, true) => ">>=",
            (Self::And, true) => "&=",
            (Self::Or, true) => "|=",
            (Self::Xor, true) => "^=",
        }
    }
}

/// An operator between numbers; nothing where it has no meaning for these.
pub(super) fn arithmetic(
    operator: Operator,
    a: &Value,
    b: &Value,
    minor: u8,
) -> Result<Option<Value>, Fail> {
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(value) = small(operator, *a, *b)
    {
        return Ok(Some(value));
    }
    if !is_number(a) || !is_number(b) {
        return Ok(None);
    }
    if let (Some(x), Some(y)) = (Int::of(a), Int::of(b)) {
        // Booleans stay booleans.
        if let (Value::Bool(x), Value::Bool(y)) = (a, b) {
            match operator {
                Operator::And => return Ok(Some(Value::Bool(x & y))),
                Operator::Or => return Ok(Some(Value::Bool(x | y))),
                Operator::Xor => return Ok(Some(Value::Bool(x ^ y))),
                _ => {}
            }
        }
        return integers(operator, &x, &y, minor).map(Some);
    }
    floats(operator, to_float(a)?, to_float(b)?, minor)
}

/// A number as a float.
pub(super) fn to_float(value: &Value) -> Result<f64, Fail> {
    match value {
        Value::Float(number) => Ok(*number),
        _ => Int::of(value).map_or(Ok(0.0), |int| int.float()),
    }
}

fn small(operator: Operator, a: i64, b: i64) -> Option<Value> {
    Some(Value::Int(match operator {
        Operator::Add => a.checked_add(b)?,
        Operator::Subtract => a.checked_sub(b)?,
        Operator::Multiply => a.checked_mul(b)?,
        Operator::FloorDivide if b != 0 => {
            let quotient = a.checked_div(b)?;
            if a % b != 0 && (a < 0) != (b < 0) {
                quotient - 1
            } else {
                quotient
            }
        }
        Operator::Modulo if b != 0 => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        }
        Operator::And => a & b,
        Operator::Or => a | b,
        Operator::Xor => a ^ b,
        _ => return None,
    }))
}

fn division_by_zero(text: &str) -> Fail {
    Fail::raise(Kind::ZeroDivisionError, text)
}

fn integers(operator: Operator, a: &Int, b: &Int, minor: u8) -> Result<Value, Fail> {
    if let (Int::Small(a), Int::Small(b)) = (a, b)
        && let Some(value) = small(operator, *a, *b)
    {
        return Ok(value);
    }
    match operator {
        Operator::Add => int(a.big() + b.big()),
        Operator::Subtract => int(a.big() - b.big()),
        Operator::Multiply => int(a.big() * b.big()),
        Operator::Divide => true_division(a, b),
        Operator::FloorDivide | Operator::Modulo => {
            if b.is_zero() {
                return Err(division_by_zero(
                    if operator == Operator::Modulo && minor >= 11 {
                        "integer modulo by zero"
                    } else {
                        "integer division or modulo by zero"
                    },
                ));
            }
            let (quotient, rest) = floor_division(&a.big(), &b.big());
            int(if operator == Operator::Modulo {
                rest
            } else {
                quotient
            })
        }
        Operator::Power => power(a, b),
        Operator::ShiftLeft | Operator::ShiftRight => shift(operator, a, b),
        Operator::And => int(a.big() & b.big()),
        Operator::Or => int(a.big() | b.big()),
        Operator::Xor => int(a.big() ^ b.big()),
    }
}

fn floor_division(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (a / b, a % b);
    let zero = BigInt::from(0);
    if rest != zero && (rest < zero) != (*b < zero) {
        (quotient - 1, rest + b)
    } else {
        (quotient, rest)
    }
}

fn true_division(a: &Int, b: &Int) -> Result<Value, Fail> {
    const EXACT: u64 = 1 << 53;
    if b.is_zero() {
        return Err(division_by_zero("division by zero"));
    }
    if let (Int::Small(a), Int::Small(b)) = (a, b)
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Ok(Value::Float(*a as f64 / *b as f64));
    }
    let (a, b) = (a.big(), b.big());
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let (a, b) = (a.magnitude().clone(), b.magnitude().clone());
    if a.bits() == 0 {
        return Ok(Value::Float(if negative { -0.0 } else { 0.0 }));
    }
    // A quotient with more bits than a float keeps; what is left over shows in its last bit.
    let surplus = i64::try_from(a.bits()).unwrap_or(0) - i64::try_from(b.bits()).unwrap_or(0);
    let shift = 66 - surplus;
    let (a, b) = if shift > 0 {
        (a << u64::try_from(shift).unwrap_or(0), b)
    } else {
        (a, b << u64::try_from(-shift).unwrap_or(0))
    };
    let mut quotient = &a / &b;
    if (&a % &b).bits() > 0 {
        quotient.set_bit(0, true);
    }
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    big_to_float(&BigInt::from_biguint(sign, quotient), -shift)
        .map(Value::Float)
        .ok_or_else(|| {
            Fail::raise(
                Kind::OverflowError,
                "integer division result too large for a float",
            )
        })
}

fn power(a: &Int, b: &Int) -> Result<Value, Fail> {
    if b.is_negative() {
        return float_power(a.float()?, b.float()?);
    }
    match (a, b) {
        (_, Int::Small(0)) => Ok(Value::Int(1)),
        (Int::Small(0 | 1), _) => Ok(Value::Int(i64::from(!a.is_zero()))),
        (_, Int::Small(exponent)) => {
            let base = a.big();
            let exponent = u32::try_from(*exponent).map_err(|_| TOO_LARGE)?;
            if base == BigInt::from(-1) {
                return Ok(Value::Int(if exponent % 2 == 0 { 1 } else { -1 }));
            }
            if (base.bits() - 1) * u64::from(exponent) > MOST_BITS {
                return Err(TOO_LARGE);
            }
            int(base.pow(exponent))
        }
        _ => Err(TOO_LARGE),
    }
}

fn shift(operator: Operator, a: &Int, b: &Int) -> Result<Value, Fail> {
    if b.is_negative() {
        return Err(Fail::value_error("negative shift count"));
    }
    let left = operator == Operator::ShiftLeft;
    if a.is_zero() {
        return Ok(Value::Int(0));
    }
    let count = match b {
        Int::Small(count) => u64::try_from(*count).unwrap_or(u64::MAX),
        Int::Big(_) => u64::MAX,
    };
    if left {
        if count > MOST_BITS {
            return Err(TOO_LARGE);
        }
        return int(a.big() << count);
    }
    if count > MOST_BITS {
        return Ok(Value::Int(if a.is_negative() { -1 } else { 0 }));
    }
    int(a.big() >> count)
}

/// `divmod(a, b)`; nothing where these are no numbers.
pub(super) fn divmod(a: &Value, b: &Value) -> Result<Option<Value>, Fail> {
    if let (Some(a), Some(b)) = (Int::of(a), Int::of(b)) {
        if b.is_zero() {
            return Err(division_by_zero("integer division or modulo by zero"));
        }
        let (quotient, rest) = floor_division(&a.big(), &b.big());
        return Ok(Some(Value::tuple(vec![int(quotient)?, int(rest)?])));
    }
    if !is_number(a) || !is_number(b) {
        return Ok(None);
    }
    let (a, b) = (to_float(a)?, to_float(b)?);
    if b == 0.0 {
        return Err(division_by_zero("float divmod()"));
    }
    let (quotient, rest) = float_division(a, b);
    Ok(Some(Value::tuple(vec![float(quotient), float(rest)])))
}

/// `-`, `+` and `~` before a value; nothing where they have no meaning for it.
pub(super) fn unary(sign: char, value: &Value) -> Result<Option<Value>, Fail> {
    if let Value::Float(number) = value {
        return Ok(match sign {
            '-' => Some(float(-number)),
            '+' => Some(Value::Float(*number)),
            _ => None,
        });
    }
    let Some(number) = Int::of(value) else {
        return Ok(None);
    };
    Ok(Some(match (sign, number) {
        ('-', Int::Small(number)) if number != i64::MIN => Value::Int(-number),
        ('-', number) => int(-number.big())?,
        ('~', Int::Small(number)) => Value::Int(!number),
        ('~', number) => int(-number.big() - 1)?,
        (_, Int::Small(number)) => Value::Int(number),
        (_, Int::Big(number)) => Value::Big(number),
    }))
}
