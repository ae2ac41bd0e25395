//! Contexts, blocked clients, the server lock and the log.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CString, c_int};
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::call::CallReply;
use super::table::{RedisModuleCtx, RedisModuleString, api, attached, module_context};

/// How important a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Verbose,
    Notice,
    Warning,
}

impl Level {
    fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Debug => c"debug",
            Self::Verbose => c"verbose",
            Self::Notice => c"notice",
            Self::Warning => c"warning",
        }
    }

    /// The level that the server calls `name`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "debug" => Some(Self::Debug),
            "verbose" => Some(Self::Verbose),
            "notice" => Some(Self::Notice),
            "warning" => Some(Self::Warning),
            _ => None,
        }
    }
}

/// Writes a line to the server's log; to the standard error stream when no server is attached.
pub(crate) fn log(level: Level, text: &str) {
    if !attached() {
        eprintln!("{text}");
        return;
    }
    // A name with a line end would look like a line of the server's.
    let text = text.replace('\n', "\\n").replace('\r', "\\r");
    let text = c_text(text.as_bytes());
    // SAFETY: the module's context lives for ever (a null one is allowed too); the text is data of a fixed format.
    unsafe {
        (api().log)(
            module_context(),
            level.name().as_ptr(),
            c"%s".as_ptr(),
            text.as_ptr(),
        );
    };
}

/// Text as a C string: cut at the first NUL, which C readers would do too.
pub(super) fn c_text(text: &[u8]) -> CString {
    let end = text
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

/// What the server says about the circumstances of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContextFlags(c_int);

impl ContextFlags {
    /// Inside a Lua script.
    pub(crate) fn lua(self) -> bool {
        self.0 & 1 != 0
    }
    /// Inside MULTI/EXEC.
    pub(crate) fn multi(self) -> bool {
        self.0 & (1 << 1) != 0
    }
    /// The server is part of a cluster, or waits to become one.
    pub(crate) fn cluster(self) -> bool {
        self.0 & (1 << 5) != 0
    }
    /// The command came from the master.
    pub(crate) fn replicated(self) -> bool {
        self.0 & (1 << 12) != 0
    }
    /// This server is a replica.
    pub(crate) fn replica(self) -> bool {
        self.0 & (1 << 3) != 0
    }
    /// This server is a replica that takes writes from its master only.
    pub(crate) fn read_only(self) -> bool {
        self.0 & (1 << 4) != 0
    }
    /// Keys may be evicted when the memory is used up.
    pub(crate) fn evicts(self) -> bool {
        self.0 & (1 << 9) != 0
    }
    /// The memory is used up.
    pub(crate) fn out_of_memory(self) -> bool {
        self.0 & (1 << 10) != 0
    }
    /// The server loads its data.
    pub(crate) fn loading(self) -> bool {
        self.0 & (1 << 13) != 0
    }
    /// This server is a replica without a link to its master.
    pub(crate) fn stale(self) -> bool {
        self.0 & (1 << 14) != 0
    }
    /// The client speaks the third version of the protocol.
    pub(crate) fn resp3(self) -> bool {
        self.0 & (1 << 22) != 0
    }
    /// Whether a client may be blocked here.
    pub(crate) fn may_block(self) -> bool {
        !self.lua() && !self.multi() && self.0 & (1 << 21) == 0 && !self.loading()
    }
}

/// What the server says about its state, outside of any call.
pub(crate) fn module_flags() -> ContextFlags {
    // SAFETY: the module's own context lives for ever, and null is allowed.
    ContextFlags(unsafe { (api().get_context_flags)(module_context()) })
}

/// A call context, valid for the time of the call that it was given to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    raw: *mut RedisModuleCtx,
    life: PhantomData<&'a ()>,
}

impl Context<'_> {
    pub(super) fn from_raw(raw: *mut RedisModuleCtx) -> Self {
        Self {
            raw,
            life: PhantomData,
        }
    }

    pub(super) fn raw(self) -> *mut RedisModuleCtx {
        self.raw
    }

    /// The circumstances of this call.
    pub(crate) fn flags(self) -> ContextFlags {
        // SAFETY: the context is live.
        ContextFlags(unsafe { (api().get_context_flags)(self.raw) })
    }

    /// Replies with an integer.
    pub(crate) fn reply_int(self, value: i64) {
        // SAFETY: the context is live; so for the replies below.
        unsafe { (api().reply_with_long_long)(self.raw, value) };
    }

    /// Replies with a double, which is a bulk string to clients of RESP2.
    pub(crate) fn reply_double(self, value: f64) {
        // SAFETY: as above.
        unsafe { (api().reply_with_double)(self.raw, value) };
    }

    /// Replies with a bulk string.
    pub(crate) fn reply_bulk(self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        // SAFETY: pointer and length belong together.
        unsafe { (api().reply_with_string_buffer)(self.raw, text.as_ptr().cast(), text.len()) };
    }

    /// Replies with a simple string; a line end becomes a space, as in every line of the protocol.
    pub(crate) fn reply_simple(self, text: impl AsRef<[u8]>) {
        let text = c_text(&one_line(text.as_ref()));
        // SAFETY: NUL-terminated.
        unsafe { (api().reply_with_simple_string)(self.raw, text.as_ptr()) };
    }

    /// Replies with an error whose text is exactly `text`.
    pub(crate) fn reply_error(self, text: impl AsRef<[u8]>) {
        let text = c_text(&one_line(text.as_ref()));
        // SAFETY: NUL-terminated.
        unsafe { (api().reply_with_error)(self.raw, text.as_ptr()) };
    }

    /// Replies with the head of an array; the elements follow.
    pub(crate) fn reply_array(self, length: usize) {
        let length = std::ffi::c_long::try_from(length).unwrap_or(std::ffi::c_long::MAX);
        // SAFETY: as above.
        unsafe { (api().reply_with_array)(self.raw, length) };
    }

    /// Replies with a reply of the server as it is.
    pub(crate) fn reply_call(self, reply: &CallReply) {
        // SAFETY: both live.
        unsafe { (api().reply_with_call_reply)(self.raw, reply.raw()) };
    }

    /// Replies with nil.
    pub(crate) fn reply_null(self) {
        // SAFETY: as above.
        unsafe { (api().reply_with_null)(self.raw) };
    }

    /// Replies with the server's own text for a wrong number of arguments.
    pub(crate) fn reply_arity(self) {
        // SAFETY: as above.
        unsafe { (api().wrong_arity)(self.raw) };
    }

    /// The database that is selected.
    pub(crate) fn database(self) -> c_int {
        // SAFETY: live context.
        unsafe { (api().get_selected_db)(self.raw) }
    }

    /// Hands the command that runs to the replicas and the append-only file as it is.
    pub(crate) fn replicate_verbatim(self) {
        // SAFETY: live context.
        unsafe { (api().replicate_verbatim)(self.raw) };
    }
}

/// A string of the server that is never freed; the same one for the same bytes.
pub(super) fn kept_string(bytes: &[u8]) -> *mut RedisModuleString {
    struct Kept(*mut RedisModuleString);
    // SAFETY: the strings are never changed or freed.
    unsafe impl Send for Kept {}
    static KEPT: Mutex<BTreeMap<Vec<u8>, Kept>> = Mutex::new(BTreeMap::new());
    KEPT.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(bytes.to_vec())
        .or_insert_with(|| {
            // SAFETY: pointer and length belong together; a null context makes a string of our own.
            Kept(unsafe {
                (api().create_string)(ptr::null_mut(), bytes.as_ptr().cast(), bytes.len())
            })
        })
        .0
}

fn one_line(text: &[u8]) -> Vec<u8> {
    text.iter()
        .map(|&byte| {
            if matches!(byte, b'\r' | b'\n') {
                b' '
            } else {
                byte
            }
        })
        .collect()
}

/// A context of a thread's own, made on first use.
struct Detached(*mut RedisModuleCtx);

impl Drop for Detached {
    fn drop(&mut self) {
        // SAFETY: made by `get_thread_safe_context`, freed once.
        unsafe { (api().free_thread_safe_context)(self.0) };
    }
}

thread_local! {
    static DETACHED: Detached = {
        // SAFETY: both make a context that belongs to no client; the first also knows its module.
        Detached(unsafe {
            match api().get_detached_thread_safe_context {
                Some(detach) if !module_context().is_null() => detach(module_context()),
                _ => (api().get_thread_safe_context)(ptr::null_mut()),
            }
        })
    };
    /// How often this thread holds the server lock; the main thread holds it once for ever.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MAIN: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as the server's main thread, which always holds the lock.
pub(crate) fn on_main_thread() {
    HELD.with(|held| held.set(1));
    MAIN.with(|main| main.set(true));
}

/// Whether this is the server's main thread.
pub(crate) fn is_main_thread() -> bool {
    MAIN.with(Cell::get)
}

/// Whether this thread holds the server lock; the main thread always does.
pub(super) fn holds_lock() -> bool {
    HELD.with(|held| held.get() > 0)
}

/// The server lock, and a context to use under it.
#[derive(Debug)]
pub(crate) struct ServerLock {
    raw: *mut RedisModuleCtx,
}

/// How often a thread looks whether writes are allowed again.
const PAUSE_CHECK: Duration = Duration::from_millis(5);

/// Takes the server lock, unless this thread holds it already.
///
/// A thread of the engine does not get it while writes are paused: it waits like the clients.
pub(crate) fn lock_server() -> ServerLock {
    take_lock(true)
}

/// The same while writes are paused too: for what reads and tells other nodes, and changes no data.
pub(crate) fn lock_server_even_paused() -> ServerLock {
    take_lock(false)
}

fn take_lock(waits: bool) -> ServerLock {
    let raw = DETACHED.with(|detached| detached.0);
    HELD.with(|held| {
        if held.get() == 0 {
            // SAFETY: this thread does not hold the lock, but between the two calls in the loop.
            unsafe {
                (api().thread_safe_context_lock)(raw);
                while waits && writes_are_paused() {
                    (api().thread_safe_context_unlock)(raw);
                    std::thread::sleep(PAUSE_CHECK);
                    (api().thread_safe_context_lock)(raw);
                }
            }
        }
        held.set(held.get() + 1);
    });
    ServerLock { raw }
}

/// Whether CLIENT PAUSE, a failover or a shutdown that waits for replicas keeps the data as they are. A module that writes then
/// ends the server. For threads that hold the server lock.
pub(crate) fn writes_are_paused() -> bool {
    // SAFETY: no precondition but the lock.
    api()
        .avoid_replica_traffic
        .is_some_and(|ask| unsafe { ask() } != 0)
}

impl ServerLock {
    /// The context of this thread.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::from_raw(self.raw)
    }

    /// Calls `body` with a database selected, and selects the old one again, which is 0 outside of such calls.
    pub(crate) fn in_database<R>(&self, database: c_int, body: impl FnOnce() -> R) -> R {
        let before = self.context().database();
        // SAFETY: the lock is held, and both databases are there: each was selected before.
        unsafe { (api().select_db)(self.raw, database) };
        let result = body();
        // SAFETY: as above.
        unsafe { (api().select_db)(self.raw, before) };
        result
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        HELD.with(|held| {
            held.set(held.get() - 1);
            if held.get() == 0 {
                // SAFETY: this thread took the lock in `lock_server`.
                unsafe { (api().thread_safe_context_unlock)(self.raw) };
            }
        });
    }
}
