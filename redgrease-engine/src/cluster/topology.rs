//! Which shards there are, and whose slot is which, as the server knows it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};

use redgrease_core::nodes::nodes;

use super::slots::slot_of;
use crate::base::guard;
use crate::server::{lock_server_even_paused, query};

/// A master that owns slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Its name in the cluster: 40 digits.
    pub(crate) id: &'static str,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Where the other servers of the cluster reach it.
    pub(super) bus: u16,
    /// Its slots: the first and the last one of each range, in order.
    pub(crate) slots: Vec<(u16, u16)>,
    /// Whether the cluster holds it for failed.
    pub(crate) has_failed: bool,
}

/// The cluster as this server sees it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Topology {
    /// The name of this server; empty outside a cluster.
    pub(crate) own: &'static str,
    /// Whether it follows a master.
    is_replica: bool,
    /// The shards, in the order of their names.
    pub(crate) shards: Vec<Shard>,
    /// The slots of this server that are on their way to it or from it.
    pub(crate) moving: Vec<u16>,
}

static CURRENT: LazyLock<RwLock<Arc<Topology>>> = LazyLock::new(RwLock::default);

/// What is known now.
pub(crate) fn topology() -> Arc<Topology> {
    let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(&current)
}

/// The text that was parsed last, and which of the texts that the server gave it is.
static PARSED: Mutex<(u64, Vec<u8>)> = Mutex::new((0, Vec::new()));

/// Asks the server. Gives what was known before if that has changed.
pub(super) fn refresh() -> Option<Arc<Topology>> {
    static TEXTS: AtomicU64 = AtomicU64::new(1);
    let (number, text) = {
        let lock = lock_server_even_paused();
        let reply = query(&lock, b"CLUSTER", &[b"NODES"]).ok()?;
        // With the lock, so that a higher number is a later text.
        (TEXTS.fetch_add(1, Ordering::Relaxed), reply.text().to_vec())
    };
    let mut parsed = guard(&PARSED);
    if parsed.0 > number || parsed.1 == text {
        return None;
    }
    let fresh = Topology::parse(&String::from_utf8_lossy(&text));
    *parsed = (number, text);
    let mut current = CURRENT.write().unwrap_or_else(PoisonError::into_inner);
    (**current != fresh).then(|| std::mem::replace(&mut *current, Arc::new(fresh)))
}

/// The same text for ever: the names of nodes are few, and asked for often.
pub(crate) fn lasting(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = guard(&NAMES);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

impl Topology {
    /// What CLUSTER NODES says.
    fn parse(text: &str) -> Self {
        let mut topology = Self::default();
        for node in nodes(text) {
            let is_master = node.is("master");
            if node.is("myself") {
                topology.own = lasting(node.id);
                topology.is_replica = !is_master;
                topology.moving = node.moving.clone();
            }
            if is_master && !node.slots.is_empty() {
                topology.shards.push(Shard {
                    id: lasting(node.id),
                    host: node.host.to_owned(),
                    port: node.port,
                    bus: node.bus,
                    has_failed: node.is("fail"),
                    slots: node.slots,
                });
            }
        }
        topology.shards.sort_by_key(|shard| shard.id);
        topology
    }

    /// Whether this server is one of a cluster.
    pub(crate) fn is_of_cluster(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether there is nobody to share work with: outside a cluster, in one of a single shard, and on a replica.
    pub(crate) fn is_alone(&self) -> bool {
        self.is_replica || self.others().next().is_none()
    }

    /// The other shards.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter().filter(|shard| shard.id != self.own)
    }

    /// A shard by its name.
    pub(crate) fn shard(&self, id: &str) -> Option<&Shard> {
        self.shards.iter().find(|shard| shard.id == id)
    }

    /// The shard that owns a slot.
    pub(crate) fn owner(&self, slot: u16) -> Option<&Shard> {
        self.shards.iter().find(|shard| {
            let mut ranges = shard.slots.iter();
            ranges.any(|&(first, last)| (first..=last).contains(&slot))
        })
    }

    /// The shard that owns a key.
    pub(crate) fn owner_of(&self, key: &[u8]) -> Option<&Shard> {
        self.owner(slot_of(key))
    }

    /// The lowest slot of this server, if it owns any.
    pub(crate) fn lowest_slot(&self) -> Option<u16> {
        Some(self.shard(self.own)?.slots.first()?.0)
    }

    /// How people are told of a shard: its name and where it is.
    pub(crate) fn named(&self, id: &str) -> String {
        match self.shard(id) {
            Some(shard) => format!("{id} ({}:{})", shard.host, shard.port),
            None => id.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::SLOTS;

    /// Whether every slot has an owner.
    fn is_whole(topology: &Topology) -> bool {
        let ranges = topology.shards.iter().flat_map(|shard| &shard.slots);
        let owned: u32 = ranges
            .map(|&(first, last)| u32::from(last.saturating_sub(first)) + 1)
            .sum();
        owned == u32::from(SLOTS)
    }

    const A: &str = "a000000000000000000000000000000000000000";
    const B: &str = "b000000000000000000000000000000000000000";
    const C: &str = "c000000000000000000000000000000000000000";

    fn nodes() -> String {
        format!(
            "{B} 127.0.0.1:6462@16462,host,shard-id=1 myself,master - 0 1 2 connected 5461-10922 [93-<-{A}]\n\
             {C} ::1:6463@16463 master,fail - 0 1 3 disconnected 10923-16382 16383\n\
             {A} 127.0.0.1:6461@16461 master - 0 1 1 connected 0-100 102-5460 101\n\
             d000000000000000000000000000000000000000 127.0.0.1:6464@16464 slave {A} 0 1 1 connected\n\
             e000000000000000000000000000000000000000 127.0.0.1:6465@16465 master - 0 1 1 connected\n"
        )
    }

    #[test]
    fn the_masters_that_own_slots_are_shards() {
        let topology = Topology::parse(&nodes());
        assert_eq!(topology.own, B);
        assert!(!topology.is_alone() && is_whole(&topology));
        let ids: Vec<&str> = topology.shards.iter().map(|shard| shard.id).collect();
        assert_eq!(ids, [A, B, C]);
        assert_eq!(topology.lowest_slot(), Some(5461));
        assert_eq!(topology.moving, [93]);
        for (slot, owner) in [(0, A), (101, A), (5461, B), (16382, C), (16383, C)] {
            assert_eq!(topology.owner(slot).map(|shard| shard.id), Some(owner));
        }
        assert_eq!(topology.owner_of(b"k0").map(|shard| shard.id), Some(B));
        assert!(topology.shard(C).is_some_and(|shard| shard.has_failed));
        assert_eq!(topology.named(C), format!("{C} (::1:6463)"));
    }

    #[test]
    fn one_shard_and_a_replica_are_alone() {
        let one = format!("{A} :6461@16461 myself,master - 0 0 0 connected 0-16383");
        assert!(Topology::parse(&one).is_alone());
        let replica = nodes()
            .replace("myself,", "")
            .replace(" slave", " myself,slave");
        assert!(Topology::parse(&replica).is_alone());
        assert!(Topology::parse("").is_alone());
        assert!(!Topology::parse(&one).moving.contains(&0));
    }

    #[test]
    fn slots_without_an_owner_are_noticed() {
        let topology = Topology::parse(&nodes().replace(" 16383", ""));
        assert!(!is_whole(&topology));
        assert_eq!(topology.owner(16383), None);
    }
}
