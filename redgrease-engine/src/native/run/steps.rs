//! What becomes of records, one after the other.

use std::sync::Arc;

use redgrease_core::native::{Calls, Distinct, Ending, Fail, Given, Shape, Value as Native, words};

use super::{Run, State, Stop};
use crate::native::outside::Server;
use crate::native::step::{ByKey, Function, Key, Step};
use crate::native::values;

/// So many bytes of records are kept in the server's process; a worker, whose memory is its own, does what needs more.
const MOST_KEPT: usize = 256 << 20;

const UNKNOWN_SET: Stop = Stop::GiveBack("a set that is not known");

impl Run<'_> {
    /// Notes that a record is kept.
    fn keep(&mut self, record: &Native) -> Result<(), Stop> {
        self.kept = self.kept.saturating_add(record.weight());
        if self.kept > MOST_KEPT && !self.effect {
            return Err(Stop::GiveBack("more records than the server keeps"));
        }
        Ok(())
    }

    /// Calls the function of a step; nothing when it failed, which is noted.
    fn call(&mut self, step: usize, arguments: Vec<Native>) -> Result<Option<Native>, Stop> {
        self.called(step, |calls, server, effect| {
            calls.call(server, arguments, effect)
        })
    }

    /// Calls a function as `call` says; nothing when it failed, which is noted.
    fn called<T>(
        &mut self,
        step: usize,
        call: impl FnOnce(&mut Calls<'_>, &mut Server<'_>, bool) -> Result<T, Ending>,
    ) -> Result<Option<T>, Stop> {
        let (State::Plain(Some(calls))
        | State::Accumulated(calls, _)
        | State::Distinct(calls, _)
        | State::Groups(Some(calls), _)) = &mut self.states[step - self.part.start]
        else {
            return Err(Stop::GiveBack("a step without its function"));
        };
        let called = call(calls, &mut self.server, self.effect);
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

    pub(super) fn text(&mut self, value: &Native) -> Result<Option<Arc<str>>, Stop> {
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
    pub(super) fn record(&mut self, mut at: usize, mut record: Native) -> Result<(), Stop> {
        let functions = self.functions;
        while at < self.part.end {
            match &functions.steps[at] {
                Step::Pass => {}
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
                    let many = self.called(at, |calls, server, effect| {
                        calls.call_for_elements(server, vec![record], effect)
                    })?;
                    return match many {
                        Some(Given::Value(many)) => self.elements(at + 1, many),
                        Some(Given::Words(text)) => self.words(at + 1, &text),
                        None => Ok(()),
                    };
                }
                Step::Text if self.unseen.is_some() => {
                    let number = i64::try_from(self.number).unwrap_or(i64::MAX);
                    record = Native::Int(number);
                }
                Step::Text => {
                    let Some(next) = self.text(&record)? else {
                        return Ok(());
                    };
                    record = Native::Str(next);
                }
                Step::Limit { length, offset } => {
                    let State::Seen(seen) = &mut self.states[at - self.part.start] else {
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
                        Key::Itself => match &record {
                            Native::Str(text) => {
                                self.key = Arc::clone(text);
                                at += 1;
                                continue;
                            }
                            other => Some(other.clone()),
                        },
                        Key::Field => field(&record, "key"),
                    };
                    let Some(key) = key else { return Ok(()) };
                    let Some(key) = self.text(&key)? else {
                        return Ok(());
                    };
                    self.key = key;
                }
                gathering => return self.gather(at, gathering, record),
            }
            at += 1;
        }
        if let Some(keys) = &mut self.keys {
            keys.push(Arc::clone(&self.key));
        }
        self.keep(&record)?;
        self.output.push(record);
        Ok(())
    }

    /// Gives the elements of a list to the steps from `at` on, the last one first.
    fn elements(&mut self, at: usize, many: Native) -> Result<(), Stop> {
        match many.into_elements() {
            Ok(items) => items
                .into_iter()
                .rev()
                .try_for_each(|item| self.record(at, item)),
            Err(one) => self.record(at, one),
        }
    }

    /// The same with the words of a text, which need not become values where they are only counted.
    fn words(&mut self, at: usize, text: &str) -> Result<(), Stop> {
        let place = at - self.part.start + 1;
        let next = self.functions.steps.get(at..=at + 1);
        if let Some([Step::Key(Key::Itself), Step::ByKey(ByKey::Count)]) = next
            && at + 1 < self.part.end
            && let State::Groups(_, groups) = &mut self.states[place]
        {
            words(text).rev().for_each(|word| groups.add(word, 1));
            return Ok(());
        }
        words(text)
            .rev()
            .try_for_each(|word| self.record(at, Native::str(word)))
    }

    /// A step that needs all records before it gives one.
    fn gather(&mut self, at: usize, step: &Step, record: Native) -> Result<(), Stop> {
        if matches!(step, Step::Append | Step::Extend | Step::Group) {
            self.keep(&record)?;
        }
        let place = at - self.part.start;
        if let (Step::ByKey(ByKey::Count), State::Groups(_, groups)) =
            (step, &mut self.states[place])
        {
            groups.add(&self.key, 1);
            return Ok(());
        }
        let key = Arc::clone(&self.key);
        match (step, &mut self.states[place]) {
            (Step::Count, State::Number(count)) => *count = Some(count.unwrap_or(0) + 1),
            (Step::Total, State::Number(total)) => {
                let Native::Int(more) = record else {
                    return Err(Stop::GiveBack("a count that is no number"));
                };
                *total = Some(total.unwrap_or(0) + more);
            }
            (Step::Append, State::Gathered(list)) => {
                let list = list.get_or_insert_with(|| Native::list(Vec::new()));
                list.append([record]);
            }
            (Step::Extend, State::Gathered(list)) => {
                let Shape::List(items) = record.shape() else {
                    return Err(Stop::GiveBack("a list that is none"));
                };
                let list = list.get_or_insert_with(|| Native::list(Vec::new()));
                list.append(items);
            }
            (Step::Distinct(_), State::Distinct(_, set)) => {
                let minor = self.functions.minor;
                let set = set.get_or_insert_with(|| Distinct::new(minor));
                match set.add(record.clone()) {
                    Ok(true) => self.keep(&record)?,
                    Ok(false) => {}
                    Err(Fail::Raise(_)) => self.unfit(at, record)?,
                    Err(Fail::GiveBack(reason) | Fail::Limit(reason)) => {
                        return Err(Stop::GiveBack(reason));
                    }
                    Err(Fail::Stop(text)) => return Err(Stop::Ended(text.into())),
                }
            }
            (Step::Join, State::Joined(_)) => {
                let Shape::Set(items) = record.shape() else {
                    return Err(Stop::GiveBack("a set that is none"));
                };
                let mut set = Distinct::new(self.functions.minor);
                for item in items {
                    set.add(item).map_err(|_| UNKNOWN_SET)?;
                }
                self.join(place, &set)?;
            }
            (Step::Accumulate(function), State::Accumulated(_, value)) => {
                let before = begun(function, value.take())?;
                let made = self.call(at, vec![before, taken(function, record)?])?;
                if let State::Accumulated(_, value) = &mut self.states[place] {
                    *value = made;
                }
            }
            (Step::ByKey(ByKey::Sum), State::Groups(_, groups)) => {
                let Some(Native::Int(more)) = field(&record, "value") else {
                    return Err(Stop::GiveBack("a count that is no number"));
                };
                groups.add(&key, more);
            }
            (Step::ByKey(ByKey::Function(function)), State::Groups(_, groups)) => {
                let before = begun(function, groups.get(&key).cloned())?;
                let record = taken(function, record)?;
                let made = self.call(at, vec![Native::Str(Arc::clone(&key)), before, record])?;
                if let State::Groups(_, groups) = &mut self.states[place] {
                    match made {
                        Some(value) => groups.set(&key, value),
                        None => groups.remove(&key),
                    }
                }
            }
            (Step::Group, State::Groups(_, groups)) => match groups.get(&key) {
                Some(list) => {
                    list.append([record]);
                }
                None => groups.set(&key, Native::list(vec![record])),
            },
            _ => return Err(Stop::GiveBack("steps that do not fit")),
        }
        Ok(())
    }

    /// A record that cannot be in a set: the function raises the error.
    fn unfit(&mut self, at: usize, record: Native) -> Result<(), Stop> {
        let empty = Native::set_of([]).map_err(|_| UNKNOWN_SET)?;
        let raised = self.call(at, vec![empty, record])?;
        if let State::Distinct(_, set) = &mut self.states[at - self.part.start] {
            *set = None;
        }
        match raised {
            None => Ok(()),
            Some(_) => Err(UNKNOWN_SET),
        }
    }

    /// One more set for a step that joins them.
    fn join(&mut self, place: usize, set: &Distinct) -> Result<(), Stop> {
        let minor = self.functions.minor;
        if let Some(State::Joined(all)) = self.states.get_mut(place) {
            let before = all.take().unwrap_or_else(|| Distinct::new(minor));
            *all = Some(before.joined(set).map_err(|_| UNKNOWN_SET)?);
        }
        Ok(())
    }

    /// No more records come: what was gathered goes on.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        for at in self.part.clone() {
            let given = match &mut self.states[at - self.part.start] {
                State::Number(number) => number.take().map(Native::Int).into_iter().collect(),
                State::Gathered(value) | State::Accumulated(_, value) => {
                    value.take().into_iter().collect()
                }
                State::Distinct(_, set) => match (set.take(), self.functions.steps.get(at + 2)) {
                    // Here nothing stands between the two.
                    (Some(set), Some(Step::Join)) if at + 2 < self.part.end => {
                        self.join(at + 2 - self.part.start, &set)?;
                        continue;
                    }
                    (Some(set), _) => vec![set.into_set().map_err(|_| UNKNOWN_SET)?],
                    (None, _) => continue,
                },
                // The function behind it makes a list of what it gets.
                State::Joined(set) => {
                    let list = set
                        .take()
                        .map(|set| Native::list(set.values().cloned().collect()));
                    list.into_iter().collect()
                }
                State::Groups(_, groups) => {
                    let entries = groups.take();
                    match self.functions.steps[at] {
                        // The next step reduces them.
                        Step::Group => {
                            self.reduce(at + 1, entries)?;
                            continue;
                        }
                        _ => entries.into_iter().map(pair).collect(),
                    }
                }
                State::Plain(_) | State::Seen(_) => continue,
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

/// What an accumulation has so far, as its function sees it.
fn begun(function: &Function, value: Option<Native>) -> Result<Native, Stop> {
    let value = value.unwrap_or(Native::None);
    match &function.zero {
        Some(zero) if !value.is_true() => {
            values::native(zero, false).ok_or(Stop::GiveBack("a zero that is no value"))
        }
        _ => Ok(value),
    }
}

/// A record as the function of an accumulation takes it.
fn taken(function: &Function, record: Native) -> Result<Native, Stop> {
    if !function.of_value {
        return Ok(record);
    }
    field(&record, "value").ok_or(Stop::GiveBack("a record without its value"))
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
