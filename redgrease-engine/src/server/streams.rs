//! Events of streams.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};

use super::command::bytes;
use super::context::Context;
use super::table::{RedisModuleCtx, RedisModuleString, api};
use super::{OK, guarded};

/// The class of events about streams.
const STREAM_EVENTS: c_int = 1 << 10;
/// The classes of events about keys of any type: commands, keys whose time is over, keys that make room.
const KEY_EVENTS: c_int = 1 << 2 | 1 << 8 | 1 << 9;
/// How a key comes or goes as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// By DEL, UNLINK, MOVE, at its time, or for want of memory.
    Gone,
    /// By RENAME: under which name it came is told next.
    Leaving,
    /// By RENAME: it is what has just left another name.
    Renamed,
    /// By RESTORE, COPY or MOVE.
    Arrived,
}

/// Who wants to know what happens to streams.
pub(crate) trait StreamListener {
    /// An entry was added; `nested` says that this happens inside of a synchronous function.
    fn added(context: Context<'_>, key: &[u8], nested: bool);
    /// A key came or went as a whole.
    fn changed(context: Context<'_>, key: &[u8], change: Change);
}

/// How a stream may come under a name, or go, without an entry being added.
const CHANGES: [(&CStr, Change); 9] = [
    (c"del", Change::Gone),
    (c"expired", Change::Gone),
    (c"evicted", Change::Gone),
    (c"move_from", Change::Gone),
    (c"rename_from", Change::Leaving),
    (c"rename_to", Change::Renamed),
    (c"restore", Change::Arrived),
    (c"copy_to", Change::Arrived),
    (c"move_to", Change::Arrived),
];

thread_local! {
    /// Whether this thread tells of an event now.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Has `L` told of every entry that is added to a stream, and of every key that comes or goes as a whole.
///
/// The server does not call a subscriber again while it is being called, so there are two of them: the second one sees what
/// synchronous functions add.
///
/// # Errors
/// When the server refuses.
pub(crate) fn subscribe_to_streams<L: StreamListener>(context: Context<'_>) -> Result<(), String> {
    let subscribe = api().subscribe_to_keyspace_events;
    // SAFETY: callbacks with the documented signature.
    let refused = unsafe {
        subscribe(context.raw(), STREAM_EVENTS, on_event::<L>) != OK
            || subscribe(context.raw(), STREAM_EVENTS, on_nested_event::<L>) != OK
            || subscribe(context.raw(), KEY_EVENTS, on_change::<L>) != OK
    };
    if refused {
        return Err("the server refused the subscription to events of streams".to_owned());
    }
    Ok(())
}

/// Tells of an event if it is the addition of an entry.
///
/// # Safety
/// The arguments of a notification, during that notification.
unsafe fn tell<L: StreamListener>(
    ctx: *mut RedisModuleCtx,
    event: *const c_char,
    key: *mut RedisModuleString,
    nested: bool,
) {
    // SAFETY: the caller vouches for the pointers.
    unsafe {
        if CStr::from_ptr(event) == c"xadd" {
            L::added(Context::from_raw(ctx), bytes(key), nested);
        }
    }
}

unsafe extern "C" fn on_event<L: StreamListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    guarded("an event of a stream", (), || {
        let outer = TELLING.replace(true);
        // SAFETY: passed on as they are. A server that does call subscribers again gets here inside of itself.
        unsafe { tell::<L>(ctx, event, key, outer) };
        TELLING.set(outer);
    });
    OK
}

unsafe extern "C" fn on_nested_event<L: StreamListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    if TELLING.get() {
        guarded("an event inside of an event", (), || {
            // SAFETY: passed on as they are.
            unsafe { tell::<L>(ctx, event, key, true) };
        });
    }
    OK
}

unsafe extern "C" fn on_change<L: StreamListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    guarded("the change of a key", (), || {
        // SAFETY: the server passes a NUL-terminated name and a live key during the call.
        unsafe {
            let event = CStr::from_ptr(event);
            if let Some(&(_, change)) = CHANGES.iter().find(|(name, _)| *name == event) {
                L::changed(Context::from_raw(ctx), bytes(key), change);
            }
        }
    });
    OK
}
