//! Records that were read before their turn: whether their keys were written since.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::base::guard;
use crate::server::ServerLock;
use crate::worker::Worker;

/// A database and a key.
type Name = (i32, Vec<u8>);

static READ: Mutex<Option<HashMap<Name, Vec<Arc<Reading>>>>> = Mutex::new(None);
/// How many there are: most writes find none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Reading {
    name: Name,
    worker: Arc<Worker>,
    written: AtomicBool,
}

/// A record that a worker has before its turn. It ends with its turn.
#[derive(Debug)]
pub(super) struct Record(Arc<Reading>);

impl Record {
    /// The record of a key, as it is read under this lock.
    pub(super) fn new(_lock: &ServerLock, database: i32, key: &[u8], worker: &Arc<Worker>) -> Self {
        let reading = Arc::new(Reading {
            name: (database, key.to_vec()),
            worker: Arc::clone(worker),
            written: AtomicBool::new(false),
        });
        let mut read = guard(&READ);
        let same = read.get_or_insert_default().entry(reading.name.clone());
        same.or_default().push(Arc::clone(&reading));
        COUNT.fetch_add(1, Ordering::SeqCst);
        Self(reading)
    }

    /// Whether the key was not written since.
    pub(super) fn is_fresh(&self) -> bool {
        !self.0.written.load(Ordering::SeqCst)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let mut read = guard(&READ);
        let Some(same) = read.as_mut().and_then(|read| read.get_mut(&self.0.name)) else {
            return;
        };
        let before = same.len();
        same.retain(|one| !Arc::ptr_eq(one, &self.0));
        COUNT.fetch_sub(before - same.len(), Ordering::SeqCst);
        if same.is_empty()
            && let Some(read) = read.as_mut()
        {
            read.remove(&self.0.name);
        }
    }
}

/// Whether there are any.
pub(crate) fn are_any() -> bool {
    COUNT.load(Ordering::SeqCst) > 0
}

/// Tells the workers that hold a record of this key. Under the server's lock, before anything can read what was written.
pub(crate) fn written(database: i32, key: &[u8]) {
    if !are_any() {
        return;
    }
    let mut read = guard(&READ);
    let same = read
        .as_mut()
        .and_then(|read| read.remove(&(database, key.to_vec())));
    if let Some(same) = same {
        tell(&same);
    }
}

/// Tells the workers that hold any record: all keys may be others now.
pub(crate) fn all_written() {
    let mut read = guard(&READ);
    for (_, same) in read.take().into_iter().flatten() {
        tell(&same);
    }
}

fn tell(same: &[Arc<Reading>]) {
    COUNT.fetch_sub(same.len(), Ordering::SeqCst);
    for (at, reading) in same.iter().enumerate() {
        reading.written.store(true, Ordering::SeqCst);
        let told = same[..at]
            .iter()
            .any(|other| Arc::ptr_eq(&other.worker, &reading.worker));
        if !told {
            reading.worker.count_write();
        }
    }
}
