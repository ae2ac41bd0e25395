//! Keys with or without their values, by iteration over database 0 or by name.

use std::time::{Duration, Instant};

use crate::base::matches;
use crate::native::NativeRun;
use crate::record::batch::{Batch, Layout};
use crate::record::value::Value;
use crate::server::{
    Context, Cursor, KeyKind, OpenKey, ServerLock, call, count_keys, lock_server, scan,
};
use crate::source::Run;

/// How long the server is held at a time.
const SLICE: Duration = Duration::from_millis(2);
/// How long it is left alone at least before it is held again. Its lock goes to whoever asks first: without a break that
/// is always the thread that has just released it.
const BREAK: Duration = Duration::from_micros(20);
const MOST_RECORDS: usize = 512;
const MOST_BYTES: usize = 256 << 10;

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

/// A list, read with the server's own command, which works on every version.
fn list(lock: &ServerLock, name: &[u8]) -> Vec<Vec<u8>> {
    call(lock, b"LRANGE", &[name, b"0", b"-1"]).map_or_else(
        |_| Vec::new(),
        |reply| reply.elements().map(|item| item.text().to_vec()).collect(),
    )
}

fn hash(key: &OpenKey) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields = Vec::new();
    key.fields(&mut |field, value| fields.push((field.to_vec(), value.to_vec())));
    fields
}

/// Adds a key to a batch in the layout of the batch.
pub(crate) fn push(
    lock: &ServerLock,
    event: Option<&str>,
    name: &[u8],
    key: Option<OpenKey>,
    batch: &mut Batch,
) {
    match batch.layout {
        Layout::KeysOnly => batch.push_name(event, name),
        Layout::Plain => batch.push_text(name),
        _ => {
            let key = key.unwrap_or_else(|| OpenKey::open(lock, name));
            let kind = key.kind();
            batch.push_key(event, name, type_name(kind), |value| match kind {
                KeyKind::String => value.text(key.string()),
                KeyKind::List => value.texts(&list(lock, name)),
                KeyKind::Hash => value.fields(hash(&key).iter().rev()),
                _ => {}
            });
        }
    }
}

/// A key as a record.
fn record(lock: &ServerLock, name: &[u8], key: Option<OpenKey>, values: bool) -> Value {
    let mut pairs = vec![
        (Value::str("event"), Value::None),
        (Value::str("key"), Value::redis(name)),
    ];
    if values {
        let key = key.unwrap_or_else(|| OpenKey::open(lock, name));
        let kind = key.kind();
        let value = match kind {
            KeyKind::String => Value::redis(key.string()),
            KeyKind::List => Value::List(
                list(lock, name)
                    .iter()
                    .map(|item| Value::redis(item))
                    .collect(),
            ),
            KeyKind::Hash => Value::Dict(
                hash(&key)
                    .iter()
                    .map(|(field, value)| (Value::redis(field), Value::redis(value)))
                    .collect(),
            ),
            _ => Value::None,
        };
        pairs.push((Value::str("type"), Value::str(type_name(kind))));
        pairs.push((Value::str("value"), value));
    }
    Value::Dict(pairs)
}

/// Takes a key; says whether enough were taken for now.
type Visitor<'a> = dyn FnMut(&ServerLock, &[u8], Option<OpenKey>) -> bool + 'a;

/// Visits matching keys in slices, holding the server for each; `pause` runs between slices and says whether to go on.
fn each_key(
    execution: &dyn Run,
    pattern: &[u8],
    visit: &mut Visitor<'_>,
    pause: &mut dyn FnMut() -> bool,
) {
    let everything = pattern == b"*";
    let mut cursor = Cursor::new();
    let mut more = true;
    while more && !execution.stop_wanted() {
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
        execution.add_reading(begun.elapsed());
        if !pause() {
            return;
        }
        if more {
            std::thread::sleep(BREAK);
        }
    }
}

/// Sends the keys in batches; `send` says whether more are wanted, and gets a last batch in any case.
pub(crate) fn batches(
    execution: &dyn Run,
    pattern: &[u8],
    exact: bool,
    layout: Layout,
    send: &mut dyn FnMut(Batch, bool) -> bool,
) {
    let batch = std::cell::RefCell::new(Batch::new(layout));
    if exact {
        let lock = lock_server();
        let present =
            layout != Layout::Plain || OpenKey::open(&lock, pattern).kind() != KeyKind::Empty;
        if present {
            push(&lock, None, pattern, None, &mut batch.borrow_mut());
        }
    } else {
        each_key(
            execution,
            pattern,
            &mut |lock, name, key| {
                let mut batch = batch.borrow_mut();
                push(lock, None, name, key, &mut batch);
                batch.len() >= MOST_RECORDS || batch.size() >= MOST_BYTES
            },
            &mut || {
                if batch.borrow().len() == 0 {
                    return true;
                }
                send(batch.replace(Batch::new(layout)), false)
            },
        );
    }
    send(batch.into_inner(), true);
}

/// Gives the keys to native operations; `values` is nothing for bare names.
pub(crate) fn native(
    execution: &dyn Run,
    pattern: &[u8],
    exact: bool,
    values: Option<bool>,
    run: &mut NativeRun,
) {
    if exact {
        let lock = lock_server();
        if values.is_some() || OpenKey::open(&lock, pattern).kind() != KeyKind::Empty {
            run.push(match values {
                Some(values) => record(&lock, pattern, None, values),
                None => Value::redis(pattern),
            });
        }
        return;
    }
    let only_counts = run.only_counts();
    // How many keys there are the server knows without looking at them.
    if only_counts
        && pattern == b"*"
        && let Some(keys) = count_keys(&lock_server())
    {
        run.count(keys);
        return;
    }
    let run = std::cell::RefCell::new(run);
    each_key(
        execution,
        pattern,
        &mut |lock, name, key| {
            let mut run = run.borrow_mut();
            if only_counts {
                run.count(1);
                return false;
            }
            if !run.stopped() {
                run.push(match values {
                    Some(values) => record(lock, name, key, values),
                    None => Value::redis(name),
                });
            }
            run.stopped()
        },
        &mut || !run.borrow().stopped(),
    );
}
