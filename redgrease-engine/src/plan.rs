//! Plans: what a reader gives, and the operations that follow, as the engine sees them.

mod operation;
mod part;
mod reader;
mod stage;

use crate::record::value::Value;
use operation::Operation;
pub(crate) use operation::{Kind, Mapping};
pub(crate) use part::{Gathered, Part};
pub(crate) use reader::{CommandReader, KeyEvents, Policy, Reader, StreamEvents};
pub(crate) use stage::{Exchange, Native, Reach, Stage};

/// Where and how an execution runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In the background, on the whole cluster.
    Async,
    /// In the background, on this shard.
    AsyncLocal,
    /// Inside the triggering command.
    Sync,
}

impl Mode {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "async" => Some(Self::Async),
            "async_local" => Some(Self::AsyncLocal),
            "sync" => Some(Self::Sync),
            _ => None,
        }
    }

    /// The name that scripts use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::AsyncLocal => "async_local",
            Self::Sync => "sync",
        }
    }
}

/// A reader and its operations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) reader: Reader,
    pub(crate) mode: Mode,
    pub(crate) description: Option<String>,
    pub(crate) on_registered: bool,
    pub(crate) operations: Vec<Operation>,
    here: Vec<Stage>,
    shards: Vec<Stage>,
}

impl Plan {
    /// A plan as a worker describes it.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        let reader = Reader::parse(value)?;
        let operations = value
            .get("ops")?
            .items()?
            .iter()
            .map(Operation::parse)
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            mode: Mode::parse(&value.text("mode")?)?,
            description: value.text("desc"),
            on_registered: value.flag("onRegistered"),
            here: stage::stages(&reader, &operations, Reach::Here),
            shards: stage::stages(&reader, &operations, Reach::Shards),
            reader,
            operations,
        })
    }

    /// Which part of the plan runs where, in order.
    pub(crate) fn stages(&self, reach: Reach) -> &[Stage] {
        match reach {
            Reach::Here => &self.here,
            Reach::Shards => &self.shards,
        }
    }

    /// What it is over several shards, between its exchanges; `trailing` says whether a last collect is one of them.
    pub(crate) fn parts(&self, trailing: bool) -> Vec<Part> {
        part::parts(&self.operations, trailing)
    }

    /// Whether its results go to the shard that was asked.
    pub(crate) fn collects(&self) -> bool {
        let last = self.operations.last();
        last.is_some_and(|operation| operation.kind.exchange() == Some(Exchange::Collect))
    }

    /// What it is over several shards if its first part needs no worker, and its only exchanges collect.
    pub(crate) fn gathered(&self) -> Option<Gathered> {
        part::gathered(&self.shards)
    }

    /// Whether an error does not keep the functions from the records after it: where a batch is acknowledged as a whole
    /// whatever became of its parts, none of them may go unseen.
    pub(crate) fn carries_on(&self) -> bool {
        matches!(&self.reader, Reader::StreamEvents(events) if events.policy == Policy::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in crate::plan) fn plan(
        reader: &str,
        arguments: Vec<(Value, Value)>,
        operations: &[(&str, Option<&str>)],
    ) -> Plan {
        let operations = operations
            .iter()
            .map(|(kind, hint)| {
                Value::Tuple(vec![
                    Value::str(kind),
                    hint.map_or(Value::None, Value::str),
                    Value::Tuple(Vec::new()),
                    Value::str(kind),
                    Value::str(""),
                ])
            })
            .collect();
        Plan::parse(&Value::Dict(vec![
            (Value::str("reader"), Value::str(reader)),
            (Value::str("arguments"), Value::Dict(arguments)),
            (Value::str("mode"), Value::str("async")),
            (Value::str("desc"), Value::None),
            (Value::str("ops"), Value::List(operations)),
            (Value::str("onRegistered"), Value::Bool(false)),
        ]))
        .expect("parses")
    }

    pub(in crate::plan) fn keys() -> Vec<(Value, Value)> {
        vec![
            (Value::str("pattern"), Value::str("*")),
            (Value::str("exact"), Value::Bool(false)),
            (Value::str("read"), Value::Bool(true)),
        ]
    }

    #[test]
    fn a_plan_that_is_described_badly_is_none() {
        assert_eq!(Plan::parse(&Value::None), None);
        let unknown = Value::Dict(vec![
            (Value::str("reader"), Value::str("NoReader")),
            (Value::str("arguments"), Value::Dict(Vec::new())),
        ]);
        assert_eq!(Plan::parse(&unknown), None);
    }
}
