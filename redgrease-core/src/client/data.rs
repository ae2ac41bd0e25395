//! What the server's answers hold.

use redis::Value;

use super::reply::{Fields, bytes, describe, integer, list, text};
use super::value::FromResults;
use crate::error::{Error, PythonError, Result};

/// The name of an execution: the shard that made it and a number.
///
/// ```
/// use redgrease_core::client::ExecId;
///
/// let id: ExecId = "0000000000000000000000000000000000000000-7".parse()?;
/// assert_eq!(id.sequence, 7);
/// # Ok::<(), redgrease_core::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExecId {
    /// The shard, 40 characters; all zeros outside a cluster.
    pub shard_id: String,
    /// The number of the execution on that shard.
    pub sequence: u64,
}

impl std::fmt::Display for ExecId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.shard_id, self.sequence)
    }
}

impl std::str::FromStr for ExecId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.rsplit_once('-').and_then(|(shard_id, sequence)| {
            Some(Self {
                shard_id: shard_id.to_string(),
                sequence: sequence.parse().ok()?,
            })
        });
        parts.ok_or_else(|| {
            Error::decode(
                "the execution ID",
                "`<shard>-<number>`",
                format!("`{text}`"),
            )
        })
    }
}

impl redis::ToRedisArgs for ExecId {
    fn write_redis_args<W: ?Sized + redis::RedisWrite>(&self, out: &mut W) {
        out.write_arg_fmt(self);
    }
}

impl redis::ToSingleRedisArg for ExecId {}

/// One record of a result as the server sent it, not yet decoded.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawRecord(pub Vec<u8>);

impl RawRecord {
    /// The record as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl std::fmt::Debug for RawRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl std::fmt::Display for RawRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

/// What an execution gave: its value and the errors of the records that failed.
///
/// A record whose Python callback raised is not among the results; its error is in `errors`.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// What `RG.PYEXECUTE` answered.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    pub(super) fn read(value: Value) -> Result<Self> {
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
    pub(super) fn read(value: Value) -> Result<Self> {
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
        .map(|record| bytes("a result", record).map(RawRecord))
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

/// A registered gear, as `RG.DUMPREGISTRATIONS` lists it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Registration {
    /// The ID that `unregister` takes.
    pub id: String,
    /// The reader, such as `CommandReader`.
    pub reader: String,
    /// The description that the gear was given.
    pub description: Option<String>,
    /// Its arguments and counters.
    pub data: RegData,
    /// The session's data as the server prints it; not a Python literal.
    pub private_data: String,
    /// The pool of threads it runs on.
    pub execution_thread_pool: Option<String>,
}

/// The arguments and counters of a registration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RegData {
    /// `async`, `async_local` or `sync`.
    pub mode: String,
    /// How often an event started it.
    pub num_triggered: i64,
    /// How many executions ended well.
    pub num_success: i64,
    /// How many failed.
    pub num_failures: i64,
    /// How many were aborted.
    pub num_aborted: i64,
    /// Duration of the last execution in milliseconds.
    pub last_run_duration_ms: i64,
    /// Duration of all executions together in milliseconds.
    pub total_run_duration_ms: i64,
    /// Mean duration of an execution in milliseconds.
    pub avg_run_duration_ms: f64,
    /// The last error; `None` after a success.
    pub last_error: Option<PythonError>,
    /// What it was registered with, by name.
    pub args: Vec<(String, Value)>,
    /// The state of a stream registration, such as `OK` or `PAUSED`.
    pub status: Option<String>,
    /// Fields that this version of the library has no name for.
    pub other: Vec<(String, Value)>,
}

impl Registration {
    /// The trigger (or hooked command) of a CommandReader registration.
    pub fn trigger(&self) -> Option<String> {
        let (_, value) = self.data.args.iter().find(|(name, _)| name == "trigger")?;
        text("the trigger", value.clone()).ok()
    }

    /// The session that made the registration.
    pub fn session(&self) -> Option<&str> {
        let (_, rest) = self.private_data.split_once("'sessionName':'")?;
        rest.split('\'').next()
    }

    pub(super) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the registrations", value)?
            .into_iter()
            .map(Self::read)
            .collect()
    }

    fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::read("a registration", value)?;
        Ok(Self {
            id: fields.text("id")?,
            reader: fields.text("reader")?,
            description: fields.optional_text("desc")?,
            data: RegData::read(fields.require("RegistrationData")?)?,
            private_data: fields.optional_text("PD")?.unwrap_or_default(),
            execution_thread_pool: fields.optional_text("ExecutionThreadPool")?,
        })
    }
}

impl RegData {
    fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::read("RegistrationData", value)?;
        let args = match fields.take("args") {
            None => Vec::new(),
            Some(args) => Fields::read("the arguments of a registration", args)?.rest(),
        };
        Ok(Self {
            mode: fields.text("mode")?,
            num_triggered: fields.integer("numTriggered")?,
            num_success: fields.integer("numSuccess")?,
            num_failures: fields.integer("numFailures")?,
            num_aborted: fields.integer("numAborted")?,
            last_run_duration_ms: fields.integer("lastRunDurationMS")?,
            total_run_duration_ms: fields.integer("totalRunDurationMS")?,
            avg_run_duration_ms: fields.float("avgRunDurationMS")?,
            last_error: fields
                .optional_text("lastError")?
                .map(|text| python_error(&text)),
            args,
            status: fields.optional_text("status")?,
            other: fields.rest(),
        })
    }
}

/// The state of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExecutionStatus {
    /// It waits for its turn.
    Created,
    /// Its steps run.
    Running,
    /// It ended, with or without errors.
    Done,
    /// It was stopped before its end.
    Aborted,
    /// It waits for other shards; the text is the server's.
    Pending(String),
    /// A state that this version of the library has no name for.
    Other(String),
}

impl From<String> for ExecutionStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "created" => Self::Created,
            "running" => Self::Running,
            "done" => Self::Done,
            "aborted" => Self::Aborted,
            pending if pending.starts_with("pending_") => Self::Pending(text),
            _ => Self::Other(text),
        }
    }
}

/// An execution, as `RG.DUMPEXECUTIONS` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionInfo {
    /// Its name.
    pub id: ExecId,
    /// Its state.
    pub status: ExecutionStatus,
    /// Whether a registration started it.
    pub registered: bool,
}

impl ExecutionInfo {
    pub(super) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the executions", value)?
            .into_iter()
            .map(|value| {
                let mut fields = Fields::read("an execution", value)?;
                Ok(Self {
                    id: fields.text("executionId")?.parse()?,
                    status: fields.text("status")?.into(),
                    registered: fields.integer("registered")? != 0,
                })
            })
            .collect()
    }
}

/// Memory of the Python runtime in bytes, as `RG.PYSTATS` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the names are the server's own")]
pub struct PyStats {
    /// Allocated since the start.
    pub total_allocated: i64,
    /// The most that was allocated at one time.
    pub peak_allocated: i64,
    /// Allocated now.
    pub curr_allocated: i64,
}

impl PyStats {
    pub(super) fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::read("RG.PYSTATS", value)?;
        let mut number = |name| integer(name, fields.require(name)?);
        Ok(Self {
            total_allocated: number("TotalAllocated")?,
            peak_allocated: number("PeakAllocated")?,
            curr_allocated: number("CurrAllocated")?,
        })
    }
}
