//! The cluster as the engine sees it.

use redis::Value;
use serde::Serialize;

use super::Fields;
use crate::client::reply::{self, describe, list, text};
use crate::error::{Error, Result};

/// What `RG.INFOCLUSTER` tells about a cluster.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*5\r\n+MyId\r\n+a1\r\n+MyRunId\r\n+b2\r\n*0\r\n")?;
/// let cluster = requests::info_cluster().read(Ok(answer))?;
/// assert_eq!(cluster.map(|cluster| cluster.my_id).as_deref(), Some("a1"));
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClusterInfo {
    /// The shard that answered.
    pub my_id: String,
    /// The run ID of its process.
    pub my_run_id: String,
    /// All shards.
    pub shards: Vec<ShardInfo>,
}

/// One shard of a cluster.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::ShardInfo;
///
/// fn has(shard: &ShardInfo, slot: u16) -> bool {
///     (shard.min_hslot..=shard.max_hslot).contains(&slot)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShardInfo {
    /// Its ID, 40 characters.
    pub id: String,
    /// Its address.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// Its socket file, when it has one.
    pub unix_socket: Option<String>,
    /// The run ID of its process; `None` as long as nobody talked to it.
    pub run_id: Option<String>,
    /// The first of its hash slots.
    pub min_hslot: u16,
    /// The last of its hash slots.
    pub max_hslot: u16,
    /// Messages that wait to be sent to it.
    pub pending_messages: i64,
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

impl ClusterInfo {
    /// `None` when the server is not part of a cluster.
    pub(in crate::client) fn read(value: Value) -> Result<Option<Self>> {
        const WHAT: &str = "the cluster";
        let items = match value {
            Value::Array(items) => items,
            // RESP3 has maps, and the list of shards stands alone after the pairs
            other => {
                let said = text(WHAT, other)?;
                return if said == "no cluster mode" {
                    Ok(None)
                } else {
                    Err(Error::decode(
                        WHAT,
                        "five items or `no cluster mode`",
                        format!("`{said}`"),
                    ))
                };
            }
        };
        let [_, my_id, _, my_run_id, shards] = <[Value; 5]>::try_from(items)
            .map_err(|items| Error::decode(WHAT, "five items", describe(&Value::Array(items))))?;
        Ok(Some(Self {
            my_id: text(WHAT, my_id)?,
            my_run_id: text(WHAT, my_run_id)?,
            shards: list("the shards", shards)?
                .into_iter()
                .map(ShardInfo::read)
                .collect::<Result<_>>()?,
        }))
    }
}

impl ShardInfo {
    fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("a shard", value)?;
        Ok(Self {
            id: fields.text("id")?,
            ip: fields.text("ip")?,
            port: fields.small("port")?,
            unix_socket: fields
                .optional_text("unixSocket")?
                .filter(|path| path != "None"),
            run_id: fields.optional_text("runid")?,
            min_hslot: fields.small("minHslot")?,
            max_hslot: fields.small("maxHslot")?,
            pending_messages: fields.integer("pendingMessages")?,
            other: fields.rest(),
        })
    }
}
