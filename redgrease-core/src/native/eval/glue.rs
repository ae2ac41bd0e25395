//! What generated scripts do around functions.

use std::sync::Arc;

use super::Vm;
use crate::native::host::Service;
use crate::native::number;
use crate::native::tree::{Argument, Encode, Encoder, Glued};
use crate::native::value::{Fail, Int, Value, is_number};
use crate::native::{json, pickle, text};
use crate::spec::{Arity, Decode};

/// What arguments begin with that are left out, or whose text begins with it.
const MARKER: &str = "~";
/// What the arguments of typed callers begin with.
const SIGNATURE: &str = "~sig:";

/// A worker says what is wrong with them.
const WRONG_ARGUMENTS: Fail = Fail::GiveBack("arguments that do not fit");

impl<'a> Vm<'a> {
    pub(super) fn glued(&mut self, glued: &'a Glued) -> Result<Value, Fail> {
        match glued {
            Glued::Signed => self.signed(),
            Glued::Encode(encode) => {
                let value = self.local(0).clone();
                self.encode(encode, &value)
            }
            Glued::Record {
                fields,
                is_entry,
                line,
            } => {
                let fields = self.eval(fields)?;
                record(&fields, *is_entry, *line)
            }
            Glued::Command {
                service,
                arguments,
                line,
                refuses,
            } => self.command(*service, arguments, *line, *refuses),
            Glued::Flat(mapping) => match self.eval(mapping)? {
                Value::Dict(dict) => Ok(Value::list(
                    dict.dict
                        .borrow()
                        .iter()
                        .flat_map(|(key, value)| [key.clone(), value.clone()])
                        .collect(),
                )),
                _ => Err(Fail::GiveBack("a mapping that is no dictionary")),
            },
            Glued::Options {
                with_values,
                options,
            } => {
                let mut words = Vec::new();
                for (name, value) in options {
                    let value = self.eval(value)?;
                    match (with_values, &value) {
                        (true, Value::None) => {}
                        (true, _) => words.extend([Value::Str(Arc::clone(name)), value]),
                        (false, value) if value.is_true() => {
                            words.push(Value::Str(Arc::clone(name)));
                        }
                        (false, _) => {}
                    }
                }
                Ok(Value::list(words))
            }
        }
    }

    /// `_rg_cmd._x(…)`
    fn command(
        &mut self,
        service: Service,
        arguments: &'a [Argument],
        line: u32,
        refuses: u32,
    ) -> Result<Value, Fail> {
        let values = self.arguments(arguments)?;
        if let Some(wrong) = values
            .iter()
            .find(|value| matches!(value, Value::None | Value::Bool(_)))
        {
            let shown = text::repr(wrong, self.minor())?;
            let fail = Fail::type_error(format!(
                "cmd cannot send {shown}: convert it to bytes, str, int or float first"
            ));
            return Err(fail.at(refuses, "_sent").at(line, "_x"));
        }
        let reply = self
            .serve(service, &values)
            .map_err(|fail| fail.at(line, "_x"))?;
        Ok(received(reply))
    }

    /// `_rg_signed(arguments, mark, signature)`
    fn signed(&self) -> Result<Value, Fail> {
        let (arguments, mark) = (self.local(0), self.local(1));
        let Value::List(list) = arguments else {
            return Err(WRONG_ARGUMENTS);
        };
        let items = list.items.borrow();
        match (items.first(), mark) {
            (Some(Value::Str(first)), Value::Str(mark)) if first.starts_with(SIGNATURE) => {
                if first == mark {
                    Ok(Value::list(items[1..].to_vec()))
                } else {
                    Err(WRONG_ARGUMENTS)
                }
            }
            (None | Some(Value::Str(_)), _) => Ok(arguments.clone()),
            // An array of bytes, which may begin so too.
            _ => Err(WRONG_ARGUMENTS),
        }
    }

    /// The arguments of a function from those of its command.
    pub(super) fn decode(
        &self,
        decoders: &[(Decode, Arity)],
        arguments: &Value,
    ) -> Result<Vec<Value>, Fail> {
        let Value::List(list) = arguments else {
            return Err(WRONG_ARGUMENTS);
        };
        let given = list.items.borrow();
        let mut decoded = Vec::with_capacity(decoders.len());
        for (place, (decoder, arity)) in decoders.iter().enumerate() {
            if *arity == Arity::Variadic {
                let rest = given.get(place..).unwrap_or_default();
                let all: Result<Vec<_>, _> =
                    rest.iter().map(|one| self.one(*decoder, one)).collect();
                decoded.push(Value::list(all?));
                return Ok(decoded);
            }
            decoded.push(match (given.get(place), arity) {
                (None, Arity::Required) => return Err(WRONG_ARGUMENTS),
                (None, _) => Value::None,
                (Some(Value::Str(text)), Arity::Optional) if text.starts_with(MARKER) => {
                    let inner = &text[MARKER.len()..];
                    if inner == "none" {
                        Value::None
                    } else {
                        self.one(*decoder, &Value::str(inner))?
                    }
                }
                (Some(Value::ByteArray(bytes)), Arity::Optional)
                    if bytes.borrow().starts_with(MARKER.as_bytes()) =>
                {
                    return Err(WRONG_ARGUMENTS);
                }
                (Some(one), _) => self.one(*decoder, one)?,
            });
        }
        if given.len() > decoders.len() {
            return Err(WRONG_ARGUMENTS);
        }
        Ok(decoded)
    }

    fn one(&self, decoder: Decode, argument: &Value) -> Result<Value, Fail> {
        let Value::Str(text) = argument else {
            return match (decoder, argument.bytes()) {
                (Decode::Bytes, Some(bytes)) => Ok(Value::Bytes(bytes.to_vec().into())),
                _ => Err(WRONG_ARGUMENTS),
            };
        };
        Ok(match decoder {
            Decode::Str => argument.clone(),
            Decode::Bytes => Value::Bytes(text.as_bytes().into()),
            Decode::Int => number::parse_int(text, 10, self.minor())?.ok_or(WRONG_ARGUMENTS)?,
            Decode::Float => number::parse_float(text, self.minor())
                .map(number::float)
                .ok_or(WRONG_ARGUMENTS)?,
            Decode::Bool => match &**text {
                "1" | "true" => Value::Bool(true),
                "0" | "false" => Value::Bool(false),
                _ => return Err(WRONG_ARGUMENTS),
            },
            Decode::Json => return Err(WRONG_ARGUMENTS),
        })
    }

    /// `_rg_encode(value)`
    fn encode(&mut self, encode: &Encode, value: &Value) -> Result<Value, Fail> {
        let is_bool = matches!(value, Value::Bool(_));
        let encoded: Vec<u8> = match encode.encoder {
            Encoder::Mark => Vec::new(),
            Encoder::Text | Encoder::Bytes => match value {
                Value::Str(text) => text.as_bytes().to_vec(),
                other => match other.bytes() {
                    Some(bytes)
                        if encode.encoder == Encoder::Bytes
                            || std::str::from_utf8(&bytes).is_ok() =>
                    {
                        bytes.to_vec()
                    }
                    _ => return Err(self.wrong(encode, value)),
                },
            },
            Encoder::Int => match Int::of(value) {
                Some(_) if !is_bool => text::str(value, self.minor())?.into_bytes(),
                _ => return Err(self.wrong(encode, value)),
            },
            Encoder::Float => {
                if is_bool || !is_number(value) {
                    return Err(self.wrong(encode, value));
                }
                self.line = encode.encodes;
                number::float_text(number::to_float(value)?).into_bytes()
            }
            Encoder::Bool => match value {
                Value::Bool(true) => b"1".to_vec(),
                Value::Bool(false) => b"0".to_vec(),
                _ => return Err(self.wrong(encode, value)),
            },
            Encoder::Pickle => pickle::dumps(value)?,
            Encoder::Json => json::dumps(value)?.into_bytes(),
        };
        Ok(Value::Bytes(encoded.into()))
    }

    /// The error about a value of another type than the one that Rust wants.
    fn wrong(&self, encode: &Encode, value: &Value) -> Fail {
        /// So much is shown of a value.
        const SHOWN: usize = 80;
        let wanted = match encode.encoder {
            Encoder::Text => "a str",
            Encoder::Bytes => "bytes or a str",
            Encoder::Int => "an int",
            Encoder::Float => "a float",
            Encoder::Bool => "a bool",
            Encoder::Mark | Encoder::Pickle | Encoder::Json => {
                return Fail::GiveBack("a result of another type");
            }
        };
        let found = match value {
            Value::None => "None".to_owned(),
            value => match text::repr(value, self.minor()) {
                Ok(shown) => {
                    let shown: String = shown.chars().take(SHOWN).collect();
                    format!("{} {shown}", value.type_name())
                }
                Err(fail) => return fail,
            },
        };
        Fail::type_error(format!(
            "{} gave {found}, but its Rust type wants {wanted}",
            encode.subject
        ))
        .at(encode.wrong, "_rg_wrong")
    }
}

/// A reply in which arrays of bytes are bytes.
fn received(reply: Value) -> Value {
    match &reply {
        Value::ByteArray(bytes) => Value::Bytes(bytes.borrow().as_slice().into()),
        Value::List(list) => {
            Value::list(list.items.borrow().iter().cloned().map(received).collect())
        }
        _ => reply,
    }
}

/// `Record(**fields)` or `StreamRecord(**fields)`: a dictionary of what their fields are.
fn record(fields: &Value, is_entry: bool, line: u32) -> Result<Value, Fail> {
    let unknown = Fail::GiveBack("a record with other fields");
    let Value::Dict(dict) = fields else {
        return Err(unknown);
    };
    let dict = dict.dict.borrow();
    let names: &[&str] = if is_entry {
        &["key", "id", "value"]
    } else {
        &["key", "value", "type", "event"]
    };
    let known = dict
        .keys()
        .all(|key| matches!(key, Value::Str(key) if names.contains(&&**key)));
    if !known || dict.get_str("key").is_none() {
        return Err(unknown);
    }
    if !dict.get_str("key").is_some_and(Value::is_true) {
        return Err(Fail::value_error("a record needs a key").at(line, "__init__"));
    }
    let pairs: Vec<(Value, Value)> = names
        .iter()
        .map(|name| {
            let value = dict.get_str(name).cloned().unwrap_or(Value::None);
            let value = match (*name, value) {
                ("type" | "event", Value::None) => Value::str(""),
                (_, value) => value,
            };
            (Value::str(name), value)
        })
        .collect();
    Value::dict(pairs)
}
