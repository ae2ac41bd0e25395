//! What shards tell each other about executions.

use std::io;
use std::sync::Arc;

use super::{Cut, Spread, accept};
use crate::base::guard;
use crate::cluster::{self, Listener, Message, Tasks};
use crate::execution::{Execution, list};
use crate::record::outcome::Outcome;
use crate::record::value::{Value, decode};

struct Runs;

/// What ends an execution may wait for the server and begin the next one.
static TASKS: Tasks = Tasks::new();

/// Has executions told what other shards say, and what becomes of shards.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn follow_shards() -> io::Result<()> {
    TASKS.start("rg-runs", "a message about an execution")?;
    cluster::listen(&Runs);
    cluster::answer_about(super::watch::RUN, |_, question, asker| {
        let id = question.as_bytes().unwrap_or_default();
        let runs = list::find(id).is_some_and(|execution| !execution.is_over());
        asker.give(Ok(Value::Bool(runs)));
    });
    Ok(())
}

impl Listener for Runs {
    fn message(&self, shard: &'static str, message: Message) -> Option<Message> {
        match message {
            Message::Run { execution, order } => {
                TASKS.submit(move || accept::accept(shard, execution, &order));
            }
            message if message.execution().is_some() => {
                TASKS.submit(move || take(shard, message));
            }
            message => return Some(message),
        }
        None
    }

    fn lost(&self, shard: &'static str, why: &str) {
        let why = why.to_owned();
        TASKS.submit(move || lose(shard, &why));
    }
}

fn take(shard: &str, message: Message) {
    // One that is over or forgotten here is told of what is still on its way.
    let found = message.execution().and_then(|id| list::find(id.as_bytes()));
    if let Some(execution) = found
        && let Some(spread) = &execution.spread
        && let Some(number) = spread.number_of(shard)
    {
        spread.take(&execution, number, message);
    }
}

fn lose(shard: &str, why: &str) {
    for execution in list::all() {
        let Some(spread) = &execution.spread else {
            continue;
        };
        match spread.number_of(shard) {
            Some(number) if !execution.is_over() => spread.lose(&execution, number, why),
            _ => {}
        }
    }
}

impl Message {
    /// The execution that it is about.
    fn execution(&self) -> Option<&str> {
        match self {
            Self::Ready { execution }
            | Self::Refused { execution, .. }
            | Self::Start { execution }
            | Self::Records { execution, .. }
            | Self::Taken { execution, .. }
            | Self::End { execution, .. }
            | Self::Done { execution, .. }
            | Self::Over { execution, .. }
            | Self::Abort { execution }
            | Self::Forget { execution } => Some(execution),
            _ => None,
        }
    }
}

impl Spread {
    fn take(&self, execution: &Arc<Execution>, shard: usize, message: Message) {
        guard(&self.state).touched = Some(std::time::Instant::now());
        match message {
            Message::Ready { .. } if self.is_asked() => self.is_ready(execution, shard),
            Message::Refused { text, .. } if self.is_asked() => {
                self.cut_off(execution, Cut::Lost(text));
            }
            Message::Start { .. } => self.start(execution),
            Message::Records { part, records, .. } => {
                self.arrived(execution, part, shard, records);
            }
            Message::Taken { bytes, .. } => self.has_room(shard, bytes),
            Message::End { part, .. } => self.ended(execution, part, shard),
            Message::Done {
                results,
                errors,
                lost,
                ..
            } if self.is_asked() => {
                self.done(execution, shard, &results, errors, lost);
            }
            Message::Over { kept, .. } if shard == self.asked => self.dismiss(execution, kept),
            Message::Abort { .. } => self.abort(execution, false),
            Message::Forget { .. } if execution.is_over() => list::remove(execution.number),
            _ => {}
        }
    }

    /// Another shard has done its share.
    fn done(
        &self,
        execution: &Arc<Execution>,
        shard: usize,
        results: &[u8],
        mut errors: Vec<Vec<u8>>,
        lost: bool,
    ) {
        let results = decode(results)
            .map(|results| results.into_items().unwrap_or_default())
            .unwrap_or_else(|error| {
                let shard = cluster::topology().named(self.shards[shard]);
                let text = format!("ERR the results of shard {shard} are broken: {error}");
                errors.push(text.into_bytes());
                Vec::new()
            });
        {
            let mut state = guard(&self.state);
            // It was told to stop meanwhile: that it did is no error of the run.
            if matches!(state.cut, Some(Cut::Idle(_) | Cut::Lost(_))) {
                return;
            }
            state.done[shard] = Some(Outcome {
                results: results.into(),
                errors,
                lost,
                ..Outcome::default()
            });
        }
        self.put_together(execution);
    }

    /// A shard is gone.
    fn lose(&self, execution: &Arc<Execution>, shard: usize, why: &str) {
        if self.is_asked() {
            let is_done = guard(&self.state).done[shard].is_some();
            if !is_done {
                let text = format!("ERR {why}, and the run ends without it");
                self.cut_off(execution, Cut::Lost(text.into_bytes()));
            }
        } else if shard == self.asked {
            self.orphan(execution);
        }
    }
}
