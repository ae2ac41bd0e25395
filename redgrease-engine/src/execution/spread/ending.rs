//! The end of a run over all shards: with what all gave, or early.

use std::sync::Arc;

use super::{Cut, Phase, Spread, share, watch};
use crate::base::guard;
use crate::cluster::Message;
use crate::execution::Execution;
use crate::record::outcome::Outcome;
use crate::settings::settings;

impl Spread {
    /// Ends it with what there is by now, and stops what the others do.
    pub(super) fn cut_off(&self, execution: &Arc<Execution>, cut: Cut) {
        let phase = {
            let mut state = guard(&self.state);
            if state.over || state.cut.is_some() {
                return;
            }
            state.cut = Some(cut);
            state.phase
        };
        self.room.notify_all();
        self.tell_others(Message::Abort {
            execution: execution.id.text().to_owned(),
        });
        if phase != Phase::Runs {
            self.complete(execution, Outcome::default());
            return;
        }
        self.end_arrivals(execution);
        self.put_together(execution);
        watch::end(execution);
    }

    /// Puts together what the shards gave, once all have, or the rest is not waited for.
    pub(super) fn put_together(&self, execution: &Arc<Execution>) {
        let mut outcome = {
            let mut state = guard(&self.state);
            let is_all = state.done.iter().all(Option::is_some) || state.cut.is_some();
            if state.over || state.gathers || !is_all || state.done[self.own].is_none() {
                return;
            }
            state.gathers = true;
            // Its own first, as ever.
            let own = state.done[self.own].take().unwrap_or_default();
            state.done.iter().flatten().fold(own, merged)
        };
        let Some(gathered) = self.gathered.as_ref().filter(|one| one.collects) else {
            let most = settings().max_result_values.count();
            self.complete(execution, outcome.at_most(most));
            return;
        };
        let results = std::mem::take(&mut outcome.results).into_values();
        share::go_on(execution, gathered, results, outcome);
    }

    /// The end: the others forget it, and who waits is told.
    pub(super) fn complete(&self, execution: &Arc<Execution>, mut outcome: Outcome) {
        {
            let mut state = guard(&self.state);
            if state.over {
                return;
            }
            state.over = true;
            match &state.cut {
                None => {}
                Some(Cut::Aborted) => execution.mark_aborted(),
                Some(Cut::Idle(text)) => {
                    outcome.errors.push(text.clone());
                    execution.mark_aborted();
                }
                Some(Cut::Lost(text)) => {
                    outcome.errors.push(text.clone());
                    outcome.lost = true;
                }
            }
        }
        self.room.notify_all();
        execution.finish(outcome);
        self.tell_others(Message::Over {
            execution: execution.id.text().to_owned(),
            kept: execution.kept,
        });
    }

    /// Has the other shards take it off their lists: it was dropped.
    pub(crate) fn forget(&self, execution: &Execution) {
        self.tell_others(Message::Forget {
            execution: execution.id.text().to_owned(),
        });
    }

    /// Stops it on this shard, and on the others if they have to be told.
    pub(in crate::execution) fn abort(&self, execution: &Arc<Execution>, tell: bool) {
        let (phase, is_done) = {
            let state = guard(&self.state);
            if state.over {
                return;
            }
            (state.phase, state.done[self.own].is_some())
        };
        if tell {
            self.tell_others(Message::Abort {
                execution: execution.id.text().to_owned(),
            });
        }
        if self.is_asked() && phase != Phase::Runs {
            self.cut_off(execution, Cut::Aborted);
        } else if !is_done && !execution.abort_here() {
            self.share_over(execution, Outcome::default());
        } else {
            self.came(execution);
        }
    }
}

/// What two shards gave, together.
fn merged(mut all: Outcome, more: &Outcome) -> Outcome {
    let mut results = std::mem::take(&mut all.results).into_values();
    results.extend(more.results.iter().cloned());
    all.results = results.into();
    all.errors.extend(more.errors.iter().cloned());
    all.lost |= more.lost;
    all
}
