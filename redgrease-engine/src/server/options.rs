//! The module's options under the server's CONFIG, on servers that have that for modules (Redis 7.0 on).

use std::ffi::{CStr, CString, c_char, c_int, c_longlong, c_void};
use std::fmt::Display;

use super::command::bytes;
use super::context::Context;
use super::refused::Refused;
use super::table::{RedisModuleString, api};
use super::{ERR, OK, guarded};

const IMMUTABLE: u32 = 1;

/// An option as the server is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerOption {
    pub(crate) name: &'static str,
    /// Its value now, which the server takes for the default.
    pub(crate) value: OptionValue,
    /// Whether it can be changed after the start.
    pub(crate) changes: bool,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OptionValue {
    Int { value: i64, least: i64 },
    Text(String),
}

/// Who has the values.
pub(crate) trait OptionStore {
    /// Why a value is not taken.
    type Refusal: Display;
    /// The value of an option.
    fn get(name: &str) -> Option<OptionValue>;
    /// Takes a value, given as text.
    ///
    /// # Errors
    /// Why not.
    fn set(name: &str, value: &[u8]) -> Result<(), Self::Refusal>;
}

/// Makes options known to the server, which sets those that its own configuration names. Says whether the server can do that.
///
/// # Errors
/// The option that the server refused, or that its configuration gives a value that is refused.
pub(crate) fn offer_options<S: OptionStore>(
    context: Context<'_>,
    options: &[ServerOption],
) -> Result<bool, Refused> {
    let (Some(register_int), Some(register_text), Some(load)) = (
        api().register_numeric_config,
        api().register_string_config,
        api().load_configs,
    ) else {
        return Ok(false);
    };
    for option in options {
        let flags = if option.changes { 0 } else { IMMUTABLE };
        let name = CString::new(option.name).unwrap_or_default();
        // SAFETY: NUL-terminated texts that the server copies, callbacks with the documented signatures, no private data.
        let status = unsafe {
            match &option.value {
                OptionValue::Int { value, least } => register_int(
                    context.raw(),
                    name.as_ptr(),
                    *value,
                    flags,
                    *least,
                    i64::MAX,
                    get_int::<S>,
                    set_int::<S>,
                    None,
                    std::ptr::null_mut(),
                ),
                OptionValue::Text(value) => {
                    let value = CString::new(value.as_str()).unwrap_or_default();
                    register_text(
                        context.raw(),
                        name.as_ptr(),
                        value.as_ptr(),
                        flags,
                        get_text::<S>,
                        set_text::<S>,
                        None,
                        std::ptr::null_mut(),
                    )
                }
            }
        };
        if status != OK {
            return Err(Refused::Option(option.name));
        }
    }
    // SAFETY: live context of the load call.
    if unsafe { load(context.raw()) } == OK {
        Ok(true)
    } else {
        Err(Refused::OptionValues)
    }
}

/// The name as the module knows it: the server may put `rg.` before it.
///
/// # Safety
/// `name` must be NUL-terminated.
unsafe fn own_name(name: *const c_char) -> String {
    // SAFETY: the caller vouches for it.
    let name = unsafe { CStr::from_ptr(name) }
        .to_string_lossy()
        .into_owned();
    name.rsplit_once('.')
        .map_or(name.clone(), |(_, own)| own.to_owned())
}

/// # Safety
/// `error` must be null or a place for a string, as the server gives it.
unsafe fn refuse(result: Result<(), impl Display>, error: *mut *mut RedisModuleString) -> c_int {
    match result {
        Ok(()) => OK,
        Err(refusal) => {
            if !error.is_null() {
                let text = refusal.to_string();
                // SAFETY: pointer and length belong together; the server frees the string.
                unsafe {
                    *error = (api().create_string)(
                        std::ptr::null_mut(),
                        text.as_ptr().cast(),
                        text.len(),
                    );
                }
            }
            ERR
        }
    }
}

unsafe extern "C" fn get_int<S: OptionStore>(
    name: *const c_char,
    _private: *mut c_void,
) -> c_longlong {
    guarded("reading an option", 0, || {
        // SAFETY: the server passes a NUL-terminated name; so below.
        match S::get(&unsafe { own_name(name) }) {
            Some(OptionValue::Int { value, .. }) => value,
            _ => 0,
        }
    })
}

unsafe extern "C" fn set_int<S: OptionStore>(
    name: *const c_char,
    value: c_longlong,
    _private: *mut c_void,
    error: *mut *mut RedisModuleString,
) -> c_int {
    guarded("setting an option", ERR, || {
        // SAFETY: as documented for this callback.
        unsafe { refuse(S::set(&own_name(name), value.to_string().as_bytes()), error) }
    })
}

unsafe extern "C" fn get_text<S: OptionStore>(
    name: *const c_char,
    _private: *mut c_void,
) -> *mut RedisModuleString {
    guarded("reading an option", std::ptr::null_mut(), || {
        // SAFETY: as above.
        let text = match S::get(&unsafe { own_name(name) }) {
            Some(OptionValue::Text(text)) => text,
            _ => String::new(),
        };
        // The server does not free what it gets here, so that there is one string for each text, kept for ever.
        super::context::kept_string(text.as_bytes())
    })
}

unsafe extern "C" fn set_text<S: OptionStore>(
    name: *const c_char,
    value: *mut RedisModuleString,
    _private: *mut c_void,
    error: *mut *mut RedisModuleString,
) -> c_int {
    guarded("setting an option", ERR, || {
        // SAFETY: as documented for this callback; the string lives during the call.
        unsafe { refuse(S::set(&own_name(name), bytes(value)), error) }
    })
}
