//! What takes long, for `LATENCY` of the server: the longest of each kind, ten times a second.

use std::ffi::{CStr, c_void};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::context::Context;
use super::table::{RedisModuleCtx, ServerEvent, api};
use super::{OK, guarded};

/// The server's own regular work.
const CRON_LOOP: u64 = 8;

/// Something of which the server's latency monitor knows how long it takes.
#[derive(Debug)]
pub(crate) struct Latency {
    name: &'static CStr,
    /// Milliseconds of the longest that is not told yet.
    longest: AtomicU64,
}

/// An execution, from its beginning to its results.
pub(crate) static FUNCTION_LATENCY: Latency = Latency::new(c"rg-function");
/// A synchronous function or an atomic block, for which the server does nothing else.
pub(crate) static HOLD_LATENCY: Latency = Latency::new(c"rg-hold");

impl Latency {
    const fn new(name: &'static CStr) -> Self {
        Self {
            name,
            longest: AtomicU64::new(0),
        }
    }

    /// Notes one that is over. From any thread.
    pub(crate) fn note(&self, took: Duration) {
        // the server counts whole milliseconds
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if took > 0 {
            self.longest.fetch_max(took, Ordering::Relaxed);
        }
    }

    /// Tells the server, which looks whether that is long enough to be kept.
    fn tell(&self, add: unsafe extern "C" fn(*const std::ffi::c_char, i64)) {
        let longest = self.longest.swap(0, Ordering::Relaxed);
        if longest > 0 {
            let longest = i64::try_from(longest).unwrap_or(i64::MAX);
            // SAFETY: a text that ends with NUL, of which the server makes a copy; on the main thread.
            unsafe { add(self.name.as_ptr(), longest) };
        }
    }
}

/// Has the server told of what took long. On a server that cannot be told, nothing happens.
pub(crate) fn watch_latency(context: Context<'_>) {
    let Some(subscribe) = api().subscribe_to_server_event else {
        return;
    };
    let event = ServerEvent {
        id: CRON_LOOP,
        dataver: 1,
    };
    // SAFETY: the context of the load call, a callback with the documented signature.
    if unsafe { subscribe(context.raw(), event, on_cron) } != OK {
        super::log(
            super::Level::Notice,
            "this server does not say when it does its regular work: LATENCY does not show functions",
        );
    }
}

unsafe extern "C" fn on_cron(
    _ctx: *mut RedisModuleCtx,
    _event: ServerEvent,
    _sub: u64,
    _data: *mut c_void,
) {
    guarded("telling of latencies", (), || {
        if let Some(add) = api().latency_add_sample {
            FUNCTION_LATENCY.tell(add);
            HOLD_LATENCY.tell(add);
        }
    });
}
