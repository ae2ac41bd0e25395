//! The share of one shard whose functions need no Python, part by part: each runs when all of its records are there.

use std::sync::Arc;

use super::crossing::most_at_once;
use super::{Arrival, Spread, State};
use crate::base::guard;
use crate::cluster::{self, Message};
use crate::execution::feeder::Feeder;
use crate::execution::inline;
use crate::execution::pipeline::STOPPED;
use crate::execution::{Execution, executor};
use crate::native::{Arrived, Functions, PartEnded, run_part};
use crate::plan::Part;
use crate::record::outcome::Outcome;
use crate::record::sink::Sink;
use crate::record::value::{Value, encode, encode_head, encode_str};

/// So many bytes are kept for a part that waits; with more, a worker takes them as they come.
const MOST_KEPT: usize = 64 << 20;
/// So many records travel together.
const TOGETHER: usize = 1024;

/// A share without a worker.
#[derive(Debug)]
pub(super) struct Native {
    /// The part that waits for records of others; nothing while one runs.
    waits: Option<usize>,
    /// What this shard itself has for it.
    own: Vec<Vec<u8>>,
    /// What else the functions see.
    extra: Value,
}

impl Native {
    /// Whether a part waits for records of other shards.
    pub(super) fn is_waiting(&self) -> bool {
        self.waits.is_some()
    }
}

impl State {
    /// Whether what comes for this shard is kept here, as far as there is room.
    pub(super) fn keeps(&self) -> bool {
        let bytes = self.early.iter().filter_map(|one| one.records.as_ref());
        self.native.is_some() && bytes.map(Vec::len).sum::<usize>() < MOST_KEPT
    }
}

impl Spread {
    /// Begins the share of this shard without a worker; gives false if it needs one.
    pub(super) fn begin_natively(&self, execution: &Arc<Execution>) -> bool {
        let Some(functions) = inline::functions(execution) else {
            return false;
        };
        if !self.is_native(functions, 0) {
            return false;
        }
        let (records, early) = {
            let mut state = guard(&self.state);
            let unsaid = state.early.iter_mut().filter(|one| !one.is_taken);
            let early: Vec<_> = unsaid
                .filter_map(|one| {
                    one.is_taken = true;
                    Some((one.shard, one.records.as_ref()?.len()))
                })
                .collect();
            let records = state.records.clone();
            let extra = records.as_ref().map(|(_, extra)| extra.clone());
            state.native = Some(Native {
                waits: None,
                own: Vec::new(),
                extra: extra.unwrap_or(Value::None),
            });
            (records, early)
        };
        for (shard, bytes) in early {
            self.tell_taken(execution, shard, bytes);
        }
        let mut failed = None;
        let ended = {
            let mut read = |sink: &mut dyn Sink| failed = self.read(execution, sink).err();
            let arrived = match &records {
                Some((batch, _)) => Arrived::Batch(batch),
                None => Arrived::Read(&mut read),
            };
            self.run_one(execution, functions, 0, arrived)
        };
        if matches!(ended, PartEnded::GivenBack) {
            let mut state = guard(&self.state);
            state.native = None;
            // What was noted while the records were read will be so again.
            state.errors.clear();
            return false;
        }
        if let Some(unread) = failed {
            let text = unread.to_string().into_bytes();
            guard(&self.state).errors.push(text);
        }
        self.go_on_natively(execution, functions, 0, ended);
        true
    }

    /// Whether a part needs no Python, and what it gives can go to other shards.
    fn is_native(&self, functions: &Functions, number: usize) -> bool {
        let part = &self.parts[number];
        let is_last = number + 1 == self.parts.len();
        functions.reach(part.end) && (is_last || functions.may_cross_at(part.end))
    }

    fn run_one(
        &self,
        execution: &Arc<Execution>,
        functions: &Functions,
        number: usize,
        arrived: Arrived<'_>,
    ) -> PartEnded {
        let extra = {
            let state = guard(&self.state);
            let native = state.native.as_ref();
            native.map_or(Value::None, |native| native.extra.clone())
        };
        let stopped = || execution.is_to_stop();
        let setting = inline::setting(execution, &extra, &stopped);
        let next = self.parts.get(number + 1);
        let is_keyed = next.is_some_and(Part::is_keyed);
        let part = &self.parts[number];
        run_part(
            functions,
            part.first..part.end,
            arrived,
            (is_keyed, next.is_none()),
            &setting,
        )
    }

    /// After a part: what it gave goes to where it belongs, and the next one runs when its records are there.
    fn go_on_natively(
        &self,
        execution: &Arc<Execution>,
        functions: &Functions,
        mut number: usize,
        mut ended: PartEnded,
    ) {
        loop {
            let (records, errors) = match ended {
                PartEnded::Given(records, errors) => (records, errors),
                PartEnded::Over(outcome) => {
                    self.share_over_after(execution, outcome);
                    return;
                }
                PartEnded::GivenBack => {
                    self.hand_over(execution, number);
                    return;
                }
            };
            let own = self.route(execution, number + 1, records);
            self.tell_end(execution, number + 1);
            let is_mine = |at: &usize| self.parts[*at].everywhere || self.is_asked();
            let next = (number + 1..self.parts.len()).find(is_mine);
            let needs_worker = next.is_some_and(|next| !self.is_native(functions, next));
            let is_there = {
                let mut state = guard(&self.state);
                state.errors.extend(errors);
                // What came for it was worked off.
                state.early.retain(|one| one.part > number);
                let has_all = next.is_some_and(|next| self.others_have_ended(&state, next));
                if let (Some(next), Some(native)) = (next, &mut state.native) {
                    native.own = if next == number + 1 { own } else { Vec::new() };
                    native.waits = (!has_all && !needs_worker).then_some(next);
                }
                has_all
            };
            let Some(next) = next else {
                self.share_over_after(execution, Outcome::default());
                return;
            };
            number = next;
            if needs_worker {
                self.hand_over(execution, number);
                return;
            }
            if !is_there {
                // Too much may have come meanwhile, or somebody stopped it.
                self.came(execution);
                return;
            }
            ended = self.run_waiting(execution, functions, number);
        }
    }

    /// The share is over: what went wrong in the parts before comes first.
    fn share_over_after(&self, execution: &Arc<Execution>, mut outcome: Outcome) {
        let mut before = std::mem::take(&mut guard(&self.state).errors);
        before.append(&mut outcome.errors);
        outcome.errors = before;
        self.share_over(execution, outcome);
    }

    /// Runs a part over what is there for it.
    fn run_waiting(
        &self,
        execution: &Arc<Execution>,
        functions: &Functions,
        number: usize,
    ) -> PartEnded {
        let records = {
            let state = guard(&self.state);
            let own = state.native.iter().flat_map(|native| native.own.iter());
            let others = state.early.iter().filter(|one| one.part == number);
            let others = others.filter_map(|one| one.records.as_ref());
            own.chain(others).cloned().collect::<Vec<_>>()
        };
        let is_keyed = self.parts[number].is_keyed();
        let arrived = Arrived::Encoded(&records, is_keyed);
        self.run_one(execution, functions, number, arrived)
    }

    /// Whether the other shards have no more records for a part.
    fn others_have_ended(&self, state: &State, number: usize) -> bool {
        let before = &self.parts[number - 1];
        let has_them_all = !before.everywhere && self.is_asked();
        let mut early = state.early.iter();
        has_them_all || early.any(|one| one.part == number && one.records.is_none())
    }

    /// Something came: the part that waits may have all of it now, or too much.
    pub(super) fn came(&self, execution: &Arc<Execution>) {
        let (number, has_all) = {
            let mut state = guard(&self.state);
            let Some(number) = state.native.as_ref().and_then(|native| native.waits) else {
                return;
            };
            let has_all = self.others_have_ended(&state, number);
            if !has_all && state.keeps() && !execution.is_to_stop() {
                return;
            }
            if let Some(native) = &mut state.native {
                native.waits = None;
            }
            (number, has_all)
        };
        let execution = Arc::clone(execution);
        executor::submit_task(move || {
            let (Some(spread), Some(functions)) = (&execution.spread, &execution.functions) else {
                return;
            };
            let ended = if execution.is_to_stop() {
                PartEnded::Over(Outcome::failed(STOPPED))
            } else if has_all {
                spread.run_waiting(&execution, functions, number)
            } else {
                PartEnded::GivenBack
            };
            spread.go_on_natively(&execution, functions, number, ended);
        });
    }

    /// Gives the share to a worker, from a part on.
    fn hand_over(&self, execution: &Arc<Execution>, number: usize) {
        let extra = {
            let mut state = guard(&self.state);
            let native = state.native.take();
            let (own, extra) =
                native.map_or_else(Default::default, |native| (native.own, Some(native.extra)));
            state.without_worker = number - 1;
            let own = own.into_iter().map(|records| Arrival {
                part: number,
                shard: self.own,
                records: Some(records),
                is_taken: true,
            });
            let later = std::mem::take(&mut state.early);
            let later = later.into_iter().filter(|one| one.part >= number);
            state.early = own.chain(later).collect();
            extra.unwrap_or(Value::None)
        };
        // It begins with the exchange, before which it has no records.
        let first = self.parts[number].first - 1;
        match Feeder::new(execution, first) {
            Ok(mut feeder) => {
                self.begin_in_worker(&mut feeder, extra);
                feeder.finish();
            }
            Err(absence) => self.share_over(execution, Outcome::lost(absence.to_string())),
        }
    }

    /// Sends records to the shards that they belong to; gives those that belong here.
    fn route(
        &self,
        execution: &Execution,
        number: usize,
        records: Vec<(String, Value)>,
    ) -> Vec<Vec<u8>> {
        let is_keyed = self.parts[number].is_keyed();
        let mut routed: Vec<Vec<(String, Value)>> = vec![Vec::new(); self.shards.len()];
        for (key, record) in records {
            let shard = if is_keyed {
                self.owner_of(key.as_bytes())
            } else {
                self.asked
            };
            routed[shard].push((key, record));
        }
        let mut own = Vec::new();
        for (shard, records) in routed.into_iter().enumerate() {
            for some in records.chunks(TOGETHER) {
                let records = encoded(some, is_keyed);
                if shard == self.own {
                    own.push(records);
                    continue;
                }
                self.wait_for_room();
                guard(&self.state).outstanding[shard] += records.len();
                if records.len() > most_at_once() {
                    self.cannot_leave(shard, records.len());
                    continue;
                }
                let message = Message::Records {
                    execution: execution.id.text().to_owned(),
                    part: number,
                    records,
                };
                // One that is gone ends the run otherwise.
                let _ = cluster::send(self.shards[shard], message);
            }
        }
        own
    }
}

/// Records as workers send them.
fn encoded(records: &[(String, Value)], is_keyed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    encode_head(b'[', records.len(), &mut out);
    for (key, record) in records {
        if is_keyed {
            encode_head(b'(', 2, &mut out);
            encode_str(key, &mut out);
        }
        encode(record, &mut out);
    }
    out
}
