//! Values of fields whose type depends on the server.

use std::collections::BTreeMap;

use redis::Value;
use serde::Serialize;

use crate::error::joined;

/// Named values: arguments of a registration, fields that this library has no name for.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ServerValue;
/// use redgrease::client::data::Fields;
///
/// let fields = Fields::from([("prefix".to_string(), ServerValue::Text("person:*".into()))]);
/// assert_eq!(fields["prefix"].as_str(), Some("person:*"));
/// ```
pub type Fields = BTreeMap<String, ServerValue>;

/// A value as the server sent it, when its type depends on the server or on a setting.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ServerValue;
///
/// let value = ServerValue::Text("yes".into());
/// assert_eq!(value.as_str(), Some("yes"));
/// assert_eq!(ServerValue::Int(500).as_int(), Some(500));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ServerValue {
    /// Nothing.
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes that are not UTF-8.
    Bytes(Vec<u8>),
    /// A list; on RESP2 maps are lists of names and values in turn.
    List(Vec<ServerValue>),
    /// A map.
    Map(Fields),
    /// A refusal inside a longer answer, such as that of one setting among many.
    Error(String),
}

impl ServerValue {
    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, also when it came as text.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Bool(yes) => Some(i64::from(*yes)),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items, when it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
}

impl From<Value> for ServerValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Int(number) => Self::Int(number),
            Value::Double(number) => Self::Float(number),
            Value::Boolean(yes) => Self::Bool(yes),
            Value::Okay => Self::Text("OK".into()),
            Value::SimpleString(text) | Value::VerbatimString { text, .. } => Self::Text(text),
            Value::BulkString(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Self::Text(text),
                Err(bad) => Self::Bytes(bad.into_bytes()),
            },
            Value::Array(items) | Value::Set(items) => {
                Self::List(items.into_iter().map(Self::from).collect())
            }
            Value::Map(pairs) => Self::Map(
                pairs
                    .into_iter()
                    .map(|(name, value)| (Self::from(name).to_string(), Self::from(value)))
                    .collect(),
            ),
            Value::ServerError(error) => Self::Error(joined(error.code(), error.details())),
            Value::Attribute { data, .. } => Self::from(*data),
            other => Self::Text(format!("{other:?}")),
        }
    }
}

impl std::fmt::Display for ServerValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Error(text) => write!(f, "(error) {text}"),
            Self::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::List(items) => f.debug_list().entries(items.iter().map(Shown)).finish(),
            Self::Map(fields) => f
                .debug_map()
                .entries(fields.iter().map(|(name, value)| (name, Shown(value))))
                .finish(),
        }
    }
}

/// Prints an item of a list as itself, without the name of its kind.
struct Shown<'a>(&'a ServerValue);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self.0, f)
    }
}
