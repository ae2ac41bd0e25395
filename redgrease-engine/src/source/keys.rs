//! Keys with or without their values, by iteration over database 0 or by name.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::Run;
use crate::base::matches;
use crate::record::batch::Batch;
use crate::record::sink::{Content, Sink};
use crate::server::{
    Context, Cursor, KeyKind, OpenKey, ServerLock, count_keys, lock_server, query, scan,
};

/// How long the server is held at a time.
const SLICE: Duration = Duration::from_millis(2);
/// How long it is left alone at least before it is held again. Its lock goes to whoever asks first: without a break that
/// is always the thread that has just released it.
const BREAK: Duration = Duration::from_micros(20);

/// The name that records give a type; streams have none there.
pub(crate) fn type_name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Empty => "empty",
        KeyKind::String => "string",
        KeyKind::List => "list",
        KeyKind::Hash => "hash",
        KeyKind::Set => "set",
        KeyKind::SortedSet => "zset",
        KeyKind::Module => "module",
        KeyKind::Stream => "unknown",
    }
}

/// What is wanted of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Bare names.
    Names,
    /// Records without values.
    Keys,
    /// Records with types and values.
    Values,
}

/// A list, read with the server's own command, which works on every version.
fn list(lock: &ServerLock, name: &[u8]) -> Vec<Vec<u8>> {
    query(lock, b"LRANGE", &[name, b"0", b"-1"]).map_or_else(
        |_| Vec::new(),
        |reply| reply.elements().map(|item| item.text().to_vec()).collect(),
    )
}

/// A text, read with the server's own command: to look at it otherwise may put another object in its place, and the command
/// whose event this is goes on with the one that it has.
fn text(lock: &ServerLock, name: &[u8]) -> Vec<u8> {
    query(lock, b"GETRANGE", &[name, b"0", b"-1"])
        .map_or_else(|_| Vec::new(), |reply| reply.text().to_vec())
}

/// The fields of a hash.
fn hash(key: &OpenKey) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields = Vec::new();
    key.fields(&mut |field, value| fields.push((field.to_vec(), value.to_vec())));
    fields
}

/// Writes a key into a sink. This is the one form that the records of keys have, for runs and for events.
pub(crate) fn write(
    lock: &ServerLock,
    event: Option<&str>,
    name: &[u8],
    key: Option<OpenKey>,
    wanted: Wanted,
    sink: &mut dyn Sink,
) {
    match wanted {
        Wanted::Names => sink.text(name),
        Wanted::Keys => sink.key(event, name),
        Wanted::Values => {
            let key = key.unwrap_or_else(|| OpenKey::open(lock, name));
            let kind = key.kind();
            let (read, items, fields);
            let content = match kind {
                KeyKind::String if event.is_some() => {
                    read = text(lock, name);
                    Content::Text(&read)
                }
                KeyKind::String => Content::Text(key.string()),
                KeyKind::List => {
                    items = list(lock, name);
                    Content::Texts(&items)
                }
                KeyKind::Hash => {
                    fields = hash(&key);
                    Content::Fields(&fields)
                }
                _ => Content::None,
            };
            sink.value(event, name, type_name(kind), &content);
        }
    }
}

/// An event of a key, whose record has the value that the key has when it is read.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// The name of the event.
    pub(crate) event: String,
    /// The key.
    pub(crate) key: Vec<u8>,
}

impl Changed {
    /// The record as it is now.
    pub(crate) fn read(&self, lock: &ServerLock) -> Batch {
        let mut batch = Batch::new();
        let wanted = Wanted::Values;
        write(lock, Some(&self.event), &self.key, None, wanted, &mut batch);
        batch
    }

    /// The record as it is now, if it stays so until an event says that the key was written.
    pub(crate) fn read_lasting(&self, lock: &ServerLock) -> Option<Batch> {
        let key = OpenKey::open(lock, &self.key);
        // Time passes without an event.
        if key.expires() {
            return None;
        }
        if key.kind() != KeyKind::String {
            return Some(self.read(lock));
        }
        let text = text(lock, &self.key);
        // So does PFCOUNT, which keeps in the key what it has counted.
        if text.starts_with(b"HYLL") {
            return None;
        }
        let mut batch = Batch::new();
        let content = Content::Text(&text);
        batch.value(
            Some(&self.event),
            &self.key,
            type_name(KeyKind::String),
            &content,
        );
        Some(batch)
    }
}

/// Takes a key; says whether enough were taken for now.
type Visitor<'a> = dyn FnMut(&ServerLock, &[u8], Option<OpenKey>) -> bool + 'a;

/// Visits matching keys in slices, holding the server for each; `go_on` runs between slices and says whether to go on.
fn each_key(
    run: &dyn Run,
    pattern: &[u8],
    visit: &mut Visitor<'_>,
    go_on: &mut dyn FnMut() -> bool,
) {
    let everything = pattern == b"*";
    if let Some(keys) = count_keys(&lock_server()) {
        run.expect(u64::try_from(keys).unwrap_or(u64::MAX));
    }
    let mut cursor = Cursor::new();
    let mut more = true;
    while more && !run.stop_wanted() {
        let begun = Instant::now();
        let mut passed = 0;
        {
            let lock = lock_server();
            let mut full = false;
            while more && !full && begun.elapsed() < SLICE {
                // The clock is asked for once in several buckets.
                for _ in 0..16 {
                    more = scan(&lock, &mut cursor, &mut |_: Context<'_>, name, key| {
                        passed += 1;
                        let is_wanted = everything || matches(pattern, name);
                        if is_wanted && run.is_of_this_shard(name) {
                            full |= visit(&lock, name, key);
                        }
                    });
                    if full || !more {
                        break;
                    }
                }
            }
        }
        run.add_reading(begun.elapsed());
        run.add_passed(passed);
        if !go_on() {
            return;
        }
        if more {
            std::thread::sleep(BREAK);
        }
    }
}

/// Writes the matching keys of database 0 into a sink; `exact` names one key, which is there whether it is or not.
pub(super) fn read(
    run: &dyn Run,
    pattern: &[u8],
    exact: bool,
    wanted: Wanted,
    sink: &mut dyn Sink,
) {
    if exact && !run.is_of_this_shard(pattern) {
        // As where there is none.
        match wanted {
            Wanted::Names => {}
            Wanted::Keys => sink.key(None, pattern),
            Wanted::Values => {
                let kind = type_name(KeyKind::Empty);
                sink.value(None, pattern, kind, &Content::None);
            }
        }
        return;
    }
    if exact {
        let lock = lock_server();
        if wanted != Wanted::Names || OpenKey::open(&lock, pattern).kind() != KeyKind::Empty {
            write(&lock, None, pattern, None, wanted, sink);
        }
        return;
    }
    // How many keys there are the server knows without looking at them; not whose they are, if one has come meanwhile.
    if pattern == b"*"
        && sink.count(0)
        && let Some(keys) = count_keys(&lock_server())
        && run.is_all_of_this_shard()
    {
        sink.count(keys);
        return;
    }
    let sink = RefCell::new(sink);
    each_key(
        run,
        pattern,
        &mut |lock, name, key| {
            let mut sink = sink.borrow_mut();
            // A full one too: the rest of a bucket comes with its first key, or never.
            if !sink.count(1) {
                write(lock, None, name, key, wanted, &mut **sink);
            }
            sink.is_full()
        },
        &mut || sink.borrow_mut().go_on(),
    );
}
