//! Synchronous functions that may run while the server tells of an event, in the middle of its command.
//!
//! The server goes on with the keys that it has looked up before, so a function must not touch them. One without Python that
//! runs no command touches nothing, wherever its event comes from. One whose text tells which keys its commands are about
//! (`execute('INCR', 'hits:' + key)`) touches none of the command's if that is a simple one (`raised.rs`) without such a key.
//! For all others the command is carried, and for those who ask for events that come beside what a command does: of a key that
//! is new, has expired or is missed.

use std::cell::Cell;

use redgrease_core::native::Start;

use super::raised::{self, Raised};
use crate::event::{afterwards, hook, stream};
use crate::native::Functions;
use crate::plan::Reader;
use crate::registration::Registration;
use crate::settings::settings;

thread_local! {
    /// What the command raises that runs now on this thread, if functions may run in the middle of it.
    static SIMPLE: Cell<Option<&'static Raised>> = const { Cell::new(None) };
    /// How many transactions of clients may be open. Their commands run later, when nobody looks at them again.
    static TRANSACTIONS: Cell<usize> = const { Cell::new(0) };
}

/// A command comes.
pub(in crate::event) fn comes(name: &[u8]) {
    SIMPLE.set(None);
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    if is("multi") {
        TRANSACTIONS.set(TRANSACTIONS.get() + 1);
    } else if TRANSACTIONS.get() > 0 && (is("exec") || is("discard") || is("reset")) {
        transaction_ends();
    }
}

/// A transaction is over, or its client has left.
pub(crate) fn transaction_ends() {
    TRANSACTIONS.set(TRANSACTIONS.get().saturating_sub(1));
}

/// Does something of the engine's own in the middle of a command: reading a value is a command, too.
pub(super) fn beside<R>(body: impl FnOnce() -> R) -> R {
    let command = SIMPLE.get();
    let result = body();
    SIMPLE.set(command);
    result
}

/// Whether the functions of a registration may run in the middle of a command with these keys.
pub(super) fn may_run<'a>(
    registration: &Registration,
    command: Option<&'static Raised>,
    mut keys: impl Iterator<Item = &'a [u8]>,
) -> bool {
    if !settings().native_functions.is_on() {
        return false;
    }
    let functions = registration.session.functions(&registration.id);
    match functions.as_deref().and_then(Functions::touched) {
        None => false,
        Some([]) => true,
        Some(touched) => {
            let others_run = hook::are_any() || stream::is_anything_waited_for();
            let asks_for_any = match &registration.plan.reader {
                Reader::KeyEvents(events) => raised::asks_for_any(events),
                _ => true,
            };
            let may = command.is_some()
                && !asks_for_any
                && TRANSACTIONS.get() == 0
                && !others_run
                && !keys.any(|key| may_touch(touched, key));
            if may {
                SIMPLE.set(command);
            }
            may
        }
    }
}

fn may_touch(touched: &[Start], key: &[u8]) -> bool {
    touched.iter().any(|start| start.may_be(key))
}

/// Whether functions may run now that the server tells of this event of a key.
pub(super) fn may_run_now(functions: Option<&Functions>, event: &str, key: &[u8]) -> bool {
    if afterwards::is_carrying() || !settings().native_functions.is_on() {
        return false;
    }
    match functions.and_then(Functions::touched) {
        None => false,
        Some([]) => true,
        Some(touched) => {
            SIMPLE.get().is_some_and(|command| command.has(event)) && !may_touch(touched, key)
        }
    }
}
