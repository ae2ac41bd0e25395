//! How far a run is.

use std::time::Duration;

use redis::Value;
use serde::Serialize;

use super::ExecutionStatus;
use crate::client::reply::{Fields, list};
use crate::error::{Error, Result};

/// How far a run is, on the shard that was asked.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{GearsCommands, RedisGears};
/// use redgrease::Result;
///
/// fn watch(con: &mut RedisGears, id: &str) -> Result<()> {
///     let progress = con.progress(id)?;
///     println!("{}: {} of {:?}", progress.status, progress.passed, progress.total);
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunProgress {
    /// Its state.
    pub status: ExecutionStatus,
    /// How many keys or stream entries its reader has gone through, whether it takes them or not.
    /// What was read last may still be under way through the steps.
    pub passed: u64,
    /// How many there were when it began; `None` for readers that cannot know it, and as long as it
    /// waits for its turn. Keys that come meanwhile may be passed too.
    pub total: Option<u64>,
    /// How long it has run.
    pub duration: Duration,
    /// How many errors its results will have: known at the end.
    pub errors: u64,
}

impl RunProgress {
    /// How much of it is done, from 0 to 1, as far as that can be known.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::client::requests;
    ///
    /// let answer = "*1\r\n*14\r\n+shard_id\r\n+0\r\n+execution_plan\r\n*2\r\n+status\r\n+running\r\n\
    ///     +durationMS\r\n:1500\r\n+numErrors\r\n:0\r\n+passed\r\n:250\r\n+total\r\n:1000\r\n+other\r\n:1\r\n";
    /// let answer = redis::parse_redis_value(answer.as_bytes())?;
    /// let progress = requests::progress("0-7").read(Ok(answer))?;
    /// assert_eq!(progress.fraction(), Some(0.25));
    /// assert_eq!(progress.duration.as_millis(), 1500);
    /// # Ok::<(), redgrease::Error>(())
    /// ```
    pub fn fraction(&self) -> Option<f64> {
        if self.status.is_ended() {
            return Some(1.0);
        }
        let total = self.total?;
        match total {
            0 => None,
            total => Some(self.passed.min(total) as f64 / total as f64),
        }
    }

    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        const WHAT: &str = "how far an execution is";
        let shards = list(WHAT, value)?;
        let Some(shard) = shards.into_iter().next() else {
            return Err(Error::decode(WHAT, "a shard", "none"));
        };
        let mut fields = Fields::read(WHAT, shard)?;
        let mut plan = Fields::read(WHAT, fields.require("execution_plan")?)?;
        let mut number = |name| fields.integer(name).map(|n| u64::try_from(n).unwrap_or(0));
        Ok(Self {
            status: plan.text("status")?.into(),
            passed: number("passed")?,
            duration: Duration::from_millis(number("durationMS")?),
            errors: number("numErrors")?,
            total: fields
                .optional_integer("total")?
                .and_then(|total| u64::try_from(total).ok()),
        })
    }
}
