//! Which commands can be hooked.

use std::sync::{Arc, PoisonError};

use super::TABLE;
use crate::plan::{Mode, Reader};
use crate::server::{ReplyKind, ServerLock, call, lock_server};
use crate::session::Session;

/// Where a command has its keys.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyPlaces {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) step: i64,
}

/// What the server says about a command: flags and key positions.
pub(super) fn look_up(lock: &ServerLock, name: &str) -> Option<(Vec<String>, KeyPlaces)> {
    let reply = call(lock, b"COMMAND", &[b"INFO".as_slice(), name.as_bytes()]).ok()?;
    let info = reply.element(0)?;
    if info.kind() != ReplyKind::Array {
        return None;
    }
    let flags = info
        .element(2)?
        .elements()
        .map(|flag| String::from_utf8_lossy(flag.text()).to_lowercase())
        .collect();
    let number = |index| info.element(index).map_or(0, |number| number.integer());
    let places = KeyPlaces {
        first: number(3),
        last: number(4),
        step: number(5),
    };
    Some((flags, places))
}

/// Whether a registration's hooks could be made; `leaves` says of a session whether its hooks are about to go.
///
/// # Errors
/// The text for the script.
pub(crate) fn check(reader: &Reader, leaves: impl Fn(&Arc<Session>) -> bool) -> Result<(), String> {
    match reader {
        Reader::Command(reader) => {
            let Some(hook) = &reader.hook else {
                return Ok(());
            };
            let name = String::from_utf8_lossy(hook).to_lowercase();
            let lock = lock_server();
            let (flags, places) =
                look_up(&lock, &name).ok_or("Can not override an unexisting command")?;
            if flags.iter().any(|flag| flag == "noscript") {
                return Err(
                    "Can not override a command which are not allowed inside a script".to_owned(),
                );
            }
            if reader.key_prefix.is_some() {
                if flags.iter().any(|flag| flag == "movablekeys") {
                    return Err(
                        "Can not override a command with moveable keys by key prefix".to_owned(),
                    );
                }
                if places.first <= 0 {
                    return Err(
                        "Can not override a command by key prefix with none positive first key"
                            .to_owned(),
                    );
                }
            }
            drop(lock);
            let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
            let newest = table
                .as_ref()
                .and_then(|table| table.get(name.as_bytes()))
                .and_then(|hooks| {
                    let mut staying = hooks.iter();
                    staying.find(|hook| !leaves(&hook.registration.session))
                });
            if newest.is_some_and(|hook| hook.registration.plan.mode != Mode::Sync) {
                return Err("Can not override a none sync registration".to_owned());
            }
            Ok(())
        }
        Reader::KeyEvents(events) => {
            let lock = lock_server();
            for name in events.commands.iter().flatten() {
                let (flags, _) =
                    look_up(&lock, &name.to_lowercase()).ok_or("bad reply on COMMAND command")?;
                if flags.iter().any(|flag| flag == "noscript") {
                    return Err(
                        "Can not hook a command which are not allowed inside a script".to_owned(),
                    );
                }
                if flags.iter().any(|flag| flag == "movablekeys") {
                    return Err(
                        "Can not hook a command with moveable keys by key prefix".to_owned()
                    );
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
