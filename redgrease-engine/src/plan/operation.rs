//! Operations: what there is, and what the engine can do of it by itself.

use super::stage::{Exchange, Native};
use crate::record::value::Value;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Gives another record for each.
    Map(Mapping),
    /// Lets some through.
    Filter,
    /// Looks at each.
    ForEach,
    /// Gives several for each.
    FlatMap,
    /// Lets so many through, after so many that it does not.
    Limit { length: u64, offset: u64 },
    /// Makes one of all.
    Accumulate(Gathering),
    /// Says to which group each belongs.
    ExtractKey,
    /// Sends each to the shard of its group.
    Repartition,
    /// Makes one of each group.
    AccumulateByKey,
    /// Collects each group.
    Group,
    /// Makes one of each collected group.
    Reduce,
    /// Forgets the groups.
    Unkey,
    /// Sends all to the shard that was asked.
    Collect,
}

/// What is known of the function of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// It is Python's `str`.
    Text,
    /// Nothing.
    Other,
}

/// What is known of the function of an accumulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gathering {
    /// It counts the records.
    Count,
    /// It adds numbers up.
    Total,
    /// Nothing.
    Other,
}

/// The kind of record that flows at a point of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Record,
    Text,
    Number,
}

impl Kind {
    /// An operation as a worker calls it, with what it knows of its function and its numbers.
    pub(crate) fn parse(name: &str, hint: Option<&str>, numbers: &[i64]) -> Option<Self> {
        let unsigned = |index: usize| {
            numbers
                .get(index)
                .map_or(0, |&number| u64::try_from(number).unwrap_or(u64::MAX))
        };
        Some(match (name, hint) {
            ("map", Some("str")) => Self::Map(Mapping::Text),
            ("map", _) => Self::Map(Mapping::Other),
            ("filter", _) => Self::Filter,
            ("foreach", _) => Self::ForEach,
            ("flatmap", _) => Self::FlatMap,
            ("limit", _) => Self::Limit {
                length: unsigned(0),
                offset: unsigned(1),
            },
            ("accumulate", Some("count")) => Self::Accumulate(Gathering::Count),
            ("accumulate", Some("total")) => Self::Accumulate(Gathering::Total),
            ("accumulate", _) => Self::Accumulate(Gathering::Other),
            ("extractkey", _) => Self::ExtractKey,
            ("repartition", _) => Self::Repartition,
            ("accumulatebykey", _) => Self::AccumulateByKey,
            ("group", _) => Self::Group,
            ("reduce", _) => Self::Reduce,
            ("unkey", _) => Self::Unkey,
            ("collect", _) => Self::Collect,
            _ => return None,
        })
    }

    /// What GETEXECUTION calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Map(_) | Self::Unkey => "map",
            Self::Filter => "filter",
            Self::ForEach => "foreach",
            Self::FlatMap => "flatmap",
            Self::Limit { .. } => "limit",
            Self::Accumulate(_) => "accumulate",
            Self::ExtractKey => "extractkey",
            Self::Repartition => "repartition",
            Self::AccumulateByKey => "accumulatebykey",
            Self::Group => "group",
            Self::Reduce => "reduce",
            Self::Collect => "collect",
        }
    }

    /// What the engine does for it without Python, and what flows from there on; nothing where it needs Python.
    pub(super) fn native(self, flow: Flow) -> Option<(Native, Flow)> {
        match (self, flow) {
            (Self::Collect, _) => Some((Native::Pass, flow)),
            (Self::Limit { length, offset }, _) => Some((Native::Limit { length, offset }, flow)),
            (Self::Accumulate(Gathering::Count), _) => Some((Native::Count, Flow::Number)),
            (Self::Accumulate(Gathering::Total), Flow::Number) => {
                Some((Native::Total, Flow::Number))
            }
            (Self::Map(Mapping::Text), Flow::Text | Flow::Number) => {
                Some((Native::Text, Flow::Text))
            }
            _ => None,
        }
    }

    /// Where it sends records, if it sends them to other shards.
    pub(super) fn exchange(self) -> Option<Exchange> {
        match self {
            Self::Collect => Some(Exchange::Collect),
            Self::Repartition => Some(Exchange::Repartition),
            _ => None,
        }
    }
}

/// One operation of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operation {
    pub(super) kind: Kind,
    /// What GETEXECUTION calls its function's caller.
    name: String,
    function: String,
}

impl Operation {
    /// An operation as a worker describes it.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let items = value.items()?;
        let numbers: Vec<i64> = items
            .get(2)?
            .items()?
            .iter()
            .filter_map(Value::as_int)
            .collect();
        let hint = items.get(1)?.as_text();
        Some(Self {
            kind: Kind::parse(&items.first()?.as_text()?, hint.as_deref(), &numbers)?,
            name: items.get(3)?.as_text()?,
            function: items.get(4)?.as_text()?,
        })
    }

    /// The steps that this operation stands for in GETEXECUTION: type, name, argument.
    pub(crate) fn steps(&self) -> Vec<(&'static str, &str, &str)> {
        match self.kind {
            Kind::FlatMap => vec![
                ("map", &self.name, &self.function),
                ("flatmap", "flatmap", ""),
            ],
            Kind::Unkey => vec![(self.kind.name(), &self.name, "")],
            kind => vec![(kind.name(), &self.name, &self.function)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of `KINDS` in the worker.
    #[test]
    fn both_sides_have_the_same_kinds() {
        let worker = include_str!("../../python/redgrease_worker/operations.py");
        let (_, rows) = worker.split_once("\nKINDS = {\n").expect("the table");
        let kinds: Vec<&str> = rows
            .lines()
            .filter_map(|row| row.trim().strip_prefix('"')?.split_once("\": Kind("))
            .map(|(kind, _)| kind)
            .collect();
        let unknown: Vec<_> = kinds
            .iter()
            .filter(|kind| Kind::parse(kind, None, &[]).is_none())
            .collect();
        assert!(unknown.is_empty(), "the engine does not know {unknown:?}");
        let own = include_str!("operation.rs");
        let (_, parse) = own.split_once("match (name, hint) {").expect("the names");
        let (parse, _) = parse.split_once("_ => return None").expect("its end");
        let mut named: Vec<&str> = parse
            .lines()
            .filter_map(|arm| arm.trim().strip_prefix("(\"")?.split_once('"'))
            .map(|(kind, _)| kind)
            .collect();
        named.dedup();
        let sorted = |mut names: Vec<&str>| {
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(sorted(named), sorted(kinds));
    }
}
