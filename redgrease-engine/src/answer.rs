//! Replies to clients, and the encoding of result records into the protocol.

use std::sync::Arc;

use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::{Answer, CallReply, Context, ReplyKind};

/// What stands for a value that has no encoding of its own, as RedisGears 1.2 has it.
const OPAQUE: &str = "PY RECORD";

/// To write more values takes longer than to hand them over: about a millisecond.
const MANY: usize = 10_000;

/// An answer, ready to be written.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Ok,
    Simple(String),
    Bulk(Vec<u8>),
    Int(i64),
    Double(f64),
    Null,
    Error(Vec<u8>),
    Array(Vec<Reply>),
    /// The results and errors of an execution.
    Results(Arc<Outcome>),
    /// The results of a triggered execution, or its first error alone.
    Triggered(Arc<Outcome>),
    /// The single result of a command hook, or its first error.
    Hooked(Arc<Outcome>),
    /// One record.
    Record(Value),
}

impl Reply {
    /// An error with exactly this text.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into().into_bytes())
    }

    /// A bulk string.
    pub(crate) fn bulk(text: impl AsRef<[u8]>) -> Self {
        Self::Bulk(text.as_ref().to_vec())
    }

    /// A bulk string, or nil.
    pub(crate) fn bulk_or_null(text: Option<impl AsRef<[u8]>>) -> Self {
        text.map_or(Self::Null, Self::bulk)
    }

    /// An array of bulk strings.
    pub(crate) fn bulks<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Array(texts.into_iter().map(Self::bulk).collect())
    }

    /// A flat map: names and values by turns.
    pub(crate) fn map(pairs: Vec<(&str, Reply)>) -> Self {
        Self::Array(
            pairs
                .into_iter()
                .flat_map(|(name, value)| [Self::bulk(name), value])
                .collect(),
        )
    }

    /// A reply of the server, kept for later.
    pub(crate) fn from_call(reply: &CallReply) -> Self {
        match reply.kind() {
            ReplyKind::Text if reply.is_simple() => {
                Self::Simple(String::from_utf8_lossy(reply.text()).into_owned())
            }
            ReplyKind::Text | ReplyKind::Other => Self::bulk(reply.text()),
            ReplyKind::Error => Self::Error(reply.text().trim_ascii_end().to_vec()),
            ReplyKind::Integer => Self::Int(reply.integer()),
            ReplyKind::Bool => Self::Int(i64::from(reply.boolean())),
            ReplyKind::Double => Self::bulk(reply.double().to_string()),
            ReplyKind::Null => Self::Null,
            ReplyKind::Array | ReplyKind::Set => Self::Array(
                reply
                    .elements()
                    .map(|item| Self::from_call(&item))
                    .collect(),
            ),
            ReplyKind::Map => Self::Array(
                (0..reply.len())
                    .filter_map(|index| reply.pair(index))
                    .flat_map(|(key, value)| [Self::from_call(&key), Self::from_call(&value)])
                    .collect(),
            ),
        }
    }

    /// A count.
    pub(crate) fn count(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// Writes the answer.
    pub(crate) fn write(&self, context: Context<'_>) {
        match self {
            Self::Ok => context.reply_simple("OK"),
            Self::Simple(text) => context.reply_simple(text),
            Self::Bulk(text) => context.reply_bulk(text),
            Self::Int(value) => context.reply_int(*value),
            Self::Double(value) => context.reply_double(*value),
            Self::Null => context.reply_null(),
            Self::Error(text) => context.reply_error(text),
            Self::Array(items) => {
                context.reply_array(items.len());
                items.iter().for_each(|item| item.write(context));
            }
            Self::Results(outcome) => {
                context.reply_array(2);
                write_records(context, &outcome.results);
                context.reply_array(outcome.errors.len());
                outcome
                    .errors
                    .iter()
                    .for_each(|error| context.reply_bulk(error));
            }
            Self::Triggered(outcome) => match outcome.errors.first() {
                Some(error) => context.reply_error(error),
                None => write_records(context, &outcome.results),
            },
            Self::Hooked(outcome) => match (outcome.errors.first(), &*outcome.results) {
                (Some(error), _) => context.reply_error(error),
                (None, [record]) => write_record(context, record),
                (None, _) => context.reply_error("Command hook must return exactly one result"),
            },
            Self::Record(record) => write_record(context, record),
        }
    }
}

impl Answer for Reply {
    fn write(&self, context: Context<'_>) {
        Self::write(self, context);
    }

    fn is_long(&self) -> bool {
        let (Self::Results(outcome) | Self::Triggered(outcome) | Self::Hooked(outcome)) = self
        else {
            return false;
        };
        // The server counts errors that clients get, on its main thread.
        outcome.results.count() > MANY
            && outcome.errors.is_empty()
            && !outcome.results.iter().any(is_error)
    }
}

/// Whether a client gets a record, or something in it, as an error.
fn is_error(record: &Value) -> bool {
    match record {
        Value::Str(text) => matches!(text.as_slice(), [b'-', _, ..]),
        Value::List(items) => items.iter().any(is_error),
        _ => false,
    }
}

fn write_records(context: Context<'_>, records: &[Value]) {
    context.reply_array(records.len());
    records
        .iter()
        .for_each(|record| write_record(context, record));
}

fn write_record(context: Context<'_>, record: &Value) {
    match record {
        Value::Str(text) => match text.as_slice() {
            [b'+', rest @ ..] if !rest.is_empty() => context.reply_simple(rest),
            [b'-', rest @ ..] if !rest.is_empty() => context.reply_error(rest),
            text => context.reply_bulk(text),
        },
        Value::Bytes(bytes) => context.reply_bulk(bytes),
        Value::Int(value) => context.reply_int(*value),
        Value::Bool(value) => context.reply_int(i64::from(*value)),
        Value::BigInt(digits) => context.reply_bulk(digits),
        Value::Float(value) => context.reply_bulk(six_decimals(*value)),
        Value::List(items) => write_records(context, items),
        Value::None | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) => {
            context.reply_bulk(OPAQUE);
        }
    }
}

/// A float as C's `%lf` prints it.
fn six_decimals(value: f64) -> String {
    if value.is_nan() {
        // C prints the sign of a NaN; Python's own NaN is positive.
        return if value.is_sign_negative() {
            "-nan"
        } else {
            "nan"
        }
        .to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    format!("{value:.6}")
}

#[cfg(test)]
mod tests {
    use super::six_decimals;

    #[test]
    fn floats_print_as_in_c() {
        assert_eq!(six_decimals(1.5), "1.500000");
        assert_eq!(six_decimals(-0.0), "-0.000000");
        assert_eq!(six_decimals(1e30), "1000000000000000019884624838656.000000");
        assert_eq!(six_decimals(f64::NAN), "nan");
        assert_eq!(six_decimals(f64::NEG_INFINITY), "-inf");
    }
}
