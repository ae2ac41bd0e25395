//! Sections of INFO.

use std::ffi::c_int;

use super::context::{Context, c_text};
use super::table::{RedisModuleInfoCtx, api};
use super::{OK, guarded};

/// The answer to INFO under way.
#[derive(Debug)]
pub(crate) struct Info {
    raw: *mut RedisModuleInfoCtx,
}

impl Info {
    /// Begins a section; false when nobody asked for it.
    pub(crate) fn section(&self, name: &str) -> bool {
        let name = c_text(name.as_bytes());
        // SAFETY: the context is live during the callback; so below.
        unsafe { (api().info_add_section)(self.raw, name.as_ptr()) == OK }
    }

    /// Adds a text.
    pub(crate) fn text(&self, name: &str, value: &str) {
        let one_line = |text: &str| c_text(text.replace(['\r', '\n'], " ").as_bytes());
        let (name, value) = (one_line(name), one_line(value));
        // SAFETY: NUL-terminated texts.
        unsafe { (api().info_add_field_cstring)(self.raw, name.as_ptr(), value.as_ptr()) };
    }

    /// Adds a number.
    pub(crate) fn number(&self, name: &str, value: u64) {
        let name = c_text(name.as_bytes());
        // SAFETY: a NUL-terminated name.
        unsafe { (api().info_add_field_ulonglong)(self.raw, name.as_ptr(), value) };
    }
}

/// Who knows what the module says in INFO.
pub(crate) trait Sections {
    /// Writes the sections.
    fn fill(info: &Info);
}

/// Has `S::fill` called for INFO.
pub(crate) fn register_info<S: Sections>(context: Context<'_>) {
    // SAFETY: a callback with the documented signature.
    unsafe { (api().register_info_func)(context.raw(), on_info::<S>) };
}

unsafe extern "C" fn on_info<S: Sections>(raw: *mut RedisModuleInfoCtx, for_crash_report: c_int) {
    // A crashed server may hold any lock.
    if for_crash_report == 0 {
        guarded("INFO", (), || S::fill(&Info { raw }));
    }
}
