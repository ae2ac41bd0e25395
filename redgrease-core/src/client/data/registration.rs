//! Registrations: what waits in the server for its event.

use redis::Value;
use serde::Serialize;

use super::{Fields, ServerValue, python_error};
use crate::client::reply::{self, list};
use crate::error::{PythonError, Result};
use crate::spec::Mode;

/// A registered gear, as `RG.DUMPREGISTRATIONS` lists it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Registration;
///
/// fn line(registration: &Registration) -> String {
///     let failed = registration.data.num_failures;
///     format!("{} {}: {failed} failures", registration.id, registration.reader)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

/// The arguments and counters of a registration.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::RegData;
///
/// fn is_healthy(data: &RegData) -> bool {
///     data.last_error.is_none() && data.num_aborted == 0
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Duration of the last execution in milliseconds (since RedisGears 1.2).
    pub last_run_duration_ms: Option<i64>,
    /// Duration of all executions together in milliseconds (since RedisGears 1.2).
    pub total_run_duration_ms: Option<i64>,
    /// Mean duration of an execution in milliseconds (since RedisGears 1.2).
    pub avg_run_duration_ms: Option<f64>,
    /// How far the last execution was behind its stream, in milliseconds (streams only).
    pub last_estimated_lag_ms: Option<i64>,
    /// How far executions are behind their stream on average, in milliseconds (streams only).
    pub avg_estimated_lag_ms: Option<f64>,
    /// The last error; `None` after a success.
    pub last_error: Option<PythonError>,
    /// What it was registered with, by name.
    pub args: Fields,
    /// The state of a stream registration, such as `OK` or `PAUSED`.
    pub status: Option<String>,
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

impl Registration {
    /// The trigger (or hooked command) of a CommandReader registration.
    pub fn trigger(&self) -> Option<&str> {
        self.data.args.get("trigger")?.as_str()
    }

    /// The prefix of keys that a KeysReader registration listens to.
    pub fn prefix(&self) -> Option<&str> {
        // 1.0 calls it a regular expression, but a literal prefix it is
        self.data.args.get("regex")?.as_str()
    }

    /// The prefix of streams that a StreamReader registration reads.
    pub fn stream(&self) -> Option<&str> {
        self.data.args.get("stream")?.as_str()
    }

    /// The events that a KeysReader registration listens to; `None` for all.
    pub fn event_types(&self) -> Option<Vec<&str>> {
        let types = self.data.args.get("eventTypes")?.as_list()?;
        Some(types.iter().filter_map(ServerValue::as_str).collect())
    }

    /// The session that made the registration.
    pub fn session(&self) -> Option<&str> {
        let (_, rest) = self.private_data.split_once("'sessionName':'")?;
        rest.split('\'').next()
    }

    /// The Python packages of its session, as they were asked for.
    pub fn requirements(&self) -> Vec<&str> {
        let Some((_, packages)) = self.private_data.split_once("'depsList':[") else {
            return Vec::new();
        };
        packages
            .split("{'name':'")
            .skip(1)
            .filter_map(|package| package.split('\'').next())
            .collect()
    }

    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the registrations", value)?
            .into_iter()
            .map(Self::read)
            .collect()
    }

    pub(super) fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("a registration", value)?;
        Ok(Self {
            id: fields.text("id")?,
            reader: fields.text("reader")?,
            description: fields.optional_text("desc")?,
            data: RegData::read(fields.require("RegistrationData")?)?,
            private_data: fields.optional_text("PD")?.unwrap_or_default(),
            execution_thread_pool: fields.optional_text("ExecutionThreadPool")?,
            other: fields.rest(),
        })
    }
}

impl redis::ToRedisArgs for Registration {
    fn write_redis_args<W: ?Sized + redis::RedisWrite>(&self, out: &mut W) {
        out.write_arg(self.id.as_bytes());
    }
}

impl redis::ToSingleRedisArg for Registration {}

impl RegData {
    fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("RegistrationData", value)?;
        let args = match fields.take("args") {
            None | Some(Value::Nil) => Fields::new(),
            Some(args) => reply::Fields::read("the arguments of a registration", args)?.rest(),
        };
        Ok(Self {
            mode: fields.text("mode")?,
            num_triggered: fields.integer("numTriggered")?,
            num_success: fields.integer("numSuccess")?,
            num_failures: fields.integer("numFailures")?,
            num_aborted: fields.integer("numAborted")?,
            last_run_duration_ms: fields.optional_integer("lastRunDurationMS")?,
            total_run_duration_ms: fields.optional_integer("totalRunDurationMS")?,
            avg_run_duration_ms: fields.optional_float("avgRunDurationMS")?,
            last_estimated_lag_ms: fields.optional_integer("lastEstimatedLagMS")?,
            avg_estimated_lag_ms: fields.optional_float("avgEstimatedLagMS")?,
            last_error: fields
                .optional_text("lastError")?
                .map(|text| python_error(&text)),
            args,
            status: fields.optional_text("status")?,
            other: fields.rest(),
        })
    }
}

/// Which registrations `dumpregistrations_where` lists; what is not said does not matter.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::RegistrationFilter;
///
/// let filter = RegistrationFilter::new().reader("CommandReader").trigger("cache_get");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct RegistrationFilter {
    reader: Option<String>,
    description: Option<String>,
    mode: Option<Mode>,
    key: Option<String>,
    stream: Option<String>,
    trigger: Option<String>,
}

impl RegistrationFilter {
    /// All registrations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of this reader, such as `KeysReader`.
    pub fn reader(mut self, reader: impl Into<String>) -> Self {
        self.reader = Some(reader.into());
        self
    }

    /// Only those with this description.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Only those of this mode.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Only those that an event of this key starts.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Only those that an entry of this stream starts.
    pub fn stream(mut self, stream: impl Into<String>) -> Self {
        self.stream = Some(stream.into());
        self
    }

    /// Only those with this trigger.
    pub fn trigger(mut self, trigger: impl Into<String>) -> Self {
        self.trigger = Some(trigger.into());
        self
    }

    /// Whether `registration` is one of them.
    pub fn matches(&self, registration: &Registration) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let fires = |name: &Option<String>, prefix: Option<&str>| {
            name.as_deref()
                .is_none_or(|name| prefix.is_some_and(|prefix| has_prefix(name, prefix)))
        };
        is(&self.reader, Some(&registration.reader))
            && is(&self.description, registration.description.as_deref())
            && is(&self.trigger, registration.trigger())
            && self
                .mode
                .is_none_or(|mode| mode.as_str() == registration.data.mode)
            && fires(&self.key, registration.prefix())
            && fires(&self.stream, registration.stream())
    }
}

/// Whether the server's rule for registered prefixes takes `name`: the same text, or any text that
/// begins with what stands before a `*` at the end.
fn has_prefix(name: &str, prefix: &str) -> bool {
    match prefix.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == prefix,
    }
}
