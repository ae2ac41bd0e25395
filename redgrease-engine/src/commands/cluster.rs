//! Commands of the cluster's plumbing.

use std::ffi::CStr;

use crate::answer::Reply;
use crate::server::{Command, Invocation};

/// The fewest words of a topology that somebody hands over.
const LEAST: usize = 10;

/// The topology comes from the server itself, so that one that is handed over is refused and not ignored.
fn refuse_topology(call: &Invocation<'_>) {
    if call.arguments.len() < LEAST {
        call.context
            .reply_error("Could not parse cluster set arguments");
    } else {
        call.context.reply_error(
            "ERR the topology is read from the server (CLUSTER SLOTS); send RG.REFRESHCLUSTER instead",
        );
    }
}

/// RG.CLUSTERSET
pub(crate) struct ClusterSet;

impl Command for ClusterSet {
    const NAME: &'static CStr = c"rg.clusterset";

    fn run(call: Invocation<'_>) {
        refuse_topology(&call);
    }
}

/// RG.CLUSTERSETFROMSHARD
pub(crate) struct ClusterSetFromShard;

impl Command for ClusterSetFromShard {
    // In capitals as in RedisGears, where COMMAND INFO shows it so.
    const NAME: &'static CStr = c"RG.CLUSTERSETFROMSHARD";

    fn run(call: Invocation<'_>) {
        refuse_topology(&call);
    }
}

/// RG.NETWORKTEST
pub(crate) struct NetworkTest;

impl Command for NetworkTest {
    const NAME: &'static CStr = c"rg.networktest";

    fn run(call: Invocation<'_>) {
        // There are no other shards that a message could be lost to.
        Reply::Ok.write(call.context);
    }
}
