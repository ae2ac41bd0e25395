//! Registrations that were taken away, so that a server that was not there when that happened hears of it.

use std::collections::HashMap;

use crate::base::stamp;
use crate::record::value::{Value, encode};

/// How long they are remembered, in milliseconds: a server that was away for longer brings them back.
const MEMORY: i64 = 30 * 24 * 3600 * 1000;
/// The most that are remembered.
const MOST: usize = 100_000;

/// Registrations that were taken away, and when.
#[derive(Debug, Default)]
pub(super) struct Gone {
    stamps: Option<HashMap<String, i64>>,
}

impl Gone {
    /// None.
    pub(super) const fn new() -> Self {
        Self { stamps: None }
    }

    /// Notes that a registration was taken away.
    pub(super) fn add(&mut self, id: &str, when: i64) {
        stamp::seen(when);
        let stamps = self.stamps.get_or_insert_default();
        let known = stamps.entry(id.to_owned()).or_insert(when);
        *known = (*known).max(when);
        if stamps.len() > MOST {
            let mut all: Vec<i64> = stamps.values().copied().collect();
            let (_, middle, _) = all.select_nth_unstable(MOST / 2);
            let middle = *middle;
            stamps.retain(|_, when| *when > middle);
        }
    }

    /// When a registration was taken away, if that is remembered.
    pub(super) fn when(&self, id: &str) -> Option<i64> {
        self.stamps.as_ref()?.get(id).copied()
    }

    /// Notes that a registration with this id is there again.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(stamps) = &mut self.stamps {
            stamps.remove(id);
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.stamps = None;
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.stamps.as_ref().is_none_or(HashMap::is_empty)
    }

    /// All of them, in the order of their ids.
    pub(super) fn all(&self) -> Vec<(String, i64)> {
        let mut all: Vec<(String, i64)> = self
            .stamps
            .iter()
            .flatten()
            .map(|(id, when)| (id.clone(), *when))
            .collect();
        all.sort_unstable();
        all
    }

    /// As it is written; nothing where there is none.
    pub(super) fn record(&self) -> Option<Vec<u8>> {
        let all = self.all();
        if all.is_empty() {
            return None;
        }
        let pairs = all
            .into_iter()
            .map(|(id, when)| Value::Tuple(vec![Value::str(id), Value::Int(when)]));
        let record = Value::Dict(vec![(Value::str("gone"), Value::List(pairs.collect()))]);
        let mut out = Vec::new();
        encode(&record, &mut out);
        Some(out)
    }

    /// What stands in such a record, but what is too old; nothing when it is another one.
    pub(super) fn read(record: &Value) -> Option<Vec<(String, i64)>> {
        let oldest = stamp::next() - MEMORY;
        let pairs = record.get("gone")?.items()?;
        let pairs = pairs.iter().filter_map(|pair| match pair.items()? {
            [id, when] => Some((id.as_text()?, when.as_int()?)),
            _ => None,
        });
        Some(pairs.filter(|(_, when)| *when > oldest).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::value::decode;

    #[test]
    fn the_later_stamp_counts_and_records_come_back() {
        let mut gone = Gone::new();
        assert_eq!(gone.record(), None);
        let now = stamp::next();
        gone.add("0-1", now);
        gone.add("0-1", now - 5);
        gone.add("0-2", now - MEMORY - 1000);
        assert_eq!(gone.when("0-1"), Some(now));
        let record = gone.record().expect("there are some");
        let record = decode(&record).expect("is whole");
        assert_eq!(Gone::read(&record), Some(vec![("0-1".to_owned(), now)]));
        gone.remove("0-1");
        assert_eq!(gone.when("0-1"), None);
    }

    #[test]
    fn not_more_are_kept_than_fit() {
        let mut gone = Gone::new();
        for number in 0..=MOST {
            gone.add(&format!("0-{number}"), i64::try_from(number).expect("fits"));
        }
        assert!(gone.all().len() < MOST);
        assert!(gone.when(&format!("0-{MOST}")).is_some());
    }
}
