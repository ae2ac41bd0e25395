//! The operations and what they take.

use super::{Kind, Operation, OperationEntry, REQUIREMENTS, keyword, optional, required};

const MAPPER: Kind = Kind::Callback(&["record"]);
const ACCUMULATOR: Kind = Kind::Callback(&["accumulator", "record"]);
const REDUCER: Kind = Kind::Callback(&["key", "accumulator", "record"]);

/// Declares the operations: one row for each. One that has no row does not compile.
macro_rules! operations {
    ($(($operation:ident, $name:literal, [$($parameter:expr),*])),* $(,)?) => {
        /// All operations, the readers' sugar last.
        pub const OPERATIONS: &[OperationEntry] = &[$(
            OperationEntry {
                operation: Operation::$operation,
                name: $name,
                parameters: &[$($parameter),*],
            },
        )*];

        /// What the table says about `operation`.
        pub fn operation_entry(operation: Operation) -> &'static OperationEntry {
            match operation {
                $(Operation::$operation => {
                    const {
                        &OperationEntry {
                            operation: Operation::$operation,
                            name: $name,
                            parameters: &[$($parameter),*],
                        }
                    }
                })*
            }
        }
    };
}

operations! {
    (Map, "map", [required("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    (FlatMap, "flatmap", [optional("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    (ForEach, "foreach", [required("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    (Filter, "filter", [optional("op", MAPPER).or_async(), REQUIREMENTS]
    ),
    (Accumulate, "accumulate", [optional("op", ACCUMULATOR).or_async(), REQUIREMENTS]
    ),
    (LocalGroupBy, "localgroupby", [
            optional("extractor", MAPPER),
            optional("reducer", REDUCER).or_async(),
            REQUIREMENTS
        ]
    ),
    (Limit, "limit", [
            required("length", Kind::Int(0)),
            optional("start", Kind::Int(0))
        ]
    ),
    (Collect, "collect", []),
    (Repartition, "repartition", [required("extractor", MAPPER), REQUIREMENTS]
    ),
    (Aggregate, "aggregate", [
            optional("zero", Kind::Any),
            optional("seqOp", ACCUMULATOR).or_async(),
            optional("combOp", Kind::Callback(&["accumulator", "partial"])).or_async(),
            REQUIREMENTS
        ]
    ),
    (AggregateBy, "aggregateby", [
            optional("extractor", MAPPER),
            optional("zero", Kind::Any),
            optional("seqOp", REDUCER).or_async(),
            optional("combOp", Kind::Callback(&["key", "accumulator", "partial"])).or_async(),
            REQUIREMENTS
        ]
    ),
    (GroupBy, "groupby", [
            optional("extractor", MAPPER),
            optional("reducer", REDUCER).or_async(),
            REQUIREMENTS
        ]
    ),
    (BatchGroupBy, "batchgroupby", [
            optional("extractor", MAPPER),
            optional("reducer", Kind::Callback(&["key", "records"])),
            REQUIREMENTS
        ]
    ),
    (Sort, "sort", [optional("reverse", Kind::Bool), REQUIREMENTS]
    ),
    (Distinct, "distinct", []),
    (Count, "count", []),
    (CountBy, "countby", [optional("extractor", MAPPER), REQUIREMENTS]
    ),
    (Avg, "avg", [optional("extractor", MAPPER), REQUIREMENTS]),
    (Values, "values", [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    (Keys, "keys", [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    (Records, "records", [keyword("type", Kind::Match), keyword("event", Kind::Match)]
    ),
    (Args, "args", [optional("max_count", Kind::Int(0))]),
    (Apply, "apply", [
            required("fun", Kind::Callback(&["*arguments"])).or_async(),
            REQUIREMENTS
        ]
    ),
}
