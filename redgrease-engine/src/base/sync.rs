//! Locks and what waits at them. `tests/outbox.rs` puts others in their place, which try every order of the threads.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
