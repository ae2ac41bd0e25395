//! Which commands can be hooked.

use std::sync::{Arc, PoisonError};

use super::{TABLE, Unhookable};
use crate::plan::{Mode, Reader};
use crate::server::{Facts, lock_server};
use crate::session::Session;

/// Whether a registration's hooks could be made; `leaves` says of a session whether its hooks are about to go.
///
/// # Errors
/// Why not.
pub(crate) fn check(
    reader: &Reader,
    leaves: impl Fn(&Arc<Session>) -> bool,
) -> Result<(), Unhookable> {
    match reader {
        Reader::Command(reader) => {
            let Some(hook) = &reader.hook else {
                return Ok(());
            };
            let name = String::from_utf8_lossy(hook).to_lowercase();
            let lock = lock_server();
            let facts = Facts::of(&lock, name.as_bytes(), None).ok_or(Unhookable::Unknown)?;
            if facts.has("noscript") {
                return Err(Unhookable::Noscript);
            }
            if reader.key_prefix.is_some() {
                if facts.has("movablekeys") {
                    return Err(Unhookable::Movable);
                }
                if facts.places.first <= 0 {
                    return Err(Unhookable::NoKey);
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
                return Err(Unhookable::NotSync);
            }
            Ok(())
        }
        Reader::KeyEvents(events) => {
            let lock = lock_server();
            for name in events.commands.iter().flatten() {
                let facts =
                    Facts::of(&lock, name.as_bytes(), None).ok_or(Unhookable::UnknownOfEvents)?;
                if facts.has("noscript") {
                    return Err(Unhookable::NoscriptOfEvents);
                }
                if facts.has("movablekeys") {
                    return Err(Unhookable::MovableOfEvents);
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
