//! Keys: iterating over them, opening them, reading their values.

use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::call::{CallError, CallReply, call};
use super::command::bytes;
use super::context::{Context, ServerLock};
use super::table::{
    RedisModuleCtx, RedisModuleKey, RedisModuleScanCursor, RedisModuleString, StreamId, api,
};
use super::{OK, guarded};

/// Opens a key to read it without touching its access time.
const READ_NO_TOUCH: i32 = 1 | (1 << 16);
/// So many fields of an entry need no room of their own.
const FEW: usize = 8;
/// Has an iterator begin behind its first id.
const EXCLUSIVE: i32 = 1;

/// Whether the engine itself opens a key now, or keeps its own books in one, under the server lock.
static BUSY: AtomicBool = AtomicBool::new(false);

/// Events of what the engine does for itself: that it missed a key, that it moved a group of its own.
const OWN_EVENTS: [&CStr; 2] = [c"keymiss", c"xgroup-setid"];

/// Whether an event is nobody's business.
pub(super) fn is_own(event: &CStr) -> bool {
    BUSY.load(Ordering::Relaxed) && OWN_EVENTS.contains(&event)
}

/// Does what nobody is told of, under the server lock.
fn quietly<R>(work: impl FnOnce() -> R) -> R {
    // What expires on the way starts registrations, which open keys in turn.
    let outer = BUSY.swap(true, Ordering::Relaxed);
    let done = work();
    BUSY.store(outer, Ordering::Relaxed);
    done
}

/// Has the consumer group of a stream, which is one of the engine's, go on behind an entry.
///
/// # Errors
/// Those of [`call`].
pub(crate) fn move_group(
    lock: &ServerLock,
    key: &[u8],
    group: &[u8],
    id: &[u8],
) -> Result<CallReply, CallError> {
    quietly(|| call(lock, b"XGROUP", &[b"SETID", key, group, id]))
}

/// The type of a key as the module API numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Empty,
    String,
    List,
    Hash,
    Set,
    SortedSet,
    Module,
    Stream,
}

impl KeyKind {
    fn from_raw(raw: i32) -> Self {
        match raw {
            1 => Self::String,
            2 => Self::List,
            3 => Self::Hash,
            4 => Self::Set,
            5 => Self::SortedSet,
            6 => Self::Module,
            7 => Self::Stream,
            _ => Self::Empty,
        }
    }
}

/// A position in an iteration over all keys.
#[derive(Debug)]
pub(crate) struct Cursor {
    raw: *mut RedisModuleScanCursor,
}

// SAFETY: a cursor is a number and is used under the server lock only.
unsafe impl Send for Cursor {}

impl Cursor {
    /// A cursor at the start.
    pub(crate) fn new() -> Self {
        // SAFETY: no precondition.
        let raw = unsafe { (api().scan_cursor_create)() };
        Self { raw }
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: made in `new`, destroyed once.
        unsafe { (api().scan_cursor_destroy)(self.raw) };
    }
}

/// A key that is open for reading.
#[derive(Debug)]
pub(crate) struct OpenKey {
    raw: *mut RedisModuleKey,
    owned: bool,
}

impl Drop for OpenKey {
    fn drop(&mut self) {
        if self.owned && !self.raw.is_null() {
            // SAFETY: opened in `open`, closed once.
            unsafe { (api().close_key)(self.raw) };
        }
    }
}

impl OpenKey {
    /// Opens `name` in database 0 for reading.
    pub(crate) fn open(lock: &ServerLock, name: &[u8]) -> Self {
        Self::open_in(lock.context(), name)
    }

    /// Opens `name` in the database that is selected in a context.
    pub(crate) fn open_in(context: Context<'_>, name: &[u8]) -> Self {
        // SAFETY: the lock is held; the key keeps its own reference to the name.
        let raw = quietly(|| unsafe {
            let name = (api().create_string)(ptr::null_mut(), name.as_ptr().cast(), name.len());
            let raw = (api().open_key)(context.raw(), name, READ_NO_TOUCH);
            (api().free_string)(ptr::null_mut(), name);
            raw
        });
        Self { raw, owned: true }
    }

    /// The type of the key.
    pub(crate) fn kind(&self) -> KeyKind {
        if self.raw.is_null() {
            return KeyKind::Empty;
        }
        // SAFETY: live key.
        KeyKind::from_raw(unsafe { (api().key_type)(self.raw) })
    }

    /// Whether the key goes by itself when its time has come.
    pub(crate) fn expires(&self) -> bool {
        // SAFETY: live key; -1 is no time.
        !self.raw.is_null() && unsafe { (api().get_expire)(self.raw) } != -1
    }

    /// The value of a string key.
    pub(crate) fn string(&self) -> &[u8] {
        if self.raw.is_null() {
            return &[];
        }
        let mut length = 0;
        // SAFETY: read access to a live string key; the bytes stay until the key is written or closed.
        unsafe {
            let start = (api().string_dma)(self.raw, &raw mut length, 1);
            if start.is_null() {
                return &[];
            }
            std::slice::from_raw_parts(start.cast(), length)
        }
    }

    /// Calls `visit` with every field and value of a hash.
    pub(crate) fn fields(&self, visit: &mut dyn FnMut(&[u8], &[u8])) {
        let cursor = Cursor::new();
        let mut visit = visit;
        let visitor = (&raw mut visit).cast::<c_void>();
        // SAFETY: the callback gets the visitor back while this call runs.
        unsafe { while (api().scan_key)(self.raw, cursor.raw, on_field, visitor) != 0 {} }
    }

    /// Calls `visit` with every entry of a stream behind an id, which is milliseconds and a number: its id and its fields with
    /// their values. Goes on as long as that gives `true`.
    pub(crate) fn entries(&self, (time, number): (u64, u64), visit: &mut Entry<'_>) {
        if self.kind() != KeyKind::Stream {
            return;
        }
        let mut strings = Vec::new();
        let mut first = StreamId { time, number };
        // SAFETY: a live stream, which nobody changes while the iterator is open; its strings are freed after the visit.
        unsafe {
            if (api().stream_iterator_start)(self.raw, EXCLUSIVE, &raw mut first, ptr::null_mut())
                != OK
            {
                return;
            }
            let (mut id, mut count) = (first, 0);
            let mut more = true;
            while more
                && (api().stream_iterator_next_id)(self.raw, &raw mut id, &raw mut count) == OK
            {
                for _ in 0..count {
                    let (mut field, mut value) = (ptr::null_mut(), ptr::null_mut());
                    let next = api().stream_iterator_next_field;
                    if next(self.raw, &raw mut field, &raw mut value) != OK {
                        break;
                    }
                    strings.push((field, value));
                }
                let fields = strings
                    .iter()
                    .map(|&(field, value)| (bytes(field), bytes(value)));
                let place = (id.time, id.number);
                let mut few = [(&[][..], &[][..]); FEW];
                more = match few.get_mut(..strings.len()) {
                    Some(few) => {
                        few.iter_mut()
                            .zip(fields)
                            .for_each(|(one, field)| *one = field);
                        visit(place, few)
                    }
                    None => visit(place, &fields.collect::<Vec<_>>()),
                };
                for (field, value) in strings.drain(..) {
                    (api().free_string)(ptr::null_mut(), field);
                    (api().free_string)(ptr::null_mut(), value);
                }
            }
            (api().stream_iterator_stop)(self.raw);
        }
    }
}

/// Gets the id of an entry and its fields; says whether to go on.
pub(crate) type Entry<'a> = dyn FnMut((u64, u64), &[(&[u8], &[u8])]) -> bool + 'a;

unsafe extern "C" fn on_field(
    _key: *mut RedisModuleKey,
    field: *mut RedisModuleString,
    value: *mut RedisModuleString,
    visitor: *mut c_void,
) {
    guarded("reading a hash", (), || {
        // SAFETY: the visitor passed by `fields`; both strings live during the call. A set's element has no value.
        unsafe {
            let visit = &mut *visitor.cast::<&mut dyn FnMut(&[u8], &[u8])>();
            let value = if value.is_null() {
                &[][..]
            } else {
                bytes(value)
            };
            visit(bytes(field), value);
        }
    });
}

/// How many keys database 0 has, where the server says so.
pub(crate) fn count_keys(lock: &ServerLock) -> Option<i64> {
    let size = api().db_size?;
    // SAFETY: the lock is held; the context of a thread is in database 0.
    i64::try_from(unsafe { size(lock.context().raw()) }).ok()
}

/// Gets a key's name and, where the server opened it, the key.
pub(crate) type Visitor<'a> = dyn FnMut(Context<'_>, &[u8], Option<OpenKey>) + 'a;

/// Visits the next keys of database 0; says whether there are more.
pub(crate) fn scan(lock: &ServerLock, cursor: &mut Cursor, mut visit: &mut Visitor<'_>) -> bool {
    let visitor = (&raw mut visit).cast::<c_void>();
    // SAFETY: the lock is held; the callback gets the visitor back while this call runs.
    unsafe { (api().scan)(lock.context().raw(), cursor.raw, on_key, visitor) != 0 }
}

unsafe extern "C" fn on_key(
    ctx: *mut RedisModuleCtx,
    name: *mut RedisModuleString,
    key: *mut RedisModuleKey,
    visitor: *mut c_void,
) {
    guarded("reading keys", (), || {
        // SAFETY: the visitor passed by `scan`; name and key live during the call.
        unsafe {
            let visit = &mut *visitor.cast::<&mut Visitor<'_>>();
            let key = (!key.is_null()).then_some(OpenKey {
                raw: key,
                owned: false,
            });
            visit(Context::from_raw(ctx), bytes(name), key);
        }
    });
}
