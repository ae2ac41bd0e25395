//! `cmd`: redis-py's client inside a Python body, on the local shard.
//!
//! In a body that runs on the server, `cmd.get("key")` runs `GET key` through the server's
//! `execute` and gives back what redis-py's client gives with `decode_responses=True`. One table
//! says which methods there are, what they take, which command they send and what becomes of its
//! reply. The checker reads it, and so does the generator, which writes just the methods that a
//! body uses into the script: nothing has to be installed on the server.
//!
//! ```
//! use redgrease_core::cmd;
//!
//! let get = cmd::lookup("get").expect("it is in the table");
//! assert_eq!((get.command, get.reply.value), ("GET", "str or None"));
//! assert_eq!(get.signature.to_string(), "name");
//! let wait = cmd::lookup("blpop").and_then(|entry| entry.refused.as_ref());
//! assert!(wait.is_some_and(|refusal| !refusal.instead.is_empty()));
//! assert_eq!(cmd::areas().map(|(_, entries)| entries.len()).sum::<usize>(), cmd::entries().count());
//! assert!(cmd::python_source_all().contains("HGETALL"));
//! ```

mod call;
mod entry;
mod signature;
mod source;
mod table;

pub use call::CallError;
pub use entry::{Entry, Refusal, Reply};
pub use signature::{Parameter, ParameterKind, Signature};
#[cfg(feature = "check")]
pub(crate) use source::{is_part, part};
pub use source::{python_source, python_source_all};

use std::sync::OnceLock;

use crate::suggest::nearest;

/// The method `name`, refused ones included.
///
/// ```
/// use redgrease_core::cmd;
///
/// assert_eq!(cmd::lookup("hgetall").map(|entry| entry.command), Some("HGETALL"));
/// assert!(cmd::lookup("blpop").is_some_and(|entry| entry.refused.is_some()));
/// assert!(cmd::lookup("hgetal").is_none());
/// ```
#[must_use]
pub fn lookup(name: &str) -> Option<&'static Entry> {
    // The macros ask for every call, and they run without optimisation.
    static SORTED: OnceLock<Vec<&'static Entry>> = OnceLock::new();
    let sorted = SORTED.get_or_init(|| {
        let mut all: Vec<_> = entries().collect();
        all.sort_by_key(|entry| entry.name);
        all
    });
    let found = sorted.binary_search_by_key(&name, |entry| entry.name);
    found.ok().map(|index| sorted[index])
}

/// Every method of the table, by area, refused ones included.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    areas().flat_map(|(_, entries)| entries)
}

/// The table by area: a title and its methods.
pub fn areas() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    table::AREAS.iter().copied()
}

/// Shorter names are near to too many methods to guess.
const SHORTEST_GUESS: usize = 3;

/// The usable method that was probably meant by `name`.
///
/// ```
/// use redgrease_core::cmd;
///
/// assert_eq!(cmd::suggest("hgetal"), Some("hgetall"));
/// assert_eq!(cmd::suggest("zz"), None);
/// ```
#[must_use]
pub fn suggest(name: &str) -> Option<&'static str> {
    if name.chars().count() < SHORTEST_GUESS {
        return None;
    }
    let usable = entries().filter(|entry| entry.refused.is_none());
    nearest(name, usable.map(|entry| entry.name))
}
