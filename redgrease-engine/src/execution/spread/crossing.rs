//! Records on their way from shard to shard.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{Arrival, Spread, State};
use crate::base::guard;
use crate::cluster::{self, Message, topology};
use crate::execution::Execution;
use crate::record::value::{Value, decode, encode_bytes, encode_head, encode_int};
use crate::worker::Worker;
use crate::worker::wire::{FrameType, frame};

/// So many bytes of one shard may wait in another one: then its reader waits.
const MOST: usize = 4 << 20;
/// So many bytes of a message say what its records are for.
const HEAD: usize = 4096;
/// How often a reader that waits looks whether it still has to.
const LOOK: Duration = Duration::from_millis(100);

impl Spread {
    // -- what the worker of this shard gives

    /// The worker gave records for other shards, finished parts, or worked records of others off.
    pub(in crate::execution) fn crossing(&self, execution: &Arc<Execution>, payload: &[u8]) {
        let Some((records, finished, taken)) = parse(payload) else {
            return;
        };
        let (worked_off, before) = {
            let mut state = guard(&self.state);
            state.touched = Some(Instant::now());
            for (_, shard, bytes) in &records {
                if let Some(outstanding) = state.outstanding.get_mut(*shard) {
                    *outstanding += bytes.len();
                }
            }
            let taken = taken.then(|| state.in_hand.pop_front()).flatten();
            (taken.flatten(), state.without_worker)
        };
        for (part, shard, records) in records {
            if records.len() > most_at_once() {
                self.cannot_leave(shard, records.len());
                continue;
            }
            let execution = execution.id.text().to_owned();
            self.send(
                shard,
                Message::Records {
                    execution,
                    part: part + before,
                    records,
                },
            );
        }
        for part in finished {
            self.tell_end(execution, part + before + 1);
        }
        if let Some((shard, bytes)) = worked_off {
            self.tell_taken(execution, shard, bytes);
        }
    }

    /// Tells a shard that its records need no more room here.
    pub(super) fn tell_taken(&self, execution: &Execution, shard: usize, bytes: usize) {
        let execution = execution.id.text().to_owned();
        self.send(shard, Message::Taken { execution, bytes });
    }

    /// Records are too long to go to another shard: that is an error of the run.
    pub(super) fn cannot_leave(&self, shard: usize, bytes: usize) {
        let known = topology();
        let own = known.named(known.own);
        let other = self
            .shards
            .get(shard)
            .map_or_else(String::new, |shard| known.named(shard));
        let text = format!(
            "ERR records of shard {own} have {bytes} bytes, and more than {} (MessageLimit) do not go to shard {other} at once",
            most_at_once()
        );
        let mut state = guard(&self.state);
        if let Some(outstanding) = state.outstanding.get_mut(shard) {
            *outstanding = outstanding.saturating_sub(bytes);
        }
        state.errors.push(text.into_bytes());
    }

    fn send(&self, shard: usize, message: Message) {
        if let Some(&shard) = self.shards.get(shard) {
            // One that is gone ends the run otherwise.
            let _ = cluster::send(shard, message);
        }
    }

    /// Tells those who wait for it that this shard has no more records for a part.
    pub(super) fn tell_end(&self, execution: &Execution, number: usize) {
        let Some(part) = self.parts.get(number) else {
            return;
        };
        if std::mem::replace(&mut guard(&self.state).told[number], true) {
            return;
        }
        let waiting = self
            .others()
            .filter(|&(at, _)| part.everywhere || at == self.asked)
            .map(|(_, shard)| shard);
        // One that is gone ends the run otherwise.
        cluster::send_each(
            waiting,
            Message::End {
                execution: execution.id.text().to_owned(),
                part: number,
            },
        );
    }

    /// The same for all parts: the share of this shard is over.
    pub(super) fn tell_ends(&self, execution: &Execution) {
        if self.gathered.is_some() {
            return;
        }
        for number in 1..self.parts.len() {
            if self.parts[number - 1].everywhere || self.is_asked() {
                self.tell_end(execution, number);
            }
        }
    }

    /// Waits while another shard has much of this one's records to work off.
    pub(in crate::execution) fn wait_for_room(&self) {
        let is_full = |state: &State| {
            let is_over = state.over || state.cut.is_some() || state.done[self.own].is_some();
            // Two whose parts wait, and that have no room themselves, would wait for each other.
            let may_wait = state.native.is_none() || state.keeps();
            !is_over && may_wait && state.outstanding.iter().any(|&bytes| bytes > MOST)
        };
        let mut state = guard(&self.state);
        while is_full(&state) {
            let waited = self.room.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Another shard has worked off records of this one.
    pub(super) fn has_room(&self, shard: usize, bytes: usize) {
        let mut state = guard(&self.state);
        state.outstanding[shard] = state.outstanding[shard].saturating_sub(bytes);
        drop(state);
        self.room.notify_all();
    }

    // -- what comes from others

    /// The worker has begun: it gets what came before.
    pub(super) fn opened(&self, worker: &Arc<Worker>, number: u32) {
        let mut state = guard(&self.state);
        state.worker = Some((Arc::clone(worker), number));
        for arrival in std::mem::take(&mut state.early) {
            forward(&mut state, arrival);
        }
    }

    /// Records of another shard.
    pub(super) fn arrived(
        &self,
        execution: &Arc<Execution>,
        part: usize,
        shard: usize,
        records: Vec<u8>,
    ) {
        if part >= self.parts.len() {
            return;
        }
        let bytes = records.len();
        let is_taken = {
            let mut state = guard(&self.state);
            // Who waits for room would never end, and this shard waits for its end.
            let is_taken = state.keeps();
            let arrival = Arrival {
                part,
                shard,
                records: Some(records),
                is_taken,
            };
            forward(&mut state, arrival);
            is_taken
        };
        if is_taken {
            self.tell_taken(execution, shard, bytes);
        }
        self.came(execution);
    }

    /// Another shard has no more records for a part.
    pub(super) fn ended(&self, execution: &Arc<Execution>, part: usize, shard: usize) {
        let mut state = guard(&self.state);
        let Some(ended) = state.ended.get_mut(part) else {
            return;
        };
        if !ended.contains(&shard) {
            ended.push(shard);
        }
        let count = ended.len();
        let has_all = if self.parts[part.saturating_sub(1)].everywhere {
            count + 1 == self.shards.len()
        } else {
            true
        };
        if has_all {
            forward(
                &mut state,
                Arrival {
                    part,
                    shard,
                    records: None,
                    is_taken: true,
                },
            );
        }
        drop(state);
        self.came(execution);
    }

    /// Nothing more is waited for.
    pub(super) fn end_arrivals(&self, execution: &Arc<Execution>) {
        let mut state = guard(&self.state);
        for part in 1..self.parts.len() {
            forward(
                &mut state,
                Arrival {
                    part,
                    shard: self.own,
                    records: None,
                    is_taken: true,
                },
            );
        }
        drop(state);
        self.came(execution);
    }
}

/// Gives the worker what came, or keeps it until there is one.
fn forward(state: &mut State, arrival: Arrival) {
    let Some((worker, number)) = &state.worker else {
        if !state.over {
            state.early.push(arrival);
        }
        return;
    };
    // Nothing comes any more for those that were over before it.
    let Some(part) = arrival.part.checked_sub(state.without_worker) else {
        return;
    };
    let mut out = Vec::new();
    frame(&mut out, FrameType::Arrival, *number, |payload| {
        encode_head(b'(', 2, payload);
        encode_int(i64::try_from(part).unwrap_or(0), payload);
        match &arrival.records {
            Some(records) => encode_bytes(records, payload),
            None => payload.push(b'N'),
        }
    });
    worker.send(&out);
    if let Some(records) = arrival.records {
        let told = (!arrival.is_taken).then_some((arrival.shard, records.len()));
        state.in_hand.push_back(told);
    }
}

/// Records with more bytes are too long for a message.
pub(super) fn most_at_once() -> usize {
    cluster::longest() - HEAD
}

type Crossing = (Vec<(usize, usize, Vec<u8>)>, Vec<usize>, bool);

fn parse(payload: &[u8]) -> Option<Crossing> {
    let mut parts = decode(payload).ok()?.into_items()?.into_iter();
    let number = |value: &Value| usize::try_from(value.as_int()?).ok();
    let records = parts.next()?.into_items()?.into_iter().map(|one| {
        let mut fields = one.into_items()?.into_iter();
        let (part, shard) = (number(&fields.next()?)?, number(&fields.next()?)?);
        match fields.next()? {
            Value::Bytes(bytes) => Some((part, shard, bytes)),
            _ => None,
        }
    });
    let records = records.collect::<Option<_>>()?;
    let finished = parts.next()?.into_items()?;
    let finished = finished.iter().map(number).collect::<Option<_>>()?;
    Some((records, finished, parts.next()?.is_true()))
}
