//! `str` and `repr` of values.

use std::fmt::Write;

use super::number;
use super::unicode;
use super::value::{DEEPEST, Exception, Fail, Kind, Value};

/// `str(value)`
pub(super) fn str(value: &Value, minor: u8) -> Result<String, Fail> {
    match value {
        Value::Str(text) => Ok(text.to_string()),
        Value::Exception(exception) => exception.text(minor),
        _ => repr(value, minor),
    }
}

impl Exception {
    /// `str(e)`
    pub(super) fn text(&self, minor: u8) -> Result<String, Fail> {
        match self.arguments.as_slice() {
            [] => Ok(String::new()),
            [one] if self.kind == Kind::KeyError && !self.shown.get() => repr(one, minor),
            [one] => str(one, minor),
            many => repr(&Value::tuple(many.to_vec()), minor),
        }
    }
}

/// `repr(value)`
pub(super) fn repr(value: &Value, minor: u8) -> Result<String, Fail> {
    let room = match value {
        Value::Dict(_) | Value::List(_) | Value::Tuple(_) | Value::Set(_) => 128,
        _ => 32,
    };
    // Nearly all fit, and a text that grows is copied again and again.
    let mut out = String::with_capacity(room);
    write(value, minor, &mut out, &mut Vec::new())?;
    Ok(out)
}

/// The most that one text may take.
const LARGEST: usize = 64 << 20;

fn write(
    value: &Value,
    minor: u8,
    out: &mut String,
    inside: &mut Vec<*const ()>,
) -> Result<(), Fail> {
    if out.len() > LARGEST {
        return Err(Fail::Limit("a text of more than 64 MB"));
    }
    match value {
        Value::Unbound | Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Big(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&number::float_text(*number)),
        Value::Str(text) => quote_text(text, minor, out),
        Value::Bytes(bytes) => quote_bytes(bytes, out),
        Value::ByteArray(bytes) => {
            out.push_str("bytearray(");
            quote_bytes(&bytes.borrow(), out);
            out.push(')');
        }
        Value::List(list) => {
            let at = std::rc::Rc::as_ptr(list).cast();
            if !enter(at, inside, "[...]", out)? {
                return Ok(());
            }
            out.push('[');
            write_all(&list.items.borrow(), minor, out, inside)?;
            out.push(']');
            inside.pop();
        }
        Value::Tuple(tuple) => {
            let at = std::rc::Rc::as_ptr(tuple).cast();
            if !enter(at, inside, "(...)", out)? {
                return Ok(());
            }
            out.push('(');
            write_all(&tuple.0, minor, out, inside)?;
            if tuple.0.len() == 1 {
                out.push(',');
            }
            out.push(')');
            inside.pop();
        }
        Value::Dict(dict) => {
            let at = std::rc::Rc::as_ptr(dict).cast();
            if !enter(at, inside, "{...}", out)? {
                return Ok(());
            }
            out.push('{');
            for (index, (key, value)) in dict.dict.borrow().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(key, minor, out, inside)?;
                out.push_str(": ");
                write(value, minor, out, inside)?;
            }
            out.push('}');
            inside.pop();
        }
        Value::Set(set) => {
            let set = set.dict.borrow();
            if set.len() > 1 {
                return Err(Fail::GiveBack("the order of a set"));
            }
            match set.keys().next() {
                None => out.push_str("set()"),
                Some(only) => {
                    out.push('{');
                    write(only, minor, out, inside)?;
                    out.push('}');
                }
            }
        }
        Value::Exception(exception) => {
            out.push_str(exception.kind.name());
            out.push('(');
            write_all(&exception.arguments, minor, out, inside)?;
            out.push(')');
        }
    }
    Ok(())
}

/// Whether a value is not inside of itself, in which case it is noted that its elements are now written.
fn enter(
    at: *const (),
    inside: &mut Vec<*const ()>,
    instead: &str,
    out: &mut String,
) -> Result<bool, Fail> {
    if inside.contains(&at) {
        out.push_str(instead);
        return Ok(false);
    }
    if inside.len() >= DEEPEST {
        return Err(Fail::Limit("values nested too deeply"));
    }
    inside.push(at);
    Ok(true)
}

fn write_all(
    items: &[Value],
    minor: u8,
    out: &mut String,
    inside: &mut Vec<*const ()>,
) -> Result<(), Fail> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(item, minor, out, inside)?;
    }
    Ok(())
}

fn quote(single: bool, double: bool) -> char {
    if single && !double { '"' } else { '\'' }
}

fn quote_text(text: &str, minor: u8, out: &mut String) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'\\' && byte != b'\'';
    if text.bytes().all(is_plain) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
        return;
    }
    let quote = quote(text.contains('\''), text.contains('"'));
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if unicode::is_printable(c, minor) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

fn quote_bytes(bytes: &[u8], out: &mut String) {
    let quote = quote(bytes.contains(&b'\''), bytes.contains(&b'"'));
    out.push('b');
    out.push(quote);
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}
