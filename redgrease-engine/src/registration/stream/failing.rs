//! Which batches failed, and how often: what is given up in the end.

use std::collections::HashMap;

use super::batch::Key;

#[derive(Debug, Default)]
struct Tries {
    failures: u32,
    /// The entries of a batch that failed too often: they are tried one by one, so that the others need not go with it.
    alone: Vec<Vec<u8>>,
}

/// The failures of the batches that are tried again, by their streams.
#[derive(Debug, Default)]
pub(crate) struct Failing(HashMap<Key, Tries>);

impl Failing {
    /// How many entries of a stream make its next batch, where `batch` would do otherwise.
    pub(crate) fn size(&self, key: &[u8], batch: usize) -> usize {
        match self.0.get(key) {
            Some(tries) if !tries.alone.is_empty() => 1,
            _ => batch,
        }
    }

    /// A batch was worked off.
    pub(crate) fn succeeded(&mut self, key: &Key, ids: &[Vec<u8>]) {
        let Some(tries) = self.0.get_mut(key) else {
            return;
        };
        tries.failures = 0;
        let before = tries.alone.len();
        tries.alone.retain(|id| !ids.contains(id));
        // Others came up: those that are left were worked off in another way.
        if tries.alone.is_empty() || tries.alone.len() == before && !ids.is_empty() {
            self.0.remove(key);
        }
    }

    /// A batch failed; gives whether it is to be given up, after `most` failures.
    pub(crate) fn failed(&mut self, key: &Key, ids: &[Vec<u8>], most: u32) -> bool {
        let tries = self.0.entry(Key::clone(key)).or_default();
        if let [id] = ids
            && let Some(at) = tries.alone.iter().position(|one| one == id)
        {
            tries.alone.remove(at);
            return true;
        }
        tries.failures += 1;
        if tries.failures < most {
            return false;
        }
        tries.failures = 0;
        if ids.len() < 2 {
            return true;
        }
        tries.alone = ids.to_vec();
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| name.as_bytes().to_vec()).collect()
    }

    #[test]
    fn an_entry_is_given_up_after_so_many_failures_in_a_row() {
        let (mut failing, key) = (Failing::default(), Key::from(&b"s"[..]));
        assert!(!failing.failed(&key, &ids(&["1"]), 3));
        assert!(!failing.failed(&key, &ids(&["1"]), 3));
        failing.succeeded(&key, &ids(&["1"]));
        assert!(!failing.failed(&key, &ids(&["2"]), 3));
        assert!(!failing.failed(&key, &ids(&["2"]), 3));
        assert!(failing.failed(&key, &ids(&["2"]), 3));
        assert!(!failing.failed(&key, &ids(&["3"]), 3));
    }

    #[test]
    fn the_entries_of_a_batch_are_tried_one_by_one_in_the_end() {
        let (mut failing, key) = (Failing::default(), Key::from(&b"s"[..]));
        let batch = ids(&["1", "2", "3"]);
        assert!(!failing.failed(&key, &batch, 2));
        assert_eq!(failing.size(&key, 10), 10);
        assert!(!failing.failed(&key, &batch, 2));
        assert_eq!((failing.size(&key, 10), failing.size(b"t", 10)), (1, 10));
        failing.succeeded(&key, &ids(&["1"]));
        assert!(failing.failed(&key, &ids(&["2"]), 2));
        assert_eq!(failing.size(&key, 10), 1);
        failing.succeeded(&key, &ids(&["3"]));
        assert_eq!(failing.size(&key, 10), 10);
    }

    #[test]
    fn what_was_worked_off_in_another_way_is_not_waited_for() {
        let (mut failing, key) = (Failing::default(), Key::from(&b"s"[..]));
        assert!(!failing.failed(&key, &ids(&["1", "2"]), 1));
        failing.succeeded(&key, &ids(&["9"]));
        assert_eq!(failing.size(&key, 10), 10);
    }
}
