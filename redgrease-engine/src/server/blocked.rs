//! Clients that wait for their answers.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::context::{Context, lock_server};
use super::table::{RedisModuleBlockedClient, RedisModuleCtx, RedisModuleString, api};
use super::threads::start_thread;
use super::{OK, guarded};

/// What a client gets.
pub(crate) trait Answer: Send {
    /// Writes it.
    fn write(&self, context: Context<'_>);

    /// Whether to write it takes so long that the server's main thread should not.
    fn is_long(&self) -> bool {
        false
    }
}

/// What was written before.
struct Written;

impl Answer for Written {
    fn write(&self, _: Context<'_>) {}
}

/// What a client gets whose request was lost.
struct Dropped;

impl Answer for Dropped {
    fn write(&self, context: Context<'_>) {
        context.reply_error("ERR the engine dropped this request; the server log says why");
    }
}

/// A client that waits for its answer. It must be answered; dropping it answers with an error.
#[derive(Debug)]
pub(crate) struct Blocked {
    raw: *mut RedisModuleBlockedClient,
}

impl Context<'_> {
    /// Blocks the client of this command until the returned handle is answered.
    pub(crate) fn block(self) -> Blocked {
        // SAFETY: callbacks with the documented signatures; no time-out.
        let raw = unsafe { (api().block_client)(self.raw(), on_unblock, None, free_reply, 0) };
        if let Some(start) = api().blocked_client_measure_time_start {
            // SAFETY: the handle is fresh.
            unsafe { start(raw) };
        }
        Blocked { raw }
    }
}

// SAFETY: the API documents that a blocked client may be unblocked from any thread.
unsafe impl Send for Blocked {}
// SAFETY: the handle gives no shared access.
unsafe impl Sync for Blocked {}

impl Blocked {
    /// Answers the client: an answer that is long is written by a thread of its own, into what the server sends when it is
    /// told that there is all.
    pub(crate) fn answer(mut self, answer: impl Answer + 'static) {
        if !answer.is_long() {
            self.send(Box::new(answer));
            return;
        }
        // Should there be no thread, the client is told that the request was dropped.
        let _ = start_thread("rg-answer", move || {
            self.write(&answer);
            self.send(Box::new(Written));
        });
    }

    /// Writes an answer to the side, without the server's lock.
    fn write(&self, answer: &impl Answer) {
        // SAFETY: the handle is live until it is unblocked, and the context is made under the lock, because the client may go.
        // What is written with it goes into a buffer of the handle.
        let raw = {
            let _lock = lock_server();
            unsafe { (api().get_thread_safe_context)(self.raw) }
        };
        answer.write(Context::from_raw(raw));
        // SAFETY: made above, freed once.
        unsafe { (api().free_thread_safe_context)(raw) };
    }

    fn send(&mut self, answer: Box<dyn Answer>) {
        let raw = std::mem::replace(&mut self.raw, ptr::null_mut());
        if raw.is_null() {
            return;
        }
        if let Some(end) = api().blocked_client_measure_time_end {
            // SAFETY: the handle is live until it is unblocked.
            unsafe { end(raw) };
        }
        let private = Box::into_raw(Box::new(answer)).cast::<c_void>();
        // SAFETY: the handle is unblocked once, and the server owns the private data from here on.
        unsafe { (api().unblock_client)(raw, private) };
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            self.send(Box::new(Dropped));
        }
    }
}

unsafe extern "C" fn on_unblock(
    ctx: *mut RedisModuleCtx,
    _argv: *mut *mut RedisModuleString,
    _argc: c_int,
) -> c_int {
    guarded("answering a client", OK, || {
        // SAFETY: the private data is the box made in `send`, alive until `free_reply`.
        let answer = unsafe {
            let private = (api().get_blocked_client_private_data)(ctx).cast::<Box<dyn Answer>>();
            private.as_ref()
        };
        let context = Context::from_raw(ctx);
        match answer {
            Some(answer) => answer.write(context),
            None => context.reply_null(),
        }
        OK
    })
}

unsafe extern "C" fn free_reply(_ctx: *mut RedisModuleCtx, private: *mut c_void) {
    guarded("freeing an answer", (), || {
        if !private.is_null() {
            // SAFETY: the box made in `send`, freed once.
            drop(unsafe { Box::from_raw(private.cast::<Box<dyn Answer>>()) });
        }
    });
}
