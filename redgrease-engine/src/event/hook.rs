//! Commands that functions hook: CommandReader registrations with `hook=`, and KeysReader registrations with `commands=`.
//!
//! A command filter puts RG.INNERHOOK before a hooked command; that command runs the newest hook, and `call_next` in its
//! function the older ones and at last the command itself. All of this happens under the server lock.

mod check;
mod command;
mod overrides;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::base::guard;
use crate::event::keys;
use crate::plan::Reader;
use crate::registration::Registration;
use crate::server::{
    CommandFilter, Facts, FilteredCommand, KeyPlaces, Level, filter_commands, lock_server, log,
    module_flags,
};
pub(crate) use check::check;
pub(crate) use command::{call_next, run, without};
pub(crate) use overrides::{current_command, expect_override, keep_override};

/// The command that the filter puts before hooked ones.
pub(crate) const INNER: &str = "RG.INNERHOOK";

/// One hook on one command.
#[derive(Debug)]
struct Hook {
    registration: Arc<Registration>,
    /// A bare prefix of any key, or the prefix rule of key events.
    prefix: Option<Vec<u8>>,
    places: KeyPlaces,
    /// Whether the server refuses the command when its memory is used up.
    takes_memory: bool,
}

type Table = HashMap<Vec<u8>, Vec<Arc<Hook>>>;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static FILTERING: AtomicBool = AtomicBool::new(false);
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
                    takes_memory: facts.has("denyoom"),
                }),
            );
        }
    }
    COUNT.store(hooking.len(), Ordering::Relaxed);
    let old = TABLE
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(table);
    if !hooking.is_empty()
        && !FILTERING.swap(true, Ordering::Relaxed)
        && let Err(text) = filter_commands::<Filter>(&lock)
    {
        log(Level::Warning, &text);
    }
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
        let count = i64::try_from(count).unwrap_or(0);
        let KeyPlaces { first, last, step } = self.places;
        if first <= 0 {
            return is_key_event;
        }
        let last = if last < 0 { count + last } else { last };
        let mut at = first;
        while at <= last && at < count {
            if usize::try_from(at).ok().and_then(word).is_some_and(matches) {
                return true;
            }
            at += step.max(1);
        }
        false
    }
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

/// Puts [`INNER`] before hooked commands.
struct Filter;

impl CommandFilter for Filter {
    fn filter(command: &FilteredCommand) {
        if COUNT.load(Ordering::Relaxed) == 0 || SKIP_NEXT.swap(false, Ordering::Relaxed) {
            return;
        }
        let Some(name) = command.word(0) else {
            return;
        };
        if find(name, command.len(), &|index| command.word(index)).is_empty() {
            return;
        }
        let flags = module_flags();
        if flags.loading() || flags.replica() {
            return;
        }
        command.prepend(INNER);
    }
}
