//! The one table of readers, operations and arguments. The checker, the script generator, the
//! attribute macros and the documentation read it.
//!
//! ```
//! use redgrease_core::gear::Reader;
//! use redgrease_core::gear::table::{bind, entry, operation, reader, usage, Misfit};
//!
//! assert_eq!(reader("KeysReader").map(|found| found.reader), Some(Reader::Keys));
//! assert!(entry(Reader::Command).register.is_some());
//! let aggregate = operation("aggregate").expect("it is in the table");
//! assert_eq!(usage("limit", operation("limit").expect("so is it").parameters), "limit(length, start=…)");
//! let (bound, misfits) = bind(aggregate.parameters, &[None, Some("combOp")]);
//! assert_eq!(bound[..3], [Some(0), None, Some(1)]);
//! assert_eq!(misfits, []);
//! assert_eq!(bind(&[], &[None]).1, [Misfit::Surplus(0)]);
//! ```

use super::{Operation, Reader};

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A function; the names of what it is called with.
    Callback(&'static [&'static str]),
    /// A generator function without parameters.
    Generator,
    /// A `str`.
    Text,
    /// A `str` with the wild cards `*`, `?` and `[…]`.
    Glob,
    /// A `str`; a `*` at its end stands for any end, elsewhere for itself.
    Prefix,
    /// An `int`, not less than this.
    Int(i64),
    /// A `bool`.
    Bool,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list of `str`.
    Texts,
    /// A list of names of key events.
    Events,
    /// A list of these texts.
    Choices(&'static [&'static str]),
    /// A list of pip requirement specifiers; they travel beside the script.
    Requirements,
    /// What a field is compared with: a value, a container of values, a type or `...`.
    Match,
    /// Any value.
    Any,
}

/// A parameter of a reader, an operation or an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The name in Python, as RedGrease and RedisGears write it.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it has to be given.
    pub required: bool,
    /// Whether it can be given by its place.
    pub positional: bool,
    /// Whether a callback may be an `async def` or give back a `gearsFuture`.
    pub asynchronous: bool,
}

impl Parameter {
    const fn or_async(mut self) -> Self {
        self.asynchronous = true;
        self
    }

    /// The name in a Rust attribute: `event_types` for `eventTypes`.
    ///
    /// ```
    /// use redgrease_core::gear::{Reader, table};
    ///
    /// let names: Vec<String> = table::entry(Reader::Stream)
    ///     .register
    ///     .iter()
    ///     .flat_map(|parameters| parameters.iter().map(|p| p.rust_name()))
    ///     .collect();
    /// assert!(names.contains(&"on_failed_policy".to_owned()));
    /// ```
    pub fn rust_name(&self) -> String {
        let mut name = String::new();
        for c in self.name.chars() {
            if c.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }
}

const fn required(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        required: true,
        positional: true,
        asynchronous: false,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        required: false,
        positional: true,
        asynchronous: false,
    }
}

const fn keyword(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        required: false,
        positional: false,
        asynchronous: false,
    }
}

/// A reader: its name, what it takes, what can be done with it.
#[derive(Debug, Clone, Copy)]
pub struct ReaderEntry {
    /// The reader.
    pub reader: Reader,
    /// Its name, in RedGrease and on the server.
    pub name: &'static str,
    /// What it takes when it is made.
    pub parameters: &'static [Parameter],
    /// What `run` takes; `None` when it cannot run.
    pub run: Option<&'static [Parameter]>,
    /// What `register` takes; `None` when it cannot be registered.
    pub register: Option<&'static [Parameter]>,
    /// The operations that only this reader has, as the first step.
    pub sugar: &'static [Operation],
}

/// An operation: its name and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct OperationEntry {
    /// The operation.
    pub operation: Operation,
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
}

/// Where executions of `run` can run.
pub const RUN_MODES: &[&str] = &["async", "async_local"];
/// Where executions of a registration can run.
pub const REGISTER_MODES: &[&str] = &["async", "async_local", "sync"];
/// What to do when an execution over a stream fails.
pub const FAILURE_POLICIES: &[&str] = &["continue", "abort", "retry"];
/// The types of keys.
pub const KEY_TYPES: &[&str] = &[
    "string", "hash", "list", "set", "zset", "stream", "module", "empty",
];

const REQUIREMENTS: Parameter = keyword("requirements", Kind::Requirements);
const CONVERT: Parameter = optional("convertToStr", Kind::Bool);
const COLLECT: Parameter = optional("collect", Kind::Bool);
const RUN_MODE: Parameter = keyword("mode", Kind::Choice(RUN_MODES));
const MODE: Parameter = optional("mode", Kind::Choice(REGISTER_MODES));
const ON_REGISTERED: Parameter = optional("onRegistered", Kind::Callback(&[]));
const PREFIX: Parameter = optional("prefix", Kind::Prefix);
const DESCRIPTION: Parameter = optional("desc", Kind::Text);

/// All readers.
pub const READERS: &[ReaderEntry] = &[
    ReaderEntry {
        reader: Reader::Keys,
        name: "KeysReader",
        parameters: &[
            optional("default_key_pattern", Kind::Glob),
            DESCRIPTION,
            REQUIREMENTS,
        ],
        run: Some(&[
            optional("arg", Kind::Glob),
            CONVERT,
            COLLECT,
            RUN_MODE,
            keyword("noScan", Kind::Bool),
            keyword("readValue", Kind::Bool),
            REQUIREMENTS,
        ]),
        register: Some(&[
            PREFIX,
            CONVERT,
            COLLECT,
            MODE,
            ON_REGISTERED,
            keyword("eventTypes", Kind::Events),
            keyword("keyTypes", Kind::Choices(KEY_TYPES)),
            keyword("readValue", Kind::Bool),
            keyword("commands", Kind::Texts),
            REQUIREMENTS,
        ]),
        sugar: &[Operation::Values, Operation::Keys, Operation::Records],
    },
    ReaderEntry {
        reader: Reader::KeysOnly,
        name: "KeysOnlyReader",
        parameters: &[
            optional("default_key_pattern", Kind::Glob),
            DESCRIPTION,
            REQUIREMENTS,
        ],
        run: Some(&[
            optional("arg", Kind::Glob),
            CONVERT,
            COLLECT,
            keyword("count", Kind::Int(1)),
            keyword("noScan", Kind::Bool),
            keyword("patternGenerator", Kind::Callback(&[])),
            REQUIREMENTS,
        ]),
        register: None,
        sugar: &[],
    },
    ReaderEntry {
        reader: Reader::Stream,
        name: "StreamReader",
        parameters: &[
            optional("default_key_pattern", Kind::Text),
            DESCRIPTION,
            REQUIREMENTS,
        ],
        run: Some(&[
            optional("arg", Kind::Text),
            CONVERT,
            COLLECT,
            RUN_MODE,
            keyword("fromId", Kind::Text),
            REQUIREMENTS,
        ]),
        register: Some(&[
            PREFIX,
            CONVERT,
            COLLECT,
            MODE,
            ON_REGISTERED,
            keyword("batch", Kind::Int(1)),
            keyword("duration", Kind::Int(0)),
            keyword("onFailedPolicy", Kind::Choice(FAILURE_POLICIES)),
            keyword("onFailedRetryInterval", Kind::Int(0)),
            keyword("trimStream", Kind::Bool),
            REQUIREMENTS,
        ]),
        sugar: &[Operation::Values, Operation::Keys, Operation::Records],
    },
    ReaderEntry {
        reader: Reader::Python,
        name: "PythonReader",
        parameters: &[DESCRIPTION, REQUIREMENTS],
        run: Some(&[
            required("arg", Kind::Generator),
            CONVERT,
            COLLECT,
            RUN_MODE,
            REQUIREMENTS,
        ]),
        register: None,
        sugar: &[],
    },
    ReaderEntry {
        reader: Reader::ShardsId,
        name: "ShardsIDReader",
        parameters: &[DESCRIPTION, REQUIREMENTS],
        run: Some(&[
            keyword("convertToStr", Kind::Bool),
            keyword("collect", Kind::Bool),
            RUN_MODE,
            REQUIREMENTS,
        ]),
        register: None,
        sugar: &[],
    },
    ReaderEntry {
        reader: Reader::Command,
        name: "CommandReader",
        parameters: &[DESCRIPTION, REQUIREMENTS],
        run: None,
        register: Some(&[
            keyword("trigger", Kind::Text),
            keyword("convertToStr", Kind::Bool),
            keyword("collect", Kind::Bool),
            keyword("mode", Kind::Choice(REGISTER_MODES)),
            keyword("onRegistered", Kind::Callback(&[])),
            keyword("inorder", Kind::Bool),
            keyword("hook", Kind::Text),
            keyword("keyprefix", Kind::Text),
            REQUIREMENTS,
        ]),
        sugar: &[Operation::Args, Operation::Apply],
    },
];

/// What `GearsBuilder` and `GB` take.
pub const BUILDER: &[Parameter] = &[
    optional("reader", Kind::Text),
    optional("defaultArg", Kind::Any),
    DESCRIPTION,
    REQUIREMENTS,
];

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

/// The reader called `name`.
pub fn reader(name: &str) -> Option<&'static ReaderEntry> {
    READERS.iter().find(|r| r.name == name)
}

/// What the table says about `reader`.
pub fn entry(reader: Reader) -> &'static ReaderEntry {
    match READERS.iter().find(|r| r.reader == reader) {
        Some(entry) => entry,
        None => &READERS[0],
    }
}

/// The operation called `name`.
pub fn operation(name: &str) -> Option<&'static OperationEntry> {
    OPERATIONS.iter().find(|o| o.name == name)
}

/// What the table says about `operation`.
pub fn operation_entry(operation: Operation) -> &'static OperationEntry {
    match OPERATIONS.iter().find(|o| o.operation == operation) {
        Some(entry) => entry,
        None => &OPERATIONS[0],
    }
}

impl Operation {
    /// Whether only some readers have it, as the first step.
    pub fn is_sugar(self) -> bool {
        READERS.iter().any(|r| r.sugar.contains(&self))
    }
}

/// Why arguments do not fit parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// This argument is one more than can be given by place.
    Surplus(usize),
    /// This argument has a keyword that is no parameter.
    Unknown(usize),
    /// This argument is for a parameter that has one.
    Twice(usize),
    /// This parameter has to be given.
    Missing(usize),
}

/// Which argument each parameter gets. An argument is its keyword, or `None` when it is given by
/// place.
pub fn bind(
    parameters: &[Parameter],
    arguments: &[Option<&str>],
) -> (Vec<Option<usize>>, Vec<Misfit>) {
    let mut bound: Vec<Option<usize>> = vec![None; parameters.len()];
    let mut misfits = Vec::new();
    let mut places = (0..parameters.len()).filter(|i| parameters[*i].positional);
    for (index, keyword) in arguments.iter().enumerate() {
        let (slot, misfit) = match keyword {
            None => (places.next(), Misfit::Surplus(index)),
            Some(name) => (
                parameters.iter().position(|p| p.name == *name),
                Misfit::Unknown(index),
            ),
        };
        match slot {
            None => misfits.push(misfit),
            Some(slot) if bound[slot].is_some() => misfits.push(Misfit::Twice(index)),
            Some(slot) => bound[slot] = Some(index),
        }
    }
    for (slot, parameter) in parameters.iter().enumerate() {
        if parameter.required && bound[slot].is_none() {
            misfits.push(Misfit::Missing(slot));
        }
    }
    (bound, misfits)
}

/// How a call of `name` is written: `aggregate(zero, seqOp, combOp)`.
pub fn usage(name: &str, parameters: &[Parameter]) -> String {
    let parameters: Vec<String> = parameters
        .iter()
        .filter(|p| p.kind != Kind::Requirements && (p.required || p.positional))
        .map(|p| {
            if p.required {
                p.name.to_owned()
            } else {
                format!("{}=…", p.name)
            }
        })
        .collect();
    format!("{name}({})", parameters.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_and_operation_has_one_entry() {
        for entry in READERS {
            assert_eq!(super::entry(entry.reader).name, entry.name);
            assert!(entry.run.is_some() || entry.register.is_some());
        }
        for entry in OPERATIONS {
            assert_eq!(operation_entry(entry.operation).name, entry.name);
        }
        assert_eq!(
            OPERATIONS
                .iter()
                .filter(|o| !o.operation.is_sugar())
                .count(),
            18
        );
    }

    #[test]
    fn arguments_find_their_parameters() {
        let parameters = operation("aggregate").map_or(&[][..], |o| o.parameters);
        let (bound, misfits) = bind(parameters, &[None, Some("combOp")]);
        assert_eq!(bound, [Some(0), None, Some(1), None]);
        assert_eq!(misfits, []);
        let (_, misfits) = bind(parameters, &[None, Some("zero"), Some("zer0")]);
        assert_eq!(misfits, [Misfit::Twice(1), Misfit::Unknown(2)]);
        let map = operation("map").map_or(&[][..], |o| o.parameters);
        let (_, misfits) = bind(map, &[]);
        assert_eq!(misfits, [Misfit::Missing(0)]);
        let (_, misfits) = bind(map, &[None, None]);
        assert_eq!(misfits, [Misfit::Surplus(1)]);
    }
}
