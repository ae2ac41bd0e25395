//! The one table of readers, operations and arguments. The checker, the script generator, the
//! attribute macros and the documentation read it.
//!
//! ```
//! # use redgrease_core::facade as redgrease;
//! use redgrease::gear::Reader;
//! use redgrease::gear::table::{bind, entry, operation, reader, usage, Misfit};
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

mod bind;
mod operations;
mod readers;

pub use bind::{Misfit, bind, usage};
pub use operations::{OPERATIONS, operation_entry};
pub use readers::{
    BUILDER, FAILURE_POLICIES, KEY_TYPES, READERS, REGISTER_MODES, RUN_MODES, entry,
};

/// Where the records of a gear come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reader {
    /// Keys and values of the database; key events when registered.
    Keys,
    /// Key names only.
    KeysOnly,
    /// Entries of streams.
    Stream,
    /// What a Python generator yields.
    Python,
    /// One record for each shard.
    ShardsId,
    /// Arguments of `RG.TRIGGER`.
    Command,
}

/// An operation of a gear; one step each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "the operations are described in the table that names them"
)]
pub enum Operation {
    Map,
    FlatMap,
    ForEach,
    Filter,
    Accumulate,
    LocalGroupBy,
    Limit,
    Collect,
    Repartition,
    Aggregate,
    AggregateBy,
    GroupBy,
    BatchGroupBy,
    Sort,
    Distinct,
    Count,
    CountBy,
    Avg,
    Values,
    Keys,
    Records,
    Args,
    Apply,
}

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
    /// A `str` that is taken and does nothing, because a command has no keys of its own.
    NoPrefix,
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
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::gear::{Reader, table};
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

impl ReaderEntry {
    /// What of the arguments of `register` an attribute in Rust takes; how a result is converted is
    /// said by its Rust type.
    pub fn attribute(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let register = self.register.unwrap_or_default();
        register.iter().filter(|p| p.name != "convertToStr")
    }
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

const REQUIREMENTS: Parameter = keyword("requirements", Kind::Requirements);

/// The reader called `name`.
pub fn reader(name: &str) -> Option<&'static ReaderEntry> {
    READERS.iter().find(|r| r.name == name)
}

/// The operation called `name`.
pub fn operation(name: &str) -> Option<&'static OperationEntry> {
    OPERATIONS.iter().find(|o| o.name == name)
}

/// What the server's own builder takes for an operation: nothing is left out, and few have names.
#[cfg(feature = "check")]
pub(crate) fn native(entry: &OperationEntry) -> Vec<Parameter> {
    let optional = |parameter: &Parameter| {
        let extractor = matches!(entry.operation, Operation::CountBy | Operation::Avg);
        extractor || matches!(parameter.name, "reverse" | "start")
    };
    entry
        .parameters
        .iter()
        .filter(|parameter| parameter.kind != Kind::Requirements)
        .map(|parameter| Parameter {
            required: !optional(parameter),
            ..*parameter
        })
        .collect()
}

#[cfg(feature = "check")]
impl Parameter {
    /// Whether the server's own builder takes `None` for it.
    pub(crate) fn takes_none(&self) -> bool {
        match self.kind {
            Kind::Generator | Kind::Any | Kind::Match | Kind::NoPrefix | Kind::Requirements => true,
            _ => matches!(
                self.name,
                "arg"
                    | "collect"
                    | "commands"
                    | "convertToStr"
                    | "default_key_pattern"
                    | "desc"
                    | "eventTypes"
                    | "keyTypes"
                    | "onRegistered"
                    | "patternGenerator"
            ),
        }
    }
}

/// Whether the server's own builder knows an operation's arguments by their names.
#[cfg(feature = "check")]
pub(crate) fn is_named(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::Aggregate | O::AggregateBy | O::Avg | O::CountBy | O::LocalGroupBy | O::Sort
    )
}

/// What the server's own builder takes for `run` and `register`: a pattern first, whatever the reader does with it.
#[cfg(feature = "check")]
pub(crate) fn native_action(parameters: &[Parameter]) -> Vec<Parameter> {
    let is_pattern = |name: &str| matches!(name, "arg" | "prefix");
    let first = parameters.iter().find(|p| is_pattern(p.name));
    let mut all = vec![
        first.map_or(optional("arg", Kind::Any), |pattern| Parameter {
            required: false,
            positional: true,
            ..*pattern
        }),
    ];
    for name in ["convertToStr", "collect"] {
        all.push(optional(name, Kind::Bool));
    }
    let mentioned = |name: &str| is_pattern(name) || matches!(name, "convertToStr" | "collect");
    // requirements stand beside a script, not in it
    let others = parameters
        .iter()
        .filter(|p| !mentioned(p.name) && p.kind != Kind::Requirements);
    all.extend(others.map(|parameter| Parameter {
        positional: false,
        ..*parameter
    }));
    // the one of KeysOnlyReader is a function in Python, which asks whether a value is true
    if all.iter().any(|one| one.name == "patternGenerator") {
        for one in &mut all {
            if matches!(one.name, "arg" | "noScan") {
                one.kind = Kind::Any;
            }
        }
    }
    all
}

impl Operation {
    /// Whether only some readers have it, as the first step.
    pub fn is_sugar(self) -> bool {
        READERS.iter().any(|r| r.sugar.contains(&self))
    }
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
}
