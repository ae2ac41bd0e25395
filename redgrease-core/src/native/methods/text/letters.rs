//! The letters of a text: which they are, and in another case.

use super::text;
use crate::native::methods::Caller;
use crate::native::unicode::{self, is_space};
use crate::native::value::{Fail, Value};

pub(super) fn lower(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(unicode::lower(text(value), vm.minor()).into())
}

pub(super) fn upper(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(unicode::upper(text(value), vm.minor()).into())
}

pub(super) fn title(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let mut inside = false;
    let made: String = ascii(value)?
        .chars()
        .map(|c| {
            let shown = if inside {
                c.to_ascii_lowercase()
            } else {
                c.to_ascii_uppercase()
            };
            inside = c.is_ascii_alphabetic();
            shown
        })
        .collect();
    Ok(made.into())
}

pub(super) fn capitalize(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let mut made = ascii(value)?.to_ascii_lowercase();
    if let Some(first) = made.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Ok(made.into())
}

pub(super) fn swapcase(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    Ok(ascii(value)?.chars().map(swap).collect::<String>().into())
}

pub(super) fn is_blank(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    Ok(Value::Bool(!text.is_empty() && text.chars().all(is_space)))
}

pub(super) fn is_digit(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_digit)
}

pub(super) fn is_alpha(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_alphabetic)
}

pub(super) fn is_alnum(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    all(value, char::is_ascii_alphanumeric)
}

pub(super) fn is_upper(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = ascii(value)?;
    let cased = text.bytes().any(|b| b.is_ascii_uppercase());
    Ok(Value::Bool(
        cased && !text.bytes().any(|b| b.is_ascii_lowercase()),
    ))
}

pub(super) fn is_lower(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let text = ascii(value)?;
    let cased = text.bytes().any(|b| b.is_ascii_lowercase());
    Ok(Value::Bool(
        cased && !text.bytes().any(|b| b.is_ascii_uppercase()),
    ))
}

/// Text whose characters are ASCII; what is beyond is left to Python.
fn ascii(value: &Value) -> Result<&str, Fail> {
    let text = text(value);
    if text.is_ascii() {
        return Ok(text);
    }
    Err(Fail::GiveBack("letters beyond ASCII"))
}

fn all(value: &Value, is: fn(&char) -> bool) -> Result<Value, Fail> {
    let text = ascii(value)?;
    Ok(Value::Bool(
        !text.is_empty() && text.chars().all(|c| is(&c)),
    ))
}
