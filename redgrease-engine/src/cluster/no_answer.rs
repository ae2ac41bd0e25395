//! Why there is no answer of another shard.

use std::fmt;
use std::time::Duration;

use super::unsent::Unsent;

/// Why there is no answer of another shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It refuses, in its own words.
    Said(String),
    /// The question does not go to it.
    Unsent(Unsent),
    /// The shard that is called so did not answer in time.
    Late { shard: String, patience: Duration },
    /// It is gone: what is said of that.
    Lost(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(text) | Self::Lost(text) => formatter.write_str(text),
            Self::Unsent(unsent) => unsent.fmt(formatter),
            Self::Late { shard, patience } => write!(
                formatter,
                "shard {shard} did not answer within {} ms",
                patience.as_millis()
            ),
        }
    }
}
