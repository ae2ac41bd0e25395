//! Values on their way between the engine and native functions.

use redgrease_core::native::{Shape, Value as Native};

use crate::record::value::Value;
use crate::server::{CallReply, ReplyKind};

/// What is nested deeper than a worker's answer may be.
pub(super) const TOO_DEEP: usize = 500;
/// How deep a result lies in a worker's answer.
pub(super) const RESULTS: usize = 2;

/// A text of the server: what is not UTF-8 becomes an array of bytes.
pub(super) fn text(bytes: &[u8]) -> Native {
    match std::str::from_utf8(bytes) {
        Ok(text) => Native::str(text),
        Err(_) => Native::byte_array(bytes.to_vec()),
    }
}

/// A text of the server that is the key of a dictionary, which an array of bytes cannot be.
pub(super) fn key(bytes: &[u8]) -> Native {
    match std::str::from_utf8(bytes) {
        Ok(text) => Native::str(text),
        Err(_) => Native::Bytes(bytes.into()),
    }
}

/// A value as functions see it; bytes are arrays of bytes when `binary`. Nothing when it is none for the evaluator.
pub(crate) fn native(value: &Value, binary: bool) -> Option<Native> {
    let all = |items: &[Value]| {
        items
            .iter()
            .map(|item| native(item, binary))
            .collect::<Option<Vec<_>>>()
    };
    Some(match value {
        Value::None => Native::None,
        Value::Bool(value) => Native::Bool(*value),
        Value::Int(number) => Native::Int(*number),
        Value::BigInt(digits) => Native::integer(digits)?,
        Value::Float(number) => Native::float(*number),
        // Half surrogates are let through in the engine, and not in the evaluator.
        Value::Str(bytes) => Native::str(std::str::from_utf8(bytes).ok()?),
        Value::Bytes(bytes) if binary => Native::byte_array(bytes.clone()),
        Value::Bytes(bytes) => Native::Bytes(bytes.as_slice().into()),
        Value::List(items) => Native::list(all(items)?),
        Value::Tuple(items) => Native::tuple(all(items)?),
        Value::Dict(pairs) => {
            let mut made = Vec::with_capacity(pairs.len());
            for (name, value) in pairs {
                made.push((native(name, false)?, native(value, binary)?));
            }
            Native::dict(made).ok()?
        }
        Value::Set(_) => return None,
    })
}

/// A set of another shard.
pub(super) fn set(items: &[Value]) -> Option<Native> {
    let items = items.iter().map(|item| native(item, false));
    Native::set_of(items.collect::<Option<Vec<_>>>()?).ok()
}

/// A reply of the server as functions see it.
pub(super) fn reply(reply: &CallReply) -> Native {
    match reply.kind() {
        ReplyKind::Text | ReplyKind::Error | ReplyKind::Other => text(reply.text()),
        ReplyKind::Integer => Native::Int(reply.integer()),
        ReplyKind::Null => Native::None,
        ReplyKind::Bool => Native::Bool(reply.boolean()),
        ReplyKind::Double => Native::float(reply.double()),
        ReplyKind::Array | ReplyKind::Set => {
            Native::list(reply.elements().map(|one| self::reply(&one)).collect())
        }
        ReplyKind::Map => {
            let pairs =
                (0..reply.len())
                    .filter_map(|index| reply.pair(index))
                    .map(|(name, value)| {
                        let name = match name.kind() {
                            ReplyKind::Text => key(name.text()),
                            _ => self::reply(&name),
                        };
                        (name, self::reply(&value))
                    });
            Native::dict(pairs.collect::<Vec<_>>()).unwrap_or(Native::None)
        }
    }
}

/// A result as the engine carries it; what has no encoding of its own becomes `None`, as in a worker. Nothing when it is
/// nested too deeply.
pub(crate) fn result(value: &Native, depth: usize) -> Option<Value> {
    if depth > TOO_DEEP {
        return None;
    }
    Some(match value.shape() {
        Shape::Bool(value) => Value::Bool(value),
        Shape::Int(number) => Value::Int(number),
        Shape::Big(digits) => Value::BigInt(digits),
        Shape::Float(number) => Value::Float(number),
        Shape::Str(text) => Value::str(&*text),
        Shape::Bytes(bytes) => Value::Bytes(bytes),
        Shape::List(items) => Value::List(
            items
                .iter()
                .map(|item| result(item, depth + 1))
                .collect::<Option<Vec<_>>>()?,
        ),
        Shape::None | Shape::Tuple(_) | Shape::Dict(_) | Shape::Set(_) | Shape::Other => {
            Value::None
        }
    })
}

/// A record as a worker of this server gets it; nothing where it would not be the same there.
pub(super) fn carried(value: &Native) -> Option<Value> {
    if !value.is_tree() {
        return None;
    }
    let carried = crossing_record(value)?;
    // Whether bytes are an array is said of all of them together.
    (!carried.has_bytes()).then_some(carried)
}

/// A set that has the order of Python's, as another shard gets it.
pub(super) fn crossing_set(value: &Native) -> Option<Value> {
    let Shape::Set(items) = value.shape() else {
        return None;
    };
    let items = items.iter().map(|item| crossing(item, 1));
    items.collect::<Option<_>>().map(Value::Set)
}

/// A record as another shard gets it; nothing where it would not be the same there.
pub(super) fn crossing_record(value: &Native) -> Option<Value> {
    crossing(value, 0)
}

/// What lies so deep in a record as another shard gets it; nothing where it would not be the same there.
fn crossing(value: &Native, depth: usize) -> Option<Value> {
    if depth > TOO_DEEP {
        return None;
    }
    let all = |items: &[Native]| {
        items
            .iter()
            .map(|item| crossing(item, depth + 1))
            .collect::<Option<Vec<_>>>()
    };
    Some(match value.shape() {
        Shape::None => Value::None,
        Shape::Bool(value) => Value::Bool(value),
        Shape::Int(number) => Value::Int(number),
        Shape::Big(digits) => Value::BigInt(digits),
        Shape::Float(number) => Value::Float(number),
        Shape::Str(text) => Value::str(&*text),
        Shape::Bytes(bytes) => Value::Bytes(bytes),
        Shape::List(items) => Value::List(all(&items)?),
        Shape::Tuple(items) => Value::Tuple(all(&items)?),
        Shape::Dict(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| Some((crossing(key, depth + 1)?, crossing(value, depth + 1)?)));
            Value::Dict(pairs.collect::<Option<_>>()?)
        }
        // The order of several is Python's own.
        Shape::Set(items) if items.len() < 2 => Value::Set(all(&items)?),
        Shape::Set(_) | Shape::Other => return None,
    })
}
