//! Events of the server: changes of keys, and commands before they run.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::command::bytes;
use super::context::{Context, ServerLock, module_flags};
use super::keyspace::is_own;
use super::refused::Refused;
use super::table::{
    RedisModuleCommandFilterCtx, RedisModuleCtx, RedisModuleString, api, is_before_7,
};
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
pub(crate) fn subscribe_to_keys<L: KeyListener>(context: Context<'_>) -> Result<(), Refused> {
    // SAFETY: a callback with the documented signature.
    let status = unsafe {
        (api().subscribe_to_keyspace_events)(context.raw(), ALL_KEY_EVENTS, on_key_event::<L>)
    };
    if status == OK {
        Ok(())
    } else {
        Err(Refused::KeyEvents)
    }
}

unsafe extern "C" fn on_key_event<L: KeyListener>(
    ctx: *mut RedisModuleCtx,
    _class: c_int,
    event: *const c_char,
    key: *mut RedisModuleString,
) -> c_int {
    // SAFETY: the server passes a NUL-terminated name during the call.
    let event = unsafe { CStr::from_ptr(event) };
    let context = Context::from_raw(ctx);
    if L::wanted() {
        guarded("a key event", (), || {
            // SAFETY: the server passes a live key during the call.
            let key = unsafe { bytes(key) };
            if !is_own(event) {
                L::happened(context, &event.to_string_lossy(), key);
            }
        });
    }
    stay(context, event);
    OK
}

/// Has the client of a MOVE go on in its database. Valkey 8.1 gives listeners the client itself, with the database of the event
/// selected, and leaves it there.
pub(super) fn stay(context: Context<'_>, event: &CStr) {
    thread_local! {
        static BEFORE: Cell<c_int> = const { Cell::new(0) };
    }
    if event == c"move_from" {
        BEFORE.set(context.database());
    } else if event == c"move_to" {
        // SAFETY: live context; that database was selected a moment ago.
        unsafe { (api().select_db)(context.raw(), BEFORE.get()) };
    }
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
        self.insert(0, word);
        if scripts_share_room() {
            self.leave_room(WIDEST.load(Ordering::Relaxed));
        }
    }

    fn insert(&self, at: usize, word: &str) {
        let (Some(insert), Ok(at)) = (api().command_filter_arg_insert, c_int::try_from(at)) else {
            return;
        };
        // SAFETY: the filter takes the string over.
        unsafe {
            let string =
                (api().create_string)(std::ptr::null_mut(), word.as_ptr().cast(), word.len());
            insert(self.raw, at, string);
        }
    }

    /// Has room for so many words: it grows with each word, and stays when one is taken away.
    fn leave_room(&self, words: usize) {
        let Some(delete) = api().command_filter_arg_delete else {
            return;
        };
        let own = self.len();
        (own..words).for_each(|at| self.insert(at, ""));
        for at in (own..words).rev() {
            if let Ok(at) = c_int::try_from(at) {
                // SAFETY: the context is live during the filter; a place that is none is refused.
                unsafe { delete(self.raw, at) };
            }
        }
    }
}

/// The most words of a command in scripts. Those from before the engine was loaded are taken to have had no more than this.
static WIDEST: AtomicUsize = AtomicUsize::new(32);

/// Whether the words of this command are where those of the next one in a script will be. Redis 6.2 does not see that the room for
/// them has shrunk when a word is put before them, and writes beyond it.
fn scripts_share_room() -> bool {
    is_before_7() && module_flags().lua()
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
pub(crate) fn filter_commands<F: CommandFilter>(lock: &ServerLock) -> Result<(), Refused> {
    let register = api().register_command_filter.ok_or(Refused::AnyFilter)?;
    // SAFETY: the lock is held; a callback with the documented signature.
    let filter = unsafe { register(lock.context().raw(), on_command::<F>, 0) };
    if filter.is_null() {
        return Err(Refused::Filter);
    }
    Ok(())
}

unsafe extern "C" fn on_command<F: CommandFilter>(raw: *mut RedisModuleCommandFilterCtx) {
    guarded("a command filter", (), || {
        let command = FilteredCommand { raw };
        if scripts_share_room() {
            WIDEST.fetch_max(command.len(), Ordering::Relaxed);
        }
        F::filter(&command);
    });
}
