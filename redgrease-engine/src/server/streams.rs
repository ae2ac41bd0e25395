//! Events of streams.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};

use super::command::bytes;
use super::context::Context;
use super::table::{RedisModuleCtx, RedisModuleString, api};
use super::{OK, guarded};
use crate::event::stream::{Change, added, changed};

/// The class of events about streams.
const STREAM_EVENTS: c_int = 1 << 10;
/// The classes of events about keys of any type: commands, keys whose time is over, keys that make room.
const KEY_EVENTS: c_int = 1 << 2 | 1 << 8 | 1 << 9;
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

/// Has [`added`] called for every entry that is added to a stream, and
/// [`changed`] for every key that comes or goes as a whole.
///
/// The server does not call a subscriber again while it is being called, so there are two of them: the second one sees what
/// synchronous functions add.
///
/// # Errors
/// When the server refuses.
pub(crate) fn subscribe_to_streams(context: Context<'_>) -> Result<(), String> {
    let subscribe = api().subscribe_to_keyspace_events;
    // SAFETY: callbacks with the documented signature.
    let refused = unsafe {
        subscribe(context.raw(), STREAM_EVENTS, on_event) != OK
            || subscribe(context.raw(), STREAM_EVENTS, on_nested_event) != OK
            || subscribe(context.raw(), KEY_EVENTS, on_change) != OK
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
unsafe fn tell(
    ctx: *mut RedisModuleCtx,
    event: *const c_char,
    key: *mut RedisModuleString,
    nested: bool,
) {
    // SAFETY: the caller vouches for the pointers.
    unsafe {
        if CStr::from_ptr(event) == c"xadd" {
            added(Context::from_raw(ctx), bytes(key), nested);
        }
    }
}

unsafe extern "C" fn on_event(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    guarded("an event of a stream", (), || {
        let outer = TELLING.replace(true);
        // SAFETY: passed on as they are. A server that does call subscribers again gets here inside of itself.
        unsafe { tell(ctx, event, key, outer) };
        TELLING.set(outer);
    });
    OK
}

unsafe extern "C" fn on_nested_event(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    if TELLING.get() {
        guarded("an event inside of an event", (), || {
            // SAFETY: passed on as they are.
            unsafe { tell(ctx, event, key, true) };
        });
    }
    OK
}

unsafe extern "C" fn on_change(
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
                changed(Context::from_raw(ctx), bytes(key), change);
            }
        }
    });
    OK
}
