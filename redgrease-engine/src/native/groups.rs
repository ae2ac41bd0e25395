//! Values by their keys.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;
use redgrease_core::native::{TextHash, Value as Native};

/// A key and its value.
struct Entry {
    hash: u64,
    /// Where the key is.
    key: Range<usize>,
    /// Nothing where it was removed.
    value: Option<Native>,
}

/// Values by the text of their keys, in the order in which the keys came. A run meets most keys again and again in no order, so
/// what is looked at for each lies close together.
#[derive(Default)]
pub(super) struct Groups {
    /// The places of entries.
    places: HashTable<usize>,
    entries: Vec<Entry>,
    /// The keys, one behind the other.
    keys: String,
}

impl Groups {
    fn place(&self, key: &str, hash: u64) -> Option<usize> {
        let is_it = |&at: &usize| {
            let entry = &self.entries[at];
            entry.hash == hash && self.keys[entry.key.clone()] == *key
        };
        self.places.find(hash, is_it).copied()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Native> {
        let at = self.place(key, hash(key))?;
        self.entries[at].value.as_ref()
    }

    /// Adds to an integer, which is 0 where there is none.
    pub(super) fn add(&mut self, key: &str, more: i64) {
        let hash = hash(key);
        let place = self.place(key, hash);
        match place.map(|at| &mut self.entries[at].value) {
            Some(Some(Native::Int(number))) => *number += more,
            Some(value) => *value = Some(Native::Int(more)),
            None => self.insert(key, hash, Native::Int(more)),
        }
    }

    pub(super) fn set(&mut self, key: &str, value: Native) {
        let hash = hash(key);
        match self.place(key, hash) {
            Some(at) => self.entries[at].value = Some(value),
            None => self.insert(key, hash, value),
        }
    }

    fn insert(&mut self, key: &str, hash: u64, value: Native) {
        let start = self.keys.len();
        self.keys.push_str(key);
        let entries = &self.entries;
        self.places
            .insert_unique(hash, entries.len(), |&at| entries[at].hash);
        self.entries.push(Entry {
            hash,
            key: start..self.keys.len(),
            value: Some(value),
        });
    }

    pub(super) fn remove(&mut self, key: &str) {
        let hash = hash(key);
        let entries = &self.entries;
        let is_it =
            |&at: &usize| entries[at].hash == hash && self.keys[entries[at].key.clone()] == *key;
        if let Ok(place) = self.places.find_entry(hash, is_it) {
            let (at, _) = place.remove();
            self.entries[at].value = None;
        }
    }

    /// All of them; none are left.
    pub(super) fn take(&mut self) -> Vec<(Arc<str>, Native)> {
        let Self { entries, keys, .. } = std::mem::take(self);
        entries
            .into_iter()
            .filter_map(|entry| Some((keys[entry.key].into(), entry.value?)))
            .collect()
    }
}

fn hash(key: &str) -> u64 {
    BuildHasherDefault::<TextHash>::default().hash_one(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_the_order_in_which_their_keys_came() {
        let mut groups = Groups::default();
        for number in 0..1000 {
            groups.add(&(number % 100).to_string(), 1);
        }
        groups.set("", Native::str("empty"));
        groups.remove("3");
        groups.remove("none");
        groups.add("4", 5);
        groups.add("", 1);
        // One that was removed is a new one.
        groups.add("3", 7);
        assert!(matches!(groups.get("4"), Some(Native::Int(15))));
        assert!(groups.get("100").is_none());
        let all = groups.take();
        let keys: Vec<&str> = all.iter().map(|(key, _)| &**key).collect();
        assert_eq!(keys[..4], ["0", "1", "2", "4"]);
        assert_eq!(keys[98..], ["99", "", "3"][..]);
        assert!(groups.take().is_empty());
    }
}
