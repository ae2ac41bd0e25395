//! Values for the user: what Python gave and what the server answered, as text and as JSON.

use redgrease::{Error, PyValue, RedisGears};
use redis::ConnectionLike as _;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};

/// A value as a line of text: `str` as it is, everything else as Python writes it.
pub(crate) fn text(value: &PyValue) -> String {
    match value {
        PyValue::String(text) => text.clone(),
        other => repr(other),
    }
}

/// A value as Python writes it.
fn repr(value: &PyValue) -> String {
    let all = |items: &[PyValue]| items.iter().map(repr).collect::<Vec<_>>().join(", ");
    match value {
        PyValue::None => "None".into(),
        PyValue::Bool(true) => "True".into(),
        PyValue::Bool(false) => "False".into(),
        PyValue::I64(number) => number.to_string(),
        PyValue::Int(number) => number.to_string(),
        PyValue::F64(number) => float(*number),
        PyValue::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        PyValue::String(text) => quoted(text),
        PyValue::List(items) => format!("[{}]", all(items)),
        PyValue::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
        PyValue::Tuple(items) => format!("({})", all(items)),
        PyValue::Set(items) | PyValue::FrozenSet(items) if items.is_empty() => "set()".into(),
        PyValue::Set(items) | PyValue::FrozenSet(items) => {
            let items: Vec<PyValue> = items.iter().map(|item| item.clone().into_value()).collect();
            format!("{{{}}}", all(&items))
        }
        PyValue::Dict(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", repr(&key.clone().into_value()), repr(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn float(number: f64) -> String {
    if number.is_finite() {
        format!("{number:?}")
    } else {
        number.to_string().to_lowercase()
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A value as JSON: tuples and sets become lists, bytes text, keys text.
pub(crate) fn json(value: &PyValue) -> Value {
    match value {
        PyValue::None => Value::Null,
        PyValue::Bool(yes) => json!(yes),
        PyValue::I64(number) => json!(number),
        PyValue::Int(number) => json!(number.to_string()),
        PyValue::F64(number) => json!(number),
        PyValue::Bytes(bytes) => bytes_json(bytes),
        PyValue::String(text) => json!(text),
        PyValue::List(items) | PyValue::Tuple(items) => items.iter().map(json).collect(),
        PyValue::Set(items) | PyValue::FrozenSet(items) => items
            .iter()
            .map(|item| json(&item.clone().into_value()))
            .collect(),
        PyValue::Dict(pairs) => pairs
            .iter()
            .map(|(key, value)| (text(&key.clone().into_value()), json(value)))
            .collect::<Map<String, Value>>()
            .into(),
    }
}

fn bytes_json(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!(bytes.escape_ascii().to_string()),
    }
}

/// Sends a command and gives its answer as JSON; errors inside of a list stay where they are.
pub(crate) fn ask(con: &mut RedisGears, words: &[&str]) -> Result<Value> {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    let failure = |error: redis::RedisError| {
        let mut failure = Failure::from(Error::from(error));
        if let Some(unknown) = &mut failure.unknown {
            *unknown = words[0].to_string();
        }
        failure
    };
    match con.req_command(&command).map_err(failure)? {
        redis::Value::ServerError(error) => Err(failure(error.into())),
        answer => Ok(reply(&answer)),
    }
}

/// An answer of the server as JSON.
pub(crate) fn reply(value: &redis::Value) -> Value {
    match value {
        redis::Value::Nil => Value::Null,
        redis::Value::Int(number) => json!(number),
        redis::Value::Double(number) => json!(number),
        redis::Value::Boolean(yes) => json!(yes),
        redis::Value::BulkString(bytes) => bytes_json(bytes),
        redis::Value::SimpleString(text) | redis::Value::VerbatimString { text, .. } => json!(text),
        redis::Value::Okay => json!("OK"),
        redis::Value::Array(items) | redis::Value::Set(items) => items.iter().map(reply).collect(),
        redis::Value::Map(pairs) => pairs
            .iter()
            .map(|(name, value)| (plain(&reply(name)), reply(value)))
            .collect::<Map<String, Value>>()
            .into(),
        redis::Value::ServerError(error) => {
            json!(format!(
                "{} {}",
                error.code(),
                error.details().unwrap_or_default()
            ))
        }
        other => json!(format!("{other:?}")),
    }
}

/// A list of names and values, as RESP2 has it, as an object; other values as they are. The fields
/// `nested` are such lists too.
pub(crate) fn object(value: Value, nested: &[&str]) -> Value {
    let pairs: Vec<(String, Value)> = match value {
        Value::Array(items) if items.len() % 2 == 0 && !items.is_empty() => items
            .chunks(2)
            .map(|pair| (plain(&pair[0]), pair[1].clone()))
            .collect(),
        Value::Object(map) => map.into_iter().collect(),
        other => return other,
    };
    pairs
        .into_iter()
        .map(|(name, value)| {
            let value = if nested.contains(&name.as_str()) {
                object(value, nested)
            } else {
                value
            };
            (name, value)
        })
        .collect::<Map<String, Value>>()
        .into()
}

/// A JSON value as text without quotes; nothing is a hyphen.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_as_in_python() {
        let list = PyValue::List(vec![
            PyValue::String("it's".into()),
            PyValue::F64(2.0),
            PyValue::Tuple(vec![PyValue::None]),
            PyValue::Bytes(b"\xff".to_vec()),
            PyValue::Bool(true),
        ]);
        assert_eq!(text(&list), "[\"it's\", 2.0, (None,), b'\\xff', True]");
        assert_eq!(text(&PyValue::String("it's".into())), "it's");
        assert_eq!(json(&list), json!(["it's", 2.0, [null], "\\xff", true]));
    }

    #[test]
    fn flat_lists_become_objects() {
        let value = json!(["id", "0-1", "args", ["trigger", "t"], "none", null]);
        assert_eq!(
            object(value, &["args"]),
            json!({"id": "0-1", "args": {"trigger": "t"}, "none": null})
        );
    }
}
