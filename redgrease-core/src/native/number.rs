//! Numbers: integers of any size, floats, and what operators do with them.

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use super::error::{Fail, Kind};
use super::unicode;
use super::value::Value;

/// Larger integers are given back: below, no text of one exceeds Python's own limit of 4300 digits.
const MOST_BITS: u64 = 14_000;
const TOO_LARGE: Fail = Fail::Limit("an integer of more than 4200 digits");

/// An integer, as operators see it.
#[derive(Clone, Debug)]
pub(super) enum Int {
    Small(i64),
    Big(Arc<BigInt>),
}

impl Int {
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Int(number) => Self::Small(*number),
            Value::Bool(value) => Self::Small(i64::from(*value)),
            Value::Big(number) => Self::Big(Arc::clone(number)),
            _ => return None,
        })
    }

    pub(super) fn big(&self) -> BigInt {
        match self {
            Self::Small(number) => BigInt::from(*number),
            Self::Big(number) => (**number).clone(),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        matches!(self, Self::Small(0))
    }

    pub(super) fn is_negative(&self) -> bool {
        match self {
            Self::Small(number) => *number < 0,
            Self::Big(number) => number.sign() == Sign::Minus,
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Small(number) => number.to_string(),
            Self::Big(number) => number.to_string(),
        }
    }

    /// As a float, correctly rounded.
    pub(super) fn float(&self) -> Result<f64, Fail> {
        match self {
            Self::Small(number) => Ok(*number as f64),
            Self::Big(number) => big_to_float(number, 0).ok_or_else(|| {
                Fail::raise(Kind::OverflowError, "int too large to convert to float")
            }),
        }
    }
}

/// `number * 2**shift` as a float, correctly rounded; nothing when it is too large.
fn big_to_float(number: &BigInt, shift: i64) -> Option<f64> {
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
pub(super) fn int(number: BigInt) -> Result<Value, Fail> {
    if let Ok(small) = i64::try_from(&number) {
        return Ok(Value::Int(small));
    }
    if number.bits() > MOST_BITS {
        return Err(TOO_LARGE);
    }
    Ok(Value::Big(Arc::new(number)))
}

thread_local! {
    static NANS: Cell<u64> = const { Cell::new(1) };
}

/// The value of a float that was just made. A NaN is equal to itself only as the same object, so each gets a mark.
pub(super) fn float(number: f64) -> Value {
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

pub(super) fn is_number(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_)
    )
}

/// The integer that a float is, if it is one.
pub(super) fn whole(number: f64) -> Option<Value> {
    if !number.is_finite() || number.fract() != 0.0 {
        return None;
    }
    Some(truncate(number))
}

/// The integer part of a float that is finite.
fn truncate(number: f64) -> Value {
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

/// `int(float)`
pub(super) fn float_to_int(number: f64) -> Result<Value, Fail> {
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

/// The order of two numbers, exactly; nothing for NaN and for what is no number.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
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
        Operator::Power => power(a, b, minor),
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

fn power(a: &Int, b: &Int, minor: u8) -> Result<Value, Fail> {
    if b.is_negative() {
        return float_power(a.float()?, b.float()?, minor);
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

fn float_power(a: f64, b: f64, _minor: u8) -> Result<Value, Fail> {
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

fn floats(operator: Operator, a: f64, b: f64, minor: u8) -> Result<Option<Value>, Fail> {
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
        Operator::Power => float_power(a, b, minor)?,
        _ => return Ok(None),
    }))
}

/// `a // b` and `a % b`, where `b` is not zero.
fn float_division(a: f64, b: f64) -> (f64, f64) {
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
            '-' => Some(Value::Float(-number)),
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

/// `round(number)` of a float.
pub(super) fn round(number: f64) -> Result<Value, Fail> {
    float_to_int(number.round_ties_even())
}

/// `round(number, digits)` of a float.
pub(super) fn round_to(number: f64, digits: i64) -> Result<Value, Fail> {
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

/// A float as `repr` shows it.
pub(super) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let mut plain = number.to_string();
        if !plain.contains('.') {
            plain.push_str(".0");
        }
        return plain;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The integer that a text stands for.
pub(super) fn parse_int(text: &str, base: u32, minor: u8) -> Result<Option<Value>, Fail> {
    if base == 10
        && text.len() < 18
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Ok(text.parse().ok().map(Value::Int));
    }
    let trimmed = unicode::strip(text);
    let Some(plain) = unicode::ascii_digits(trimmed, minor) else {
        return Ok(None);
    };
    let (negative, mut digits) = match plain.as_bytes().first() {
        Some(b'-') => (true, &plain[1..]),
        Some(b'+') => (false, &plain[1..]),
        _ => (false, &plain[..]),
    };
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let named = match prefix.as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 0,
    };
    let mut radix = base;
    let mut after_prefix = false;
    if named != 0 && (base == 0 || base == named) {
        radix = named;
        digits = &digits[2..];
        after_prefix = true;
    }
    if radix == 0 {
        radix = 10;
        // Without a base, a number does not begin with zeros.
        if digits.starts_with('0') && digits.bytes().any(|b| b != b'0' && b != b'_') {
            return Ok(None);
        }
    }
    let mut clean = String::with_capacity(digits.len());
    let mut before = if after_prefix { '0' } else { '_' };
    for character in digits.chars() {
        if character == '_' {
            if before == '_' {
                return Ok(None);
            }
        } else if character.is_digit(radix) {
            clean.push(character);
        } else {
            return Ok(None);
        }
        before = character;
    }
    if clean.is_empty() || before == '_' {
        return Ok(None);
    }
    if clean.len() > 4200 {
        return Err(TOO_LARGE);
    }
    let Some(number) = BigInt::parse_bytes(clean.as_bytes(), radix) else {
        return Ok(None);
    };
    int(if negative { -number } else { number }).map(Some)
}

/// The float that a text stands for.
pub(super) fn parse_float(text: &str, minor: u8) -> Option<f64> {
    let plain = unicode::ascii_digits(unicode::strip(text), minor)?;
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let sign = if plain.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return Some(f64::NAN.copysign(sign)),
        _ => {}
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let bytes = unsigned.as_bytes();
    let mut clean = String::with_capacity(plain.len());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'_' => {
                let digit = |at: Option<usize>| {
                    at.and_then(|at| bytes.get(at))
                        .is_some_and(u8::is_ascii_digit)
                };
                if !digit(at.checked_sub(1)) || !digit(Some(at + 1)) {
                    return None;
                }
            }
            b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' => clean.push(char::from(*byte)),
            _ => return None,
        }
    }
    if !clean.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    clean.parse::<f64>().ok().map(|number| sign * number)
}

/// Whether a text is nothing but blanks.
pub(super) fn is_blank(text: &str) -> bool {
    unicode::strip(text).is_empty()
}
