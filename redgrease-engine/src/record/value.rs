//! Values as they travel between the engine and its workers.

mod marshal;

pub(super) use marshal::encode_text;
pub(crate) use marshal::{
    DecodeError, Decoder, Form, decode, decode_at_most, encode, encode_bytes, encode_head,
    encode_int, encode_redis, encode_str,
};

/// A Python value that marshal can hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits, in decimal.
    BigInt(String),
    Float(f64),
    /// Text; UTF-8 with lone surrogates let through.
    Str(Vec<u8>),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Set(Vec<Value>),
}

impl Value {
    /// Text.
    pub(crate) fn str(text: impl AsRef<[u8]>) -> Self {
        Self::Str(text.as_ref().to_vec())
    }

    /// Text where the bytes are UTF-8, else bytes: how Redis strings reach Python.
    pub(crate) fn redis(bytes: &[u8]) -> Self {
        if std::str::from_utf8(bytes).is_ok() {
            Self::Str(bytes.to_vec())
        } else {
            Self::Bytes(bytes.to_vec())
        }
    }

    /// The bytes of text or bytes.
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(bytes) | Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Text, with what is not UTF-8 replaced.
    pub(crate) fn as_text(&self) -> Option<String> {
        self.as_bytes()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// An integer.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// Whether Python holds it for true.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::BigInt(_) => true,
            Self::Str(bytes) | Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => !items.is_empty(),
            Self::Dict(pairs) => !pairs.is_empty(),
        }
    }

    /// Whether it holds bytes somewhere.
    pub(crate) fn has_bytes(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => {
                items.iter().any(Self::has_bytes)
            }
            Self::Dict(pairs) => pairs
                .iter()
                .any(|(key, value)| key.has_bytes() || value.has_bytes()),
            _ => false,
        }
    }

    /// The elements of a list, tuple or set.
    pub(crate) fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a list, tuple or set.
    pub(crate) fn into_items(self) -> Option<Vec<Value>> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a text key of a dictionary.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Dict(pairs) => pairs
                .iter()
                .find(|(name, _)| name.as_bytes() == Some(key.as_bytes()))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Puts a value under a key that has none; what is no dictionary becomes one.
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        if !matches!(self, Self::Dict(_)) {
            *self = Self::Dict(Vec::new());
        }
        if let Self::Dict(pairs) = self {
            pairs.push((Self::str(key), value));
        }
    }

    /// A dictionary without the entry under a text key.
    pub(crate) fn without(&self, key: &str) -> Self {
        match self {
            Self::Dict(pairs) => Self::Dict(
                pairs
                    .iter()
                    .filter(|(name, _)| name.as_bytes() != Some(key.as_bytes()))
                    .cloned()
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// How many values it is, those inside of it counted.
    pub(crate) fn count(&self) -> usize {
        1 + match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => {
                items.iter().map(Self::count).sum()
            }
            Self::Dict(pairs) => pairs
                .iter()
                .map(|(key, value)| key.count() + value.count())
                .sum(),
            _ => 0,
        }
    }

    /// The text under a key.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Self::as_text)
    }

    /// Whether the value under a key is there and true.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(Self::is_true)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::str(text)
    }
}
