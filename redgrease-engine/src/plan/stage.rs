//! Stages: which part of a plan runs where. Nothing else decides that.

use std::ops::Range;

use super::Reader;
use super::operation::{Flow, Operation};

/// A part of a plan that one executor does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The engine, without Python.
    Native(Vec<Native>),
    /// A worker: these operations of the plan.
    Python(Range<usize>),
    /// Records go to other shards.
    Exchange(Exchange),
}

/// What one operation does without Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    /// Nothing, on one shard.
    Pass,
    /// Count the records.
    Count,
    /// Add the counts up.
    Total,
    /// Give text.
    Text,
    /// Let some records through.
    Limit { length: u64, offset: u64 },
}

impl Native {
    fn gathers(self) -> bool {
        matches!(self, Self::Count | Self::Total)
    }
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// To the shard that was asked.
    Collect,
    /// Each to the shard of its group.
    Repartition,
}

/// Whom a plan runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This server: what would be exchanged is here.
    Here,
    /// All shards.
    Shards,
}

/// The stages of operations on what a reader gives, in their order. Here there are no exchanges, and at most one native stage
/// comes before one of a worker, which does all the rest.
pub(super) fn stages(reader: &Reader, operations: &[Operation], reach: Reach) -> Vec<Stage> {
    let Some(flow) = flow_of(reader) else {
        return split(operations, reach)
            .into_iter()
            .map(|part| match part {
                Part::Operations(range) => Stage::Python(range),
                Part::Exchange(exchange) => Stage::Exchange(exchange),
            })
            .collect();
    };
    let mut stages = Vec::new();
    let mut flow = flow;
    for part in split(operations, reach) {
        match part {
            Part::Exchange(exchange) => stages.push(Stage::Exchange(exchange)),
            Part::Operations(range) => {
                let (natives, after) = natives(&operations[range.clone()], flow);
                if natives.len() == range.len() {
                    stages.push(Stage::Native(natives));
                    flow = after;
                    continue;
                }
                // What gathers nothing would only make the records take a detour.
                let mut start = range.start;
                if natives.iter().any(|native| native.gathers()) {
                    start += natives.len();
                    stages.push(Stage::Native(natives));
                }
                stages.push(Stage::Python(start..range.end));
                flow = Flow::Record;
            }
        }
    }
    stages
}

/// What flows from a reader that the engine reads for by itself.
fn flow_of(reader: &Reader) -> Option<Flow> {
    match reader {
        Reader::Keys { .. } | Reader::Stream { .. } => Some(Flow::Record),
        Reader::KeysOnly { .. } | Reader::Shards => Some(Flow::Text),
        Reader::Python | Reader::Command(_) | Reader::KeyEvents(_) | Reader::StreamEvents(_) => {
            None
        }
    }
}

enum Part {
    Operations(Range<usize>),
    Exchange(Exchange),
}

/// Operations between exchanges, and the exchanges. There is a part in front, be it empty.
fn split(operations: &[Operation], reach: Reach) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = 0;
    if reach == Reach::Shards {
        for (at, operation) in operations.iter().enumerate() {
            let Some(exchange) = operation.kind.exchange() else {
                continue;
            };
            if start < at || start == 0 {
                parts.push(Part::Operations(start..at));
            }
            parts.push(Part::Exchange(exchange));
            start = at + 1;
        }
    }
    if start < operations.len() || start == 0 {
        parts.push(Part::Operations(start..operations.len()));
    }
    parts
}

/// What the engine does of operations, from the first on, and what flows then.
fn natives(operations: &[Operation], mut flow: Flow) -> (Vec<Native>, Flow) {
    let mut natives = Vec::new();
    for operation in operations {
        let Some((native, next)) = operation.kind.native(flow) else {
            break;
        };
        natives.push(native);
        flow = next;
    }
    (natives, flow)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{keys, plan};
    use super::*;

    /// GB('KeysReader').count().run()
    const COUNTED: [(&str, Option<&str>); 5] = [
        ("accumulate", Some("count")),
        ("collect", None),
        ("accumulate", Some("total")),
        ("map", Some("str")),
        ("collect", None),
    ];

    #[test]
    fn counting_keys_needs_no_python() {
        let counted = plan("KeysReader", keys(), &COUNTED);
        assert_eq!(
            counted.stages(Reach::Here),
            [Stage::Native(vec![
                Native::Count,
                Native::Pass,
                Native::Total,
                Native::Text,
                Native::Pass
            ])]
        );
        assert_eq!(
            counted.stages(Reach::Shards),
            [
                Stage::Native(vec![Native::Count]),
                Stage::Exchange(Exchange::Collect),
                Stage::Native(vec![Native::Total, Native::Text]),
                Stage::Exchange(Exchange::Collect),
            ]
        );
    }

    #[test]
    fn a_worker_does_what_follows_its_first_operation() {
        let counted = plan(
            "KeysReader",
            keys(),
            &[
                ("accumulate", Some("count")),
                ("map", None),
                ("collect", None),
            ],
        );
        assert_eq!(
            counted.stages(Reach::Here),
            [Stage::Native(vec![Native::Count]), Stage::Python(1..3)]
        );
        let mapped = [("map", None), ("accumulate", Some("count"))];
        assert_eq!(
            plan("KeysReader", keys(), &mapped).stages(Reach::Here),
            [Stage::Python(0..2)]
        );
        // The text of a record is Python's business.
        assert_eq!(
            plan("KeysReader", keys(), &[("map", Some("str"))]).stages(Reach::Here),
            [Stage::Python(0..1)]
        );
        // Nothing is gathered before the map: the records go to the worker at once.
        assert_eq!(
            plan("KeysReader", keys(), &[("collect", None), ("map", None)]).stages(Reach::Here),
            [Stage::Python(0..2)]
        );
    }

    #[test]
    fn groups_go_to_their_shards() {
        let grouped = [
            ("extractkey", None),
            ("accumulatebykey", None),
            ("extractkey", None),
            ("repartition", None),
            ("accumulatebykey", None),
            ("collect", None),
        ];
        assert_eq!(
            plan("KeysReader", keys(), &grouped).stages(Reach::Shards),
            [
                Stage::Python(0..3),
                Stage::Exchange(Exchange::Repartition),
                Stage::Python(4..5),
                Stage::Exchange(Exchange::Collect),
            ]
        );
    }

    #[test]
    fn without_operations_there_is_one_stage() {
        assert_eq!(
            plan("KeysReader", keys(), &[]).stages(Reach::Here),
            [Stage::Native(Vec::new())]
        );
        assert_eq!(
            plan("PythonReader", Vec::new(), &[]).stages(Reach::Here),
            [Stage::Python(0..0)]
        );
    }
}
