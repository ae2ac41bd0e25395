//! Synchronous functions of events: they run when the command is over that raised the event, before its client gets the answer.
//!
//! Not while the server tells of the event: it is in the middle of its command then, goes on with the key that it looked up
//! before, and does not survive a function that deletes it. A command whose events synchronous functions want is therefore
//! carried by one of the engine's (see [`super::hook`]), which runs it and then the functions, unless it is known that they
//! leave the keys of the command alone (`keys/within.rs`). Events that come otherwise, of a
//! key that expires or of a client that was waiting for it, are told to their functions as soon as the server is free.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::event::stream;
use crate::registration::{Ready, Registration};
use crate::server::{ServerLock, after_command, lock_server};

/// What is to be done when a command is over.
#[derive(Debug)]
pub(crate) enum Deferred {
    /// The function of a key event, over the key as it was then.
    Key(Ready),
    /// The function of a stream to which an entry was added.
    Stream {
        registration: Arc<Registration>,
        async_allowed: bool,
    },
}

thread_local! {
    /// What the commands that are carried now on this thread leave, the innermost last.
    static CARRIED: RefCell<Vec<Vec<Deferred>>> = const { RefCell::new(Vec::new()) };
    /// Whether the function of a key event, or of a stream, runs now on this thread.
    static IN_KEY: Cell<bool> = const { Cell::new(false) };
    static IN_STREAM: Cell<bool> = const { Cell::new(false) };
}

/// Whether the function of a key event runs now. What it writes raises no key events: functions would call themselves.
pub(crate) fn in_key_function() -> bool {
    IN_KEY.with(Cell::get)
}

/// Whether the synchronous function of a stream runs now.
pub(crate) fn in_stream_function() -> bool {
    IN_STREAM.with(Cell::get)
}

/// Runs a command, then what its events want to be done.
pub(super) fn carry<R>(lock: &ServerLock, command: impl FnOnce() -> R) -> R {
    CARRIED.with_borrow_mut(|carried| carried.push(Vec::new()));
    let result = command();
    let left = CARRIED.with_borrow_mut(Vec::pop).unwrap_or_default();
    for one in left {
        one.run(lock);
    }
    result
}

/// Whether a command is carried now on this thread.
pub(super) fn is_carrying() -> bool {
    CARRIED.with_borrow(|carried| !carried.is_empty())
}

/// Does something at once, in the middle of a command.
pub(super) fn now(what: Deferred) {
    what.run(&lock_server());
}

/// Keeps something for the end of the command that is carried now; as soon as the server is free, if none is.
pub(super) fn defer(what: Deferred) {
    let alone = CARRIED.with_borrow_mut(|carried| match carried.last_mut() {
        Some(left) => {
            left.push(what);
            None
        }
        None => Some(what),
    });
    if let Some(what) = alone {
        after_command(move || what.run(&lock_server()));
    }
}

impl Deferred {
    fn run(self, lock: &ServerLock) {
        match self {
            Self::Key(ready) => {
                let outer = IN_KEY.replace(true);
                ready.run(lock);
                IN_KEY.set(outer);
            }
            Self::Stream {
                registration,
                async_allowed,
            } => {
                let outer = IN_STREAM.replace(true);
                // Whatever database the command was in: streams are those of database 0.
                lock.in_database(0, || stream::work_inside(&registration, async_allowed));
                IN_STREAM.set(outer);
            }
        }
    }
}
