//! Commands of the cluster's plumbing.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::answer::Reply;
use crate::cluster::{self, Shard, Topology, topology};
use crate::record::value::Value;
use crate::server::{Command, Flag, Invocation};
use crate::settings::settings;

/// RG.INFOCLUSTER
pub(crate) struct InfoCluster;

impl Command for InfoCluster {
    const NAME: &'static CStr = c"rg.infocluster";

    fn run(call: Invocation<'_>) {
        let topology = topology();
        if topology.is_alone() {
            call.context.reply_bulk("no cluster mode");
            return;
        }
        let shards = topology.shards.iter();
        Reply::Array(vec![
            Reply::bulk("MyId"),
            Reply::bulk(topology.own),
            Reply::bulk("MyRunId"),
            Reply::bulk(cluster::run_id()),
            Reply::Array(shards.map(|shard| described(&topology, shard)).collect()),
        ])
        .write(call.context);
    }
}

fn described(topology: &Topology, shard: &Shard) -> Reply {
    let run = if shard.id == topology.own {
        Some(cluster::run_id().to_owned())
    } else {
        cluster::run_of(shard.id).map(|(run, _)| run)
    };
    let slot = |slot: Option<u16>| Reply::Int(slot.map_or(-1, i64::from));
    Reply::map(vec![
        ("id", Reply::bulk(shard.id)),
        ("ip", Reply::bulk(&shard.host)),
        ("port", Reply::Int(i64::from(shard.port))),
        ("unixSocket", Reply::bulk("None")),
        ("runid", Reply::bulk_or_null(run)),
        ("minHslot", slot(shard.slots.first().map(|range| range.0))),
        ("maxHslot", slot(shard.slots.last().map(|range| range.1))),
        ("pendingMessages", Reply::count(cluster::pending(shard.id))),
    ])
}

static REFRESHED: AtomicBool = AtomicBool::new(false);

/// RG.REFRESHCLUSTER
///
/// The topology is read from the server several times a second; this reads it at once.
pub(crate) struct RefreshCluster;

impl Command for RefreshCluster {
    const NAME: &'static CStr = c"rg.refreshcluster";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        REFRESHED.store(true, Ordering::Relaxed);
        if call.context.flags().cluster() {
            cluster::look();
        }
        Reply::Ok.write(call.context);
    }
}

/// RG.HELLO
pub(crate) struct Hello;

impl Command for Hello {
    const NAME: &'static CStr = c"rg.hello";

    fn run(call: Invocation<'_>) {
        if REFRESHED.load(Ordering::Relaxed) || !topology().is_alone() {
            call.context.reply_bulk(cluster::run_id());
        } else {
            call.context
                .reply_error("ERRCLUSTER NULL cluster state on hello msg");
        }
    }
}

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
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        refuse_topology(&call);
    }
}

/// RG.CLUSTERSETFROMSHARD
pub(crate) struct ClusterSetFromShard;

impl Command for ClusterSetFromShard {
    // In capitals as in RedisGears, where COMMAND INFO shows it so.
    const NAME: &'static CStr = c"RG.CLUSTERSETFROMSHARD";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        refuse_topology(&call);
    }
}

/// RG.NETWORKTEST
///
/// Sends a message to every other shard and has it come back.
pub(crate) struct NetworkTest;

impl Command for NetworkTest {
    const NAME: &'static CStr = c"rg.networktest";

    fn run(call: Invocation<'_>) {
        if topology().is_alone() || !call.context.flags().may_block() {
            Reply::Ok.write(call.context);
            return;
        }
        let client = call.context.block();
        let patience = settings().execution_max_idle_time.milliseconds();
        cluster::ask_all(ECHO, Value::str("PING"), patience, move |answers| {
            let missing: Vec<String> = answers
                .into_iter()
                .filter_map(|(_, answer)| Some(answer.err()?.to_string()))
                .collect();
            client.answer(if missing.is_empty() {
                Reply::Ok
            } else {
                Reply::error(format!("ERR {}", missing.join("; ")))
            });
        });
    }
}

/// What asks for itself.
const ECHO: &str = "echo";

/// Has the test of another shard answered.
pub(crate) fn answer_tests() {
    cluster::answer_about(ECHO, |_, question, asker| asker.give(Ok(question)));
}
