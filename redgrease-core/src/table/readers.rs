//! The readers, and what they, `run` and `register` take.

use super::{
    Kind, Operation, Parameter, REQUIREMENTS, Reader, ReaderEntry, keyword, optional, required,
};

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

const CONVERT: Parameter = optional("convertToStr", Kind::Bool);
const COLLECT: Parameter = optional("collect", Kind::Bool);
const RUN_MODE: Parameter = keyword("mode", Kind::Choice(RUN_MODES));
const MODE: Parameter = optional("mode", Kind::Choice(REGISTER_MODES));
const ON_REGISTERED: Parameter = optional("onRegistered", Kind::Callback(&[]));
const PREFIX: Parameter = optional("prefix", Kind::Prefix);
const DESCRIPTION: Parameter = optional("desc", Kind::Text);

const KEYS: ReaderEntry = ReaderEntry {
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
};

const KEYS_ONLY: ReaderEntry = ReaderEntry {
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
};

const STREAM: ReaderEntry = ReaderEntry {
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
        // Streams are found by a glob, keys by a prefix.
        optional("prefix", Kind::Glob),
        CONVERT,
        COLLECT,
        MODE,
        ON_REGISTERED,
        keyword("batch", Kind::Int(1)),
        keyword("duration", Kind::Int(0)),
        keyword("onFailedPolicy", Kind::Choice(FAILURE_POLICIES)),
        keyword("onFailedRetryInterval", Kind::Int(0)),
        keyword("onFailedTries", Kind::Int(0)),
        keyword("onFailedStream", Kind::Text),
        keyword("trimStream", Kind::Bool),
        REQUIREMENTS,
    ]),
    sugar: &[Operation::Values, Operation::Keys, Operation::Records],
};

const PYTHON: ReaderEntry = ReaderEntry {
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
};

const SHARDS_ID: ReaderEntry = ReaderEntry {
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
};

const COMMAND: ReaderEntry = ReaderEntry {
    reader: Reader::Command,
    name: "CommandReader",
    parameters: &[DESCRIPTION, REQUIREMENTS],
    run: None,
    register: Some(&[
        keyword("trigger", Kind::Text),
        keyword("prefix", Kind::NoPrefix),
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
};

/// All readers.
pub const READERS: &[ReaderEntry] = &[KEYS, KEYS_ONLY, STREAM, PYTHON, SHARDS_ID, COMMAND];

/// What the table says about `reader`.
pub fn entry(reader: Reader) -> &'static ReaderEntry {
    match reader {
        Reader::Keys => &KEYS,
        Reader::KeysOnly => &KEYS_ONLY,
        Reader::Stream => &STREAM,
        Reader::Python => &PYTHON,
        Reader::ShardsId => &SHARDS_ID,
        Reader::Command => &COMMAND,
    }
}

/// What `GearsBuilder` and `GB` take.
pub const BUILDER: &[Parameter] = &[
    optional("reader", Kind::Text),
    optional("defaultArg", Kind::Any),
    DESCRIPTION,
    REQUIREMENTS,
];
