//! What becomes of records, one after the other.

use std::sync::Arc;

use redgrease_core::native::{Calls, Ending, Given, Value as Native, words};

use super::gather::field;
use super::{Run, State, Stop};
use crate::native::outside::Server;
use crate::native::step::{ByKey, Key, Step};

/// So many bytes of records are kept in the server's process; a worker, whose memory is its own, does what needs more.
const MOST_KEPT: usize = 256 << 20;

impl Run<'_> {
    /// Notes that a record is kept.
    pub(super) fn keep(&mut self, record: &Native) -> Result<(), Stop> {
        self.kept = self.kept.saturating_add(record.weight());
        if self.kept > MOST_KEPT && !self.effect {
            return Err(Stop::GiveBack("more records than the server keeps"));
        }
        Ok(())
    }

    /// Calls the function of a step; nothing when it failed, which is noted.
    pub(super) fn call(
        &mut self,
        step: usize,
        arguments: Vec<Native>,
    ) -> Result<Option<Native>, Stop> {
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
}
