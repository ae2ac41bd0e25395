//! The macros that take arguments, and which.

use redgrease_core::gear::Reader;
use redgrease_core::gear::table::{self, Parameter};

/// A macro that takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro {
    Command,
    KeysReader,
    StreamReader,
    /// `#![…]` at the beginning of `gear!`.
    Header,
    /// `#![…]` at the beginning of `py!`.
    Callback,
    /// `#![…]` at the beginning of `python_module!`.
    Module,
}

impl Macro {
    /// Its name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::KeysReader => "keys_reader",
            Self::StreamReader => "stream_reader",
            Self::Header => "gear",
            Self::Callback => "py",
            Self::Module => "python_module",
        }
    }

    /// The reader it registers a function on.
    pub(crate) fn reader(self) -> Option<Reader> {
        match self {
            Self::Command => Some(Reader::Command),
            Self::KeysReader => Some(Reader::Keys),
            Self::StreamReader => Some(Reader::Stream),
            Self::Header | Self::Callback | Self::Module => None,
        }
    }

    /// What it takes besides the arguments of `register`.
    pub(super) fn rust_side(self) -> &'static [&'static str] {
        match self {
            Self::Command => &[
                "on", "replace", "native", "deadline", "uses", "file", "python", "crate",
            ],
            Self::KeysReader | Self::StreamReader => &[
                "name", "replace", "native", "uses", "file", "python", "crate",
            ],
            Self::Header => &["native", "uses", "requirements", "python", "crate"],
            Self::Callback => &["uses", "requirements", "python", "crate"],
            Self::Module => &["python", "crate"],
        }
    }

    /// What it takes of the arguments of `register`.
    pub(super) fn server_side(self) -> impl Iterator<Item = &'static Parameter> {
        let reader = self.reader().map(table::entry);
        reader.into_iter().flat_map(table::ReaderEntry::attribute)
    }

    /// The argument that a text without a name is most likely meant for.
    pub(super) fn first(self) -> Option<&'static str> {
        match self {
            Self::Command => Some("trigger"),
            Self::KeysReader | Self::StreamReader => Some("prefix"),
            Self::Header | Self::Callback | Self::Module => None,
        }
    }

    /// Whether an argument is about calls from Rust, which functions that run at events have not.
    pub(super) fn is_of_calls(self, name: &str) -> bool {
        matches!(self, Self::KeysReader | Self::StreamReader)
            && matches!(name, "on" | "trigger" | "deadline")
    }

    /// The argument that is called otherwise than `name`, but means it.
    pub(super) fn meant(self, name: &str) -> Option<&'static str> {
        let known = match (self, name) {
            (Self::Command, "name" | "command" | "cmd") => "trigger",
            (Self::Command, "timeout" | "time_out" | "within") => "deadline",
            (Self::Command, "con" | "conn" | "connection" | "client" | "server") => "on",
            (
                Self::KeysReader | Self::StreamReader,
                "key" | "keys" | "stream" | "streams" | "pattern",
            ) => "prefix",
            (Self::KeysReader, "event" | "events" | "types") => "event_types",
            (_, "packages" | "dependencies" | "pip") => "requirements",
            (_, "path" | "script") => "file",
            (_, "using" | "use" | "shared" | "modules" | "imports") => "uses",
            _ => return None,
        };
        let of_this = self.rust_side().contains(&known)
            || self
                .server_side()
                .any(|parameter| parameter.rust_name() == known);
        of_this.then_some(known)
    }

    /// All that it takes.
    pub(crate) fn keys(self) -> Vec<String> {
        let server_side = self.server_side().map(Parameter::rust_name);
        let mut keys: Vec<String> = server_side.collect();
        for key in self.rust_side() {
            if !keys.iter().any(|known| known == key) {
                keys.push((*key).to_owned());
            }
        }
        keys
    }
}
