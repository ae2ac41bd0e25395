//! Changes of keys: which registrations want them, and the executions they start.
//!
//! Everything that can be decided without Python is decided here, on the server's main thread, before a record is made.

mod raised;
mod within;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::event::afterwards::{self, Deferred};
use crate::event::hook;
use crate::execution::Execution;
use crate::plan::{KeyEvents, Mode, Reader};
use crate::record::batch::Batch;
use crate::record::sink::Sink;
use crate::record::value::Value;
use crate::registration::{Event, Input, Registration, ahead};
use crate::server::{Context, KeyKind, KeyListener, OpenKey};
use crate::source::keys::{self, Changed};
use raised::raised;
pub(super) use within::comes;
pub(crate) use within::transaction_ends;

static WANTED: AtomicBool = AtomicBool::new(false);
static REGISTRATIONS: RwLock<Option<Arc<[Arc<Registration>]>>> = RwLock::new(None);

/// Tells registrations what happens to keys.
pub(crate) struct Keys;

impl KeyListener for Keys {
    fn wanted() -> bool {
        WANTED.load(Ordering::Relaxed) || ahead::are_any()
    }

    fn happened(context: Context<'_>, event: &str, key: &[u8]) {
        ahead::written(context.database(), key);
        if !afterwards::in_key_function() {
            notify(context, event, key);
        }
    }
}

/// Those of synchronous functions.
static WAITED_FOR: RwLock<Vec<Arc<Registration>>> = RwLock::new(Vec::new());

/// Whether a command has to be carried for a synchronous function that may want to know what it does to one of these keys.
pub(super) fn is_waited_for<'a>(
    command: &[u8],
    keys: &(impl Iterator<Item = &'a [u8]> + Clone),
) -> bool {
    let waiting = WAITED_FOR.read().unwrap_or_else(PoisonError::into_inner);
    let raised = raised(command);
    let wants = |registration: &&Arc<Registration>| {
        matches!(&registration.plan.reader, Reader::KeyEvents(events)
            if keys.clone().any(|key| fits(&events.prefix, key))
                && raised.is_none_or(|raised| raised.may_be_wanted(events)))
    };
    !waiting
        .iter()
        .filter(wants)
        .all(|registration| within::may_run(registration, raised, keys.clone()))
}

/// Whether a synchronous function wants to know what happens to any key.
pub(super) fn is_anything_waited_for() -> bool {
    let waiting = WAITED_FOR.read().unwrap_or_else(PoisonError::into_inner);
    !waiting.is_empty()
}

/// Takes over which registrations there are.
pub(crate) fn set_registrations(all: &[Arc<Registration>]) {
    let mine: Vec<_> = all
        .iter()
        .filter(|registration| matches!(registration.plan.reader, Reader::KeyEvents(_)))
        .cloned()
        .collect();
    WANTED.store(!mine.is_empty(), Ordering::Relaxed);
    let synchronous: Vec<_> = mine
        .iter()
        .filter(|registration| registration.plan.mode == Mode::Sync)
        .cloned()
        .collect();
    // What is left goes once nobody is locked out.
    let waited_for = std::mem::replace(
        &mut *WAITED_FOR.write().unwrap_or_else(PoisonError::into_inner),
        synchronous,
    );
    let mut registrations = REGISTRATIONS
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    let old = registrations.replace(mine.into());
    drop(registrations);
    drop((waited_for, old));
}

/// The name by which a registration asks for a type.
fn type_name(kind: KeyKind) -> &'static str {
    if kind == KeyKind::Stream {
        "stream"
    } else {
        keys::type_name(kind)
    }
}

/// Whether a prefix, which may end in `*`, fits a key.
pub(crate) fn fits(prefix: &[u8], key: &[u8]) -> bool {
    match prefix.split_last() {
        Some((b'*', start)) => key.starts_with(start),
        _ => prefix == key,
    }
}

fn wants(events: &KeyEvents, context: Context<'_>, event: &str, key: &[u8]) -> bool {
    if !fits(&events.prefix, key) {
        return false;
    }
    match &events.event_types {
        Some(types) if !types.iter().any(|name| name.eq_ignore_ascii_case(event)) => return false,
        // It comes beside the event of the command that makes the key, and RedisGears 1.2 never tells of it: for who asks.
        None if event == "new" => return false,
        _ => {}
    }
    if let Some(types) = &events.key_types {
        let kind = OpenKey::open_in(context, key).kind();
        if !types.iter().any(|name| name == type_name(kind)) {
            return false;
        }
    }
    true
}

/// Whether a registration wants to know that a key is not there.
pub(super) fn is_missed(key: &[u8]) -> bool {
    let wants = |events: &KeyEvents| {
        let types = events.event_types.as_ref();
        let is_wanted = |name: &String| name.eq_ignore_ascii_case("keymiss");
        fits(&events.prefix, key) && types.is_none_or(|types| types.iter().any(is_wanted))
    };
    let registrations = REGISTRATIONS.read().unwrap_or_else(PoisonError::into_inner);
    let mut all = registrations.iter().flat_map(|all| all.iter());
    WANTED.load(Ordering::Relaxed)
        && all.any(|registration| {
            matches!(&registration.plan.reader, Reader::KeyEvents(events) if wants(events))
        })
}

/// A key changed: starts the executions of the registrations that want it.
fn notify(context: Context<'_>, event: &str, key: &[u8]) {
    let registrations = REGISTRATIONS
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut flags = None;
    let name = event;
    for registration in registrations.iter().flat_map(|all| all.iter()) {
        let Reader::KeyEvents(events) = &registration.plan.reader else {
            continue;
        };
        if !wants(events, context, event, key) {
            continue;
        }
        let flags = *flags.get_or_insert_with(|| context.flags());
        if flags.loading() || flags.replica() {
            return;
        }
        let hooked = events
            .commands
            .as_ref()
            .is_some_and(|commands| !commands.is_empty());
        let command = hooked.then(|| hook::current_command(registration));
        if command.as_ref().is_some_and(Option::is_none) {
            continue;
        }
        let command = command.flatten();
        let extra = command.map_or(Value::None, |command| {
            Value::Dict(vec![(Value::str("command"), command)])
        });
        let event = Event {
            input: input(events.values, event, key),
            extra,
            database: context.database(),
            may_block: flags.may_block(),
        };
        let made = |execution: &Arc<Execution>| {
            if hooked {
                hook::expect_override(registration, execution);
            }
        };
        if registration.plan.mode == Mode::Sync {
            let ready = within::beside(|| registration.ready(event, made));
            if within::may_run_now(ready.functions(), name, key) {
                afterwards::now(Deferred::Key(ready));
            } else {
                afterwards::defer(Deferred::Key(ready));
            }
        } else {
            registration.fire(event, made);
        }
    }
}

/// The record of an event; with the value that the key has when that is read.
fn input(values: bool, event: &str, key: &[u8]) -> Input {
    if values {
        return Input::Later(Changed {
            event: event.to_owned(),
            key: key.to_vec(),
        });
    }
    let mut batch = Batch::new();
    batch.key(Some(event), key);
    Input::Records(batch)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_prefix_is_no_glob() {
        assert!(fits(b"*", b"any"));
        assert!(fits(b"a*", b"abc"));
        assert!(!fits(b"a*", b"ba"));
        assert!(fits(b"a", b"a"));
        assert!(!fits(b"a", b"ab"));
        assert!(!fits(b"a*z", b"abz"));
        assert!(!fits(b"", b"a"));
    }
}
