//! Events of the server: changes of keys, and commands before they run.

use std::ffi::{CStr, c_char, c_int};
use std::sync::atomic::Ordering;

use super::command::bytes;
use super::context::{Context, ServerLock};
use super::keyspace::READING;
use super::table::{RedisModuleCommandFilterCtx, RedisModuleCtx, RedisModuleString, api};
use super::{OK, guarded};

/// Every class of key event, misses and new keys included.
const ALL_KEY_EVENTS: c_int = 0b0110_1111_1111_1100;

/// Who wants to know what happens to keys.
pub(crate) trait KeyListener {
    /// Whether there is anything to tell now.
    fn wanted() -> bool;
    /// Something happened to a key.
    fn happened(context: Context<'_>, event: &str, key: &[u8]);
}

/// Has `L` told of every change of a key.
///
/// # Errors
/// When the server refuses.
pub(crate) fn subscribe_to_keys<L: KeyListener>(context: Context<'_>) -> Result<(), String> {
    // SAFETY: a callback with the documented signature.
    let status = unsafe {
        (api().subscribe_to_keyspace_events)(context.raw(), ALL_KEY_EVENTS, on_key_event::<L>)
    };
    if status == OK {
        Ok(())
    } else {
        Err("the server refused the subscription to key events".to_owned())
    }
}

unsafe extern "C" fn on_key_event<L: KeyListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    if !L::wanted() {
        return OK;
    }
    guarded("a key event", OK, || {
        // SAFETY: the server passes a NUL-terminated name and a live key during the call.
        let (event, key) = unsafe { (CStr::from_ptr(event), bytes(key)) };
        // That the engine itself missed a key is nobody's business: it looked, not a client.
        if READING.load(Ordering::Relaxed) && event == c"keymiss" {
            return OK;
        }
        L::happened(Context::from_raw(ctx), &event.to_string_lossy(), key);
        OK
    })
}

/// A command that is about to run.
#[derive(Debug)]
pub(crate) struct FilteredCommand {
    raw: *mut RedisModuleCommandFilterCtx,
}

impl FilteredCommand {
    pub(super) fn raw(&self) -> *mut RedisModuleCommandFilterCtx {
        self.raw
    }

    /// One of its words, the name first.
    pub(crate) fn word(&self, index: usize) -> Option<&[u8]> {
        let get = api().command_filter_arg_get?;
        let index = c_int::try_from(index).ok()?;
        // SAFETY: the context is live during the filter; a null string means out of range.
        unsafe {
            let string = get(self.raw, index);
            (!string.is_null()).then(|| bytes(string))
        }
    }

    /// How many words it has.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: as above.
        api().command_filter_args_count.map_or(0, |count| {
            usize::try_from(unsafe { count(self.raw) }).unwrap_or(0)
        })
    }

    /// Puts a word before all others.
    pub(crate) fn prepend(&self, word: &str) {
        if let Some(insert) = api().command_filter_arg_insert {
            // SAFETY: the filter takes the string over.
            unsafe {
                let string =
                    (api().create_string)(std::ptr::null_mut(), word.as_ptr().cast(), word.len());
                insert(self.raw, 0, string);
            }
        }
    }
}

/// Who looks at commands before they run.
pub(crate) trait CommandFilter {
    /// Looks at one, and may change it.
    fn filter(command: &FilteredCommand);
}

/// Has `F::filter` called for every command before it runs.
///
/// # Errors
/// When the server has no command filters.
pub(crate) fn filter_commands<F: CommandFilter>(lock: &ServerLock) -> Result<(), String> {
    let register = api()
        .register_command_filter
        .ok_or("this server has no command filters, so commands cannot be hooked")?;
    // SAFETY: the lock is held; a callback with the documented signature.
    let filter = unsafe { register(lock.context().raw(), on_command::<F>, 0) };
    if filter.is_null() {
        return Err("the server refused the command filter".to_owned());
    }
    Ok(())
}

unsafe extern "C" fn on_command<F: CommandFilter>(raw: *mut RedisModuleCommandFilterCtx) {
    guarded("a command filter", (), || {
        F::filter(&FilteredCommand { raw });
    });
}
