//! Events of streams.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};

use super::command::bytes;
use super::context::Context;
use super::table::{RedisModuleCtx, RedisModuleString, api};
use super::{OK, guarded};

/// The class of events about streams.
const STREAM_EVENTS: c_int = 1 << 10;
/// The class of events about keys of any type.
const GENERIC_EVENTS: c_int = 1 << 2;
/// How a stream may come under a name without an entry being added.
const ARRIVALS: [&CStr; 4] = [c"rename_to", c"restore", c"copy_to", c"move_to"];

thread_local! {
    /// Whether this thread tells of an event now.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Has [`crate::readers::stream::added`] called for every entry that is added to a stream, and
/// [`crate::readers::stream::arrived`] for every key that comes as a whole.
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
            || subscribe(context.raw(), GENERIC_EVENTS, on_arrival) != OK
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
            crate::readers::stream::added(Context::from_raw(ctx), bytes(key), nested);
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

unsafe extern "C" fn on_arrival(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    guarded("the arrival of a key", (), || {
        // SAFETY: the server passes a NUL-terminated name and a live key during the call.
        unsafe {
            if ARRIVALS.contains(&CStr::from_ptr(event)) {
                crate::readers::stream::arrived(Context::from_raw(ctx), bytes(key));
            }
        }
    });
    OK
}
