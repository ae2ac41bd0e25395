//! The operations and what they take.

use super::{Kind, OperationEntry, REQUIREMENTS, keyword, optional, required};
use crate::gear::Operation;

const MAPPER: Kind = Kind::Callback(&["record"]);
const ACCUMULATOR: Kind = Kind::Callback(&["accumulator", "record"]);
const REDUCER: Kind = Kind::Callback(&["key", "accumulator", "record"]);

macro_rules! operation {
    ($operation:ident, $name:literal, [$($parameter:expr),*]) => {
        OperationEntry {
            operation: Operation::$operation,
            name: $name,
            parameters: &[$($parameter),*],
        }
    };
}

/// All operations, the readers' sugar last.
pub const OPERATIONS: &[OperationEntry] = &[
    operation!(
        Map,
        "map",
        [required("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    operation!(
        FlatMap,
        "flatmap",
        [optional("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    operation!(
        ForEach,
        "foreach",
        [required("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    operation!(
        Filter,
        "filter",
        [optional("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    operation!(
        Accumulate,
        "accumulate",
        [optional("op", ACCUMULATOR).or_async(), REQUIREMENTS]
    ),
    operation!(
        LocalGroupBy,
        "localgroupby",
        [
            optional("extractor", MAPPER),
            optional("reducer", REDUCER).or_async(),
            REQUIREMENTS
        ]
    ),
    operation!(
        Limit,
        "limit",
        [
            required("length", Kind::Int(0)),
            optional("start", Kind::Int(0))
        ]
    ),
    operation!(Collect, "collect", []),
    operation!(
        Repartition,
        "repartition",
        [required("extractor", MAPPER), REQUIREMENTS]
    ),
    operation!(
        Aggregate,
        "aggregate",
        [
            optional("zero", Kind::Any),
            optional("seqOp", ACCUMULATOR).or_async(),
            optional("combOp", Kind::Callback(&["accumulator", "partial"])).or_async(),
            REQUIREMENTS
        ]
    ),
    operation!(
        AggregateBy,
        "aggregateby",
        [
            optional("extractor", MAPPER),
            optional("zero", Kind::Any),
            optional("seqOp", REDUCER).or_async(),
            optional("combOp", Kind::Callback(&["key", "accumulator", "partial"])).or_async(),
            REQUIREMENTS
        ]
    ),
    operation!(
        GroupBy,
        "groupby",
        [
            optional("extractor", MAPPER),
            optional("reducer", REDUCER).or_async(),
            REQUIREMENTS
        ]
    ),
    operation!(
        BatchGroupBy,
        "batchgroupby",
        [
            optional("extractor", MAPPER),
            optional("reducer", Kind::Callback(&["key", "records"])),
            REQUIREMENTS
        ]
    ),
    operation!(
        Sort,
        "sort",
        [optional("reverse", Kind::Bool), REQUIREMENTS]
    ),
    operation!(Distinct, "distinct", []),
    operation!(Count, "count", []),
    operation!(
        CountBy,
        "countby",
        [optional("extractor", MAPPER), REQUIREMENTS]
    ),
    operation!(Avg, "avg", [optional("extractor", MAPPER), REQUIREMENTS]),
    operation!(
        Values,
        "values",
        [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    operation!(
        Keys,
        "keys",
        [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    operation!(
        Records,
        "records",
        [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    operation!(Args, "args", [optional("max_count", Kind::Int(0))]),
    operation!(
        Apply,
        "apply",
        [
            required("fun", Kind::Callback(&["*arguments"])).or_async(),
            REQUIREMENTS
        ]
    ),
];
