//! Why a message does not go to a shard.

use std::fmt;

use super::peer::PROTOCOL;

/// Why a message does not go to a shard, which is called as clients are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// It never was one.
    Nobody(&'static str),
    /// It has failed.
    Failed(String),
    /// It is none any more.
    Gone(String),
    /// It speaks another protocol.
    Stranger { shard: String, protocol: u8 },
    /// A message of this name has so many bytes, where so many may go at once.
    TooLong {
        shard: String,
        message: &'static str,
        bytes: usize,
        most: usize,
    },
}

impl fmt::Display for Unsent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody(shard) => write!(formatter, "{shard} is no shard of this cluster"),
            Self::Failed(shard) => write!(formatter, "shard {shard} has failed"),
            Self::Gone(shard) => {
                write!(
                    formatter,
                    "shard {shard} is no shard of this cluster any more"
                )
            }
            Self::Stranger { shard, protocol } => write!(
                formatter,
                "shard {shard} speaks protocol {protocol} between shards and this one {PROTOCOL}: load the same version of the engine on both"
            ),
            Self::TooLong {
                shard,
                message,
                bytes,
                most,
            } => write!(
                formatter,
                "what shard {shard} has to get is too long: {message} has {bytes} bytes, and more than {most} (MessageLimit) do not go between shards at once"
            ),
        }
    }
}
