//! Values by their keys.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use redgrease_core::native::{TextHash, Value as Native};

/// Values by the text of their keys, in the order in which the keys came.
#[derive(Default)]
pub(super) struct Groups {
    places: HashMap<Arc<str>, usize, BuildHasherDefault<TextHash>>,
    entries: Vec<Option<(Arc<str>, Native)>>,
}

impl Groups {
    pub(super) fn get(&self, key: &str) -> Option<&Native> {
        let at = self.places.get(key)?;
        self.entries.get(*at)?.as_ref().map(|(_, value)| value)
    }

    /// Adds to an integer, which is 0 where there is none.
    pub(super) fn add(&mut self, key: &str, more: i64) {
        let place = self.places.get(key);
        let entry = place.and_then(|&at| self.entries[at].as_mut());
        match entry {
            Some((_, Native::Int(number))) => *number += more,
            _ => self.set(&key.into(), Native::Int(more)),
        }
    }

    pub(super) fn set(&mut self, key: &Arc<str>, value: Native) {
        if let Some(at) = self.places.get(key) {
            self.entries[*at] = Some((Arc::clone(key), value));
        } else {
            self.places.insert(Arc::clone(key), self.entries.len());
            self.entries.push(Some((Arc::clone(key), value)));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some(at) = self.places.remove(key) {
            self.entries[at] = None;
        }
    }

    /// All of them; none are left.
    pub(super) fn take(&mut self) -> Vec<(Arc<str>, Native)> {
        self.places.clear();
        std::mem::take(&mut self.entries)
            .into_iter()
            .flatten()
            .collect()
    }
}
