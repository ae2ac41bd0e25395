//! Running scripts and functions.

use std::time::Duration;

use redis::{ToRedisArgs, ToSingleRedisArg, Value};

use crate::client::data::{ExecutionResult, Outcome, RawRecord};
use crate::client::reply::list;
use crate::client::request::Request;
use crate::client::requirements::{EnforceRedgrease, resolve_requirements};
use crate::error::Result;

/// What `RG.PYEXECUTE` is given beside the script.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests::PyExecuteOptions;
///
/// let options = PyExecuteOptions::new().requirements(["numpy"]).id("nightly").upgrade();
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PyExecuteOptions {
    /// Answer with the execution's ID at once instead of waiting for its results.
    pub unblocking: bool,
    /// The name of the session; letters, digits, `-` and `_`.
    pub id: Option<String>,
    /// Free text that `RG.PYDUMPSESSIONS` shows.
    pub description: Option<String>,
    /// Take the place of the session with the same ID, atomically.
    pub upgrade: bool,
    /// Take the place of another session, atomically.
    pub replace_with: Option<String>,
    /// Install the requirements again even when they are known.
    pub force_reinstall_requirements: bool,
    /// Python packages, as pip requirement specifiers.
    pub requirements: Vec<String>,
    /// Which redgrease Python package is among the requirements.
    pub enforce_redgrease: EnforceRedgrease,
}

impl PyExecuteOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answer with the execution's ID at once instead of waiting for its results.
    #[must_use]
    pub fn unblocking(mut self) -> Self {
        self.unblocking = true;
        self
    }

    /// Names the session; letters, digits, `-` and `_` only.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Describes the session.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Take the place of the session with the same ID, atomically.
    #[must_use]
    pub fn upgrade(mut self) -> Self {
        self.upgrade = true;
        self
    }

    /// Take the place of the session `id`, atomically.
    #[must_use]
    pub fn replace_with(mut self, id: impl Into<String>) -> Self {
        self.replace_with = Some(id.into());
        self
    }

    /// Install the requirements again even when they are known.
    #[must_use]
    pub fn force_reinstall_requirements(mut self) -> Self {
        self.force_reinstall_requirements = true;
        self
    }

    /// Adds Python packages that must be installed, as pip requirement specifiers.
    #[must_use]
    pub fn requirements<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.requirements.extend(specs.into_iter().map(Into::into));
        self
    }

    /// Says which redgrease Python package the script gets, for scripts that import it: `true`,
    /// `false`, a version, a range of versions, extras, or a whole requirement.
    #[must_use]
    pub fn enforce_redgrease(mut self, enforce: impl Into<EnforceRedgrease>) -> Self {
        self.enforce_redgrease = enforce.into();
        self
    }

    /// The packages that are sent: `requirements` with what `enforce_redgrease` makes of them.
    pub fn resolved_requirements(&self) -> Vec<String> {
        resolve_requirements(self.requirements.iter().cloned(), &self.enforce_redgrease)
    }
}

/// `RG.PYEXECUTE`: runs a script in the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests::{self, PyExecuteOptions};
///
/// let options = PyExecuteOptions::new().unblocking().id("nightly");
/// let request = requests::pyexecute("GB().run()", &options);
/// assert_eq!(request.to_string(), "RG.PYEXECUTE GB().run() UNBLOCKING ID nightly");
/// ```
pub fn pyexecute(script: &str, options: &PyExecuteOptions) -> Request<Outcome> {
    let mut request = Request::new("RG.PYEXECUTE", Outcome::read).arg(script);
    if options.unblocking {
        request = request.arg("UNBLOCKING");
    }
    if let Some(id) = &options.id {
        request = request.arg("ID").arg(id);
    }
    if let Some(description) = &options.description {
        request = request.arg("DESCRIPTION").arg(description);
    }
    if options.upgrade {
        request = request.arg("UPGRADE");
    }
    if let Some(id) = &options.replace_with {
        request = request.arg("REPLACE_WITH").arg(id);
    }
    if options.force_reinstall_requirements {
        request = request.arg("FORCE_REINSTALL_REQUIREMENTS");
    }
    let requirements = options.resolved_requirements();
    if !requirements.is_empty() {
        request = request.arg("REQUIREMENTS").arg(requirements);
    }
    request
}

/// `RG.TRIGGER`: calls a registered function; gives the records it returned.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n$9\r\nhello Ada\r\n")?;
/// let records = requests::trigger("greet", &["Ada"]).read(Ok(answer))?;
/// assert_eq!(records[0].text(), "hello Ada");
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn trigger(name: &str, args: impl ToRedisArgs) -> Request<Vec<RawRecord>> {
    Request::new("RG.TRIGGER", records).arg(name).arg(args)
}

/// `RG.TRIGGERONKEY`: as [`trigger`], on the cluster node that has `key`, the first argument.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::trigger_on_key("greet", "person:1", &["hello"]);
/// assert_eq!(request.to_string(), "RG.TRIGGERONKEY greet person:1 hello");
/// ```
pub fn trigger_on_key(
    name: &str,
    key: impl ToSingleRedisArg,
    args: impl ToRedisArgs,
) -> Request<Vec<RawRecord>> {
    Request::new("RG.TRIGGERONKEY", records)
        .arg(name)
        .arg(key)
        .arg(args)
}

/// `RG.TRIGGERWITHIN`: as [`trigger`]; the server answers with an error when the call is not over
/// within `time` (whole milliseconds, one at the least), and stops it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use std::time::Duration;
/// use redgrease::client::requests;
///
/// let request = requests::trigger_within(Duration::from_millis(250), "greet", &["Ada"]);
/// assert_eq!(request.to_string(), "RG.TRIGGERWITHIN 250 greet Ada");
/// ```
pub fn trigger_within(
    time: Duration,
    name: &str,
    args: impl ToRedisArgs,
) -> Request<Vec<RawRecord>> {
    let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    Request::new("RG.TRIGGERWITHIN", records)
        .about(2)
        .arg(time)
        .arg(name)
        .arg(args)
}

fn records(value: Value) -> Result<Vec<RawRecord>> {
    list("the answer to RG.TRIGGER", value)?
        .into_iter()
        .map(|record| RawRecord::read("a record", record))
        .collect()
}

/// `RG.GETRESULTS`: the results of an execution that has ended.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*2\r\n*1\r\n$1\r\n7\r\n*0\r\n")?;
/// let sum = requests::get_results("0-7").read(Ok(answer))?.decode::<i64>()?;
/// assert_eq!(sum.value, 7);
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn get_results(id: impl ToSingleRedisArg) -> Request<ExecutionResult<Vec<RawRecord>>> {
    Request::new("RG.GETRESULTS", ExecutionResult::read).arg(id)
}

/// `RG.GETRESULTSBLOCKING`: waits for an execution to end and gives its results.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::get_results_blocking("0-7");
/// assert_eq!(request.to_string(), "RG.GETRESULTSBLOCKING 0-7");
/// ```
pub fn get_results_blocking(id: impl ToSingleRedisArg) -> Request<ExecutionResult<Vec<RawRecord>>> {
    Request::new("RG.GETRESULTSBLOCKING", ExecutionResult::read).arg(id)
}
