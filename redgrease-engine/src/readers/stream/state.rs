//! Where a registration is in each of its streams: what is due, what runs, what became of it. No server in sight here.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::batch::{AHEAD_BYTES, Claim, Done, Key, Noted, Portion, Rules, Status, Verdict};
use super::group::{Entries, NEW, UNACKNOWLEDGED};
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

    fn is_due(&self, batch: usize) -> bool {
        self.pending.is_some()
            || self.drain
            || usize::try_from(self.noticed.count()).unwrap_or(usize::MAX) >= batch
    }
}

/// All streams of a registration.
#[derive(Debug)]
pub(super) struct State {
    rules: Rules,
    pub(super) status: Status,
    /// Whether it reads at all: after its registration, and not on a replica.
    pub(super) awake: bool,
    /// Whether it is unregistered.
    pub(super) gone: bool,
    /// How often in a row its worker was lost.
    pub(super) lost: u32,
    streams: HashMap<Key, Stream>,
    due: VecDeque<Key>,
    ready: VecDeque<Portion>,
    running: Option<Done>,
    done: Vec<Done>,
    left: Vec<Done>,
    /// Whether everything is to be read again once nothing runs; and whether empty executions are made for it.
    again: Option<bool>,
    /// Whether a thread works on this now, with the server.
    pub(super) working: bool,
    /// Whether the thread for streams has been asked to.
    pub(super) asked: bool,
    /// Whether somebody looks later whether it may wake up.
    pub(super) waking: bool,
}

impl State {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            status: Status::Ok,
            awake: false,
            gone: false,
            working: false,
            asked: false,
            waking: false,
            lost: 0,
            streams: HashMap::new(),
            due: VecDeque::new(),
            ready: VecDeque::new(),
            running: None,
            done: Vec::new(),
            left: Vec::new(),
            again: None,
        }
    }

    fn queue(&mut self, key: &Key) {
        if let Some(stream) = self.streams.get_mut(key)
            && !stream.queued
        {
            stream.queued = true;
            self.due.push_back(Arc::clone(key));
        }
    }

    fn entry(&mut self, key: &[u8]) -> (Key, &mut Stream) {
        let key = match self.streams.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => Key::from(key),
        };
        let stream = self
            .streams
            .entry(Arc::clone(&key))
            .or_insert_with(Stream::new);
        (key, stream)
    }

    /// An entry was added to a stream.
    pub(super) fn note(&mut self, key: &[u8], now: Instant) -> Noted {
        let (batch, duration) = (self.rules.batch, self.rules.duration);
        let (key, stream) = self.entry(key);
        stream.noticed.add(now);
        let later = duration.filter(|_| !stream.timed);
        stream.timed |= later.is_some();
        let due = stream.is_due(batch);
        if due {
            self.queue(&key);
        }
        Noted { due, later }
    }

    /// The duration of a stream may be over: then it takes what there is.
    pub(super) fn time_is_over(&mut self, key: &[u8], now: Instant) -> Noted {
        let Some(duration) = self.rules.duration else {
            return Noted::default();
        };
        let Some((key, stream)) = self
            .streams
            .get_key_value(key)
            .map(|(key, _)| Arc::clone(key))
            .and_then(|key| self.streams.get_mut(&key).map(|stream| (key, stream)))
        else {
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
        stream.drain = true;
        self.queue(&key);
        Noted {
            due: true,
            later: None,
        }
    }

    /// A stream was found: everything in it is wanted.
    pub(super) fn found(&mut self, key: &[u8]) {
        let (key, stream) = self.entry(key);
        stream.drain = true;
        self.queue(&key);
    }

    /// Another stream came under a name: everything in it is wanted, also what its group had got and not acknowledged.
    pub(super) fn replaced(&mut self, key: &[u8]) {
        let runs = self
            .running
            .as_ref()
            .is_some_and(|running| *running.key == *key);
        if !runs && let Some(stream) = self.streams.get_mut(key) {
            stream.pending = Some(UNACKNOWLEDGED.to_vec());
        }
        self.found(key);
    }

    /// Everything is to be read again from what is not acknowledged; `first` asks for an execution per stream even if that
    /// is nothing.
    pub(super) fn read_again(&mut self, first: bool) {
        self.status = Status::Ok;
        self.again = Some(first);
        self.begin_again();
    }

    /// The same without going on, if something stopped it.
    pub(super) fn look_again(&mut self) {
        self.again = Some(true);
        self.begin_again();
    }

    fn begin_again(&mut self) {
        // What is worked off must not be pending any more when it is read.
        if self.running.is_some() || !self.done.is_empty() {
            return;
        }
        let Some(first) = self.again.take() else {
            return;
        };
        self.ready.clear();
        self.due.clear();
        for (key, stream) in &mut self.streams {
            stream.pending = Some(UNACKNOWLEDGED.to_vec());
            stream.first |= first;
            stream.drain = true;
            stream.queued = true;
            self.due.push_back(Arc::clone(key));
        }
    }

    /// Whether nothing of it is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none() && self.done.is_empty() && !self.working
    }

    /// Stops; what runs may end, what was read ahead stays unacknowledged.
    pub(super) fn stop(&mut self, status: Status) {
        self.status = status;
        self.drop_ready();
    }

    /// Lets go of what was read ahead; it will be read again as pending.
    pub(super) fn drop_ready(&mut self) {
        for portion in std::mem::take(&mut self.ready) {
            if let Some(stream) = self.streams.get_mut(&portion.key) {
                stream.pending = Some(UNACKNOWLEDGED.to_vec());
                stream.drain = true;
            }
            self.queue(&portion.key);
        }
    }

    /// Unregistered: nothing more begins.
    pub(super) fn leave(&mut self) {
        self.gone = true;
        self.ready.clear();
        self.due.clear();
    }

    fn may_go_on(&self) -> bool {
        self.awake && !self.gone && self.status == Status::Ok && self.again.is_none()
    }

    /// The next batch to read, if one is due and may be read now.
    pub(super) fn claim(&mut self) -> Option<Claim> {
        self.begin_again();
        if !self.may_go_on() || !self.has_room() {
            return None;
        }
        let batch = self.rules.batch;
        while let Some(key) = self.due.pop_front() {
            let Some(stream) = self.streams.get_mut(&key) else {
                continue;
            };
            stream.queued = false;
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

    /// Takes in what was read for a claim.
    pub(super) fn take_in(&mut self, claim: Claim, entries: Entries) {
        let batch = self.rules.batch;
        let Some(stream) = self.streams.get_mut(&claim.key) else {
            return;
        };
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
        if stream.is_due(batch) {
            self.queue(&claim.key);
        }
        if wanted && !self.gone {
            self.ready.push_back(Portion {
                key: claim.key,
                entries,
                since,
            });
        }
    }

    /// A stream is gone or is none any more. What was due counts as executions over nothing, as in RedisGears 1.2.
    pub(super) fn forget(&mut self, key: &Key) {
        let batch = self.rules.batch;
        let Some(stream) = self.streams.remove(key) else {
            return;
        };
        let full = usize::try_from(stream.noticed.count()).unwrap_or(usize::MAX) >= batch;
        for _ in 0..usize::from(stream.first) + usize::from(full) {
            self.ready.push_back(Portion {
                key: Arc::clone(key),
                entries: Entries::new(),
                since: None,
            });
        }
    }

    /// The batch that runs next, if none runs.
    pub(super) fn start(&mut self) -> Option<Entries> {
        if self.running.is_some() || !self.may_go_on() {
            return None;
        }
        let portion = self.ready.pop_front()?;
        let mut entries = portion.entries;
        self.running = Some(Done {
            key: portion.key,
            ids: std::mem::take(&mut entries.ids),
            since: portion.since,
        });
        Some(entries)
    }

    /// What ran is over.
    pub(super) fn conclude(&mut self, verdict: Verdict) {
        let Some(ran) = self.running.take() else {
            return;
        };
        match verdict {
            Verdict::Acknowledge => {
                self.lost = 0;
                self.done.push(ran);
            }
            Verdict::Stop(status) => {
                // A pause or an unpause that came meanwhile holds.
                if self.status == Status::Ok && self.again.is_none() {
                    self.status = status;
                }
                if let Some(stream) = self.streams.get_mut(&ran.key) {
                    stream.pending = Some(UNACKNOWLEDGED.to_vec());
                    stream.drain = true;
                }
                self.queue(&ran.key);
                self.left.push(ran);
                self.drop_ready();
            }
        }
    }

    /// What is to be acknowledged.
    pub(super) fn take_done(&mut self) -> Vec<Done> {
        std::mem::take(&mut self.done)
    }

    /// What was read and not worked off.
    pub(super) fn take_left(&mut self) -> Vec<Done> {
        std::mem::take(&mut self.left)
    }

    fn has_room(&self) -> bool {
        if self.rules.ahead == 0 {
            return self.running.is_none() && self.ready.is_empty();
        }
        let bytes: usize = self
            .ready
            .iter()
            .map(|portion| portion.entries.batch.size())
            .sum();
        self.ready.len() < self.rules.ahead && bytes < AHEAD_BYTES
    }

    /// Whether there is something to do that needs the server.
    pub(super) fn has_work(&self) -> bool {
        !self.done.is_empty() || !self.left.is_empty() || self.may_read()
    }

    /// Whether there is something to read.
    pub(super) fn may_read(&self) -> bool {
        let wanted = self.again.is_some() && self.running.is_none() && self.done.is_empty();
        self.awake
            && !self.gone
            && self.status == Status::Ok
            && (wanted || (self.again.is_none() && !self.due.is_empty() && self.has_room()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Mode, StreamEvents};

    fn state(batch: i64, policy: &str, mode: Mode) -> State {
        let events = StreamEvents {
            prefix: b"s".to_vec(),
            batch,
            duration: 0,
            policy: policy.to_owned(),
            group: String::new(),
            retry_interval: 1,
            trim: true,
        };
        let mut state = State::new(Rules::new(&events, mode));
        state.awake = true;
        state
    }

    /// Reads what is claimed: so many entries of a stream of many, from `next` on.
    fn read(state: &mut State, next: &mut u64, there: u64) -> Option<usize> {
        let claim = state.claim()?;
        let mut entries = Entries::new();
        if claim.from == NEW {
            while *next <= there && entries.ids.len() < claim.count {
                let id = format!("{next}-1").into_bytes();
                entries.batch.push_entry(b"s", &id, &[("f", "v")]);
                entries.ids.push(id);
                *next += 1;
            }
        }
        let got = entries.ids.len();
        state.take_in(claim, entries);
        Some(got)
    }

    fn run(state: &mut State, verdict: Verdict) -> Option<usize> {
        let entries = state.start()?;
        state.conclude(verdict);
        Some(entries.batch.len())
    }

    #[test]
    fn a_batch_waits_until_it_is_full() {
        let mut state = state(3, "continue", Mode::Async);
        let mut next = 1;
        assert!(state.note(b"s", Instant::now()).due);
        // The look for what is pending.
        assert_eq!(read(&mut state, &mut next, 1), Some(0));
        assert_eq!(run(&mut state, Verdict::Acknowledge), Some(0));
        assert_eq!(read(&mut state, &mut next, 1), None);
        assert!(!state.note(b"s", Instant::now()).due);
        assert!(state.note(b"s", Instant::now()).due);
        assert_eq!(read(&mut state, &mut next, 3), Some(3));
        assert_eq!(run(&mut state, Verdict::Acknowledge), Some(3));
        assert_eq!(read(&mut state, &mut next, 3), None);
    }

    #[test]
    fn what_is_found_is_read_to_its_end() {
        let mut state = state(2, "continue", Mode::Async);
        let mut next = 1;
        state.found(b"s");
        let mut got = Vec::new();
        while let Some(count) = read(&mut state, &mut next, 5) {
            got.push(count);
        }
        assert_eq!(got, [0, 2, 2, 1]);
    }

    #[test]
    fn only_continue_reads_ahead() {
        for (policy, ahead) in [("continue", true), ("retry", false), ("abort", false)] {
            let mut state = state(1, policy, Mode::Async);
            let mut next = 1;
            state.found(b"s");
            read(&mut state, &mut next, 9);
            run(&mut state, Verdict::Acknowledge);
            read(&mut state, &mut next, 9);
            assert!(state.start().is_some());
            assert_eq!(read(&mut state, &mut next, 9).is_some(), ahead, "{policy}");
        }
    }

    #[test]
    fn a_failure_stops_everything_until_it_is_read_again() {
        let mut state = state(1, "retry", Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 3);
        run(&mut state, Verdict::Acknowledge);
        read(&mut state, &mut next, 3);
        assert_eq!(run(&mut state, Verdict::Stop(Status::Waiting)), Some(1));
        assert_eq!(state.status, Status::Waiting);
        assert!(state.claim().is_none());
        state.take_done();
        state.read_again(false);
        assert_eq!(state.claim().expect("a claim").from, UNACKNOWLEDGED);
    }

    #[test]
    fn nothing_is_read_again_while_it_runs_or_waits_to_be_acknowledged() {
        let mut state = state(1, "continue", Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 2);
        run(&mut state, Verdict::Acknowledge);
        read(&mut state, &mut next, 2);
        assert!(state.start().is_some());
        state.stop(Status::Paused);
        state.read_again(true);
        assert!(state.claim().is_none());
        state.conclude(Verdict::Acknowledge);
        assert!(state.claim().is_none());
        state.take_done();
        assert_eq!(state.claim().expect("a claim").from, UNACKNOWLEDGED);
    }

    #[test]
    fn who_left_begins_nothing() {
        let mut state = state(1, "continue", Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 2);
        state.leave();
        assert!(state.start().is_none());
        assert!(state.claim().is_none());
        assert!(state.is_idle());
    }
}
