//! A plan under way without Python, or a part of it.

mod gather;
mod results;
mod steps;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use redgrease_core::native::{Calls, Distinct, Value as Native};

use super::functions::Functions;
use super::groups::Groups;
use super::outside::Server;
use super::step::Step;
use super::{counters, records, values};
use crate::record::batch::{Batch, Layout};
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::{ServerLock, Turns};
use crate::settings::settings;

/// What an execution needs to run here.
pub(crate) struct Setting<'a> {
    /// The server's lock, if it is held all the time.
    pub(crate) lock: Option<&'a ServerLock>,
    /// The number of the execution.
    pub(crate) execution: u64,
    /// The database where its functions run their commands.
    pub(crate) database: i32,
    /// What the functions see beside the records.
    pub(crate) extra: &'a Value,
    /// Whether records are worked off although one before them failed.
    pub(crate) carries_on: bool,
    /// Whether the records come from a command.
    pub(crate) is_command: bool,
    /// Since when the server waits, if it does.
    pub(crate) since: Option<Instant>,
    pub(crate) stopped: &'a dyn Fn() -> bool,
}

/// How a run ended.
pub(crate) enum Ended {
    Over(Outcome),
    /// A worker goes on with these records, from the operation on before which the functions end.
    GoesOn(Vec<Value>),
    /// Nothing happened, and a worker has to run it from the beginning.
    GivenBack,
}

/// How a part of a run over several shards ended.
pub(crate) enum PartEnded {
    /// With records for the next part, their keys, and errors.
    Given(Vec<(String, Value)>, Vec<Vec<u8>>),
    /// The share of this shard is over.
    Over(Outcome),
    /// Nothing happened in it, and a worker has to do it.
    GivenBack,
}

/// Why a run does not go on.
pub(super) enum Stop {
    /// No more records are wanted.
    Enough,
    GiveBack(&'static str),
    /// With this error and no other.
    Ended(String),
    /// On demand, with this error after those before it.
    Aborted(String),
}

/// What a step remembers.
enum State<'a> {
    /// Nothing but its function.
    Plain(Option<Calls<'a>>),
    Seen(u64),
    Number(Option<i64>),
    Gathered(Option<Native>),
    Accumulated(Calls<'a>, Option<Native>),
    Distinct(Calls<'a>, Option<Distinct>),
    Joined(Option<Distinct>),
    Groups(Option<Calls<'a>>, Groups),
}

pub(super) struct Run<'a> {
    functions: &'a Functions,
    /// The operations that it does.
    part: Range<usize>,
    /// One for each of them.
    states: Vec<State<'a>>,
    server: Server<'a>,
    errors: Vec<Vec<u8>>,
    effect: bool,
    /// The key that the last step gave the record.
    key: Arc<str>,
    output: Vec<Native>,
    /// How many bytes of records are kept.
    kept: usize,
    /// Those of the output, if they are wanted.
    keys: Option<Vec<Arc<str>>>,
    /// The records, if the texts that the last step makes of them can be made later: their numbers stand for them.
    unseen: Option<&'a Batch>,
    /// The number of the record that goes through the steps.
    number: usize,
    carries_on: bool,
}

/// Runs all records of an execution.
pub(crate) fn run(functions: &Functions, batch: &Batch, setting: &Setting<'_>) -> Ended {
    let is_read = matches!(
        batch.layout(),
        Layout::Keys | Layout::KeysOnly | Layout::Stream
    );
    let mut run = Run::new(functions, functions.here(), setting);
    if is_read {
        run.leave_texts(batch);
    }
    // Nothing may be given back once something has happened, so all records are looked at before.
    let is_sure = is_read && !batch.is_binary();
    if is_sure || !functions.has_effect() {
        let done = run.take_each(records::each(batch));
        return run.end(done);
    }
    let Some(records) = records::of_batch(batch) else {
        counters::given_back(NO_VALUE);
        return Ended::GivenBack;
    };
    if !records.iter().all(Native::is_plain) {
        counters::given_back("a record with sets or bytes");
        return Ended::GivenBack;
    }
    let done = run.take(records);
    run.end(done)
}

const NO_VALUE: &str = "a record that is no value";

impl<'a> Run<'a> {
    pub(super) fn new(functions: &'a Functions, part: Range<usize>, setting: &Setting<'a>) -> Self {
        let hook = match setting.extra.get("hook").and_then(Value::items) {
            Some([Value::Str(registration), name]) => std::str::from_utf8(registration)
                .ok()
                .map(|registration| Some((registration, name.as_bytes().unwrap_or_default()))),
            _ => setting.is_command.then_some(None),
        };
        let steps = functions.steps.get(part.clone()).unwrap_or_default();
        Self {
            functions,
            states: steps.iter().map(state).collect(),
            part,
            server: Server {
                lock: setting.lock,
                execution: setting.execution,
                database: setting.database,
                hook,
                command: setting.extra.get("command"),
                overridden: false,
                since: setting.since,
                stopped: setting.stopped,
                turns: Turns::new(),
            },
            errors: Vec::new(),
            effect: false,
            key: "".into(),
            output: Vec::new(),
            kept: 0,
            keys: None,
            unseen: None,
            number: 0,
            carries_on: setting.carries_on,
        }
    }

    /// The same, which keeps the keys of what it gives.
    pub(super) fn with_keys(mut self, with_keys: bool) -> Self {
        self.keys = with_keys.then(Vec::new);
        self
    }

    /// Whether it begins with making one set of several.
    pub(super) fn joins_sets(&self) -> bool {
        matches!(self.functions.steps.get(self.part.start), Some(Step::Join))
    }

    /// Takes some records: an error when no more are wanted.
    pub(super) fn take(&mut self, records: impl IntoIterator<Item = Native>) -> Result<(), Stop> {
        for record in records {
            self.record(self.part.start, record)?;
            if !self.carries_on && !self.errors.is_empty() {
                return Err(Stop::Enough);
            }
        }
        Ok(())
    }

    /// The same, where some may be no values.
    fn take_each(&mut self, records: impl Iterator<Item = Option<Native>>) -> Result<(), Stop> {
        for (number, record) in records.enumerate() {
            self.number = number;
            match record {
                Some(record) => self.take([record])?,
                None if self.effect => return Err(Stop::Ended(NO_VALUE.to_owned())),
                None => return Err(Stop::GiveBack(NO_VALUE)),
            }
        }
        Ok(())
    }

    /// Takes a record with its key; an error when no more are wanted.
    pub(super) fn take_keyed(&mut self, key: Arc<str>, record: Native) -> Result<(), Stop> {
        self.key = key;
        self.record(self.part.start, record)
    }

    /// The end, after all records or those that were wanted.
    pub(super) fn end(mut self, done: Result<(), Stop>) -> Ended {
        let finished = self.finished(done);
        let goes_on = self.functions.rest().is_some();
        match finished {
            Ok(()) if goes_on => self.hand_on(),
            Ok(()) => match self.results() {
                Ok(outcome) => {
                    self.functions.ended(false);
                    counters::ran();
                    Ended::Over(outcome)
                }
                Err(stop) => self.stopped(stop),
            },
            Err(stop) => self.stopped(stop),
        }
    }

    /// The end of a part; the last one gives the results.
    pub(super) fn end_part(mut self, done: Result<(), Stop>, is_last: bool) -> PartEnded {
        let finished = self.finished(done);
        let given = finished.and_then(|()| {
            if is_last {
                return self.results().map(PartEnded::Over);
            }
            let steps = self.functions.steps.get(self.part.clone());
            let last = steps.and_then(<[Step]>::last);
            let crossing = match last {
                Some(Step::Distinct(_)) => values::crossing_set,
                _ => values::crossing_record,
            };
            let records = self.output.iter().map(crossing);
            let records = records.collect::<Option<Vec<_>>>();
            let Some(records) = records else {
                return Err(if self.effect {
                    Stop::Ended("ERR a record cannot go to another shard".to_owned())
                } else {
                    Stop::GiveBack("a record that cannot go to another shard")
                });
            };
            let mut keys = self.keys.take().unwrap_or_default().into_iter();
            let key = |record| {
                (
                    keys.next().map(|key| key.to_string()).unwrap_or_default(),
                    record,
                )
            };
            let records = records.into_iter().map(key).collect();
            Ok(PartEnded::Given(records, std::mem::take(&mut self.errors)))
        });
        match given {
            Ok(ended) => {
                self.functions.ended(false);
                if self.part.start == 0 {
                    counters::ran();
                }
                ended
            }
            Err(stop) => match self.stopped(stop) {
                Ended::Over(outcome) => PartEnded::Over(outcome),
                Ended::GoesOn(_) | Ended::GivenBack => PartEnded::GivenBack,
            },
        }
    }

    fn finished(&mut self, done: Result<(), Stop>) -> Result<(), Stop> {
        match done {
            Ok(()) | Err(Stop::Enough) => self.finish(),
            Err(other) => Err(other),
        }
    }

    /// What a worker goes on with. It must not know of anything that went wrong.
    fn hand_on(self) -> Ended {
        if !self.errors.is_empty() {
            return self.stopped(Stop::GiveBack("an error before what needs Python"));
        }
        let records = self.output.iter().map(values::carried);
        match records.collect::<Option<Vec<_>>>() {
            Some(records) => {
                self.functions.ended(!records.is_empty());
                counters::ran();
                Ended::GoesOn(records)
            }
            None => self.stopped(Stop::GiveBack(
                "a record that a worker would get as another one",
            )),
        }
    }

    /// The end of what does not go on to its end.
    fn stopped(mut self, stop: Stop) -> Ended {
        match stop {
            Stop::GiveBack(reason) => {
                self.functions.ended(true);
                counters::given_back(reason);
                Ended::GivenBack
            }
            Stop::Ended(text) => {
                counters::ran();
                // As when its worker was ended.
                Ended::Over(Outcome::failed(text))
            }
            Stop::Aborted(text) => {
                counters::ran();
                let _ = self.show();
                self.errors.push(text.into_bytes());
                let results = self
                    .output
                    .iter()
                    .map(|value| values::result(value, values::RESULTS));
                Ended::Over(Outcome {
                    results: results.flatten().collect::<Vec<_>>().into(),
                    errors: self.errors,
                    ..Outcome::default()
                })
            }
            Stop::Enough => Ended::Over(Outcome::default()),
        }
    }
}

fn state(step: &Step) -> State<'_> {
    let with_traceback = settings().python_attempt_traceback.is_on();
    let calls = step.function().map(|function| {
        let calls = function.program.calls(with_traceback);
        calls.called_from(&function.around)
    });
    match (step, calls) {
        (Step::Accumulate(_), Some(calls)) => State::Accumulated(calls, None),
        (Step::Distinct(_), Some(calls)) => State::Distinct(calls, None),
        (Step::Join, _) => State::Joined(None),
        (Step::ByKey(_) | Step::Group | Step::Reduce(_), calls) => {
            State::Groups(calls, Groups::default())
        }
        (Step::Limit { .. }, _) => State::Seen(0),
        (Step::Count | Step::Total, _) => State::Number(None),
        (Step::Append | Step::Extend, _) => State::Gathered(None),
        (_, calls) => State::Plain(calls),
    }
}
