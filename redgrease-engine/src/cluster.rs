//! What this server is among others: shards and their slots, links between servers, and what they tell each other.

mod errand;
mod hold;
mod link;
mod listener;
mod message;
mod no_answer;
mod peer;
mod slots;
mod tasks;
mod topology;
mod unsent;

use std::sync::LazyLock;

use crate::base::random_hex;

pub(crate) use errand::{Answered, Asker, answer_about, ask, ask_all, ask_each};
pub(crate) use hold::measured;
pub(crate) use link::{longest, look, pending, run_of, send, send_each, start, unacknowledged};
pub(crate) use listener::{Listener, listen};
pub(crate) use message::{Field, Message, messages};
pub(crate) use no_answer::NoAnswer;
pub(crate) use slots::{SLOTS, slot_of};
pub(crate) use tasks::Tasks;
pub(crate) use topology::{Shard, Topology, lasting, topology};
pub(crate) use unsent::Unsent;

/// The id of this run of the server.
static RUN_ID: LazyLock<String> = LazyLock::new(random_hex);

/// The id that stands for a server that is alone.
const ALONE: &str = "0000000000000000000000000000000000000000";

/// The id of this shard: 40 zeros where it is alone.
pub(crate) fn shard_id() -> &'static str {
    let topology = topology();
    if topology.is_alone() {
        ALONE
    } else {
        topology.own
    }
}

/// What the ids of registrations that are made here begin with. Not zeros on a server that may be joined by others, which have
/// registrations of their own.
pub(crate) fn registrar_id() -> &'static str {
    let topology = topology();
    if topology.own.is_empty() {
        ALONE
    } else {
        topology.own
    }
}

/// What ShardsIDReader gives for this shard.
pub(crate) fn shard_name() -> &'static str {
    let topology = topology();
    if topology.is_alone() {
        "1"
    } else {
        topology.own
    }
}

/// A short text whose slot this shard owns.
pub(crate) fn hashtag() -> &'static str {
    slots::tag_of(topology().lowest_slot().unwrap_or(0))
}

/// The id of this run of the server.
pub(crate) fn run_id() -> &'static str {
    &RUN_ID
}
