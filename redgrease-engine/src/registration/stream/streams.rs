//! The streams of a registration: what was noticed in each of them, and which are due to be read.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::batch::{Claim, Key, Noted, Rules};
use super::batch::{Entries, NEW, UNACKNOWLEDGED};
use super::noticed::Noticed;

/// One stream.
#[derive(Debug)]
struct Stream {
    noticed: Noticed,
    /// While entries are read again that were got before and not acknowledged: the id after which they go on.
    pending: Option<Vec<u8>>,
    /// Whether an execution over pending entries is made even if there are none, as RedisGears 1.2 does once.
    first: bool,
    /// Whether all entries are wanted, however few they are.
    drain: bool,
    queued: bool,
    /// Whether somebody will come when the duration is over.
    timed: bool,
}

impl Stream {
    fn new() -> Self {
        Self {
            noticed: Noticed::default(),
            pending: Some(UNACKNOWLEDGED.to_vec()),
            first: true,
            drain: false,
            queued: false,
            timed: false,
        }
    }

    fn is_full(&self, batch: usize) -> bool {
        usize::try_from(self.noticed.count()).unwrap_or(usize::MAX) >= batch
    }

    fn is_due(&self, batch: usize) -> bool {
        self.pending.is_some() || self.drain || self.is_full(batch)
    }
}

/// All streams of a registration.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    all: HashMap<Key, Stream>,
    due: VecDeque<Key>,
}

impl Streams {
    fn queue(&mut self, key: &Key) {
        if let Some(stream) = self.all.get_mut(key)
            && !stream.queued
        {
            stream.queued = true;
            self.due.push_back(Arc::clone(key));
        }
    }

    fn entry(&mut self, key: &[u8]) -> (Key, &mut Stream) {
        let key = match self.all.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => Key::from(key),
        };
        let stream = self.all.entry(Arc::clone(&key)).or_insert_with(Stream::new);
        (key, stream)
    }

    /// An entry was added to a stream.
    pub(crate) fn note(&mut self, key: &[u8], now: Instant, rules: &Rules) -> Noted {
        let (key, stream) = self.entry(key);
        stream.noticed.add(now);
        let later = rules.duration.filter(|_| !stream.timed);
        stream.timed |= later.is_some();
        let due = stream.is_due(rules.batch);
        if due {
            self.queue(&key);
        }
        Noted { due, later }
    }

    /// The duration of a stream may be over: then it takes what there is.
    pub(crate) fn time_is_over(&mut self, key: &[u8], now: Instant, rules: &Rules) -> Noted {
        let (Some(duration), Some(stream)) = (rules.duration, self.all.get_mut(key)) else {
            return Noted::default();
        };
        stream.timed = false;
        let Some(since) = stream.noticed.since() else {
            return Noted::default();
        };
        let left = duration.saturating_sub(now.saturating_duration_since(since));
        if !left.is_zero() {
            stream.timed = true;
            return Noted {
                due: false,
                later: Some(left),
            };
        }
        self.found(key);
        Noted {
            due: true,
            later: None,
        }
    }

    /// A stream was found: everything in it is wanted.
    pub(crate) fn found(&mut self, key: &[u8]) {
        let (key, stream) = self.entry(key);
        stream.drain = true;
        self.queue(&key);
    }

    /// Everything in a stream is wanted, what was got and not acknowledged first.
    pub(crate) fn read_again(&mut self, key: &[u8]) {
        if let Some(stream) = self.all.get_mut(key) {
            stream.pending = Some(UNACKNOWLEDGED.to_vec());
            self.found(key);
        }
    }

    /// The same for all streams; `first` asks for an execution for each of them even if nothing is pending.
    pub(crate) fn read_all_again(&mut self, first: bool) {
        self.due.clear();
        for (key, stream) in &mut self.all {
            stream.pending = Some(UNACKNOWLEDGED.to_vec());
            stream.first |= first;
            stream.drain = true;
            stream.queued = true;
            self.due.push_back(Arc::clone(key));
        }
    }

    /// Nothing is due any more.
    pub(crate) fn rest(&mut self) {
        self.due.clear();
    }

    /// Whether a stream may be due.
    pub(crate) fn any_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// The next batch to read, where so many entries of a stream are one.
    pub(crate) fn claim(&mut self, size: impl Fn(&[u8]) -> usize) -> Option<Claim> {
        while let Some(key) = self.due.pop_front() {
            let Some(stream) = self.all.get_mut(&key) else {
                continue;
            };
            stream.queued = false;
            let batch = size(&key);
            if !stream.is_due(batch) {
                continue;
            }
            let from = stream.pending.clone().unwrap_or_else(|| NEW.to_vec());
            return Some(Claim {
                key,
                from,
                count: batch,
            });
        }
        None
    }

    /// Takes note of what was read for a claim. Gives when the first of it was noticed, if an execution is wanted for it.
    pub(crate) fn took(&mut self, claim: &Claim, entries: &Entries) -> Option<Option<Instant>> {
        let stream = self.all.get_mut(&claim.key)?;
        let got = entries.ids.len();
        let exhausted = got < claim.count;
        let mut since = None;
        let mut wanted = got > 0;
        if stream.pending.is_some() {
            wanted |= stream.first;
            stream.first = false;
            stream.pending = match entries.ids.last() {
                Some(last) if !exhausted => Some(last.clone()),
                _ => None,
            };
        } else {
            since = stream.noticed.since();
            if exhausted {
                stream.noticed.clear();
                stream.drain = false;
            } else {
                stream.noticed.take(u64::try_from(got).unwrap_or(0));
            }
        }
        if stream.is_due(claim.count) {
            self.queue(&claim.key);
        }
        wanted.then_some(since)
    }

    /// A stream is gone or is none any more. Gives how many executions over nothing RedisGears 1.2 makes of what was due.
    pub(crate) fn forget(&mut self, key: &Key, batch: usize) -> usize {
        self.all.remove(key).map_or(0, |stream| {
            usize::from(stream.first) + usize::from(stream.is_full(batch))
        })
    }

    /// The entries that were noticed under a name are not there any more; what is due by now counts all the same.
    pub(crate) fn emptied(&mut self, key: &[u8], batch: usize) {
        if let Some(stream) = self.all.get_mut(key)
            && !stream.is_full(batch)
        {
            stream.noticed.clear();
        }
    }

    /// None of them is there any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
