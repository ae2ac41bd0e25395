//! Keys with or without their values, by iteration over database 0 or by name.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::Run;
use crate::base::matches;
use crate::record::sink::{Content, Sink};
use crate::server::{
    Context, Cursor, KeyKind, OpenKey, ServerLock, call, count_keys, lock_server, scan,
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
    call(lock, b"LRANGE", &[name, b"0", b"-1"]).map_or_else(
        |_| Vec::new(),
        |reply| reply.elements().map(|item| item.text().to_vec()).collect(),
    )
}

/// A text, read with the server's own command: to look at it otherwise may put another object in its place, and the command
/// whose event this is goes on with the one that it has.
fn text(lock: &ServerLock, name: &[u8]) -> Vec<u8> {
    call(lock, b"GETRANGE", &[name, b"0", b"-1"])
        .map_or_else(|_| Vec::new(), |reply| reply.text().to_vec())
}

/// The fields of a hash, the last one first.
fn hash(key: &OpenKey) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields = Vec::new();
    key.fields(&mut |field, value| fields.push((field.to_vec(), value.to_vec())));
    fields.reverse();
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
            let read;
            let content = match kind {
                KeyKind::String if event.is_some() => {
                    read = text(lock, name);
                    Content::Text(&read)
                }
                KeyKind::String => Content::Text(key.string()),
                KeyKind::List => Content::Texts(list(lock, name)),
                KeyKind::Hash => Content::Fields(hash(&key)),
                _ => Content::None,
            };
            sink.value(event, name, type_name(kind), &content);
        }
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
    let mut cursor = Cursor::new();
    let mut more = true;
    while more && !run.stop_wanted() {
        let begun = Instant::now();
        {
            let lock = lock_server();
            let mut full = false;
            while more && !full && begun.elapsed() < SLICE {
                // The clock is asked for once in several buckets.
                for _ in 0..16 {
                    more = scan(&lock, &mut cursor, &mut |_: Context<'_>, name, key| {
                        if everything || matches(pattern, name) {
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
    if exact {
        let lock = lock_server();
        if wanted != Wanted::Names || OpenKey::open(&lock, pattern).kind() != KeyKind::Empty {
            write(&lock, None, pattern, None, wanted, sink);
        }
        return;
    }
    // How many keys there are the server knows without looking at them.
    if pattern == b"*"
        && sink.count(0)
        && let Some(keys) = count_keys(&lock_server())
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
