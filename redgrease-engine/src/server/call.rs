//! Running commands of the server and reading their replies.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_int};
use std::io;

use super::context::{ServerLock, writes_are_paused};
use super::table::{RedisModuleCallReply, RedisModuleString, api, is_before_7};

/// Why a command could not be run at all.
#[derive(Debug)]
pub(crate) struct CallError {
    /// The text of the error number that the server set.
    pub(crate) text: String,
    /// Whether its keys belong to another server of the cluster.
    pub(crate) is_elsewhere: bool,
}

impl CallError {
    /// What the server says of keys that are not all in a slot of its own.
    pub(crate) fn elsewhere() -> Self {
        Self {
            text: words(&io::Error::from_raw_os_error(libc::EPERM)),
            is_elsewhere: true,
        }
    }
}

impl From<String> for CallError {
    fn from(text: String) -> Self {
        Self {
            text,
            is_elsewhere: false,
        }
    }
}

/// The kind of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    Text,
    Error,
    Integer,
    Array,
    Null,
    Map,
    Set,
    Bool,
    Double,
    Other,
}

/// A reply of the server.
#[derive(Debug)]
pub(crate) struct CallReply {
    raw: *mut RedisModuleCallReply,
    owned: bool,
}

impl Drop for CallReply {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: a top-level reply, freed once.
            unsafe { (api().free_call_reply)(self.raw) };
        }
    }
}

/// Strings of the server, freed on drop.
struct Strings(Vec<*mut RedisModuleString>);

impl Strings {
    fn of<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let string = |text: &[u8]| {
            // SAFETY: pointer and length belong together; a null context makes a string of our own.
            unsafe { (api().create_string)(std::ptr::null_mut(), text.as_ptr().cast(), text.len()) }
        };
        Self(texts.map(string).collect())
    }
}

impl Drop for Strings {
    fn drop(&mut self) {
        for &string in &self.0 {
            // SAFETY: created by `call`, freed once.
            unsafe { (api().free_string)(std::ptr::null_mut(), string) };
        }
    }
}

/// Commands that may write, and that the server does not count among those that do.
const MAY_WRITE: [&str; 6] = ["eval", "evalsha", "fcall", "pfcount", "publish", "spublish"];

/// What a function gets that wants to write where the server's thread cannot wait: see [`writes_are_paused`].
const PAUSED: &str =
    "ERR writes are paused (CLIENT PAUSE, a failover or a shutdown): try again later";

/// Runs a command under the server lock, with its writes propagated.
///
/// # Errors
/// The text of the error number when the server does not know the command, its arity is wrong or it is not permitted; that
/// writes are paused.
pub(crate) fn call<A: AsRef<[u8]>>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[A],
) -> Result<CallReply, CallError> {
    run(lock, name, arguments, For::Engine)
}

/// Runs a command of the engine that only reads: it is answered while writes are paused too, by servers that cannot tell what
/// writes as well.
///
/// # Errors
/// Those of [`call`], but not that writes are paused.
pub(crate) fn query<A: AsRef<[u8]>>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[A],
) -> Result<CallReply, CallError> {
    run(lock, name, arguments, For::Question)
}

/// The same as [`call`] for a command that writes, with what keeps clients from writing: a snapshot that failed, replicas that
/// are missing, a lost master. Servers before Redis 7.0 do not know this.
///
/// The number of words must be right.
///
/// # Errors
/// Those of [`call`], and the server's own text when it refuses the write.
pub(crate) fn call_as_clients_write<A: AsRef<[u8]>>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[A],
) -> Result<CallReply, CallError> {
    run(lock, name, arguments, For::Function)
}

/// Whose command it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Engine,
    /// The engine, which only wants to know something.
    Question,
    /// A function, with what keeps clients from writing.
    Function,
    /// A client, which gets the reply; in the third version of the protocol or not.
    Client(bool),
}

/// The same for the client whose command this is: the reply is for it, errors are in the server's words.
///
/// # Errors
/// Those of [`call`], on servers before Redis 7.0.
pub(crate) fn call_for_client<A: AsRef<[u8]>>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[A],
    resp3: bool,
) -> Result<CallReply, CallError> {
    run(lock, name, arguments, For::Client(resp3))
}

thread_local! {
    /// How many commands of the engine run on this thread.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
}

/// Whether a command that runs now on this thread is one of the engine or of its functions, and not a client's.
pub(super) fn is_running() -> bool {
    RUNNING.with(|running| running.get() > 0)
}

fn run<A: AsRef<[u8]>>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[A],
    whose: For,
) -> Result<CallReply, CallError> {
    let Ok(name) = CString::new(name) else {
        return Err("No such file or directory".to_owned().into());
    };
    let strings = Strings::of(arguments.iter().map(AsRef::as_ref));
    let paused = whose != For::Question && writes_are_paused();
    let is = |one: &str| name.as_bytes().eq_ignore_ascii_case(one.as_bytes());
    if paused && MAY_WRITE.into_iter().any(is) {
        return Err(PAUSED.to_owned().into());
    }
    let is_new = !is_before_7();
    let format = match (paused, whose) {
        (true, _) => c"!Wv",
        // Valkey 9.1 ends where it refuses something for "S" and may not give the text.
        (false, For::Function) if is_new => c"!SEv",
        (false, For::Client(true)) if is_new => c"!E3v",
        (false, For::Client(false)) if is_new => c"!Ev",
        _ => c"!v",
    };
    RUNNING.with(|running| running.set(running.get() + 1));
    // SAFETY: the lock is held; "v" takes a vector of strings and its length, "!" propagates, "W" refuses to write, "S" refuses
    // what scripts may not write, "E" gives the text of a refusal, and "3" is the version of the protocol. The number that says
    // why is this thread's.
    let raw = unsafe {
        *libc::__errno_location() = 0;
        (api().call)(
            lock.context().raw(),
            name.as_ptr(),
            format.as_ptr(),
            strings.0.as_ptr(),
            strings.0.len(),
        )
    };
    let why = io::Error::last_os_error();
    RUNNING.with(|running| running.set(running.get() - 1));
    if raw.is_null() {
        return Err(refusal(&why, paused, &name, whose));
    }
    let reply = CallReply { raw, owned: true };
    // Functions get the words for the number, as from servers that give no text.
    let may_be_elsewhere = !paused && whose == For::Function && is_new;
    if may_be_elsewhere && reply.kind() == ReplyKind::Error && is_out_of_reach(&why) {
        return Err(refusal(&why, paused, &name, whose));
    }
    Ok(reply)
}

/// Whether another shard has the keys, or the cluster is down.
fn is_out_of_reach(why: &io::Error) -> bool {
    matches!(
        why.raw_os_error(),
        Some(libc::EPERM | libc::ENETDOWN | libc::EROFS)
    )
}

/// What is said of a command that the server did not run.
fn refusal(why: &io::Error, paused: bool, name: &CStr, whose: For) -> CallError {
    let number = why.raw_os_error();
    // The second where the server does not know "W", before Redis 7.0.
    if paused && matches!(number, Some(libc::ENOSPC | libc::EBADF)) {
        return PAUSED.to_owned().into();
    }
    if matches!(whose, For::Client(_)) && number == Some(libc::EINVAL) {
        let name = name.to_string_lossy().to_lowercase();
        return format!("ERR wrong number of arguments for '{name}' command").into();
    }
    CallError {
        text: words(why),
        is_elsewhere: number == Some(libc::EPERM),
    }
}

/// The system's words for a number, without the number, which std appends.
fn words(why: &io::Error) -> String {
    let text = why.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    words.to_owned()
}

/// The keys among the arguments of a command, as the server finds them: none where it knows no such command.
pub(crate) fn keys_among<'a>(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[&'a [u8]],
) -> Vec<&'a [u8]> {
    let Some(find) = api().get_command_keys else {
        return Vec::new();
    };
    let mut strings = Strings::of(std::iter::once(name).chain(arguments.iter().copied()));
    let Ok(length) = c_int::try_from(strings.0.len()) else {
        return Vec::new();
    };
    let mut count = 0;
    // SAFETY: the lock is held; the strings live during the call. The array holds `count` numbers, is ours, and is freed once.
    unsafe {
        let places = find(
            lock.context().raw(),
            strings.0.as_mut_ptr(),
            length,
            &raw mut count,
        );
        if places.is_null() {
            return Vec::new();
        }
        let keys = (0..usize::try_from(count).unwrap_or(0))
            .filter_map(|at| usize::try_from(*places.add(at)).ok()?.checked_sub(1))
            .filter_map(|at| arguments.get(at).copied())
            .collect();
        (api().free)(places.cast());
        keys
    }
}

impl CallReply {
    pub(super) fn raw(&self) -> *mut RedisModuleCallReply {
        self.raw
    }

    /// The kind of this reply.
    pub(crate) fn kind(&self) -> ReplyKind {
        // SAFETY: live reply.
        match unsafe { (api().call_reply_type)(self.raw) } {
            0 => ReplyKind::Text,
            1 => ReplyKind::Error,
            2 => ReplyKind::Integer,
            3 => ReplyKind::Array,
            4 => ReplyKind::Null,
            5 => ReplyKind::Map,
            6 => ReplyKind::Set,
            7 => ReplyKind::Bool,
            8 => ReplyKind::Double,
            _ => ReplyKind::Other,
        }
    }

    /// Whether this is a simple string: the API tells it from other texts by its first byte only.
    pub(crate) fn is_simple(&self) -> bool {
        let mut length = 0;
        // SAFETY: live reply; the pointer lives as long as it.
        unsafe {
            let start = (api().call_reply_proto)(self.raw, &raw mut length);
            !start.is_null() && length > 0 && *start.cast::<u8>() == b'+'
        }
    }

    /// The text of a string or an error.
    pub(crate) fn text(&self) -> &[u8] {
        let mut length = 0;
        // SAFETY: live reply; the pointer lives as long as it.
        unsafe {
            let start = (api().call_reply_string_ptr)(self.raw, &raw mut length);
            if start.is_null() {
                return &[];
            }
            std::slice::from_raw_parts(start.cast(), length)
        }
    }

    /// The value of an integer.
    pub(crate) fn integer(&self) -> i64 {
        // SAFETY: live reply.
        unsafe { (api().call_reply_integer)(self.raw) }
    }

    /// The value of a double.
    pub(crate) fn double(&self) -> f64 {
        // SAFETY: live reply.
        api()
            .call_reply_double
            .map_or(0.0, |get| unsafe { get(self.raw) })
    }

    /// The value of a boolean.
    pub(crate) fn boolean(&self) -> bool {
        // SAFETY: live reply.
        api()
            .call_reply_bool
            .is_some_and(|get| unsafe { get(self.raw) } != 0)
    }

    /// The number of elements.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: live reply.
        unsafe { (api().call_reply_length)(self.raw) }
    }

    /// An element of an array or a set.
    pub(crate) fn element(&self, index: usize) -> Option<CallReply> {
        // SAFETY: live reply; a null element means out of range.
        let raw = unsafe {
            match (self.kind(), api().call_reply_set_element) {
                (ReplyKind::Set, Some(get)) => get(self.raw, index),
                _ => (api().call_reply_array_element)(self.raw, index),
            }
        };
        (!raw.is_null()).then_some(CallReply { raw, owned: false })
    }

    /// A pair of a map.
    pub(crate) fn pair(&self, index: usize) -> Option<(CallReply, CallReply)> {
        let get = api().call_reply_map_element?;
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: live reply; the two pointers are written on success.
        let status = unsafe { get(self.raw, index, &raw mut key, &raw mut value) };
        (status == super::OK && !key.is_null() && !value.is_null()).then_some((
            CallReply {
                raw: key,
                owned: false,
            },
            CallReply {
                raw: value,
                owned: false,
            },
        ))
    }

    /// The elements of an array.
    pub(crate) fn elements(&self) -> impl Iterator<Item = CallReply> + '_ {
        (0..self.len()).filter_map(|index| self.element(index))
    }
}
