//! Events of streams.

use std::ffi::{CStr, c_char, c_int};

use super::command::bytes;
use super::context::Context;
use super::events::stay;
use super::refused::Refused;
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
    /// An entry was added.
    fn added(context: Context<'_>, key: &[u8]);
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

/// Has `L` told of every entry that is added to a stream, and of every key that comes or goes as a whole.
///
/// # Errors
/// When the server refuses.
pub(crate) fn subscribe_to_streams<L: StreamListener>(context: Context<'_>) -> Result<(), Refused> {
    let subscribe = api().subscribe_to_keyspace_events;
    // SAFETY: callbacks with the documented signature.
    let refused = unsafe {
        subscribe(context.raw(), STREAM_EVENTS, on_event::<L>) != OK
            || subscribe(context.raw(), KEY_EVENTS, on_change::<L>) != OK
    };
    if refused {
        return Err(Refused::StreamEvents);
    }
    Ok(())
}

unsafe extern "C" fn on_event<L: StreamListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    guarded("an event of a stream", (), || {
        // SAFETY: the server passes a NUL-terminated name and a live key during the call.
        unsafe {
            if CStr::from_ptr(event) == c"xadd" {
                L::added(Context::from_raw(ctx), bytes(key));
            }
        }
    });
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
            stay(Context::from_raw(ctx), event);
        }
    });
    OK
}
