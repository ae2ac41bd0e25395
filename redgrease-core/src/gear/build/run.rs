//! What `run` and the sugar take, by reader.

use std::marker::PhantomData;

use super::value;
use crate::gear::Argument;
use crate::gear::function::readers::{
    KeysOnlyReader, KeysReader, PythonReader, ReaderType, ShardsIDReader, StreamReader,
};
use crate::literal::ToPython;
use crate::spec::Mode;

/// A reader whose gears can run over what is there.
///
/// Sealed: the readers are those of the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::{RunOptions, Runs};
///
/// fn here<R: Runs>() -> RunOptions<R> {
///     RunOptions::new().collect(false)
/// }
/// ```
pub trait Runs: ReaderType {}

impl Runs for KeysReader {}
impl Runs for KeysOnlyReader {}
impl Runs for StreamReader {}
impl Runs for PythonReader {}
impl Runs for ShardsIDReader {}

/// A reader whose runs can be kept to one shard.
#[doc(hidden)]
pub trait Placed: Runs {}

impl Placed for KeysReader {}
impl Placed for StreamReader {}
impl Placed for PythonReader {}
impl Placed for ShardsIDReader {}

/// A reader of keys that match a pattern.
#[doc(hidden)]
pub trait Matching: Runs {}

impl Matching for KeysReader {}
impl Matching for KeysOnlyReader {}
impl Matching for StreamReader {}

/// A reader that looks through all keys, unless it is told not to.
#[doc(hidden)]
pub trait Scanning: Runs {}

impl Scanning for KeysReader {}
impl Scanning for KeysOnlyReader {}

/// Arguments by keyword; the last of a keyword counts.
#[derive(Debug, Clone, Default)]
struct Keywords(Vec<Argument>);

impl Keywords {
    fn with(mut self, keyword: &'static str, argument: &(impl ToPython + ?Sized)) -> Self {
        self.0
            .retain(|known| known.keyword.as_deref() != Some(keyword));
        self.0.push(value(keyword, argument));
        self
    }
}

/// How a gear runs over what is there.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::RunOptions;
/// use redgrease::KeysReader;
///
/// let names = KeysReader::new("user:*").keys().run_with(RunOptions::new().read_value(false));
/// assert!(names.script(redgrease::spec::Encoding::Pickle).text().contains("readValue=False"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they are given to `run_with`"]
pub struct RunOptions<R> {
    arguments: Keywords,
    reader: PhantomData<fn() -> R>,
}

impl<R: Runs> Default for RunOptions<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Runs> RunOptions<R> {
    /// As `run()` runs it.
    pub fn new() -> Self {
        Self {
            arguments: Keywords::default(),
            reader: PhantomData,
        }
    }

    fn with(mut self, keyword: &'static str, argument: &(impl ToPython + ?Sized)) -> Self {
        self.arguments = self.arguments.with(keyword, argument);
        self
    }

    /// Whether the results of all shards are brought together.
    pub fn collect(self, collect: bool) -> Self {
        self.with("collect", &collect)
    }

    pub(super) fn into_arguments(self) -> Vec<Argument> {
        self.arguments.0
    }
}

impl<R: Placed> RunOptions<R> {
    /// Where it runs: on all shards, or with [`Mode::AsyncLocal`] on the one that is asked.
    pub fn mode(self, mode: Mode) -> Self {
        self.with("mode", mode.as_str())
    }
}

impl<R: Matching> RunOptions<R> {
    /// The keys to read, instead of those that the reader was made with.
    pub fn pattern(self, pattern: impl AsRef<str>) -> Self {
        self.with("arg", pattern.as_ref())
    }
}

impl<R: Scanning> RunOptions<R> {
    /// Whether the pattern is the name of one key.
    pub fn no_scan(self, no_scan: bool) -> Self {
        self.with("noScan", &no_scan)
    }
}

impl RunOptions<KeysReader> {
    /// Whether the records have the values of the keys.
    pub fn read_value(self, read: bool) -> Self {
        self.with("readValue", &read)
    }
}

impl RunOptions<KeysOnlyReader> {
    /// How many keys the server looks at in a step: the `COUNT` of `SCAN`.
    pub fn count(self, keys: u64) -> Self {
        self.with("count", &keys)
    }
}

impl RunOptions<StreamReader> {
    /// The ID of the first entry that is read, such as `"0-0"`.
    pub fn from_id(self, id: impl AsRef<str>) -> Self {
        self.with("fromId", id.as_ref())
    }
}

/// Which records `values`, `keys` and `records` let through.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::Only;
/// use redgrease::KeysReader;
///
/// let users = KeysReader::new("*").values_of(Only::types(["hash"])).count().run();
/// assert!(users.script(redgrease::spec::Encoding::Pickle).text().contains("hash"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "it does nothing until it is given to `values_of`, `keys_of` or `records_of`"]
pub struct Only(Keywords);

impl Only {
    /// Records of keys of these types, such as `"hash"`.
    pub fn types<T: ToPython>(types: impl AsRef<[T]>) -> Self {
        Self(Keywords::default().with("type", types.as_ref()))
    }

    /// Records of these events, such as `"hset"`.
    pub fn events<T: ToPython>(events: impl AsRef<[T]>) -> Self {
        Self(Keywords::default().with("event", events.as_ref()))
    }

    /// And of these events.
    pub fn and_events<T: ToPython>(self, events: impl AsRef<[T]>) -> Self {
        Self(self.0.with("event", events.as_ref()))
    }

    pub(super) fn into_arguments(self) -> Vec<Argument> {
        self.0.0
    }
}
