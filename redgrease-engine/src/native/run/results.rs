//! The results of a run. Where they are the texts of the records that came, as those were, they are made when somebody looks.

use redgrease_core::native::Value as Native;

use super::{Run, Stop};
use crate::native::{records, values};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::results::Results;
use crate::record::value::Value;
use crate::settings::settings;

/// Texts of records up to this size are made later.
const MOST_UNSEEN: usize = 1 << 20;

impl<'a> Run<'a> {
    /// Leaves the texts of these records for later, if nothing else is wanted of them.
    pub(super) fn leave_texts(&mut self, records: &'a Batch) {
        let can_wait = self.functions.shows_records() && records.size() <= MOST_UNSEEN;
        self.unseen = can_wait.then_some(records);
    }

    pub(super) fn results(&mut self) -> Result<Outcome, Stop> {
        let results = match self.unseen {
            Some(records) if self.output.len() == records.len() => {
                Results::texts(records.clone(), self.functions.minor, texts)
            }
            _ => self.values()?.into(),
        };
        let outcome = Outcome {
            results,
            errors: std::mem::take(&mut self.errors),
            ..Outcome::default()
        };
        Ok(outcome.at_most(settings().max_result_values.count()))
    }

    fn values(&mut self) -> Result<Vec<Value>, Stop> {
        self.show()?;
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

    /// Makes the texts that were left for later.
    pub(super) fn show(&mut self) -> Result<(), Stop> {
        let Some(records) = self.unseen.take() else {
            return Ok(());
        };
        let through = std::mem::take(&mut self.output);
        let mut through = through.iter().map(stands_for).peekable();
        for (number, record) in records::each(records).enumerate() {
            if through.next_if_eq(&Some(number)).is_none() {
                continue;
            }
            if let Some(text) = self.text(&record.unwrap_or(Native::None))? {
                self.output.push(Native::Str(text));
            }
        }
        Ok(())
    }
}

/// The number that stands for a record.
fn stands_for(record: &Native) -> Option<usize> {
    match record {
        Native::Int(number) => usize::try_from(*number).ok(),
        _ => None,
    }
}

/// The texts of records that a reader gave.
fn texts(records: &Batch, minor: u8) -> Vec<Value> {
    let text = |record: &Native| {
        record
            .text(minor)
            .map_or(Value::None, |text| Value::str(&*text))
    };
    let records = records::of_batch(records).unwrap_or_default();
    records.iter().map(text).collect()
}
