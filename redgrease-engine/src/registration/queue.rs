//! The executions of a registration: those that wait for their turn, and those that are over and kept.
//!
//! As long as its functions are quick, its worker has more than one: a call begins there as soon as the one before is over,
//! and costs no way to the server and back. The record of a key is read when its call is sent; should the key be written before
//! the turn of the call, the worker asks for it anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::ahead::Record;
use super::queued::Queued;
use crate::base::guard;
use crate::execution::pipeline::{self, Turn};
use crate::execution::{Execution, Giving};
use crate::record::value::Value;
use crate::server::{Turns, lock_server};
use crate::source::Run;

/// A function that takes no longer is worth sending the next ones ahead.
const QUICK: Duration = Duration::from_millis(1);
/// After one that takes longer, none is sent ahead.
const SLOW: Duration = Duration::from_millis(10);
/// The most that a worker has of a registration, and the most bytes of records among them.
const MOST_SENT: usize = 64;
const MOST_BYTES: usize = 256 << 10;

/// An execution that a worker has.
struct Sent {
    queued: Queued,
    /// Its record, where that was read before its turn, which has not come.
    record: Option<Record>,
    bytes: usize,
}

#[derive(Default)]
struct State {
    /// Those that were begun or sent: the first has its turn, the others follow it in the same worker.
    sent: VecDeque<Sent>,
    /// How many may be sent.
    window: usize,
    /// Whether a thread is about to start the next ones.
    starting: bool,
    waiting: VecDeque<Queued>,
    /// Executions that are over and still on the list, the oldest first.
    kept: VecDeque<u64>,
    /// Whether none is kept any more.
    closed: bool,
    /// Whether none begins any more.
    refused: bool,
}

impl State {
    /// Those that may be sent before their turn: many at a time, because it takes the server's lock.
    fn next_ahead(&mut self) -> VecDeque<Queued> {
        let bytes: usize = self.sent.iter().map(|sent| sent.bytes).sum();
        if self.sent.len() * 2 > self.window || bytes > MOST_BYTES {
            return VecDeque::new();
        }
        let room = self.window - self.sent.len();
        self.waiting.drain(..room.min(self.waiting.len())).collect()
    }

    /// The turn of the first one is over.
    fn advance(&mut self, took: Duration) {
        self.window = match took {
            _ if took <= QUICK => (self.window * 2).clamp(2, MOST_SENT),
            _ if took <= SLOW => self.window / 2,
            _ => 0,
        };
        if let Some(next) = self.sent.front_mut() {
            next.record = None;
            next.queued.execution().begin();
        }
    }

    /// The first one was lost. If its worker is gone, those behind it wait for another one, but for the next: that may have
    /// begun, because a worker tells of the end of a call together with what the next one asks for. Gives those that were to be
    /// aborted.
    fn lose(&mut self) -> Vec<Queued> {
        let next = self.sent.front().map(|next| next.queued.clone());
        let assigned = next.as_ref().and_then(|next| next.execution().assigned());
        match assigned {
            Some((worker, _)) if !worker.is_dead() => {
                self.advance(Duration::MAX);
                Vec::new()
            }
            Some(_) => {
                self.advance(Duration::MAX);
                self.take_back(1)
            }
            None => self.take_back(0),
        }
    }

    /// Has those from a place on wait for another worker; gives those that were to be aborted.
    fn take_back(&mut self, place: usize) -> Vec<Queued> {
        let mut aborted = Vec::new();
        for sent in self.sent.drain(place..).rev() {
            sent.queued.execution().take_back();
            if sent.queued.execution().stop_wanted() {
                aborted.push(sent.queued);
            } else {
                self.waiting.push_front(sent.queued);
            }
        }
        aborted
    }

    /// Puts back what was not sent, behind what was taken back meanwhile.
    fn put_back(&mut self, left: VecDeque<Queued>) {
        let is_before =
            |one: &Queued, other: &Queued| one.execution().number < other.execution().number;
        let taken_back = match (self.waiting.front(), left.front()) {
            (Some(waits), Some(comes)) => is_before(waits, comes),
            _ => false,
        };
        for queued in left.into_iter().rev() {
            self.waiting.push_front(queued);
        }
        if taken_back {
            let waiting = self.waiting.make_contiguous();
            waiting.sort_by_key(|queued| queued.execution().number);
        }
    }

    fn place(&self, number: u64) -> Option<usize> {
        self.sent
            .iter()
            .position(|sent| sent.queued.execution().number == number)
    }
}

/// Executions that run one after the other, but for what they wait for.
#[derive(Default)]
pub(super) struct Queue(Mutex<State>);

impl std::fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    /// Runs an execution once those before it are over; aborts it if none begins any more.
    pub(super) fn push(&self, queued: Queued) {
        {
            let mut state = guard(&self.0);
            if state.refused {
                drop(state);
                queued.execution().abort();
                return;
            }
            state.waiting.push_back(queued);
        }
        self.advance();
    }

    /// An execution is over, or waits for futures: if it had its turn, the next one has. One that was aborted while it waited
    /// had not. `lost` says that its worker is gone, where those behind it did not begin then.
    pub(super) fn finished(&self, execution: &Execution, lost: bool) {
        let mut aborted = Vec::new();
        {
            let mut state = guard(&self.0);
            let Some(place) = state.place(execution.number) else {
                return;
            };
            state.sent.remove(place);
            if place == 0 && lost {
                aborted = state.lose();
            } else if place == 0 {
                state.advance(execution.durations().0);
            }
        }
        abort_all(aborted);
        self.advance();
    }

    /// The worker of an execution is gone: if its turn had not come, it waits for another one, with those behind it.
    pub(super) fn takes_back(&self, execution: &Execution) -> bool {
        let aborted = {
            let mut state = guard(&self.0);
            match state.place(execution.number) {
                Some(0) => return false,
                Some(place) => state.take_back(place),
                None => {
                    // Those behind one that was lost were taken back with it.
                    let mut waiting = state.waiting.iter();
                    let waits = waiting.any(|one| one.execution().number == execution.number);
                    if waits {
                        execution.take_back();
                    }
                    return waits;
                }
            }
        };
        abort_all(aborted);
        self.advance();
        true
    }

    /// The record of an execution whose turn has come as it is now; the numbers, in its worker, of those behind it whose keys
    /// were not written since theirs were read; and what the worker's page says to that.
    pub(super) fn record_anew(&self, execution: &Execution) -> Option<Value> {
        let (worker, _) = execution.assigned()?;
        let queued = {
            let state = guard(&self.0);
            state.sent[state.place(execution.number)?].queued.clone()
        };
        let lock = lock_server();
        let batch = queued.read(&lock);
        let state = guard(&self.0);
        let fresh = state
            .sent
            .iter()
            .filter(|sent| sent.record.as_ref().is_some_and(Record::is_fresh))
            .filter_map(|sent| sent.queued.execution().assigned())
            .filter(|(its, _)| Arc::ptr_eq(its, &worker))
            .map(|(_, number)| Value::Int(i64::from(number)))
            .collect();
        Some(Value::Tuple(vec![
            batch.whole(),
            Value::List(fresh),
            Value::Bytes(worker.writes()?.to_vec()),
        ]))
    }

    /// Starts what is next. An execution may be over as soon as it begins, so this is a loop and does not call itself.
    fn advance(&self) {
        let mut state = guard(&self.0);
        if state.starting {
            return;
        }
        state.starting = true;
        let mut turns = Turns::new();
        loop {
            if state.sent.is_empty() {
                let Some(queued) = state.waiting.pop_front() else {
                    break;
                };
                if queued.execution().is_over() {
                    continue;
                }
                state.sent.push_back(Sent {
                    queued: queued.clone(),
                    record: None,
                    bytes: 0,
                });
                drop(state);
                queued.begin(Turn::Next);
                // It may have been aborted before it was the first here.
                if queued.execution().is_over() {
                    self.forget(queued.execution());
                }
                // What has waited may be over at once, all of it.
                if !queued.leaves_the_server() {
                    turns.rest();
                }
                state = guard(&self.0);
                continue;
            }
            let next = state.next_ahead();
            if next.is_empty() {
                break;
            }
            drop(state);
            let left = self.send_ahead(next);
            state = guard(&self.0);
            let stays = !left.is_empty();
            state.put_back(left);
            if stays && !state.sent.is_empty() {
                break;
            }
        }
        state.starting = false;
    }

    /// Takes an execution that is over off the list of those that were begun or sent.
    fn forget(&self, execution: &Execution) {
        let mut state = guard(&self.0);
        if let Some(place) = state.place(execution.number) {
            state.sent.remove(place);
            if place == 0 {
                state.advance(Duration::ZERO);
            }
        }
    }

    /// Sends executions before their turn; gives those that have to wait for it here.
    fn send_ahead(&self, mut next: VecDeque<Queued>) -> VecDeque<Queued> {
        let worker = {
            let state = guard(&self.0);
            let last = state.sent.back().map(|sent| sent.queued.clone());
            last.and_then(|last| last.execution().assigned())
        };
        let Some((worker, _)) = worker else {
            return next;
        };
        let mut bytes = 0;
        let lock = lock_server();
        while bytes <= MOST_BYTES
            && let Some(queued) = next.front()
        {
            if queued.execution().is_over() {
                next.pop_front();
                continue;
            }
            let Some((batch, turn, record)) = queued.read_ahead(&lock, &worker) else {
                break;
            };
            bytes += batch.size();
            let (execution, extra) = (queued.execution(), queued.extra());
            let Some(defined) = pipeline::may_go_ahead(execution, &worker, &batch) else {
                break;
            };
            {
                let mut state = guard(&self.0);
                if state.refused {
                    drop(state);
                    queued.execution().abort();
                    next.pop_front();
                    continue;
                }
                if state.sent.is_empty() {
                    break;
                }
                state.sent.push_back(Sent {
                    queued: queued.clone(),
                    record,
                    bytes: batch.size(),
                });
            }
            match pipeline::send_ahead(execution, (&worker, defined), &batch, extra, turn) {
                Giving::Given => {}
                Giving::Dead => {
                    // Not that of its neighbours, should it be the first by now: it was given to nobody.
                    execution.begin_again();
                    let mut state = guard(&self.0);
                    if let Some(place) = state.place(execution.number) {
                        state.sent.remove(place);
                        break;
                    }
                }
                Giving::Stopped => {
                    execution.end_aborted();
                    self.forget(execution);
                }
            }
            next.pop_front();
        }
        next
    }

    /// Keeps an execution that is over.
    pub(super) fn keep(&self, number: u64) {
        guard(&self.0).kept.push_back(number);
    }

    /// One that is kept beyond `limit`, which is no longer.
    pub(super) fn surplus(&self, limit: usize) -> Option<u64> {
        let mut state = guard(&self.0);
        let limit = if state.closed { 0 } else { limit };
        if state.kept.len() <= limit {
            return None;
        }
        state.kept.pop_front()
    }

    /// The executions that are over and kept, which are no longer; none will be from now on.
    pub(super) fn take_kept(&self) -> Vec<u64> {
        let mut state = guard(&self.0);
        state.closed = true;
        state.kept.drain(..).collect()
    }

    /// Executions that have not begun; those that come from now on, of events that were noticed before, will not either.
    pub(super) fn refuse(&self) -> Vec<Arc<Execution>> {
        let mut state = guard(&self.0);
        state.refused = true;
        let sent = state.sent.iter().skip(1).map(|sent| &sent.queued);
        sent.chain(&state.waiting)
            .map(|queued| Arc::clone(queued.execution()))
            .collect()
    }
}

/// What was to be aborted when its worker was lost.
fn abort_all(executions: Vec<Queued>) {
    for queued in executions {
        queued.execution().end_aborted();
    }
}
