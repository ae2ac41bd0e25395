//! Numbers as texts: how they are shown and read.

use num_bigint::BigInt;

use crate::native::unicode;
use crate::native::value::integer::TOO_LARGE;
use crate::native::value::{Fail, Value, int};

/// A float as `repr` shows it.
pub(in crate::native) fn float_text(number: f64) -> String {
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
pub(in crate::native) fn parse_int(
    text: &str,
    base: u32,
    minor: u8,
) -> Result<Option<Value>, Fail> {
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
pub(in crate::native) fn parse_float(text: &str, minor: u8) -> Option<f64> {
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
pub(in crate::native) fn is_blank(text: &str) -> bool {
    unicode::strip(text).is_empty()
}
