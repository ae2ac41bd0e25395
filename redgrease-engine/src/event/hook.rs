//! Commands that functions hook: CommandReader registrations with `hook=`, and KeysReader registrations with `commands=`.
//!
//! A command filter has a command of the engine carry a hooked one: that runs the newest hook, and `call_next` in its function
//! the older ones and at last the command itself. Commands whose events synchronous functions want are carried too. All of
//! this happens under the server lock.

mod check;
mod command;
mod filter;
mod no_next;
mod overrides;
mod unhookable;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::base::guard;
use crate::event::keys;
use crate::plan::Reader;
use crate::registration::Registration;
use crate::server::{Facts, KeyPlaces, ServerLock, lock_server};
pub(crate) use check::check;
pub(crate) use command::{call_next, run, without};
pub(crate) use filter::{Carriers, REFUSED, install};
pub(crate) use no_next::NoNext;
pub(crate) use overrides::{current_command, expect_override, keep_override};
pub(crate) use unhookable::Unhookable;

/// One hook on one command.
#[derive(Debug)]
struct Hook {
    registration: Arc<Registration>,
    /// A bare prefix of any key, or the prefix rule of key events.
    prefix: Option<Vec<u8>>,
    places: KeyPlaces,
}

type Table = HashMap<Vec<u8>, Vec<Arc<Hook>>>;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static TABLE: RwLock<Option<Table>> = RwLock::new(None);
/// The next command is the engine's own and not hooked.
static SKIP_NEXT: AtomicBool = AtomicBool::new(false);
/// Registrations whose hook functions run or issue commands now.
static ACTIVE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The commands that a registration hooks.
fn commands_of(registration: &Registration) -> Vec<String> {
    match &registration.plan.reader {
        Reader::Command(reader) => reader
            .hook
            .iter()
            .map(|hook| String::from_utf8_lossy(hook).to_lowercase())
            .collect(),
        Reader::KeyEvents(events) => events
            .commands
            .iter()
            .flatten()
            .map(|name| name.to_lowercase())
            .collect(),
        _ => Vec::new(),
    }
}

/// Takes over which registrations there are, the oldest first.
pub(crate) fn set_registrations(all: &[Arc<Registration>]) {
    let hooking: Vec<_> = all
        .iter()
        .map(|registration| (registration, commands_of(registration)))
        .filter(|(_, commands)| !commands.is_empty())
        .collect();
    if hooking.is_empty() && COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let lock = lock_server();
    let mut table = Table::new();
    for (registration, commands) in &hooking {
        let prefix = match &registration.plan.reader {
            Reader::Command(reader) => reader.key_prefix.clone(),
            Reader::KeyEvents(events) => Some(events.prefix.clone()),
            _ => None,
        };
        for name in commands {
            let facts = Facts::of(&lock, name.as_bytes(), None).unwrap_or_default();
            table.entry(name.clone().into_bytes()).or_default().insert(
                0,
                Arc::new(Hook {
                    registration: Arc::clone(registration),
                    prefix: prefix.clone(),
                    places: facts.places,
                }),
            );
        }
    }
    COUNT.store(hooking.len(), Ordering::Relaxed);
    let old = TABLE
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(table);
    drop(lock);
    drop(old);
}

impl Hook {
    /// Whether the hook is about a command with these words.
    fn fits<'a>(&self, count: usize, word: &dyn Fn(usize) -> Option<&'a [u8]>) -> bool {
        let Some(prefix) = &self.prefix else {
            return true;
        };
        let is_key_event = matches!(self.registration.plan.reader, Reader::KeyEvents(_));
        let matches = |key: &[u8]| {
            if is_key_event {
                keys::fits(prefix, key)
            } else {
                key.starts_with(prefix)
            }
        };
        if self.places.first <= 0 {
            return is_key_event;
        }
        filter::keys_of(self.places, count, word).any(matches)
    }
}

/// Whether a function sees that a command reads: one that hooks it, or wants to know which keys are not there. What is not
/// known to change nothing is seen by all.
pub(crate) fn sees_read(lock: &ServerLock, words: &[&[u8]]) -> bool {
    let Some((name, arguments)) = words.split_first() else {
        return true;
    };
    let facts = Facts::of(lock, name, arguments.first().copied());
    let Some(facts) = facts.filter(|facts| facts.has("readonly")) else {
        return true;
    };
    let word = |at: usize| words.get(at).copied();
    let is_hooked = || !find(name, words.len(), &word).is_empty();
    are_any() && is_hooked()
        || filter::keys_of(facts.places, words.len(), &word).any(keys::is_missed)
}

/// Whether functions hook any command.
pub(super) fn are_any() -> bool {
    COUNT.load(Ordering::Relaxed) > 0
}

/// The hooks on a command, the newest first, without those whose functions issue it.
fn find<'a>(name: &[u8], count: usize, word: &dyn Fn(usize) -> Option<&'a [u8]>) -> Vec<Arc<Hook>> {
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let Some(hooks) = table
        .as_ref()
        .and_then(|table| table.get(name.to_ascii_lowercase().as_slice()))
    else {
        return Vec::new();
    };
    let active = guard(&ACTIVE);
    hooks
        .iter()
        .filter(|hook| !active.contains(&hook.registration.id) && hook.fits(count, word))
        .cloned()
        .collect()
}
