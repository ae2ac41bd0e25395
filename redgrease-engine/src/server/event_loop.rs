//! The turns of the server's event loop, on servers that tell of them (Redis 7.0 and newer).

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::{Once, OnceLock};

use super::context::{is_main_thread, lock_server};
use super::guarded;
use super::table::{RedisModuleCtx, ServerEvent, api};

const EVENT_LOOP: u64 = 15;
const BEFORE_SLEEP: u64 = 0;
const AFTER_SLEEP: u64 = 1;

static SUBSCRIPTION: Once = Once::new();
static AT_END: OnceLock<fn()> = OnceLock::new();

thread_local! {
    /// Whether the server has told its main thread of the beginning of a turn, and not yet of its end.
    static IN_TURN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the server's main thread and `at_end`, always the same function,
/// will be called before it sleeps.
pub(crate) fn turn_will_end(at_end: fn()) -> bool {
    if !is_main_thread() {
        return false;
    }
    SUBSCRIPTION.call_once(|| {
        let _ = AT_END.set(at_end);
        subscribe();
    });
    // Not before the server has told once: an older one may take the subscription and know nothing of it. And not between the
    // end of a turn and the sleep, where the next commands of clients run that were just unblocked: what is kept there would
    // wait for whatever wakes the server up.
    IN_TURN.with(Cell::get)
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
    match sub {
        AFTER_SLEEP => IN_TURN.with(|in_turn| in_turn.set(true)),
        BEFORE_SLEEP => {
            IN_TURN.with(|in_turn| in_turn.set(false));
            if let Some(at_end) = AT_END.get() {
                guarded("the end of a turn", (), at_end);
            }
        }
        _ => {}
    }
}
