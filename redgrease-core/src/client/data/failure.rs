//! The failures that the engine keeps.

use std::time::{Duration, SystemTime};

use redis::Value;
use serde::Serialize;

use crate::client::reply::text;
use crate::error::{PythonError, Result};

/// An execution that failed, as the engine keeps the last fifty, also when later ones went well.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let line = "# rg_failures\r\nrg_failure_1:time=1764400000000,duration=3,execution=00-7,\
///             registration=00-1,reader=CommandReader,for=area,error=x\\x0ay\r\n";
/// let failures = requests::failures().read(Ok(redis::Value::BulkString(line.into())))?;
/// assert_eq!(failures[0].registration.as_deref(), Some("00-1"));
/// assert_eq!((failures[0].waits_for.as_deref(), &*failures[0].error), (Some("area"), "x\ny"));
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// When it ended, by the server's clock.
    pub time: SystemTime,
    /// How long it had run.
    pub duration: Duration,
    /// The ID of the execution.
    pub execution: String,
    /// The ID of the registration; `None` for a run that belongs to none.
    pub registration: Option<String>,
    /// The reader, such as `StreamReader`.
    pub reader: String,
    /// The trigger, the pattern of keys, or the beginning of streams.
    pub waits_for: Option<String>,
    /// The server's text of the error; [`Self::python`] reads it.
    pub error: String,
}

impl Failure {
    /// The exception and its traceback; `None` for an error that is not Python's.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// # use redgrease::client::requests;
    /// # let line = "# rg_failures\r\nrg_failure_1:time=1,duration=3,execution=0,registration=-,reader=\
    /// #             KeysReader,for=-,error=['Traceback (most recent call last):\\x5cn'\\x2c 'ValueError: bad\\x5cn']\r\n";
    /// # let failures = requests::failures().read(Ok(redis::Value::BulkString(line.into())))?;
    /// # let failure = &failures[0];
    /// assert_eq!(failure.python().expect("Python's").exception, "ValueError: bad");
    /// # Ok::<(), redgrease::Error>(())
    /// ```
    pub fn python(&self) -> Option<PythonError> {
        PythonError::parse(&self.error)
    }

    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        let info = text("INFO", value)?;
        let fields = info
            .lines()
            .filter_map(|line| line.strip_prefix("rg_failure_"));
        Ok(fields
            .filter_map(|field| Self::read(field.split_once(':')?.1))
            .collect())
    }

    /// Reads `time=…,duration=…,…`.
    fn read(line: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut fields = line.split(',').filter_map(|field| field.split_once('='));
            fields
                .find(|(known, _)| *known == name)
                .map(|(_, value)| unescaped(value))
        };
        let named = |name| field(name).filter(|value| value != "-");
        let milliseconds = |name| Some(Duration::from_millis(field(name)?.parse().ok()?));
        Some(Self {
            time: SystemTime::UNIX_EPOCH + milliseconds("time")?,
            duration: milliseconds("duration")?,
            execution: field("execution")?,
            registration: named("registration"),
            reader: field("reader")?,
            waits_for: named("for"),
            error: field("error")?,
        })
    }
}

/// A value of a line of `INFO` as it was: the engine writes what would end it as `\x2c`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::data::unescaped;
///
/// assert_eq!(unescaped("one\\x2c two"), "one, two");
/// ```
pub fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                out.push_str(&part[2..]);
            }
            None => {
                out.push_str("\\x");
                out.push_str(part);
            }
        }
    }
    out
}
