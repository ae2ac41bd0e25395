//! Plans: what a reader gives, and the operations that follow, as the engine sees them.

use crate::record::value::Value;

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

/// A source of records.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reader {
    /// All keys that match, with their values.
    Keys {
        pattern: Vec<u8>,
        exact: bool,
        values: bool,
    },
    /// All keys that match, as text.
    KeysOnly { pattern: Vec<u8>, exact: bool },
    /// The name of each shard.
    Shards,
    /// The entries of one stream.
    Stream { key: Vec<u8>, from: Vec<u8> },
    /// A Python generator.
    Python,
    /// Calls by name, or of a hooked command.
    Command(CommandReader),
    /// Changes of keys.
    KeyEvents(KeyEvents),
    /// New entries of streams.
    StreamEvents(StreamEvents),
}

/// What calls a CommandReader registration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommandReader {
    pub(crate) trigger: Option<Vec<u8>>,
    pub(crate) hook: Option<Vec<u8>>,
    pub(crate) key_prefix: Option<Vec<u8>>,
    pub(crate) in_order: bool,
}

/// Which key events a registration wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyEvents {
    pub(crate) prefix: Vec<u8>,
    pub(crate) event_types: Option<Vec<String>>,
    pub(crate) key_types: Option<Vec<String>>,
    pub(crate) commands: Option<Vec<String>>,
    pub(crate) values: bool,
}

/// Which streams a registration reads, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamEvents {
    pub(crate) prefix: Vec<u8>,
    pub(crate) batch: i64,
    pub(crate) duration: i64,
    pub(crate) policy: String,
    /// The consumer group; empty until the registration is put in place.
    pub(crate) group: String,
    pub(crate) retry_interval: i64,
    pub(crate) trim: bool,
}

impl Reader {
    /// What it waits for or reads: a trigger or hooked command, a pattern of keys, the beginning of streams.
    pub(crate) fn subject(&self) -> Option<&[u8]> {
        match self {
            Self::Command(reader) => reader.trigger.as_deref().or(reader.hook.as_deref()),
            Self::KeyEvents(events) => Some(&events.prefix),
            Self::StreamEvents(events) => Some(&events.prefix),
            Self::Keys { pattern, .. } | Self::KeysOnly { pattern, .. } => Some(pattern),
            Self::Stream { key, .. } => Some(key),
            Self::Shards | Self::Python => None,
        }
    }

    /// The name of the reader.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Keys { .. } | Self::KeyEvents(_) => "KeysReader",
            Self::KeysOnly { .. } | Self::Shards | Self::Python => "PythonReader",
            Self::Stream { .. } | Self::StreamEvents(_) => "StreamReader",
            Self::Command(_) => "CommandReader",
        }
    }

    /// A reader as a worker describes it.
    pub(crate) fn parse(description: &Value) -> Option<Self> {
        let arguments = description.get("arguments")?;
        let bytes = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::as_bytes)
                .map(<[u8]>::to_vec)
        };
        let texts = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::items)
                .map(|items| items.iter().filter_map(Value::as_text).collect::<Vec<_>>())
        };
        let int = |name: &str| arguments.get(name).and_then(Value::as_int);
        Some(match description.text("reader")?.as_str() {
            "KeysReader" if arguments.get("pattern").is_some() => Self::Keys {
                pattern: bytes("pattern")?,
                exact: arguments.flag("exact"),
                values: arguments.flag("read"),
            },
            "KeysReader" => Self::KeyEvents(KeyEvents {
                prefix: bytes("prefix")?,
                event_types: texts("eventTypes"),
                key_types: texts("keyTypes"),
                commands: texts("commands"),
                values: arguments.flag("readValue"),
            }),
            "KeysOnlyReader" => Self::KeysOnly {
                pattern: bytes("pattern")?,
                exact: arguments.flag("exact"),
            },
            "ShardsIDReader" => Self::Shards,
            "StreamReader" if arguments.get("key").is_some() => Self::Stream {
                key: bytes("key")?,
                from: bytes("from")?,
            },
            "StreamReader" => Self::StreamEvents(StreamEvents {
                prefix: bytes("prefix")?,
                batch: int("batch")?,
                duration: int("duration")?,
                policy: arguments.text("onFailedPolicy")?,
                group: arguments.text("group").unwrap_or_default(),
                retry_interval: int("onFailedRetryInterval")?,
                trim: arguments.flag("trimStream"),
            }),
            "PythonReader" => Self::Python,
            "CommandReader" => Self::Command(CommandReader {
                trigger: bytes("trigger"),
                hook: bytes("hook"),
                key_prefix: bytes("keyprefix"),
                in_order: arguments.flag("inorder"),
            }),
            _ => return None,
        })
    }
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

/// One operation of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operation {
    kind: String,
    hint: Option<String>,
    numbers: Vec<i64>,
    name: String,
    function: String,
}

/// The kind of record that flows at a point of a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Record,
    Text,
    Number,
}

impl Operation {
    fn parse(value: &Value) -> Option<Self> {
        let items = value.items()?;
        Some(Self {
            kind: items.first()?.as_text()?,
            hint: items.get(1)?.as_text(),
            numbers: items
                .get(2)?
                .items()?
                .iter()
                .filter_map(Value::as_int)
                .collect(),
            name: items.get(3)?.as_text()?,
            function: items.get(4)?.as_text()?,
        })
    }

    fn native(&self, flow: Flow) -> Option<(Native, Flow)> {
        let unsigned = |index: usize| {
            self.numbers
                .get(index)
                .map_or(0, |&number| u64::try_from(number).unwrap_or(u64::MAX))
        };
        match (self.kind.as_str(), self.hint.as_deref(), flow) {
            ("collect", ..) => Some((Native::Pass, flow)),
            ("accumulate", Some("count"), _) => Some((Native::Count, Flow::Number)),
            ("accumulate", Some("total"), Flow::Number) => Some((Native::Total, Flow::Number)),
            ("map", Some("str"), Flow::Text | Flow::Number) => Some((Native::Text, Flow::Text)),
            ("limit", ..) => Some((
                Native::Limit {
                    length: unsigned(0),
                    offset: unsigned(1),
                },
                flow,
            )),
            _ => None,
        }
    }

    /// The steps that this operation stands for in GETEXECUTION: type, name, argument.
    pub(crate) fn steps(&self) -> Vec<(&str, &str, &str)> {
        match self.kind.as_str() {
            "flatmap" => vec![
                ("map", &self.name, &self.function),
                ("flatmap", "flatmap", ""),
            ],
            "unkey" => vec![("map", &self.name, "")],
            kind => vec![(kind, &self.name, &self.function)],
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
}

impl Plan {
    /// A plan as a worker describes it.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        Some(Self {
            reader: Reader::parse(value)?,
            mode: Mode::parse(&value.text("mode")?)?,
            description: value.text("desc"),
            on_registered: value.flag("onRegistered"),
            operations: value
                .get("ops")?
                .items()?
                .iter()
                .map(Operation::parse)
                .collect::<Option<Vec<_>>>()?,
        })
    }

    /// The operations at the start of the plan that need no Python: the engine does them, a worker does the rest.
    ///
    /// This is the one place that decides who executes an operation.
    pub(crate) fn native_prefix(&self) -> Vec<Native> {
        let mut flow = match self.reader {
            Reader::Keys { .. } => Flow::Record,
            Reader::KeysOnly { .. } | Reader::Shards => Flow::Text,
            _ => return Vec::new(),
        };
        let mut prefix = Vec::new();
        for operation in &self.operations {
            let Some((native, next)) = operation.native(flow) else {
                break;
            };
            prefix.push(native);
            flow = next;
        }
        prefix
    }

    /// Whether an error does not keep the functions from the records after it: where a batch is acknowledged as a whole
    /// whatever became of its parts, none of them may go unseen.
    pub(crate) fn carries_on(&self) -> bool {
        matches!(&self.reader, Reader::StreamEvents(events) if events.policy == "continue")
    }

    /// Whether the engine does everything.
    pub(crate) fn is_native(&self) -> bool {
        self.native_prefix().len() == self.operations.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(
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

    fn keys() -> Vec<(Value, Value)> {
        vec![
            (Value::str("pattern"), Value::str("*")),
            (Value::str("exact"), Value::Bool(false)),
            (Value::str("read"), Value::Bool(true)),
        ]
    }

    #[test]
    fn counting_keys_needs_no_python() {
        let counted = [
            ("accumulate", Some("count")),
            ("collect", None),
            ("accumulate", Some("total")),
            ("map", Some("str")),
            ("collect", None),
        ];
        assert!(plan("KeysReader", keys(), &counted).is_native());
        let mapped = [("map", None), ("accumulate", Some("count"))];
        assert_eq!(plan("KeysReader", keys(), &mapped).native_prefix(), []);
        // The text of a record is Python's business.
        assert_eq!(
            plan("KeysReader", keys(), &[("map", Some("str"))]).native_prefix(),
            []
        );
    }
}
