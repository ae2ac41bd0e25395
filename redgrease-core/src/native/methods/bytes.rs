//! Methods of `bytes` and `bytearray`.

use super::Type::{ByteArray, Bytes};
use super::{Caller, Row, missing, no_texts, partial, row};
use crate::native::value::{Fail, Value};

pub(super) static ROWS: &[Row] = &[
    partial(Bytes, "decode", 0, 1, decode),
    partial(ByteArray, "decode", 0, 1, decode),
    split_row(Bytes),
    split_row(ByteArray),
    row(Bytes, "startswith", 1, 1, 1, starts_with),
    row(ByteArray, "startswith", 1, 1, 1, starts_with),
    row(Bytes, "endswith", 1, 1, 1, ends_with),
    row(ByteArray, "endswith", 1, 1, 1, ends_with),
    row(Bytes, "lower", 0, 0, 0, lower),
    row(ByteArray, "lower", 0, 0, 0, lower),
    row(Bytes, "upper", 0, 0, 0, upper),
    row(ByteArray, "upper", 0, 0, 0, upper),
    strip_row(Bytes),
    strip_row(ByteArray),
    no_texts(Bytes, "rsplit", 2, 1, wants_bytes),
    no_texts(ByteArray, "rsplit", 2, 1, wants_bytes),
    no_texts(Bytes, "lstrip", 1, 1, wants_bytes),
    no_texts(ByteArray, "lstrip", 1, 1, wants_bytes),
    no_texts(Bytes, "rstrip", 1, 1, wants_bytes),
    no_texts(ByteArray, "rstrip", 1, 1, wants_bytes),
    no_texts(Bytes, "replace", 3, 2, wants_bytes),
    no_texts(ByteArray, "replace", 3, 2, wants_bytes),
    no_texts(Bytes, "find", 3, 1, wants_integer),
    no_texts(ByteArray, "find", 3, 1, wants_integer),
    no_texts(Bytes, "rfind", 3, 1, wants_integer),
    no_texts(ByteArray, "rfind", 3, 1, wants_integer),
    no_texts(Bytes, "index", 3, 1, wants_integer),
    no_texts(ByteArray, "index", 3, 1, wants_integer),
    no_texts(Bytes, "rindex", 3, 1, wants_integer),
    no_texts(ByteArray, "rindex", 3, 1, wants_integer),
    no_texts(Bytes, "count", 3, 1, wants_integer),
    no_texts(ByteArray, "count", 3, 1, wants_integer),
    missing(Bytes, "join"),
    missing(ByteArray, "join"),
    no_texts(Bytes, "partition", 1, 1, wants_bytes),
    no_texts(ByteArray, "partition", 1, 1, wants_bytes),
    no_texts(Bytes, "rpartition", 1, 1, wants_bytes),
    no_texts(ByteArray, "rpartition", 1, 1, wants_bytes),
    missing(Bytes, "splitlines"),
    missing(ByteArray, "splitlines"),
    missing(Bytes, "isspace"),
    missing(ByteArray, "isspace"),
    missing(Bytes, "zfill"),
    missing(ByteArray, "zfill"),
    missing(Bytes, "ljust"),
    missing(ByteArray, "ljust"),
    missing(Bytes, "rjust"),
    missing(ByteArray, "rjust"),
    missing(Bytes, "title"),
    missing(ByteArray, "title"),
    missing(Bytes, "capitalize"),
    missing(ByteArray, "capitalize"),
    missing(Bytes, "swapcase"),
    missing(ByteArray, "swapcase"),
    missing(Bytes, "isdigit"),
    missing(ByteArray, "isdigit"),
    missing(Bytes, "isalpha"),
    missing(ByteArray, "isalpha"),
    missing(Bytes, "isalnum"),
    missing(ByteArray, "isalnum"),
    missing(Bytes, "isupper"),
    missing(ByteArray, "isupper"),
    missing(Bytes, "islower"),
    missing(ByteArray, "islower"),
    missing(Bytes, "removeprefix"),
    missing(ByteArray, "removeprefix"),
    missing(Bytes, "removesuffix"),
    missing(ByteArray, "removesuffix"),
    missing(ByteArray, "append"),
    missing(ByteArray, "extend"),
    missing(ByteArray, "insert"),
    missing(ByteArray, "pop"),
    missing(ByteArray, "remove"),
    missing(ByteArray, "reverse"),
    missing(ByteArray, "copy"),
    missing(ByteArray, "clear"),
];

/// `split`: at blanks, or at what is no text.
const fn split_row(of: super::Type) -> Row {
    Row {
        total: Some(0),
        ..no_texts(of, "split", 2, 1, split)
    }
}

const fn strip_row(of: super::Type) -> Row {
    Row {
        total: Some(0),
        ..no_texts(of, "strip", 1, 1, strip)
    }
}

/// Texts are refused; what is not is left to Python.
fn wants_bytes(_: &mut dyn Caller, _: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    match arguments {
        [Value::Str(_)] | [Value::Str(_), Value::Str(_)] => Err(Fail::type_error(
            "a bytes-like object is required, not 'str'",
        )),
        _ => Err(Fail::GiveBack("this method of bytes")),
    }
}

fn wants_integer(_: &mut dyn Caller, _: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    match arguments {
        [Value::Str(_)] => Err(Fail::type_error(
            "argument should be integer or bytes-like object, not 'str'",
        )),
        _ => Err(Fail::GiveBack("this method of bytes")),
    }
}

fn raw(value: &Value) -> Vec<u8> {
    value.bytes().map_or_else(Vec::new, |bytes| bytes.to_vec())
}

/// Bytes of the same type.
fn like(value: &Value, bytes: Vec<u8>) -> Value {
    match value {
        Value::Bytes(_) => Value::Bytes(bytes.into()),
        _ => Value::byte_array(bytes),
    }
}

fn decode(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let utf_8 = match arguments.first() {
        None => true,
        Some(Value::Str(name)) => matches!(&**name, "utf-8" | "utf8" | "UTF-8" | "ascii"),
        Some(_) => false,
    };
    let ascii = matches!(arguments.first(), Some(Value::Str(name)) if &**name == "ascii");
    let bytes = raw(value);
    if !utf_8 || (ascii && !bytes.is_ascii()) {
        return Err(Fail::GiveBack("bytes that are no UTF-8"));
    }
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| Fail::GiveBack("bytes that are no UTF-8"))
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn split(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    if !arguments.is_empty() {
        return wants_bytes(vm, value, arguments);
    }
    let bytes = raw(value);
    let words = bytes.split(is_space).filter(|word| !word.is_empty());
    Ok(Value::list(
        words.map(|word| like(value, word.to_vec())).collect(),
    ))
}

fn affix(
    value: &Value,
    wanted: &Value,
    name: &str,
    has: fn(&[u8], &[u8]) -> bool,
) -> Result<Value, Fail> {
    let bytes = raw(value);
    if let Some(wanted) = wanted.bytes() {
        return Ok(Value::Bool(has(&bytes, &wanted)));
    }
    if let Value::Tuple(many) = wanted {
        for one in &many.0 {
            let Some(one) = one.bytes() else {
                return Err(Fail::type_error(format!(
                    "a bytes-like object is required, not '{}'",
                    one.type_name()
                )));
            };
            if has(&bytes, &one) {
                return Ok(Value::Bool(true));
            }
        }
        return Ok(Value::Bool(false));
    }
    Err(Fail::type_error(format!(
        "{name} first arg must be bytes or a tuple of bytes, not {}",
        wanted.type_name()
    )))
}

fn starts_with(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    affix(value, &arguments[0], "startswith", |bytes, part| {
        bytes.starts_with(part)
    })
}

fn ends_with(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    affix(value, &arguments[0], "endswith", |bytes, part| {
        bytes.ends_with(part)
    })
}

fn lower(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(like(value, raw(value).to_ascii_lowercase()))
}

fn upper(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(like(value, raw(value).to_ascii_uppercase()))
}

fn strip(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    if !arguments.is_empty() {
        return wants_bytes(vm, value, arguments);
    }
    let bytes = raw(value);
    let start = bytes.iter().position(|b| !is_space(b)).unwrap_or(0);
    let end = bytes
        .iter()
        .rposition(|b| !is_space(b))
        .map_or(start, |at| at + 1);
    Ok(like(value, bytes[start..end].to_vec()))
}
