//! Operations that run here.

use redgrease_core::native::Program;

use super::described::Operation;
use super::needs_python::NeedsPython;
use crate::plan::Kind;
use crate::record::value::Value;

/// A function, compiled.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) program: Program,
    /// The lines of the builder's functions that call it, the innermost first.
    pub(super) around: Vec<u32>,
    /// What an accumulation begins with where it has nothing that is true.
    pub(super) zero: Option<Value>,
    /// Whether it takes the value of a record, instead of the record.
    pub(super) of_value: bool,
}

/// One operation.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing, on one shard.
    Pass,
    Map(Function),
    Filter(Function),
    Foreach(Function),
    FlatMap(Function),
    /// `str` of the record.
    Text,
    Limit {
        length: u64,
        offset: u64,
    },
    /// The key of the record's group, which the next step takes.
    Key(Key),
    /// The number of records.
    Count,
    /// The sum of numbers.
    Total,
    /// A list of the records.
    Append,
    /// The elements of lists in one.
    Extend,
    /// A set of the records; the function raises for what cannot be in one.
    Distinct(Function),
    /// One set of several.
    Join,
    Accumulate(Function),
    ByKey(ByKey),
    Group,
    Reduce(Function),
}

#[derive(Debug)]
pub(super) enum Key {
    Of(Function),
    /// The record itself.
    Itself,
    /// `record['key']`
    Field,
}

#[derive(Debug)]
pub(super) enum ByKey {
    Function(Function),
    Count,
    /// The sum of `record['value']`.
    Sum,
}

impl Step {
    /// The step for an operation, with its function if it needs one.
    ///
    /// # Errors
    /// Why Python has to do it.
    pub(super) fn new(one: &Operation, function: Option<Function>) -> Result<Self, NeedsPython> {
        let hint = one.hint.as_deref();
        Ok(match (one.kind, function) {
            (Kind::Collect | Kind::Repartition | Kind::Unkey, _) => Self::Pass,
            (Kind::Map(_), Some(function)) => Self::Map(function),
            (Kind::Map(_), None) => Self::Text,
            (Kind::Filter, Some(function)) => Self::Filter(function),
            (Kind::ForEach, Some(function)) => Self::Foreach(function),
            (Kind::FlatMap, Some(function)) => Self::FlatMap(function),
            (Kind::Limit { length, offset }, _) => Self::Limit { length, offset },
            (Kind::ExtractKey, Some(function)) => Self::Key(Key::Of(function)),
            (Kind::ExtractKey, None) if hint == Some("key") => Self::Key(Key::Field),
            (Kind::ExtractKey, None) => Self::Key(Key::Itself),
            (Kind::Accumulate(_), Some(function)) if hint == Some("add") => {
                Self::Distinct(function)
            }
            (Kind::Accumulate(_), Some(function)) => Self::Accumulate(function),
            (Kind::Accumulate(_), None) => match hint {
                Some("count") => Self::Count,
                Some("append") => Self::Append,
                Some("extend") => Self::Extend,
                Some("join") => Self::Join,
                _ => Self::Total,
            },
            (Kind::AccumulateByKey, Some(function)) => Self::ByKey(ByKey::Function(function)),
            (Kind::AccumulateByKey, None) if hint == Some("count") => Self::ByKey(ByKey::Count),
            (Kind::AccumulateByKey, None) => Self::ByKey(ByKey::Sum),
            (Kind::Group, _) => Self::Group,
            (Kind::Reduce, Some(function)) => Self::Reduce(function),
            (kind, _) => return Err(NeedsPython::Operation(kind.name())),
        })
    }

    /// Its function.
    pub(super) fn function(&self) -> Option<&Function> {
        match self {
            Self::Map(function)
            | Self::Filter(function)
            | Self::Foreach(function)
            | Self::FlatMap(function)
            | Self::Distinct(function)
            | Self::Accumulate(function)
            | Self::Reduce(function)
            | Self::Key(Key::Of(function))
            | Self::ByKey(ByKey::Function(function)) => Some(function),
            _ => None,
        }
    }

    /// Its function, compiled.
    pub(super) fn program(&self) -> Option<&Program> {
        self.function().map(|function| &function.program)
    }

    /// Whether it needs all records before it gives one.
    pub(super) fn gathers(&self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::Total
                | Self::Append
                | Self::Extend
                | Self::Distinct(_)
                | Self::Join
                | Self::Accumulate(_)
                | Self::ByKey(_)
                | Self::Reduce(_)
        )
    }

    /// Whether fewer records may leave it than come.
    pub(super) fn thins(&self) -> bool {
        self.gathers() || matches!(self, Self::Filter(_) | Self::Limit { .. })
    }
}
