//! A plan under way without Python: its functions, one record after the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use redgrease_core::native::{Calls, Ending, Shape, Value as Native};

use super::functions::{ByKey, Functions, Key, Step};
use super::outside::Server;
use super::{counters, values};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::ServerLock;
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
    /// Nothing happened, and a worker has to run it from the beginning.
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
    Accumulated(Calls<'a>, Option<Native>),
    Groups(Option<Calls<'a>>, Groups),
}

/// Values by the text of their keys, in the order in which the keys came.
#[derive(Default)]
struct Groups {
    places: HashMap<Arc<str>, usize>,
    entries: Vec<Option<(Arc<str>, Native)>>,
}

impl Groups {
    fn get(&self, key: &str) -> Option<&Native> {
        let at = self.places.get(key)?;
        self.entries.get(*at)?.as_ref().map(|(_, value)| value)
    }

    fn set(&mut self, key: &Arc<str>, value: Native) {
        if let Some(at) = self.places.get(key) {
            self.entries[*at] = Some((Arc::clone(key), value));
        } else {
            self.places.insert(Arc::clone(key), self.entries.len());
            self.entries.push(Some((Arc::clone(key), value)));
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(at) = self.places.remove(key) {
            self.entries[at] = None;
        }
    }
}

pub(super) struct Run<'a> {
    functions: &'a Functions,
    states: Vec<State<'a>>,
    server: Server<'a>,
    errors: Vec<Vec<u8>>,
    effect: bool,
    /// The key that the last step gave the record.
    key: Arc<str>,
    output: Vec<Native>,
    carries_on: bool,
}

/// Runs all records of an execution.
pub(crate) fn run(functions: &Functions, batch: &Batch, setting: &Setting<'_>) -> Ended {
    let Some(records) = records(batch) else {
        counters::given_back("a record that is no value");
        return Ended::GivenBack;
    };
    if functions.has_effect() && !records.iter().all(Native::is_plain) {
        counters::given_back("a record with sets or bytes");
        return Ended::GivenBack;
    }
    let mut run = Run::new(functions, setting);
    let done = run.take(records);
    run.end(done)
}

impl<'a> Run<'a> {
    pub(super) fn new(functions: &'a Functions, setting: &Setting<'a>) -> Self {
        let hook = match setting.extra.get("hook").and_then(Value::items) {
            Some([Value::Str(registration), name]) => std::str::from_utf8(registration)
                .ok()
                .map(|registration| Some((registration, name.as_bytes().unwrap_or_default()))),
            _ => setting.is_command.then_some(None),
        };
        Self {
            functions,
            states: functions.steps.iter().map(state).collect(),
            server: Server {
                lock: setting.lock,
                execution: setting.execution,
                database: setting.database,
                hook,
                command: setting.extra.get("command"),
                overridden: false,
                since: setting.since,
                stopped: setting.stopped,
            },
            errors: Vec::new(),
            effect: false,
            key: "".into(),
            output: Vec::new(),
            carries_on: setting.carries_on,
        }
    }

    /// Takes some records: an error when no more are wanted.
    pub(super) fn take(&mut self, records: Vec<Native>) -> Result<(), Stop> {
        for record in records {
            self.record(0, record)?;
            if !self.carries_on && !self.errors.is_empty() {
                return Err(Stop::Enough);
            }
        }
        Ok(())
    }

    /// The end, after all records or those that were wanted.
    pub(super) fn end(mut self, done: Result<(), Stop>) -> Ended {
        let results = match done {
            Ok(()) | Err(Stop::Enough) => self.results(),
            Err(other) => Err(other),
        };
        match results {
            Ok(results) => {
                counters::ran();
                let outcome = Outcome {
                    results,
                    errors: self.errors,
                    ..Outcome::default()
                };
                Ended::Over(outcome.at_most(settings().max_result_values.count()))
            }
            Err(Stop::GiveBack(reason)) => {
                counters::given_back(reason);
                Ended::GivenBack
            }
            Err(Stop::Ended(text)) => {
                counters::ran();
                // As when its worker was ended.
                Ended::Over(Outcome::failed(text))
            }
            Err(Stop::Aborted(text)) => {
                counters::ran();
                self.errors.push(text.into_bytes());
                let results = self
                    .output
                    .iter()
                    .map(|value| values::result(value, values::RESULTS));
                Ended::Over(Outcome {
                    results: results.flatten().collect(),
                    errors: self.errors,
                    ..Outcome::default()
                })
            }
            Err(Stop::Enough) => Ended::Over(Outcome::default()),
        }
    }

    fn results(&mut self) -> Result<Vec<Value>, Stop> {
        self.finish()?;
        let mut results = Vec::with_capacity(self.output.len());
        for value in std::mem::take(&mut self.output) {
            match values::result(&value, values::RESULTS) {
                Some(value) => results.push(value),
                None if !self.effect => return Err(Stop::GiveBack("a result nested too deeply")),
                None => {
                    return Err(Stop::Ended(format!(
                        "ERR the worker's answer is broken: nested deeper than {} levels",
                        values::TOO_DEEP
                    )));
                }
            }
        }
        Ok(results)
    }
}

/// The records as functions see them; nothing when one of them is no value for the evaluator.
fn records(batch: &Batch) -> Option<Vec<Native>> {
    let (records, binary) = batch.records()?;
    records
        .iter()
        .map(|fields| values::record(batch.layout(), fields, binary))
        .collect()
}

fn state(step: &Step) -> State<'_> {
    let with_traceback = settings().python_attempt_traceback.is_on();
    match step {
        Step::Map(program)
        | Step::Filter(program)
        | Step::Foreach(program)
        | Step::FlatMap(program)
        | Step::Key(Key::Of(program)) => State::Plain(Some(program.calls(with_traceback))),
        Step::Text | Step::Key(Key::Itself | Key::Field) => State::Plain(None),
        Step::Limit { .. } => State::Seen(0),
        Step::Count | Step::Total => State::Number(None),
        Step::Accumulate(program) => State::Accumulated(program.calls(with_traceback), None),
        Step::ByKey(ByKey::Function(program)) | Step::Reduce(program) => {
            State::Groups(Some(program.calls(with_traceback)), Groups::default())
        }
        Step::ByKey(ByKey::Count | ByKey::Sum) | Step::Group => {
            State::Groups(None, Groups::default())
        }
    }
}

impl Run<'_> {
    /// Calls the function of a step; nothing when it failed, which is noted.
    fn call(&mut self, step: usize, arguments: Vec<Native>) -> Result<Option<Native>, Stop> {
        let (State::Plain(Some(calls))
        | State::Accumulated(calls, _)
        | State::Groups(Some(calls), _)) = &mut self.states[step]
        else {
            return Err(Stop::GiveBack("a step without its function"));
        };
        let called = calls.call(&mut self.server, arguments, self.effect);
        self.effect = calls.had_effect();
        match called {
            Ok(value) => Ok(Some(value)),
            Err(Ending::Failed(text)) => {
                self.errors.push(text.into_bytes());
                Ok(None)
            }
            Err(Ending::Aborted(text)) => Err(Stop::Aborted(text)),
            Err(Ending::GivenBack(reason)) => Err(Stop::GiveBack(reason)),
            Err(Ending::Stopped(text)) => Err(Stop::Ended(text)),
        }
    }

    fn text(&mut self, value: &Native) -> Result<Option<Arc<str>>, Stop> {
        match value.text(self.functions.minor) {
            Ok(text) => Ok(Some(text)),
            Err(_) if !self.effect => Err(Stop::GiveBack("text of a record")),
            Err(_) => {
                self.errors
                    .push(b"Error type: <class 'MemoryError'>, Value: ".to_vec());
                Ok(None)
            }
        }
    }

    /// Gives a record to the steps from `at` on.
    fn record(&mut self, mut at: usize, mut record: Native) -> Result<(), Stop> {
        let functions = self.functions;
        while let Some(step) = functions.steps.get(at) {
            match step {
                Step::Map(_) => {
                    let Some(next) = self.call(at, vec![record])? else {
                        return Ok(());
                    };
                    record = next;
                }
                Step::Filter(_) => {
                    let Some(keep) = self.call(at, vec![record.clone()])? else {
                        return Ok(());
                    };
                    if !keep.is_true() {
                        return Ok(());
                    }
                }
                Step::Foreach(_) => {
                    if self.call(at, vec![record.clone()])?.is_none() {
                        return Ok(());
                    }
                }
                Step::FlatMap(_) => {
                    let Some(many) = self.call(at, vec![record])? else {
                        return Ok(());
                    };
                    return match many.shape() {
                        Shape::List(items) => {
                            for item in items.into_iter().rev() {
                                self.record(at + 1, item)?;
                            }
                            Ok(())
                        }
                        _ => self.record(at + 1, many),
                    };
                }
                Step::Text => {
                    let Some(next) = self.text(&record)? else {
                        return Ok(());
                    };
                    record = Native::Str(next);
                }
                Step::Limit { length, offset } => {
                    let State::Seen(seen) = &mut self.states[at] else {
                        return Ok(());
                    };
                    *seen += 1;
                    if *seen <= *offset {
                        return Ok(());
                    }
                    if *seen > offset.saturating_add(*length) {
                        return Err(Stop::Enough);
                    }
                }
                Step::Key(key) => {
                    let key = match key {
                        Key::Of(_) => self.call(at, vec![record.clone()])?,
                        Key::Itself => Some(record.clone()),
                        Key::Field => field(&record, "key"),
                    };
                    let Some(key) = key else { return Ok(()) };
                    let Some(key) = self.text(&key)? else {
                        return Ok(());
                    };
                    self.key = key;
                }
                _ => return self.gather(at, record),
            }
            at += 1;
        }
        self.output.push(record);
        Ok(())
    }

    /// A step that needs all records before it gives one.
    fn gather(&mut self, at: usize, record: Native) -> Result<(), Stop> {
        let key = Arc::clone(&self.key);
        match (&self.functions.steps[at], &mut self.states[at]) {
            (Step::Count, State::Number(count)) => *count = Some(count.unwrap_or(0) + 1),
            (Step::Total, State::Number(total)) => {
                let Native::Int(more) = record else {
                    return Err(Stop::GiveBack("a count that is no number"));
                };
                *total = Some(total.unwrap_or(0) + more);
            }
            (Step::Accumulate(_), State::Accumulated(_, value)) => {
                let before = value.take().unwrap_or(Native::None);
                let made = self.call(at, vec![before, record])?;
                if let State::Accumulated(_, value) = &mut self.states[at] {
                    *value = made;
                }
            }
            (Step::ByKey(ByKey::Count), State::Groups(_, groups)) => {
                let count = match groups.get(&key) {
                    Some(Native::Int(count)) => *count,
                    _ => 0,
                };
                groups.set(&key, Native::Int(count + 1));
            }
            (Step::ByKey(ByKey::Sum), State::Groups(_, groups)) => {
                let sum = match groups.get(&key) {
                    Some(Native::Int(sum)) => *sum,
                    _ => 0,
                };
                let Some(Native::Int(more)) = field(&record, "value") else {
                    return Err(Stop::GiveBack("a count that is no number"));
                };
                groups.set(&key, Native::Int(sum + more));
            }
            (Step::ByKey(ByKey::Function(_)), State::Groups(_, groups)) => {
                let before = groups.get(&key).cloned().unwrap_or(Native::None);
                let made = self.call(at, vec![Native::Str(Arc::clone(&key)), before, record])?;
                if let State::Groups(_, groups) = &mut self.states[at] {
                    match made {
                        Some(value) => groups.set(&key, value),
                        None => groups.remove(&key),
                    }
                }
            }
            (Step::Group, State::Groups(_, groups)) => {
                let mut items = match groups.get(&key).map(Native::shape) {
                    Some(Shape::List(items)) => items,
                    _ => Vec::new(),
                };
                items.push(record);
                groups.set(&key, Native::list(items));
            }
            _ => return Err(Stop::GiveBack("steps that do not fit")),
        }
        Ok(())
    }

    /// No more records come: what was gathered goes on.
    fn finish(&mut self) -> Result<(), Stop> {
        for at in 0..self.states.len() {
            let given = match &mut self.states[at] {
                State::Number(number) => number.take().map(Native::Int).into_iter().collect(),
                State::Accumulated(_, value) => value.take().into_iter().collect(),
                State::Groups(_, groups) => {
                    let entries = std::mem::take(&mut groups.entries);
                    let entries: Vec<_> = entries.into_iter().flatten().collect();
                    match self.functions.steps[at] {
                        // The next step reduces them.
                        Step::Group => {
                            self.reduce(at + 1, entries)?;
                            continue;
                        }
                        _ => entries.into_iter().map(pair).collect(),
                    }
                }
                _ => continue,
            };
            self.rest(at + 1, given)?;
        }
        Ok(())
    }

    /// Gives records to the steps after one that gathered.
    fn rest(&mut self, at: usize, records: Vec<Native>) -> Result<(), Stop> {
        for record in records {
            match self.record(at, record) {
                Err(Stop::Enough) => break,
                other => other?,
            }
        }
        Ok(())
    }

    fn reduce(&mut self, at: usize, groups: Vec<(Arc<str>, Native)>) -> Result<(), Stop> {
        let mut reduced = Vec::with_capacity(groups.len());
        for (key, values) in groups.into_iter().rev() {
            if let Some(value) = self.call(at, vec![Native::Str(Arc::clone(&key)), values])? {
                reduced.push(pair((key, value)));
            }
        }
        self.rest(at + 1, reduced)
    }
}

/// A group as the steps after it see it.
fn pair((key, value): (Arc<str>, Native)) -> Native {
    let pairs = [
        (Native::str("key"), Native::Str(key)),
        (Native::str("value"), value),
    ];
    Native::dict(pairs).unwrap_or(Native::None)
}

fn field(record: &Native, name: &str) -> Option<Native> {
    match record.shape() {
        Shape::Dict(pairs) => pairs
            .into_iter()
            .find_map(|(key, value)| match key.shape() {
                Shape::Str(key) if *key == *name => Some(value),
                _ => None,
            }),
        _ => None,
    }
}
