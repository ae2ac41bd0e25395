//! Building a gear at run time, step by step: the same model as `gear!`, with the callbacks
//! checked at compile time by `py!`.
//!
//! ```
//! # use redgrease_core::facade as redgrease;
//! use redgrease::KeysReader;
//!
//! let words = KeysReader::new("doc:*").values().countby_self().run();
//! assert_eq!(words.plan().steps.len(), 2);
//! ```

mod callback;
mod ends;
mod options;
mod run;

pub use callback::{Callable, Callback, No, Python, StaticCallback, Yes};
pub use options::{ReaderOptions, RegisterOptions};
pub use run::{Matching, Only, Placed, RunOptions, Runs, Scanning};

use super::function::GearFunction;
use super::function::ends::Open;
use super::function::readers::{
    CommandReader, KeysOnlyReader, KeysReader, PythonReader, ReaderType, ShardsIDReader,
    StreamReader,
};
use super::{Action, Argument, Code, Operation, Plan, Step, Text};
use crate::literal::{ToPython, to_python};

/// A gear that is not ended: more steps can follow. It can be cloned, and each clone go on in its
/// own way.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::OpenGear;
/// use redgrease::KeysReader;
///
/// let open: OpenGear<KeysReader> = KeysReader::new("*").values();
/// let counted = open.clone().count().run();
/// let distinct = open.distinct().run();
/// # let _ = (counted, distinct);
/// ```
pub type OpenGear<R> = GearFunction<R, Open>;

/// An argument whose value comes from Rust.
fn value<T: ToPython + ?Sized>(keyword: &'static str, value: &T) -> Argument {
    Argument {
        keyword: Some(Text::Borrowed(keyword)),
        value: Code {
            text: Text::Owned(to_python(value)),
            file: Text::Borrowed(""),
            line: 0,
        },
        function: false,
    }
}

fn open<R: ReaderType>(arguments: Vec<Argument>) -> OpenGear<R> {
    let mut plan = Plan::new(R::READER);
    plan.reader_arguments = arguments;
    GearFunction::from_plan(plan)
}

macro_rules! readers_of_keys {
    ($($reader:ident: $what:literal;)*) => { $(
        impl $reader {
            #[doc = $what]
            #[allow(clippy::new_ret_no_self, reason = "a reader is the beginning of a gear")]
            pub fn new(pattern: impl ToPython) -> OpenGear<Self> {
                open(vec![value("default_key_pattern", &pattern)])
            }
        }
    )* };
}

readers_of_keys! {
    KeysReader: "Reads the keys that match `pattern`, with their values.";
    KeysOnlyReader: "Reads the names of the keys that match `pattern`.";
    StreamReader: "Reads the entries of the stream whose name is `pattern`.";
}

macro_rules! readers_of_nothing {
    ($($reader:ident: $what:literal;)*) => { $(
        impl $reader {
            #[doc = $what]
            #[allow(clippy::new_ret_no_self, reason = "a reader is the beginning of a gear")]
            pub fn new() -> OpenGear<Self> {
                open(Vec::new())
            }
        }
    )* };
}

readers_of_nothing! {
    PythonReader: "Reads what a Python generator yields.";
    ShardsIDReader: "Reads one record for each shard.";
    CommandReader: "Reads the arguments of a command.";
}

impl<R: ReaderType> OpenGear<R> {
    fn step(self, operation: Operation, arguments: Vec<Argument>) -> Self {
        self.then(operation, |_| arguments)
    }

    fn then(
        self,
        operation: Operation,
        arguments: impl FnOnce(&mut Plan) -> Vec<Argument>,
    ) -> Self {
        let mut plan = self.into_plan();
        let arguments = arguments(&mut plan);
        plan.steps.push(Step {
            operation,
            arguments,
        });
        Self::from_plan(plan)
    }

    /// Replaces each record by what `op` gives for it.
    pub fn map(self, op: impl Callable<1>) -> Self {
        self.then(Operation::Map, |plan| vec![op.into_argument("op", plan)])
    }

    /// Replaces each record by the items of the list that `op` gives for it.
    pub fn flatmap(self, op: impl Callable<1>) -> Self {
        self.then(Operation::FlatMap, |plan| {
            vec![op.into_argument("op", plan)]
        })
    }

    /// Replaces each record, a list, by its items.
    pub fn flatmap_self(self) -> Self {
        self.step(Operation::FlatMap, Vec::new())
    }

    /// Calls `op` with each record.
    pub fn foreach(self, op: impl Callable<1>) -> Self {
        self.then(Operation::ForEach, |plan| {
            vec![op.into_argument("op", plan)]
        })
    }

    /// Keeps the records for which `op` is true.
    pub fn filter(self, op: impl Callable<1>) -> Self {
        self.then(Operation::Filter, |plan| vec![op.into_argument("op", plan)])
    }

    /// Keeps the records that are true.
    pub fn filter_self(self) -> Self {
        self.step(Operation::Filter, Vec::new())
    }

    /// Makes one value of all records of a shard: `op` gets the value so far, `None` at first, and
    /// a record.
    pub fn accumulate(self, op: impl Callable<2>) -> Self {
        self.then(Operation::Accumulate, |plan| {
            vec![op.into_argument("op", plan)]
        })
    }

    /// Makes one value of the records of each group of a shard; `reducer` gets the group, the
    /// value so far, `None` at first, and a record.
    pub fn localgroupby(self, extractor: impl Callable<1>, reducer: impl Callable<3>) -> Self {
        self.then(Operation::LocalGroupBy, |plan| {
            vec![
                extractor.into_argument("extractor", plan),
                reducer.into_argument("reducer", plan),
            ]
        })
    }

    /// Keeps `length` records.
    pub fn limit(self, length: u64) -> Self {
        self.step(Operation::Limit, vec![value("length", &length)])
    }

    /// Keeps `length` records after the first `start`.
    pub fn limit_from(self, start: u64, length: u64) -> Self {
        self.step(
            Operation::Limit,
            vec![value("length", &length), value("start", &start)],
        )
    }

    /// Brings the records of all shards to the one that began.
    pub fn collect(self) -> Self {
        self.step(Operation::Collect, Vec::new())
    }

    /// Brings each record to the shard that holds the key which `extractor` gives.
    pub fn repartition(self, extractor: impl Callable<1>) -> Self {
        self.then(Operation::Repartition, |plan| {
            vec![extractor.into_argument("extractor", plan)]
        })
    }

    /// Makes one value of all records: on each shard `seq_op` gets the value so far, `zero` at
    /// first, and a record; then it puts the values of the shards together in the same way.
    pub fn aggregate(self, zero: impl ToPython, seq_op: impl Callable<2>) -> Self {
        self.then(Operation::Aggregate, |plan| {
            vec![value("zero", &zero), seq_op.into_argument("seqOp", plan)]
        })
    }

    /// Makes one value of all records: on each shard `seq_op` gets the value so far, `zero` at
    /// first, and a record; then `comb_op` gets the value so far and that of a shard.
    pub fn aggregate_with(
        self,
        zero: impl ToPython,
        seq_op: impl Callable<2>,
        comb_op: impl Callable<2>,
    ) -> Self {
        self.then(Operation::Aggregate, |plan| {
            vec![
                value("zero", &zero),
                seq_op.into_argument("seqOp", plan),
                comb_op.into_argument("combOp", plan),
            ]
        })
    }

    /// As [`aggregate`](Self::aggregate) for each group that `extractor` gives; `seq_op` gets the
    /// group first.
    pub fn aggregateby(
        self,
        extractor: impl Callable<1>,
        zero: impl ToPython,
        seq_op: impl Callable<3>,
    ) -> Self {
        self.then(Operation::AggregateBy, |plan| {
            vec![
                extractor.into_argument("extractor", plan),
                value("zero", &zero),
                seq_op.into_argument("seqOp", plan),
            ]
        })
    }

    /// As [`aggregate_with`](Self::aggregate_with) for each group that `extractor` gives; both
    /// callbacks get the group first.
    pub fn aggregateby_with(
        self,
        extractor: impl Callable<1>,
        zero: impl ToPython,
        seq_op: impl Callable<3>,
        comb_op: impl Callable<3>,
    ) -> Self {
        self.then(Operation::AggregateBy, |plan| {
            vec![
                extractor.into_argument("extractor", plan),
                value("zero", &zero),
                seq_op.into_argument("seqOp", plan),
                comb_op.into_argument("combOp", plan),
            ]
        })
    }

    /// Makes one value of the records of each group, record by record.
    pub fn groupby(self, extractor: impl Callable<1>, reducer: impl Callable<3>) -> Self {
        self.then(Operation::GroupBy, |plan| {
            vec![
                extractor.into_argument("extractor", plan),
                reducer.into_argument("reducer", plan),
            ]
        })
    }

    /// Makes one value of the records of each group; `reducer` gets the group and all its records.
    pub fn batchgroupby(self, extractor: impl Callable<1>, reducer: impl Callable<2>) -> Self {
        self.then(Operation::BatchGroupBy, |plan| {
            vec![
                extractor.into_argument("extractor", plan),
                reducer.into_argument("reducer", plan),
            ]
        })
    }

    /// Sorts the records.
    pub fn sort(self) -> Self {
        self.step(Operation::Sort, Vec::new())
    }

    /// Sorts the records, with the argument `reverse` of the server's operation.
    pub fn sort_with(self, reverse: bool) -> Self {
        self.step(Operation::Sort, vec![value("reverse", &reverse)])
    }

    /// Keeps one of each.
    pub fn distinct(self) -> Self {
        self.step(Operation::Distinct, Vec::new())
    }

    /// Counts the records.
    pub fn count(self) -> Self {
        self.step(Operation::Count, Vec::new())
    }

    /// Counts the records of each group that `extractor` gives.
    pub fn countby(self, extractor: impl Callable<1>) -> Self {
        self.then(Operation::CountBy, |plan| {
            vec![extractor.into_argument("extractor", plan)]
        })
    }

    /// Counts each of the records, as text.
    pub fn countby_self(self) -> Self {
        self.step(Operation::CountBy, Vec::new())
    }

    /// The average of the records.
    pub fn avg(self) -> Self {
        self.step(Operation::Avg, Vec::new())
    }

    /// The average of what `extractor` gives.
    pub fn avg_by(self, extractor: impl Callable<1>) -> Self {
        self.then(Operation::Avg, |plan| {
            vec![extractor.into_argument("extractor", plan)]
        })
    }

    fn end_calling<E: super::function::ends::End>(
        self,
        keyword: &'static str,
        callback: impl Callable<0>,
        mut arguments: Vec<Argument>,
        action: impl FnOnce(Vec<Argument>) -> Action,
    ) -> GearFunction<R, E> {
        let mut plan = self.into_plan();
        arguments.push(callback.into_argument(keyword, &mut plan));
        Self::from_plan(plan).end(action(arguments))
    }

    fn end<E: super::function::ends::End>(self, action: Action) -> GearFunction<R, E> {
        let mut plan = self.into_plan();
        plan.action = Some(action);
        GearFunction::from_plan(plan)
    }
}

#[cfg(test)]
mod tests;
