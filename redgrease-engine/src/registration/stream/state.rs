//! Where a registration is: what may begin, what is under way, what became of it. No server in sight here.

use std::time::Instant;

use super::batch::Entries;
use super::batch::{Claim, Done, Id, Key, Noted, Place, Portion, Rules, Status, Verdict};
use super::failing::Failing;
use super::streams::Streams;
use super::under_way::UnderWay;

/// How far a registration is with its streams.
#[derive(Debug)]
pub(crate) struct State {
    rules: Rules,
    pub(crate) status: Status,
    /// Whether it reads at all: after its registration, and not on a replica.
    pub(crate) awake: bool,
    /// Whether it is unregistered.
    pub(crate) gone: bool,
    /// How often in a row its worker was lost.
    pub(crate) lost: u32,
    /// What failed and is tried again.
    pub(crate) failing: Failing,
    streams: Streams,
    batches: UnderWay,
    /// Whether everything is to be read again once nothing runs; and whether empty executions are made for it.
    again: Option<bool>,
    /// Whether a thread works on this now, with the server.
    pub(crate) working: bool,
    /// Whether the thread for streams has been asked to.
    pub(crate) asked: bool,
    /// Whether somebody looks later whether it may wake up.
    pub(crate) waking: bool,
}

impl State {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            status: Status::Ok,
            awake: false,
            gone: false,
            lost: 0,
            failing: Failing::default(),
            streams: Streams::default(),
            batches: UnderWay::default(),
            again: None,
            working: false,
            asked: false,
            waking: false,
        }
    }

    /// An entry was added to a stream.
    pub(crate) fn note(&mut self, key: &[u8], now: Instant) -> Noted {
        self.streams.note(key, now, &self.rules)
    }

    /// The duration of a stream may be over: then it takes what there is.
    pub(crate) fn time_is_over(&mut self, key: &[u8], now: Instant) -> Noted {
        self.streams.time_is_over(key, now, &self.rules)
    }

    /// A stream was found: everything in it is wanted.
    pub(crate) fn found(&mut self, key: &[u8]) {
        self.streams.found(key);
    }

    /// The stream under a name is gone. What was read of it and did not begin does not begin any more, and what runs is not
    /// acknowledged to a stream that takes the name.
    pub(crate) fn vanished(&mut self, key: &[u8]) {
        self.batches.vanished(Some(key), Place::Gone);
        self.streams.emptied(key, self.rules.batch);
    }

    /// The same, and the stream comes under another name at once.
    pub(crate) fn leaves(&mut self, key: &[u8]) {
        self.batches.vanished(Some(key), Place::Leaving);
        self.streams.emptied(key, self.rules.batch);
    }

    /// All streams are gone.
    pub(crate) fn all_vanished(&mut self) {
        self.batches.vanished(None, Place::Gone);
        self.streams.clear();
    }

    /// A stream came under a name: everything in it is wanted, also what its group had got and not acknowledged.
    pub(crate) fn arrived(&mut self, key: &[u8]) {
        self.vanished(key);
        self.streams.found(key);
        self.streams.read_again(key);
    }

    /// What has just left came under another name. What is under way of it is acknowledged there, before anything is read.
    pub(crate) fn renamed(&mut self, to: &[u8]) {
        if self.batches.replaced(to) {
            self.streams.found(to);
            self.again.get_or_insert(false);
        } else {
            self.arrived(to);
        }
    }

    /// Everything is to be read again from what is not acknowledged; `first` asks for an execution per stream even if that
    /// is nothing.
    pub(crate) fn read_again(&mut self, first: bool) {
        self.status = Status::Ok;
        self.again = Some(first);
        self.begin_again();
    }

    /// The same without going on, if something stopped it.
    pub(crate) fn look_again(&mut self) {
        self.again = Some(true);
        self.begin_again();
    }

    fn begin_again(&mut self) {
        // What is worked off must not be pending any more when it is read.
        if !self.batches.is_settled() {
            return;
        }
        let Some(first) = self.again.take() else {
            return;
        };
        self.batches.drop_ready();
        self.streams.read_all_again(first);
    }

    /// Whether nothing of it is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.batches.is_settled() && !self.working
    }

    /// Stops; what runs may end, what was read ahead stays unacknowledged.
    pub(crate) fn stop(&mut self, status: Status) {
        self.status = status;
        self.drop_ready();
    }

    /// Lets go of what was read ahead; it will be read again as pending.
    fn drop_ready(&mut self) {
        for key in self.batches.drop_ready() {
            self.streams.read_again(&key);
        }
    }

    /// Unregistered: nothing more begins.
    pub(crate) fn leave(&mut self) {
        self.gone = true;
        self.batches.drop_ready();
        self.streams.rest();
    }

    fn may_go_on(&self) -> bool {
        self.awake && !self.gone && self.status == Status::Ok && self.again.is_none()
    }

    /// The next batch to read, if one is due and may be read now.
    pub(crate) fn claim(&mut self) -> Option<Claim> {
        self.begin_again();
        if !self.may_go_on() || !self.batches.has_room(self.rules.ahead) {
            return None;
        }
        let (failing, batch) = (&self.failing, self.rules.batch);
        self.streams.claim(|key| failing.size(key, batch))
    }

    /// Takes in what was read for a claim.
    pub(crate) fn take_in(&mut self, claim: Claim, entries: Entries) {
        if let Some(since) = self.streams.took(&claim, &entries)
            && !self.gone
        {
            self.batches.add(Portion {
                key: claim.key,
                entries,
                since,
            });
        }
    }

    /// A stream is gone or is none any more. What was due counts as executions over nothing, as in RedisGears 1.2.
    pub(crate) fn forget(&mut self, key: &Key) {
        for _ in 0..self.streams.forget(key, self.rules.batch) {
            self.batches.add(Portion {
                key: Key::clone(key),
                entries: Entries::new(),
                since: None,
            });
        }
    }

    /// The batch that runs next, if none runs.
    pub(crate) fn start(&mut self) -> Option<Entries> {
        if !self.may_go_on() {
            return None;
        }
        self.batches.start()
    }

    /// What ran is over.
    pub(crate) fn conclude(&mut self, verdict: &Verdict) {
        let Some(key) = self.batches.conclude(verdict) else {
            return;
        };
        match *verdict {
            Verdict::Acknowledge | Verdict::GiveUp(_) => self.lost = 0,
            Verdict::Stop(status) => {
                // A pause or an unpause that came meanwhile holds.
                if self.status == Status::Ok && self.again != Some(true) {
                    self.status = status;
                }
                self.streams.read_again(&key);
                self.drop_ready();
            }
        }
    }

    /// The batch that runs, by the name of its stream and its ids, unless the stream is gone.
    pub(crate) fn running(&self) -> Option<(Key, Vec<Vec<u8>>)> {
        self.batches.running()
    }

    /// Up to which entry of a stream something is under way that its group has not got.
    pub(crate) fn ahead(&self, key: &[u8]) -> Option<Id> {
        self.batches.ahead(key)
    }

    /// What is to be acknowledged.
    pub(crate) fn take_done(&mut self) -> Vec<Done> {
        self.batches.take_done()
    }

    /// What was read and not worked off.
    pub(crate) fn take_left(&mut self) -> Vec<Done> {
        self.batches.take_left()
    }

    /// Whether there is something to do that needs the server.
    pub(crate) fn has_work(&self) -> bool {
        self.batches.has_news() || self.may_read()
    }

    /// Whether there is something to read.
    pub(crate) fn may_read(&self) -> bool {
        let again = self.again.is_some() && self.batches.is_settled();
        let due = self.again.is_none()
            && self.streams.any_due()
            && self.batches.has_room(self.rules.ahead);
        self.awake && !self.gone && self.status == Status::Ok && (again || due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Mode, Policy, StreamEvents};
    use crate::record::sink::Sink;
    use crate::registration::stream::batch::{NEW, UNACKNOWLEDGED};

    fn state(batch: i64, policy: Policy, mode: Mode) -> State {
        let events = StreamEvents {
            prefix: b"s".to_vec(),
            batch,
            duration: 0,
            policy,
            group: String::new(),
            retry_interval: 1,
            tries: 0,
            failed: Vec::new(),
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
                entries.batch.entry(b"s", &id, &[(b"f", b"v")]);
                entries.ids.push(id);
                *next += 1;
            }
        }
        let got = entries.ids.len();
        state.take_in(claim, entries);
        Some(got)
    }

    fn run(state: &mut State, verdict: &Verdict) -> Option<usize> {
        let entries = state.start()?;
        state.conclude(verdict);
        Some(entries.batch.len())
    }

    #[test]
    fn a_batch_waits_until_it_is_full() {
        let mut state = state(3, Policy::Continue, Mode::Async);
        let mut next = 1;
        assert!(state.note(b"s", Instant::now()).due);
        // The look for what is pending.
        assert_eq!(read(&mut state, &mut next, 1), Some(0));
        assert_eq!(run(&mut state, &Verdict::Acknowledge), Some(0));
        assert_eq!(read(&mut state, &mut next, 1), None);
        assert!(!state.note(b"s", Instant::now()).due);
        assert!(state.note(b"s", Instant::now()).due);
        assert_eq!(read(&mut state, &mut next, 3), Some(3));
        assert_eq!(run(&mut state, &Verdict::Acknowledge), Some(3));
        assert_eq!(read(&mut state, &mut next, 3), None);
    }

    #[test]
    fn what_is_found_is_read_to_its_end() {
        let mut state = state(2, Policy::Continue, Mode::Async);
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
        for (policy, ahead) in [
            (Policy::Continue, true),
            (Policy::Retry, false),
            (Policy::Abort, false),
        ] {
            let mut state = state(1, policy, Mode::Async);
            let mut next = 1;
            state.found(b"s");
            read(&mut state, &mut next, 9);
            run(&mut state, &Verdict::Acknowledge);
            read(&mut state, &mut next, 9);
            assert!(state.start().is_some());
            assert_eq!(
                read(&mut state, &mut next, 9).is_some(),
                ahead,
                "{policy:?}"
            );
        }
    }

    #[test]
    fn a_failure_stops_everything_until_it_is_read_again() {
        let mut state = state(1, Policy::Retry, Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 3);
        run(&mut state, &Verdict::Acknowledge);
        read(&mut state, &mut next, 3);
        assert_eq!(run(&mut state, &Verdict::Stop(Status::Waiting)), Some(1));
        assert_eq!(state.status, Status::Waiting);
        assert!(state.claim().is_none());
        state.take_done();
        state.read_again(false);
        assert_eq!(state.claim().expect("a claim").from, UNACKNOWLEDGED);
    }

    #[test]
    fn nothing_is_read_again_while_it_runs_or_waits_to_be_acknowledged() {
        let mut state = state(1, Policy::Continue, Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 2);
        run(&mut state, &Verdict::Acknowledge);
        read(&mut state, &mut next, 2);
        assert!(state.start().is_some());
        state.stop(Status::Paused);
        state.read_again(true);
        assert!(state.claim().is_none());
        state.conclude(&Verdict::Acknowledge);
        assert!(state.claim().is_none());
        state.take_done();
        assert_eq!(state.claim().expect("a claim").from, UNACKNOWLEDGED);
    }

    #[test]
    fn who_left_begins_nothing() {
        let mut state = state(1, Policy::Continue, Mode::Async);
        let mut next = 1;
        state.found(b"s");
        read(&mut state, &mut next, 2);
        state.leave();
        assert!(state.start().is_none());
        assert!(state.claim().is_none());
        assert!(state.is_idle());
    }

    #[test]
    fn only_what_left_just_now_is_acknowledged_under_another_name() {
        for (gone_before, acknowledged) in [(false, 1), (true, 0)] {
            let mut state = state(1, Policy::Retry, Mode::Async);
            let mut next = 1;
            state.found(b"s");
            read(&mut state, &mut next, 2);
            run(&mut state, &Verdict::Acknowledge);
            state.take_done();
            read(&mut state, &mut next, 2);
            assert!(state.start().is_some());
            if gone_before {
                state.vanished(b"s");
            }
            state.leaves(b"s");
            state.renamed(b"s2");
            state.conclude(&Verdict::Acknowledge);
            let done = state.take_done();
            assert_eq!(done.len(), acknowledged);
            assert!(done.iter().all(|batch| *batch.key == *b"s2"));
        }
    }
}
