//! `json.dumps(value, default=…, allow_nan=False)`, as generated scripts call it.

use std::fmt::Write as _;

use super::number;
use super::value::{DEEPEST, Fail, Int, Value};

/// A worker knows what to say of it.
const UNFIT: Fail = Fail::GiveBack("a result that JSON does not hold");

/// The text of a value.
///
/// # Errors
/// When JSON has no place for it.
pub(super) fn dumps(value: &Value) -> Result<String, Fail> {
    let mut out = String::new();
    write(value, &mut out, 0)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String, depth: usize) -> Result<(), Fail> {
    if depth > DEEPEST {
        return Err(UNFIT);
    }
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(_) | Value::Big(_) => {
            let number = Int::of(value).ok_or(UNFIT)?;
            out.push_str(&number.text());
        }
        Value::Float(number) if number.is_finite() => {
            out.push_str(&number::float_text(*number));
        }
        Value::Str(text) => quote(text, out),
        Value::Bytes(_) | Value::ByteArray(_) => {
            let bytes = value.bytes().ok_or(UNFIT)?;
            quote(std::str::from_utf8(&bytes).map_err(|_| UNFIT)?, out);
        }
        Value::List(list) => elements(&list.items.borrow(), out, depth)?,
        Value::Tuple(items) => elements(&items.0, out, depth)?,
        Value::Dict(dict) => {
            out.push('{');
            for (at, (key, value)) in dict.dict.borrow().iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                match key {
                    Value::Str(text) => quote(text, out),
                    Value::None
                    | Value::Bool(_)
                    | Value::Int(_)
                    | Value::Big(_)
                    | Value::Float(_) => {
                        out.push('"');
                        write(key, out, depth + 1)?;
                        out.push('"');
                    }
                    _ => return Err(UNFIT),
                }
                out.push_str(": ");
                write(value, out, depth + 1)?;
            }
            out.push('}');
        }
        Value::Float(_) | Value::Set(_) | Value::Exception(_) | Value::Unbound => {
            return Err(UNFIT);
        }
    }
    Ok(())
}

fn elements(items: &[Value], out: &mut String, depth: usize) -> Result<(), Fail> {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(item, out, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// A text in ASCII.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
