//! Slots of shards, as ranges, and whose keys are whose in one execution.

use super::Spread;
use crate::cluster::{self, SLOTS, Topology, slot_of, topology};
use crate::plan::Reader;

impl Spread {
    /// The shard that owns a key, as the asked one says: all shards go by that, so that none reads what another one has read.
    pub(super) fn owner_of(&self, key: &[u8]) -> usize {
        let slot = slot_of(key);
        let at = self.slots.partition_point(|&(first, _)| first <= slot);
        at.checked_sub(1).map_or(self.own, |at| self.slots[at].1)
    }

    /// Whether a key is one of this shard.
    pub(in crate::execution) fn is_of_this_shard(&self, key: &[u8]) -> bool {
        self.owner_of(key) == self.own
    }

    /// Whether this shard has the slots now that the asked one says it has, and none is on its way.
    pub(in crate::execution) fn has_its_slots(&self) -> bool {
        cluster::look();
        let known = topology();
        known.moving.is_empty()
            && ranges_of(&slots(&known, &self.shards), self.own) == ranges_of(&self.slots, self.own)
    }

    /// Whether what a reader reads on this shard is now where the asked one says it is.
    pub(super) fn has_what_it_reads(&self, reader: &Reader) -> bool {
        let key = match reader {
            Reader::Keys { pattern, exact, .. } | Reader::KeysOnly { pattern, exact } => {
                exact.then_some(pattern)
            }
            Reader::Stream { key, .. } => Some(key),
            _ => return true,
        };
        let Some(key) = key else {
            return self.has_its_slots();
        };
        cluster::look();
        let known = topology();
        let is_here = known.owner_of(key).is_some_and(|one| one.id == known.own);
        is_here == self.is_of_this_shard(key) && !known.moving.contains(&slot_of(key))
    }
}

/// The first slot of each range, and the number of the shard that owns it.
pub(super) fn slots(topology: &Topology, shards: &[&'static str]) -> Vec<(u16, usize)> {
    let mut slots: Vec<(u16, usize)> = Vec::new();
    for shard in &topology.shards {
        let Some(number) = shards.iter().position(|&one| one == shard.id) else {
            continue;
        };
        slots.extend(shard.slots.iter().map(|&(first, _)| (first, number)));
    }
    slots.sort_unstable();
    // A slot that nobody owns goes to the owner of those before it.
    if let Some(first) = slots.first_mut() {
        first.0 = 0;
    }
    slots
}

/// The ranges of one shard: first and last slot of each.
pub(super) fn ranges_of(slots: &[(u16, usize)], shard: usize) -> Vec<(u16, u16)> {
    let ends = slots.iter().skip(1).map(|&(first, _)| first - 1);
    let ends = ends.chain([SLOTS - 1]);
    let all = slots.iter().zip(ends);
    let own = all.filter(|((_, owner), _)| *owner == shard);
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for (&(first, _), last) in own {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => ranges.push((first, last)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_has_all_ranges_up_to_the_next_ones() {
        let slots = [(0, 1), (100, 1), (200, 0), (300, 1)];
        assert_eq!(ranges_of(&slots, 1), [(0, 199), (300, SLOTS - 1)]);
        assert_eq!(ranges_of(&slots, 0), [(200, 299)]);
        assert_eq!(ranges_of(&slots, 2), []);
        assert_eq!(ranges_of(&[], 0), []);
    }
}
