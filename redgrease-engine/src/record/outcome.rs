//! What executions give.

use std::time::Duration;

use super::results::Results;
use super::value::{DecodeError, Value, decode_at_most};

/// What an execution gave.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) results: Results,
    pub(crate) errors: Vec<Vec<u8>>,
    /// Whether the worker was lost before it had worked the records off.
    pub(crate) lost: bool,
    /// Whether the worker's answer could not be read.
    pub(crate) broken: bool,
    /// How long the operations took, if that was measured.
    pub(crate) times: Vec<Duration>,
    /// Whether the worker has imported what it was asked for.
    pub(crate) imported: bool,
}

impl Outcome {
    /// Nothing but one error.
    pub(crate) fn failed(error: impl Into<Vec<u8>>) -> Self {
        Self {
            errors: vec![error.into()],
            ..Self::default()
        }
    }

    /// The worker was lost, or there is none.
    pub(crate) fn lost(error: impl Into<Vec<u8>>) -> Self {
        Self {
            lost: true,
            ..Self::failed(error)
        }
    }

    /// The results hold too many values.
    fn too_many(most: usize) -> Self {
        Self::failed(format!(
            "ERR the results hold more than {most} values, which is MaxResultValues: count, limit or write them where they are, or raise it"
        ))
    }

    /// Whether a function asks that its stream pauses: by an error that begins with this word, as in RedisGears 1.2.
    pub(crate) fn asks_for_pause(&self) -> bool {
        self.errors.iter().any(|text| text.starts_with(b"PAUSE"))
    }

    /// What was not given by a worker, with at most so many values.
    pub(crate) fn at_most(self, most: usize) -> Self {
        // A worker's answer is a pair of lists, which count too.
        if self.results.count() + self.errors.len() + 3 > most {
            return Self::too_many(most);
        }
        self
    }

    /// What a worker answered, with at most so many values.
    pub(crate) fn parse(payload: &[u8], most: usize) -> Self {
        let value = match decode_at_most(payload, most) {
            Ok(value) => value,
            Err(DecodeError::TooMany(_)) => {
                return Self::too_many(most);
            }
            Err(error @ DecodeError::TooLong(_)) => {
                return Self::failed(format!("ERR a result cannot be a reply: {error}"));
            }
            Err(error) => {
                return Self {
                    broken: true,
                    ..Self::failed(format!(
                        "ERR the worker's answer is broken: {error}; the worker is replaced"
                    ))
                };
            }
        };
        let mut parts = value.into_items().unwrap_or_default().into_iter();
        let results = parts.next().and_then(Value::into_items).unwrap_or_default();
        let errors = parts.next().and_then(Value::into_items).unwrap_or_default();
        Self {
            results: results.into(),
            errors: errors
                .iter()
                .map(|error| error.as_bytes().unwrap_or_default().to_vec())
                .collect(),
            // Whether the worker does not know the function.
            lost: parts.next().is_some_and(|lost| lost.is_true()),
            broken: false,
            times: parts
                .next()
                .and_then(Value::into_items)
                .unwrap_or_default()
                .iter()
                .map(|time| u64::try_from(time.as_int().unwrap_or(0)).unwrap_or(0))
                .map(Duration::from_micros)
                .collect(),
            imported: parts.next().is_some_and(|imported| imported.is_true()),
        }
    }
}
