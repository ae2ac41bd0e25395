//! What a registration that follows streams has beyond others.

use std::sync::{Mutex, MutexGuard};

use super::batch::{Done, Rules, Status};
use super::group;
use super::state::State;
use crate::base::guard;
use crate::plan::{Mode, StreamEvents};

#[derive(Debug, Default)]
struct Lag {
    last: u64,
    total: u64,
}

/// What a StreamReader registration has beyond others.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) events: StreamEvents,
    pub(crate) mode: Mode,
    state: Mutex<State>,
    lag: Mutex<Lag>,
}

impl Follower {
    pub(crate) fn new(events: &StreamEvents, mode: Mode) -> Self {
        let mut events = events.clone();
        if events.group.is_empty() {
            group::NAME.clone_into(&mut events.group);
        }
        Self {
            state: Mutex::new(State::new(Rules::new(&events, mode))),
            events,
            mode,
            lag: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        guard(&self.state)
    }

    /// The consumer group.
    pub(crate) fn group(&self) -> &str {
        &self.events.group
    }

    /// The status as DUMPREGISTRATIONS shows it.
    pub(crate) fn status(&self) -> &'static str {
        self.state().status.name()
    }

    /// The milliseconds between noticing the first entry of a batch and acknowledging it: of the last one, and altogether.
    pub(crate) fn lag(&self) -> (u64, u64) {
        let lag = guard(&self.lag);
        (lag.last, lag.total)
    }

    /// Sets the lag back.
    pub(crate) fn clear_lag(&self) {
        *guard(&self.lag) = Lag::default();
    }

    /// Measures the lag of a batch that is acknowledged now.
    pub(crate) fn measure(&self, done: &Done) {
        let Some(since) = done.since else { return };
        let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut lag = guard(&self.lag);
        lag.last = milliseconds;
        lag.total = lag.total.saturating_add(milliseconds);
    }

    /// No new batches until [`Follower::unpause`]; the running one ends.
    pub(crate) fn pause(&self) {
        let mut state = self.state();
        if matches!(state.status, Status::Ok | Status::Waiting) {
            state.stop(Status::Paused);
        }
    }

    /// Goes on, whatever stopped it.
    pub(crate) fn unpause(&self) {
        let mut state = self.state();
        if state.status != Status::Ok {
            state.lost = 0;
            state.read_again(true);
        }
    }
}
