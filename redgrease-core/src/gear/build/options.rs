//! What `register` takes, by reader.

use std::marker::PhantomData;

use super::value;
use crate::gear::function::readers::{CommandReader, KeysReader, StreamReader};
use crate::gear::{Argument, Text};
use crate::literal::ToPython;
use crate::spec::Mode;

/// A reader whose gears can be registered.
///
/// Sealed: the readers are those of the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::{ReaderOptions, RegisterOptions};
///
/// fn everywhere<R: ReaderOptions>() -> RegisterOptions<R> {
///     RegisterOptions::new("*")
/// }
/// ```
pub trait ReaderOptions: crate::gear::function::readers::ReaderType {
    /// The argument that a text alone stands for.
    #[doc(hidden)]
    const FIRST: &'static str;
}

impl ReaderOptions for KeysReader {
    const FIRST: &'static str = "prefix";
}

impl ReaderOptions for StreamReader {
    const FIRST: &'static str = "prefix";
}

impl ReaderOptions for CommandReader {
    const FIRST: &'static str = "trigger";
}

/// When and how a registered gear runs.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::RegisterOptions;
/// use redgrease::{Mode, StreamReader};
///
/// let options = RegisterOptions::new("transactions:*").batch(10).duration(30).mode(Mode::Async);
/// let gear = StreamReader::new("*").values().register(options);
/// assert!(gear.script().text().contains("batch=10"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they are given to `register`"]
pub struct RegisterOptions<R> {
    arguments: Vec<Argument>,
    requirements: Vec<Text>,
    reader: PhantomData<fn() -> R>,
}

impl<R: ReaderOptions, T: ToPython> From<T> for RegisterOptions<R>
where
    T: AsRef<str>,
{
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl<R: ReaderOptions> RegisterOptions<R> {
    /// For keys whose names begin with the text (which ends with `*`); for a command, the trigger.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self {
            arguments: vec![value(R::FIRST, text.as_ref())],
            requirements: Vec::new(),
            reader: PhantomData,
        }
    }

    fn with(mut self, keyword: &'static str, argument: &(impl ToPython + ?Sized)) -> Self {
        self.arguments
            .retain(|known| known.keyword.as_deref() != Some(keyword));
        self.arguments.push(value(keyword, argument));
        self
    }

    /// Where it runs.
    pub fn mode(self, mode: Mode) -> Self {
        self.with("mode", mode.as_str())
    }

    /// Whether the results of all shards are brought together.
    pub fn collect(self, collect: bool) -> Self {
        self.with("collect", &collect)
    }

    /// Python packages it needs, as pip requirement specifiers.
    pub fn requirements<I, T>(mut self, requirements: I) -> Self
    where
        I: IntoIterator<Item = T>,
        T: Into<Text>,
    {
        self.requirements
            .extend(requirements.into_iter().map(Into::into));
        self
    }

    pub(super) fn into_parts(self) -> (Vec<Argument>, Vec<Text>) {
        (self.arguments, self.requirements)
    }
}

impl RegisterOptions<KeysReader> {
    /// Only these events, such as `"hset"` or `"expired"`.
    pub fn event_types<T: ToPython>(self, events: impl AsRef<[T]>) -> Self {
        self.with("eventTypes", events.as_ref())
    }

    /// Only keys of these types, such as `"hash"`.
    pub fn key_types<T: ToPython>(self, types: impl AsRef<[T]>) -> Self {
        self.with("keyTypes", types.as_ref())
    }

    /// Only what these commands changed.
    pub fn commands<T: ToPython>(self, commands: impl AsRef<[T]>) -> Self {
        self.with("commands", commands.as_ref())
    }

    /// Whether the records have the values of the keys.
    pub fn read_value(self, read: bool) -> Self {
        self.with("readValue", &read)
    }
}

impl RegisterOptions<StreamReader> {
    /// How many entries start an execution.
    pub fn batch(self, entries: u64) -> Self {
        self.with("batch", &entries)
    }

    /// After how many milliseconds an execution starts with the entries that are there; 0 for
    /// never.
    pub fn duration(self, milliseconds: u64) -> Self {
        self.with("duration", &milliseconds)
    }

    /// What happens when an execution fails: `"continue"`, `"abort"` or `"retry"`.
    pub fn on_failed_policy(self, policy: &str) -> Self {
        self.with("onFailedPolicy", policy)
    }

    /// After how many seconds a failed execution is tried again.
    pub fn on_failed_retry_interval(self, seconds: u64) -> Self {
        self.with("onFailedRetryInterval", &seconds)
    }

    /// How often entries may fail under the policy `"retry"` until they are given up; 0 for ever. Those of a batch that failed
    /// so often are tried once more one by one.
    pub fn on_failed_tries(self, tries: u32) -> Self {
        self.with("onFailedTries", &tries)
    }

    /// The stream that takes the entries that are given up, with the fields `failed:stream`, `failed:id` and `failed:error`
    /// before their own.
    pub fn on_failed_stream(self, stream: &str) -> Self {
        self.with("onFailedStream", stream)
    }

    /// Whether entries are deleted from the stream when they were processed.
    pub fn trim_stream(self, trim: bool) -> Self {
        self.with("trimStream", &trim)
    }
}

impl RegisterOptions<CommandReader> {
    /// Whether calls run one after the other in the order of their arrival.
    pub fn inorder(self, inorder: bool) -> Self {
        self.with("inorder", &inorder)
    }

    /// For calls of this command of the server, instead of a trigger; only with arguments whose
    /// first key begins with [`keyprefix`](Self::keyprefix), if there is one.
    pub fn hook(command: impl AsRef<str>) -> Self {
        let mut options = Self::new("").with("hook", command.as_ref());
        options
            .arguments
            .retain(|argument| argument.keyword.as_deref() != Some(Self::TRIGGER));
        options
    }

    /// Only commands whose first key begins with this text; with a [`hook`](Self::hook).
    pub fn keyprefix(self, prefix: impl AsRef<str>) -> Self {
        self.with("keyprefix", prefix.as_ref())
    }

    const TRIGGER: &str = <CommandReader as ReaderOptions>::FIRST;
}
