//! Records of results, not yet decoded.

use std::borrow::Cow;

use redis::Value;
use serde::{Serialize, Serializer};

use crate::client::reply::describe;
use crate::error::{Error, Result, joined};

/// One record of a result as the server sent it, not yet decoded.
///
/// Functions that redgrease registers send bytes. Those of other clients may send numbers and
/// lists, which RedisGears makes of `int` and `list` when `convertToStr` is off.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::RawRecord;
///
/// let record = RawRecord::from("hello");
/// assert_eq!(record.text(), "hello");
/// assert_eq!(RawRecord::Int(7).text(), "7");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RawRecord {
    /// Text or bytes; what they mean depends on the function.
    Bytes(Vec<u8>),
    /// A number.
    Int(i64),
    /// A list.
    List(Vec<RawRecord>),
    /// Nothing.
    Nil,
}

impl RawRecord {
    /// The record as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// Reads a record of the reply about `what`.
    pub(in crate::client) fn read(what: &str, value: Value) -> Result<Self> {
        Ok(match value {
            Value::BulkString(bytes) => Self::Bytes(bytes),
            Value::Int(number) => Self::Int(number),
            Value::Nil => Self::Nil,
            Value::Array(items) | Value::Set(items) => Self::List(
                items
                    .into_iter()
                    .map(|item| Self::read(what, item))
                    .collect::<Result<_>>()?,
            ),
            // the server takes a `+` or `-` that a text begins with for a mark of the protocol
            Value::Okay => Self::from("+OK"),
            Value::SimpleString(text) => Self::Bytes(format!("+{text}").into_bytes()),
            Value::ServerError(error) => {
                let text = joined(error.code(), error.details());
                Self::Bytes(format!("-{text}").into_bytes())
            }
            Value::VerbatimString { text, .. } => Self::Bytes(text.into_bytes()),
            Value::Double(number) => Self::Bytes(number.to_string().into_bytes()),
            Value::Boolean(yes) => Self::Int(i64::from(yes)),
            other => return Err(Error::decode(what, "a record", describe(&other))),
        })
    }
}

impl From<&str> for RawRecord {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<Vec<u8>> for RawRecord {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl std::fmt::Debug for RawRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::Int(number) => write!(f, "{number}"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Nil => f.write_str("None"),
        }
    }
}

impl std::fmt::Display for RawRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
            other => std::fmt::Debug::fmt(other, f),
        }
    }
}

impl Serialize for RawRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => serializer.serialize_str(text),
                Err(_) => serializer.serialize_bytes(bytes),
            },
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::List(items) => items.serialize(serializer),
            Self::Nil => serializer.serialize_none(),
        }
    }
}
