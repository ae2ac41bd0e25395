//! Steps that need all records before they give one.

use std::sync::Arc;

use redgrease_core::native::{Distinct, Fail, Shape, Value as Native};

use super::{Run, State, Stop};
use crate::native::step::{ByKey, Function, Step};
use crate::native::values;

const UNKNOWN_SET: Stop = Stop::GiveBack("a set that is not known");

impl Run<'_> {
    /// A step that needs all records before it gives one.
    pub(super) fn gather(&mut self, at: usize, step: &Step, record: Native) -> Result<(), Stop> {
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

pub(super) fn field(record: &Native, name: &str) -> Option<Native> {
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
