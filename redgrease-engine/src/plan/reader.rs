//! Readers: where records come from, and what registrations wait for.

use redgrease_core::table::{Reader as Named, entry, reader};

use crate::record::value::Value;

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

/// What a registration does about a batch of a stream that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Goes on.
    Continue,
    /// Stops.
    Abort,
    /// Tries it again.
    Retry,
}

impl Policy {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "continue" => Some(Self::Continue),
            "abort" => Some(Self::Abort),
            "retry" => Some(Self::Retry),
            _ => None,
        }
    }

    /// The name that clients see.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Abort => "abort",
            Self::Retry => "retry",
        }
    }
}

/// Which streams a registration reads, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamEvents {
    pub(crate) prefix: Vec<u8>,
    pub(crate) batch: i64,
    pub(crate) duration: i64,
    pub(crate) policy: Policy,
    /// The consumer group; empty until the registration is put in place.
    pub(crate) group: String,
    pub(crate) retry_interval: i64,
    /// How often a batch may fail under [`Policy::Retry`] until it is given up; 0: for ever.
    pub(crate) tries: u32,
    /// The stream that takes what is given up; empty for none.
    pub(crate) failed: Vec<u8>,
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
        let reader = match self {
            Self::Keys { .. } | Self::KeyEvents(_) => Named::Keys,
            Self::KeysOnly { .. } | Self::Shards | Self::Python => Named::Python,
            Self::Stream { .. } | Self::StreamEvents(_) => Named::Stream,
            Self::Command(_) => Named::Command,
        };
        entry(reader).name
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
        Some(match reader(&description.text("reader")?)?.reader {
            Named::Keys if arguments.get("pattern").is_some() => Self::Keys {
                pattern: bytes("pattern")?,
                exact: arguments.flag("exact"),
                values: arguments.flag("read"),
            },
            Named::Keys => Self::KeyEvents(KeyEvents {
                prefix: bytes("prefix")?,
                event_types: texts("eventTypes"),
                key_types: texts("keyTypes"),
                commands: texts("commands"),
                values: arguments.flag("readValue"),
            }),
            Named::KeysOnly => Self::KeysOnly {
                pattern: bytes("pattern")?,
                exact: arguments.flag("exact"),
            },
            Named::ShardsId => Self::Shards,
            Named::Stream if arguments.get("key").is_some() => Self::Stream {
                key: bytes("key")?,
                from: bytes("from")?,
            },
            Named::Stream => Self::StreamEvents(StreamEvents {
                prefix: bytes("prefix")?,
                batch: int("batch")?,
                duration: int("duration")?,
                policy: Policy::parse(&arguments.text("onFailedPolicy")?)?,
                group: arguments.text("group").unwrap_or_default(),
                retry_interval: int("onFailedRetryInterval")?,
                tries: int("onFailedTries")
                    .map_or(0, |tries| u32::try_from(tries).unwrap_or(u32::MAX)),
                failed: bytes("onFailedStream").unwrap_or_default(),
                trim: arguments.flag("trimStream"),
            }),
            Named::Python => Self::Python,
            Named::Command => Self::Command(CommandReader {
                trigger: bytes("trigger"),
                hook: bytes("hook"),
                key_prefix: bytes("keyprefix"),
                in_order: arguments.flag("inorder"),
            }),
            _ => return None,
        })
    }
}
