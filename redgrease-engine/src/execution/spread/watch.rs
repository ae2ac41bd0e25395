//! Executions that wait for other shards, and for how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::native::Native;
use super::{Cut, Phase, Spread, State};
use crate::base::{clock, guard};
use crate::cluster::{self, topology};
use crate::execution::Execution;
use crate::record::value::Value;
use crate::settings::settings;

/// What shards are asked about an execution: whether it runs there.
pub(super) const RUN: &str = "run";
/// What the asked shard says when the others take too long, as RedisGears 1.2 does.
const IDLE: &str = "Execution max idle reached";
/// How long a shard may take to say that it is there.
const SIGN: Duration = Duration::from_millis(500);

fn most() -> Duration {
    settings().execution_max_idle_time.milliseconds()
}

/// Watches an execution until it is over.
pub(super) fn begin(execution: &Arc<Execution>) {
    look_after(execution, most());
}

fn look_after(execution: &Arc<Execution>, wait: Duration) {
    let watched = Arc::downgrade(execution);
    clock::later(wait, move || {
        if let Some(execution) = watched.upgrade()
            && let Some(spread) = &execution.spread
        {
            spread.look(&execution);
        }
    });
}

/// Ends what this shard does for an execution that was cut off, if it does not end by itself.
pub(super) fn end(execution: &Arc<Execution>) {
    let cut = Arc::clone(execution);
    clock::later(most(), move || {
        if !cut.is_over() {
            cut.abort_here();
        }
    });
}

impl Spread {
    /// The shards that it waits for; none while functions run on this one.
    fn waited_for(&self, state: &State) -> Vec<&'static str> {
        let without = |those: &dyn Fn(usize) -> bool| {
            let others = self.others().filter(|&(at, _)| !those(at));
            others.map(|(_, shard)| shard).collect::<Vec<_>>()
        };
        let is_done = state.done[self.own].is_some();
        if !self.is_asked() && (is_done || state.phase != Phase::Runs) {
            return vec![self.shards[self.asked]];
        }
        if state.phase != Phase::Runs {
            return without(&|at| state.ready.contains(&at));
        }
        if is_done {
            return without(&|at| state.done[at].is_some());
        }
        let native_waits = state.native.as_ref().is_some_and(Native::is_waiting);
        if !state.in_hand.is_empty() || state.worker.is_none() && !native_waits {
            return Vec::new();
        }
        // What this shard has for a part is with the others, and not all that these have for it is here.
        let mut waiting = (1..self.parts.len()).filter(|&part| {
            let is_here = self.parts[part].everywhere || self.is_asked();
            is_here && state.told[part]
        });
        let missing = waiting.find_map(|part| {
            let sends = |at: usize| self.parts[part - 1].everywhere || at == self.asked;
            let missing = without(&|at| !sends(at) || state.ended[part].contains(&at));
            (!missing.is_empty()).then_some(missing)
        });
        missing.unwrap_or_default()
    }

    /// How long nothing was heard of it while it waits for others; nothing while it does not.
    fn idle(&self) -> Option<Duration> {
        let state = guard(&self.state);
        let since = state.touched.unwrap_or_else(Instant::now);
        let waits = !self.waited_for(&state).is_empty();
        waits.then(|| since.elapsed())
    }

    fn look(&self, execution: &Arc<Execution>) {
        if execution.is_over() || self.is_cut() {
            return;
        }
        let most = most();
        match self.idle() {
            Some(idle) if idle >= most && self.is_asked() => self.expire(execution),
            Some(idle) if idle >= most => self.ask(execution),
            Some(idle) => look_after(execution, most - idle),
            None => look_after(execution, most),
        }
    }

    /// The others take too long: it ends, with the names of those that give no sign, or else of those that it waits for.
    fn expire(&self, execution: &Arc<Execution>) {
        let missing = self.waited_for(&guard(&self.state));
        let question = Value::str(execution.id.text());
        let execution = Arc::clone(execution);
        let patience = most().min(SIGN);
        cluster::ask_each(&missing, RUN, question, patience, move |answers| {
            let Some(spread) = &execution.spread else {
                return;
            };
            // Something may have come while they were asked.
            if !matches!(spread.idle(), Some(idle) if idle >= most()) {
                look_after(&execution, most());
                return;
            }
            let known = topology();
            let named = |shards: &mut dyn Iterator<Item = &'static str>| {
                let names: Vec<String> = shards.map(|shard| known.named(shard)).collect();
                names.join(", ")
            };
            let all = answers.iter().map(|&(shard, _)| shard);
            let silent = answers.iter().filter(|(_, answer)| answer.is_err());
            let silent = named(&mut silent.map(|&(shard, _)| shard));
            let text = if silent.is_empty() {
                format!("{IDLE}: waited for shard {}", named(&mut all.clone()))
            } else {
                format!("{IDLE}: no sign of shard {silent}")
            };
            spread.cut_off(&execution, Cut::Idle(text.into_bytes()));
        });
    }

    /// Nothing is heard of the shard that was asked: it may be gone, or have forgotten this.
    fn ask(&self, execution: &Arc<Execution>) {
        let asked = self.shards[self.asked];
        let question = Value::str(execution.id.text());
        let execution = Arc::clone(execution);
        cluster::ask(asked, RUN, question, most(), move |answer| {
            let Some(spread) = &execution.spread else {
                return;
            };
            if answer == Ok(Value::Bool(true)) {
                look_after(&execution, most());
            } else {
                spread.orphan(&execution);
            }
        });
    }
}
