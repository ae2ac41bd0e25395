//! The attributes that Python's own types have, and what their methods give.

use super::{Type, Types};

/// The fields of what functions at key events get.
const RECORD: &[&str] = &["key", "value", "type", "event"];
/// The fields of what functions at entries of streams get.
const STREAM_RECORD: &[&str] = &["key", "id", "value"];

const NUMBER: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "denominator",
    "from_bytes",
    "imag",
    "is_integer",
    "numerator",
    "real",
    "to_bytes",
];
const FLOAT: &[&str] = &[
    "as_integer_ratio",
    "conjugate",
    "from_number",
    "fromhex",
    "hex",
    "imag",
    "is_integer",
    "real",
];
const TEXT: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
/// Those of `bytes` and of `bytearray`.
const BYTES: &[&str] = &[
    "append",
    "capitalize",
    "center",
    "clear",
    "copy",
    "count",
    "decode",
    "endswith",
    "expandtabs",
    "extend",
    "find",
    "fromhex",
    "hex",
    "index",
    "insert",
    "isalnum",
    "isalpha",
    "isascii",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "pop",
    "remove",
    "removeprefix",
    "removesuffix",
    "replace",
    "resize",
    "reverse",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const LIST: &[&str] = &[
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
];
const DICT: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];
const SET: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
];
const TUPLE: &[&str] = &["count", "index"];

impl Type {
    /// All attributes but those that begin with two underscores; `None` when they are not known.
    pub(super) fn attributes(&self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::None => &[],
            Self::Bool | Self::Int => NUMBER,
            Self::Float => FLOAT,
            Self::Str => TEXT,
            Self::Bytes => BYTES,
            Self::List(_) => LIST,
            Self::Tuple(_) => TUPLE,
            Self::Set => SET,
            Self::Dict(_) => DICT,
            Self::Record => RECORD,
            Self::StreamRecord => STREAM_RECORD,
            Self::Lazy(..) | Self::Function => return None,
        })
    }

    /// What a field holds.
    pub(super) fn field(&self, name: &str) -> Types {
        let text = || Types::of([Type::Str, Type::Bytes]);
        match (self, name) {
            (Self::Record | Self::StreamRecord, "key") => text(),
            (Self::StreamRecord, "id") => Type::Str.into(),
            (Self::StreamRecord, "value") => Type::Dict(None).into(),
            _ => Types::ANY,
        }
    }

    /// What a method gives.
    pub(super) fn method(&self, name: &str) -> Types {
        match self {
            Self::Str => match name {
                "capitalize" | "casefold" | "center" | "expandtabs" | "format" | "format_map"
                | "join" | "ljust" | "lower" | "lstrip" | "removeprefix" | "removesuffix"
                | "replace" | "rjust" | "rstrip" | "strip" | "swapcase" | "title" | "translate"
                | "upper" | "zfill" => Self::Str.into(),
                "count" | "find" | "index" | "rfind" | "rindex" => Self::Int.into(),
                "encode" => Self::Bytes.into(),
                "split" | "rsplit" | "splitlines" => Self::list(Self::Str.into()).into(),
                "partition" | "rpartition" => Self::Tuple(Some(vec![
                    Self::Str.into(),
                    Self::Str.into(),
                    Self::Str.into(),
                ]))
                .into(),
                "endswith" | "startswith" => Self::Bool.into(),
                name if name.starts_with("is") => Self::Bool.into(),
                _ => Types::ANY,
            },
            Self::Bytes => match name {
                "decode" | "hex" => Self::Str.into(),
                "count" | "find" | "index" | "rfind" | "rindex" => Self::Int.into(),
                "endswith" | "startswith" => Self::Bool.into(),
                _ => Types::ANY,
            },
            Self::Int | Self::Bool => match name {
                "bit_count" | "bit_length" => Self::Int.into(),
                "to_bytes" => Self::Bytes.into(),
                _ => Types::ANY,
            },
            Self::Float => match name {
                "hex" => Self::Str.into(),
                "is_integer" => Self::Bool.into(),
                _ => Types::ANY,
            },
            Self::List(_) => match name {
                "append" | "clear" | "extend" | "insert" | "remove" | "reverse" | "sort" => {
                    Self::None.into()
                }
                "copy" => Self::list(Types::ANY).into(),
                "count" | "index" => Self::Int.into(),
                _ => Types::ANY,
            },
            Self::Dict(_) => match name {
                "clear" | "update" => Self::None.into(),
                "copy" => Self::Dict(None).into(),
                _ => Types::ANY,
            },
            Self::Set => match name {
                "add" | "clear" | "discard" | "remove" | "update" => Self::None.into(),
                "isdisjoint" | "issubset" | "issuperset" => Self::Bool.into(),
                _ => Types::ANY,
            },
            Self::Tuple(_) => match name {
                "count" | "index" => Self::Int.into(),
                _ => Types::ANY,
            },
            _ => Types::ANY,
        }
    }
}

/// What a builtin function or a function of the server gives.
pub(super) fn builtin(name: &str) -> Types {
    match name {
        "all" | "any" | "bool" | "callable" | "hasattr" | "isinstance" | "issubclass"
        | "isAsyncAllow" | "isInAtomicBlock" => Type::Bool.into(),
        "hash" | "id" | "int" | "len" | "ord" => Type::Int.into(),
        "float" => Type::Float.into(),
        "ascii" | "bin" | "chr" | "format" | "hex" | "input" | "oct" | "repr" | "str"
        | "hashtag" | "hashtag3" => Type::Str.into(),
        "bytes" | "bytearray" => Type::Bytes.into(),
        "list" | "sorted" | "dir" => Type::list(Types::ANY).into(),
        "tuple" => Type::Tuple(None).into(),
        "set" | "frozenset" => Type::Set.into(),
        "dict" | "globals" | "locals" => Type::Dict(None).into(),
        "enumerate" => Type::lazy("enumerate", Types::ANY).into(),
        "filter" => Type::lazy("filter", Types::ANY).into(),
        "map" => Type::lazy("map", Types::ANY).into(),
        "reversed" => Type::lazy("reversed", Types::ANY).into(),
        "range" => Type::lazy("range", Type::Int.into()).into(),
        "zip" => Type::lazy("zip", Types::ANY).into(),
        "print" | "delattr" | "setattr" | "log" => Type::None.into(),
        _ => Types::ANY,
    }
}

/// What a method of `cmd` gives, by the words of its table.
pub(super) fn command(value: &str) -> Types {
    // what is no text arrives as bytes
    let text = || Types::of([Type::Str, Type::Bytes]);
    match value {
        "int" => Type::Int.into(),
        "int or None" => Types::of([Type::Int, Type::None]),
        "str" => text(),
        "str or None" => text().or(Type::None.into()),
        "bool" => Type::Bool.into(),
        "float" => Type::Float.into(),
        "float or None" => Types::of([Type::Float, Type::None]),
        "bytes or None" => Types::of([Type::Bytes, Type::None]),
        "set" => Type::Set.into(),
        "dict" => Type::Dict(None).into(),
        "list"
        | "list of bool"
        | "list of dict"
        | "list of pairs"
        | "list of (id, dict)"
        | "list of float or None"
        | "list of (member, score)" => Type::list(Types::ANY).into(),
        "list or None" => Types::of([Type::list(Types::ANY), Type::None]),
        _ => Types::ANY,
    }
}
