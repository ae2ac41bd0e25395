//! Reading the server's answers: flat maps, lists, texts and numbers, in RESP2 and RESP3.

use redis::Value;

use crate::error::{Error, Result, joined};

/// The fields of a flat map (RESP2) or map (RESP3), taken out one by one.
#[derive(Debug)]
pub(crate) struct Fields {
    what: &'static str,
    fields: Vec<(String, Value)>,
}

impl Fields {
    /// Reads the fields of `value`, which describes a `what`.
    pub(crate) fn read(what: &'static str, value: Value) -> Result<Self> {
        let pairs = match value {
            Value::Map(pairs) => pairs,
            Value::Array(items) if items.len() % 2 == 0 => {
                let mut items = items.into_iter();
                std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect()
            }
            other => {
                return Err(Error::decode(
                    what,
                    "a list of names and values",
                    describe(&other),
                ));
            }
        };
        let fields = pairs
            .into_iter()
            .map(|(name, value)| Ok((text(what, name)?, value)))
            .collect::<Result<_>>()?;
        Ok(Self { what, fields })
    }

    /// Takes the field `name` out, when it is there.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.fields.iter().position(|(field, _)| field == name)?;
        Some(self.fields.swap_remove(at).1)
    }

    /// Takes the field `name` out, which must be there.
    pub(crate) fn require(&mut self, name: &str) -> Result<Value> {
        self.take(name).ok_or_else(|| {
            Error::decode(
                self.what,
                &format!("a field `{name}`"),
                "an answer without it",
            )
        })
    }

    /// A text field that must be there.
    pub(crate) fn text(&mut self, name: &str) -> Result<String> {
        text(self.what, self.require(name)?)
    }

    /// A text field that may be missing or nil.
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None | Some(Value::Nil) => Ok(None),
            Some(value) => text(self.what, value).map(Some),
        }
    }

    /// A whole number that must be there.
    pub(crate) fn integer(&mut self, name: &str) -> Result<i64> {
        integer(self.what, self.require(name)?)
    }

    /// A whole number that older servers do not send.
    pub(crate) fn optional_integer(&mut self, name: &str) -> Result<Option<i64>> {
        match self.take(name) {
            None | Some(Value::Nil) => Ok(None),
            Some(value) => integer(self.what, value).map(Some),
        }
    }

    /// A port or a hash slot.
    pub(crate) fn small(&mut self, name: &str) -> Result<u16> {
        let number = self.integer(name)?;
        u16::try_from(number)
            .map_err(|_| Error::decode(self.what, "a number below 65536", number.to_string()))
    }

    /// A number with a fraction that older servers do not send.
    pub(crate) fn optional_float(&mut self, name: &str) -> Result<Option<f64>> {
        match self.take(name) {
            None | Some(Value::Nil) => Ok(None),
            Some(Value::Double(number)) => Ok(Some(number)),
            Some(value) => {
                let text = text(self.what, value)?;
                text.parse()
                    .map(Some)
                    .map_err(|_| Error::decode(self.what, "a number", format!("`{text}`")))
            }
        }
    }

    /// Yes or no, in one of the many words for it; `None` when the field is missing.
    pub(crate) fn yes(&mut self, name: &str) -> Result<Option<bool>> {
        let Some(value) = self.take(name).filter(|value| *value != Value::Nil) else {
            return Ok(None);
        };
        let text = match value {
            Value::Boolean(yes) => return Ok(Some(yes)),
            other => text(self.what, other)?,
        };
        match text.as_str() {
            "yes" | "true" | "1" => Ok(Some(true)),
            "no" | "false" | "0" => Ok(Some(false)),
            _ => Err(Error::decode(self.what, "yes or no", format!("`{text}`"))),
        }
    }

    /// What is left: fields that this version of the library does not know.
    pub(crate) fn rest(self) -> super::server_value::Fields {
        self.fields
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

/// The items of a list; nil is an empty list.
pub(crate) fn list(what: &str, value: Value) -> Result<Vec<Value>> {
    match value {
        Value::Array(items) | Value::Set(items) => Ok(items),
        Value::Nil => Ok(Vec::new()),
        other => Err(Error::decode(what, "a list", describe(&other))),
    }
}

/// A text, from any of the kinds of reply that carry one.
pub(crate) fn text(what: &str, value: Value) -> Result<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes)
            .map_err(|bad| Error::decode(what, "text", format!("the bytes {:?}", bad.as_bytes()))),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(text),
        Value::Okay => Ok("OK".to_string()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Double(number) => Ok(number.to_string()),
        other => Err(Error::decode(what, "text", describe(&other))),
    }
}

/// A whole number, also when it comes as text.
pub(crate) fn integer(what: &str, value: Value) -> Result<i64> {
    match value {
        Value::Int(number) => Ok(number),
        Value::Boolean(yes) => Ok(i64::from(yes)),
        other => {
            let text = text(what, other)?;
            text.parse()
                .map_err(|_| Error::decode(what, "a whole number", format!("`{text}`")))
        }
    }
}

/// The bytes of one record of a result.
pub(crate) fn bytes(what: &str, value: Value) -> Result<Vec<u8>> {
    match value {
        Value::BulkString(bytes) => Ok(bytes),
        Value::ServerError(error) => Err(Error::Engine {
            message: joined(error.code(), error.details()),
        }),
        other => text(what, other).map(String::into_bytes),
    }
}

/// `OK`, the answer of commands that only do something.
pub(crate) fn ok(value: Value) -> Result<()> {
    match value {
        Value::Okay => Ok(()),
        other => {
            let text = text("the answer", other)?;
            if text.starts_with("OK") {
                return Ok(());
            }
            Err(Error::decode("the answer", "OK", format!("`{text}`")))
        }
    }
}

/// Says in words what kind of reply came.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Int(number) => format!("the number {number}"),
        Value::BulkString(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => format!("the text {:?}", shortened(text)),
            Err(_) => format!("{} bytes that are not UTF-8", bytes.len()),
        },
        Value::SimpleString(text) => format!("the text {:?}", shortened(text)),
        Value::Okay => "OK".into(),
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::Map(pairs) => format!("a map of {} fields", pairs.len()),
        Value::ServerError(error) => {
            format!("the error `{}`", joined(error.code(), error.details()))
        }
        other => format!("{other:?}"),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_string();
    }
    text.chars().take(LONGEST).chain("…".chars()).collect()
}
