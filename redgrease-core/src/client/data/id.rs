//! The names of executions and registrations.

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// The name of an execution or a registration: the shard that made it and a number.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ExecId;
///
/// let id: ExecId = "0000000000000000000000000000000000000000-7".parse()?;
/// assert_eq!(id.sequence, 7);
/// assert_eq!(id.to_string(), "0000000000000000000000000000000000000000-7");
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExecId {
    /// The shard, 40 characters; all zeros outside a cluster.
    pub shard_id: String,
    /// The number of the execution on that shard.
    pub sequence: u64,
}

impl ExecId {
    /// The shard in the text of an ID; `None` where the engine works on its own node only, so that it is zeros.
    #[cfg(feature = "cluster")]
    pub(crate) fn maker(id: &[u8]) -> Option<String> {
        let id: Self = std::str::from_utf8(id).ok()?.parse().ok()?;
        (!id.shard_id.bytes().all(|byte| byte == b'0')).then_some(id.shard_id)
    }
}

impl Default for ExecId {
    /// The first execution of a server outside a cluster.
    fn default() -> Self {
        Self {
            shard_id: "0".repeat(40),
            sequence: 0,
        }
    }
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

impl Serialize for ExecId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl redis::ToRedisArgs for ExecId {
    fn write_redis_args<W: ?Sized + redis::RedisWrite>(&self, out: &mut W) {
        out.write_arg_fmt(self);
    }
}

impl redis::ToSingleRedisArg for ExecId {}
