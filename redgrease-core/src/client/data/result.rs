//! Results of scripts and executions.

use redis::Value;
use serde::Serialize;

use super::{ExecId, RawRecord};
use crate::client::reply::{describe, list, text};
use crate::client::value::FromResults;
use crate::error::{Error, PythonError, Result};

/// What an execution gave: its value and the errors of the records that failed.
///
/// A record whose Python callback raised is not among the results; its error is in `errors`. After
/// an error the server reads no more records, so the results are some of all: [`ok`](Self::ok) takes
/// them only when nothing failed.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// # use redgrease::client::{FromResults, GearsCommands};
/// # fn main() -> redgrease::Result<()> {
/// # if false {
/// let mut con = redis::Client::open("redis://127.0.0.1/")?.get_connection()?;
/// let names = con.pyexecute("GB('KeysOnlyReader').run()")?.decode::<Vec<String>>()?;
/// println!("{} records failed", names.errors.len());
/// for name in names {
///     println!("{name}");
/// }
/// # }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExecutionResult<T> {
    /// The results.
    pub value: T,
    /// One entry for each record that failed.
    pub errors: Vec<PythonError>,
}

impl<T> ExecutionResult<T> {
    /// The value, when no record failed.
    ///
    /// # Errors
    ///
    /// [`Error::Python`] with the first error of the execution.
    pub fn ok(self) -> Result<T> {
        match self.errors.into_iter().next() {
            None => Ok(self.value),
            Some(error) => Err(Error::Python(error)),
        }
    }

    /// The result with `f` applied to its value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> ExecutionResult<U> {
        ExecutionResult {
            value: f(self.value),
            errors: self.errors,
        }
    }
}

impl<T> ExecutionResult<Vec<T>> {
    /// The only result.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when there are none or many; [`Error::Python`] when there are none
    /// because Python raised.
    pub fn one(self) -> Result<T> {
        let found = self.value.len();
        let mut values = self.value.into_iter();
        match (values.next(), found, self.errors.into_iter().next()) {
            (Some(value), 1, _) => Ok(value),
            (None, _, Some(error)) => Err(Error::Python(error)),
            _ => Err(Error::decode(
                "the results",
                "one record",
                format!("{found} records"),
            )),
        }
    }
}

impl<T: IntoIterator> IntoIterator for ExecutionResult<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    /// Goes through the values; the errors are left behind.
    fn into_iter(self) -> Self::IntoIter {
        self.value.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a ExecutionResult<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&self.value).into_iter()
    }
}

/// What `RG.PYEXECUTE` answered.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Outcome, PyExecuteOptions, requests};
///
/// let request = requests::pyexecute("GB().count().run()", &PyExecuteOptions::new());
/// let answer = redis::parse_redis_value(b"*2\r\n*1\r\n$1\r\n3\r\n*0\r\n")?;
/// let count = request.read(Ok(answer))?.decode::<Option<i64>>()?;
/// assert_eq!(count.value, Some(3));
/// assert_eq!(request.read(Ok(redis::Value::Okay))?, Outcome::Done);
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Outcome {
    /// The script ran; it registered something, or had nothing to run.
    Done,
    /// The script's execution ended with these records.
    Results(ExecutionResult<Vec<RawRecord>>),
    /// The script's execution was started and goes on in the background (`UNBLOCKING`).
    Started(ExecId),
}

impl Outcome {
    /// The records of the execution; none when the script had no `run()`.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when the execution was only started.
    pub fn results(self) -> Result<ExecutionResult<Vec<RawRecord>>> {
        match self {
            Self::Results(results) => Ok(results),
            Self::Done => Ok(ExecutionResult {
                value: Vec::new(),
                errors: Vec::new(),
            }),
            Self::Started(id) => Err(Error::decode(
                "the script's execution",
                "its results",
                format!("only its ID {id}; fetch them with getresults"),
            )),
        }
    }

    /// The results as `T`, read from what Python printed or pickled.
    ///
    /// # Errors
    ///
    /// As [`Outcome::results`], and [`Error::Decode`] when a record does not fit.
    pub fn decode<T: FromResults>(self) -> Result<ExecutionResult<T>> {
        self.results()?.decode()
    }

    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        match value {
            Value::Okay => Ok(Self::Done),
            Value::BulkString(_) => text("the execution ID", value)?.parse().map(Self::Started),
            Value::Array(mut items) => {
                let pair =
                    items.len() == 2 && items.iter().all(|item| matches!(item, Value::Array(_)));
                if pair {
                    let errors = items.pop().unwrap_or_default();
                    let results = items.pop().unwrap_or_default();
                    return read_results(results, errors).map(Self::Results);
                }
                let refusals = items
                    .into_iter()
                    .map(|item| text("the shard's refusal", item))
                    .collect::<Result<_>>()?;
                Err(Error::Shards(refusals))
            }
            other => Err(Error::decode(
                "the answer to RG.PYEXECUTE",
                "OK, an execution ID or results",
                describe(&other),
            )),
        }
    }
}

impl ExecutionResult<Vec<RawRecord>> {
    /// Reads `RG.GETRESULTS`.
    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        match Outcome::read(value)? {
            Outcome::Results(results) => Ok(results),
            other => Err(Error::decode(
                "the execution's results",
                "records and errors",
                format!("{other:?}"),
            )),
        }
    }

    /// The records as `T`.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when a record does not fit; an error of the execution is reported instead
    /// when no record came where one was needed.
    pub fn decode<T: FromResults>(self) -> Result<ExecutionResult<T>> {
        let value = T::from_results(self.value)?;
        Ok(ExecutionResult {
            value,
            errors: self.errors,
        })
    }
}

fn read_results(results: Value, errors: Value) -> Result<ExecutionResult<Vec<RawRecord>>> {
    let value = list("the results", results)?
        .into_iter()
        .map(|record| RawRecord::read("a result", record))
        .collect::<Result<_>>()?;
    let errors = list("the errors", errors)?
        .into_iter()
        .map(|error| text("an error", error).map(|text| python_error(&text)))
        .collect::<Result<_>>()?;
    Ok(ExecutionResult { value, errors })
}

/// The text of a failed record; a text that is not a traceback (`flat_error`) is taken whole.
pub(crate) fn python_error(text: &str) -> PythonError {
    PythonError::parse(text).unwrap_or_else(|| PythonError {
        exception: text.trim_end().to_string(),
        traceback: Vec::new(),
    })
}
