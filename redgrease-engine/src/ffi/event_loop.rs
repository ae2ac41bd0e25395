//! The turns of the server's event loop, on servers that tell of them (Redis 7.0 and newer).

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;

use super::context::{is_main_thread, lock_server};
use super::guarded;
use super::table::{RedisModuleCtx, ServerEvent, api};

const EVENT_LOOP: u64 = 15;
const BEFORE_SLEEP: u64 = 0;

static SUBSCRIPTION: Once = Once::new();

thread_local! {
    /// Whether the server has told its main thread of the end of a turn.
    static TOLD: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the server's main thread and [`crate::outbox::end_turn`] will be called before it sleeps.
pub(crate) fn turn_will_end() -> bool {
    if !is_main_thread() {
        return false;
    }
    SUBSCRIPTION.call_once(subscribe);
    // Not before it was told once: an older server may take the subscription and know nothing of it.
    TOLD.with(Cell::get)
}

fn subscribe() {
    let Some(subscribe) = api().subscribe_to_server_event else {
        return;
    };
    let event = ServerEvent {
        id: EVENT_LOOP,
        dataver: 1,
    };
    // SAFETY: on the main thread, with a context that knows its module; a callback with the documented signature. A server
    // that refuses keeps everything as it is.
    unsafe { subscribe(lock_server().context().raw(), event, on_turn) };
}

unsafe extern "C" fn on_turn(
    _ctx: *mut RedisModuleCtx,
    _event: ServerEvent,
    sub: u64,
    _data: *mut c_void,
) {
    if sub == BEFORE_SLEEP {
        TOLD.with(|told| told.set(true));
        guarded("the end of a turn", (), crate::outbox::end_turn);
    }
}
