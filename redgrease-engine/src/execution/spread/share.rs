//! The share of one shard in an execution over several.

use std::sync::Arc;

use super::Spread;
use crate::base::guard;
use crate::cluster::{self, Message, topology};
use crate::execution::feeder::Feeder;
use crate::execution::pipeline::{STOPPED, read};
use crate::execution::{Execution, executor};
use crate::native::NativeRun;
use crate::plan::{Gathered, Reader};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::sink::Sink;
use crate::record::value::{Value, encode};
use crate::session::Absence;
use crate::settings::settings;
use crate::source::{Run, Unread};

impl Spread {
    /// Runs the share of this shard. It goes on in the worker afterwards, if it needs one.
    pub(in crate::execution) fn run_share(&self, execution: &Arc<Execution>) {
        match &self.gathered {
            Some(gathered) => self.run_natively(execution, gathered),
            None if self.begin_natively(execution) => {}
            None => {
                if let Err(absence) = self.run_in_worker(execution) {
                    self.share_over(execution, Outcome::failed(absence.to_string()));
                }
            }
        }
    }

    fn run_natively(&self, execution: &Arc<Execution>, gathered: &Gathered) {
        let mut run = NativeRun::new(&gathered.first);
        let mut errors: Vec<Vec<u8>> = Vec::new();
        if let Err(unread) = self.read(execution, &mut run) {
            errors.push(unread.to_string().into_bytes());
        }
        if execution.stop_wanted() && !self.is_cut() {
            errors = vec![STOPPED.as_bytes().to_vec()];
        }
        self.share_over(
            execution,
            Outcome {
                results: run.results().into(),
                errors,
                ..Outcome::default()
            },
        );
    }

    fn run_in_worker(&self, execution: &Arc<Execution>) -> Result<(), Absence> {
        let mut feeder = Feeder::new(execution, 0)?;
        let records = guard(&self.state).records.take();
        let extra = records
            .as_ref()
            .map_or(Value::None, |(_, extra)| extra.clone());
        self.begin_in_worker(&mut feeder, extra);
        if let Some((batch, _)) = records {
            feeder.send(&batch, true);
        } else if execution.plan.reader == Reader::Python {
            feeder.send(&Batch::generator(), true);
        } else if let Err(unread) = self.read(execution, &mut feeder) {
            // The others wait for the end of what this shard has, which is nothing.
            let text = unread.to_string().into_bytes();
            guard(&self.state).errors.push(text);
            feeder.finish();
        }
        Ok(())
    }

    /// Has the worker begin; `extra` is what else its functions see.
    pub(super) fn begin_in_worker(&self, feeder: &mut Feeder, mut extra: Value) {
        extra.set("shards", self.extra());
        feeder.begin_shared(&extra, |worker, number| self.opened(worker, number));
    }

    /// Reads what the reader gives on this shard.
    pub(super) fn read(
        &self,
        execution: &Arc<Execution>,
        sink: &mut dyn Sink,
    ) -> Result<(), Unread> {
        let reader = &execution.plan.reader;
        let is_sure = self.has_what_it_reads(reader);
        read(execution, sink)?;
        if !is_sure || !self.has_what_it_reads(reader) {
            let known = topology();
            let text = format!(
                "ERR slots of shard {} moved while the run read its keys: some may be missing; run it again",
                known.named(known.own)
            );
            guard(&self.state).errors.push(text.into_bytes());
        }
        Ok(())
    }

    /// What the worker has to know.
    fn extra(&self) -> Value {
        let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(0));
        let slots = self
            .slots
            .iter()
            .map(|&(first, shard)| Value::Tuple(vec![Value::Int(i64::from(first)), int(shard)]));
        Value::Tuple(vec![
            int(self.own),
            int(self.asked),
            Value::List(slots.collect()),
            Value::Bool(self.trailing),
        ])
    }

    /// The share of this shard is over, or what the asked one's worker does with what all gave.
    pub(in crate::execution) fn share_over(&self, execution: &Arc<Execution>, outcome: Outcome) {
        let (results, errors, lost) = {
            let mut state = guard(&self.state);
            if state.over {
                return;
            }
            if state.gathers {
                let mut all = outcome;
                let before = std::mem::take(&mut state.errors);
                all.errors.splice(0..0, before);
                drop(state);
                self.complete(execution, all);
                return;
            }
            if state.done[self.own].is_some() {
                return;
            }
            let mut own = outcome;
            if let Some(text) = own.errors.last_mut().filter(|_| own.lost) {
                let known = topology();
                text.extend_from_slice(format!(" on shard {}", known.named(known.own)).as_bytes());
            }
            own.errors.append(&mut state.errors);
            state.worker = None;
            state.native = None;
            state.in_hand.clear();
            state.touched = Some(std::time::Instant::now());
            let told = if self.is_asked() {
                Default::default()
            } else {
                let leaving = if self.leaves {
                    std::mem::take(&mut own.results).into_values()
                } else {
                    Vec::new()
                };
                (leaving, own.errors.clone(), own.lost)
            };
            state.done[self.own] = Some(own);
            told
        };
        self.room.notify_all();
        self.tell_ends(execution);
        if self.is_asked() {
            self.put_together(execution);
            return;
        }
        let mut bytes = Vec::new();
        encode(&Value::List(results), &mut bytes);
        let done = |results: Vec<u8>, errors: Vec<Vec<u8>>| {
            let execution = execution.id.text().to_owned();
            cluster::send(
                self.shards[self.asked],
                Message::Done {
                    execution,
                    results,
                    errors,
                    lost,
                },
            )
        };
        if let Err(text) = done(bytes, errors) {
            // One that is gone does not want to know; else its results are too long.
            let known = topology();
            let text = format!(
                "ERR the results of shard {}: {text}",
                known.named(known.own)
            );
            let _ = done(Vec::new(), vec![text.into_bytes()]);
        }
    }
}

/// What the asked shard does with what all have given.
pub(super) fn go_on(
    execution: &Arc<Execution>,
    gathered: &Gathered,
    values: Vec<Value>,
    rest: Outcome,
) {
    let Some(spread) = &execution.spread else {
        return;
    };
    let mut run = NativeRun::new(&gathered.then);
    for value in values {
        if run.is_full() {
            break;
        }
        run.push(value);
    }
    let results = run.results();
    let Some(start) = gathered.python else {
        let most = settings().max_result_values.count();
        let results = results.into();
        let outcome = Outcome { results, ..rest }.at_most(most);
        spread.complete(execution, outcome);
        return;
    };
    guard(&spread.state).errors = rest.errors;
    let execution = Arc::clone(execution);
    executor::submit_task(move || {
        let fed = Feeder::new(&execution, start).map(|mut feeder| {
            feeder.send(&Batch::of(&results), true);
        });
        if let (Err(absence), Some(spread)) = (fed, &execution.spread) {
            spread.share_over(&execution, Outcome::lost(absence.to_string()));
        }
    });
}
