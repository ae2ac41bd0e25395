//! Executions: what the server runs and remembers.

use std::collections::BTreeMap;

use redis::Value;
use serde::{Serialize, Serializer};

use super::{ExecId, Fields, python_error};
use crate::client::reply::{self, list, text};
use crate::error::{PythonError, Result};

/// The state of an execution.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ExecutionStatus;
///
/// assert_eq!(ExecutionStatus::from("pending_run"), ExecutionStatus::PendingRun);
/// assert_eq!(ExecutionStatus::Done.to_string(), "done");
/// ```
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
    /// Its own part is done; it waits for other shards.
    PendingCluster,
    /// The shard has it and waits for the signal to start.
    PendingRun,
    /// It waits until all shards have it.
    PendingReceive,
    /// Its part on another shard's behalf is done; it waits for the end of the whole.
    PendingTermination,
    /// A state that this version of the library has no name for.
    Other(String),
}

impl ExecutionStatus {
    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Done => "done",
            Self::Aborted => "aborted",
            Self::PendingCluster => "pending_cluster",
            Self::PendingRun => "pending_run",
            Self::PendingReceive => "pending_receive",
            Self::PendingTermination => "pending_termination",
            Self::Other(text) => text,
        }
    }

    /// Whether nothing more happens: it is done or aborted.
    pub fn is_ended(&self) -> bool {
        matches!(self, Self::Done | Self::Aborted)
    }
}

impl From<&str> for ExecutionStatus {
    fn from(text: &str) -> Self {
        match text {
            "created" => Self::Created,
            "running" => Self::Running,
            "done" => Self::Done,
            "aborted" => Self::Aborted,
            "pending_cluster" => Self::PendingCluster,
            "pending_run" => Self::PendingRun,
            "pending_receive" => Self::PendingReceive,
            "pending_termination" => Self::PendingTermination,
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<String> for ExecutionStatus {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl std::fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ExecutionStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An execution, as `RG.DUMPEXECUTIONS` lists it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*6\r\n+executionId\r\n+0-7\r\n+status\r\n+done\r\n+registered\r\n:0\r\n")?;
/// let executions = requests::dump_executions().read(Ok(answer))?;
/// assert!(executions[0].status.is_ended());
/// assert!(!executions[0].registered);
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the executions", value)?
            .into_iter()
            .map(|value| {
                let mut fields = reply::Fields::read("an execution", value)?;
                Ok(Self {
                    id: fields.text("executionId")?.parse()?,
                    status: fields.text("status")?.into(),
                    registered: fields.integer("registered")? != 0,
                })
            })
            .collect()
    }
}

impl redis::ToRedisArgs for ExecutionInfo {
    fn write_redis_args<W: ?Sized + redis::RedisWrite>(&self, out: &mut W) {
        self.id.write_redis_args(out);
    }
}

impl redis::ToSingleRedisArg for ExecutionInfo {}

/// Which executions `dumpexecutions_where` lists; what is not said does not matter.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{ExecutionFilter, ExecutionStatus};
///
/// let filter = ExecutionFilter::new().status(ExecutionStatus::Done).registered(false);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ExecutionFilter {
    status: Option<ExecutionStatus>,
    registered: Option<bool>,
}

impl ExecutionFilter {
    /// All executions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those in this state.
    pub fn status(mut self, status: impl Into<ExecutionStatus>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Only those that a registration started, or only those that none did.
    pub fn registered(mut self, registered: bool) -> Self {
        self.registered = Some(registered);
        self
    }

    /// Whether `execution` is one of them.
    pub fn matches(&self, execution: &ExecutionInfo) -> bool {
        self.status.as_ref().is_none_or(|s| *s == execution.status)
            && self.registered.is_none_or(|r| r == execution.registered)
    }
}

/// Whose view of an execution `RG.GETEXECUTION` gives.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ExecLocality;
///
/// assert_eq!(ExecLocality::Cluster.as_str(), "CLUSTER");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum ExecLocality {
    /// That of the shard that is asked.
    Shard,
    /// That of every shard of the cluster.
    Cluster,
}

impl ExecLocality {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shard => "SHARD",
            Self::Cluster => "CLUSTER",
        }
    }
}

/// How far one shard is with an execution, as `RG.GETEXECUTION` gives it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ExecutionPlan;
///
/// fn slowest(plan: &ExecutionPlan) -> Option<&str> {
///     let step = plan.steps.iter().max_by_key(|step| step.duration)?;
///     Some(&step.name)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExecutionPlan {
    /// Its state on the shard.
    pub status: ExecutionStatus,
    /// How many other shards have received it.
    pub shards_received: i64,
    /// How many other shards have done their part.
    pub shards_completed: i64,
    /// The number of results; `None` while it is not done.
    pub results: Option<i64>,
    /// The errors of records that failed.
    pub errors: Vec<PythonError>,
    /// Milliseconds from the start to the end; 0 unless `ProfileExecutions` is on.
    pub total_duration: i64,
    /// Milliseconds of reading; 0 unless `ProfileExecutions` is on.
    pub read_duration: i64,
    /// The steps, the last one first, as the server lists them.
    pub steps: Vec<ExecutionStep>,
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

/// One step of an [`ExecutionPlan`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ExecutionStep;
///
/// fn line(step: &ExecutionStep) -> String {
///     format!("{} {}: {} ms", step.kind, step.name, step.duration)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExecutionStep {
    /// What it does, such as `map`.
    pub kind: String,
    /// Its duration in milliseconds; 0 unless `ProfileExecutions` is on.
    pub duration: i64,
    /// The callback's name in the server.
    pub name: String,
    /// The callback as Python prints it.
    pub arg: String,
}

impl ExecutionPlan {
    /// The plan of each shard, by the shard's ID.
    pub(in crate::client) fn read_all(value: Value) -> Result<BTreeMap<String, Self>> {
        list("the execution", value)?
            .into_iter()
            .map(|shard| {
                let mut fields = reply::Fields::read("an execution on a shard", shard)?;
                let id = fields.text("shard_id")?;
                Ok((id, Self::read(fields.require("execution_plan")?)?))
            })
            .collect()
    }

    fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("an execution's plan", value)?;
        let errors = match fields.take("errors") {
            None => Vec::new(),
            // RedisGears 1.0 documents a number here
            Some(Value::Int(_)) => Vec::new(),
            Some(errors) => list("an execution's errors", errors)?
                .into_iter()
                .map(|error| text("an error", error).map(|text| python_error(&text)))
                .collect::<Result<_>>()?,
        };
        let steps = match fields.take("steps") {
            None => Vec::new(),
            Some(steps) => list("an execution's steps", steps)?
                .into_iter()
                .map(ExecutionStep::read)
                .collect::<Result<_>>()?,
        };
        Ok(Self {
            status: fields.text("status")?.into(),
            shards_received: fields.integer("shards_received")?,
            shards_completed: fields.integer("shards_completed")?,
            results: fields
                .optional_integer("results")?
                .filter(|number| *number >= 0),
            errors,
            total_duration: fields.integer("total_duration")?,
            read_duration: fields.integer("read_duration")?,
            steps,
            other: fields.rest(),
        })
    }
}

impl ExecutionStep {
    fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("a step of an execution", value)?;
        Ok(Self {
            kind: fields.text("type")?,
            duration: fields.integer("duration")?,
            name: fields.text("name")?,
            arg: fields.optional_text("arg")?.unwrap_or_default(),
        })
    }
}
