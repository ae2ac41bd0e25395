//! Locks, and their order.
//!
//! The server's lock comes first: nobody waits for it with another lock in hand. What changes under it only takes a
//! [`ServerLock`](crate::server::ServerLock) as an argument, which nobody has who does not hold it.
//!
//! After it, while one of these is held, only those behind it are taken:
//!
//! * the table of hooks ─► the registrations whose hooks are quiet, the names of sessions;
//! * the list of those who follow streams ─► where one of them is with its streams;
//! * the worker of a session ─► the place and the plans of the session; the list of workers ─► the work of one, its outbox;
//! * the synchronous socket of a worker ─► its control socket.
//!
//! All others are taken alone, and what is taken out of a list under its lock is dropped without it: the end of an execution can
//! be that of its registration, which can be that of its session, which tells its worker.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, also one whose holder has panicked.
pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
