//! What this server is in a cluster.

use std::sync::LazyLock;

use crate::base::random_hex;

/// The id of this run of the server, where no cluster gives it one.
static RUN_ID: LazyLock<String> = LazyLock::new(random_hex);

/// The id that stands for a server outside a cluster.
const ALONE: &str = "0000000000000000000000000000000000000000";

/// The id of this shard: 40 zeros outside a cluster.
pub(crate) fn shard_id() -> &'static str {
    ALONE
}

/// What ShardsIDReader gives for this shard.
pub(crate) fn shard_name() -> &'static str {
    "1"
}

/// A short text whose slot this shard owns.
pub(crate) fn hashtag() -> &'static str {
    "06S"
}

/// The id of this run of the server.
pub(crate) fn run_id() -> &'static str {
    &RUN_ID
}
