//! Keys that hold a time event: as long as the key lives, the event goes on.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::command::bytes;
use super::context::{Context, ServerLock};
use super::persistence::Io;
use super::table::{RedisModuleIO, RedisModuleString, RedisModuleType, TypeMethods, api};
use super::{OK, guarded};
use crate::event::timer::{Held, MAKE};

/// The name of the type, as RedisGears 1.2 has it.
const NAME: &CStr = c"rg_timeev";
/// The version of the format in database files.
const VERSION: c_int = 1;
/// Opens a key to read and write it.
const READ_WRITE: c_int = 1 | 2;

static TYPE: AtomicPtr<RedisModuleType> = AtomicPtr::new(ptr::null_mut());

/// Registers the type.
///
/// # Errors
/// When the server refuses.
pub(crate) fn create_time_keys(context: Context<'_>) -> Result<(), String> {
    let mut methods = TypeMethods {
        version: 1,
        rdb_load: Some(load),
        rdb_save: Some(save),
        rewrite: Some(rewrite),
        usage_digest: [None; 2],
        free: Some(free),
        aux_load: None,
        aux_save: None,
        aux_triggers: 0,
        unused: [None; 8],
        aux_save2: None,
    };
    // SAFETY: a static name of nine letters; the server copies the structure.
    let made = unsafe {
        (api().create_data_type)(context.raw(), NAME.as_ptr(), VERSION, &raw mut methods)
    };
    if made.is_null() {
        return Err("the server refused the data type of time events".to_owned());
    }
    TYPE.store(made, Ordering::Release);
    Ok(())
}

/// Puts a time event into a key of database 0, in place of what was there.
pub(crate) fn hold_time_event(lock: &ServerLock, name: &[u8], held: Held) {
    // SAFETY: the lock is held; the key takes the box over and gives it back in `free`.
    unsafe {
        let name = (api().create_string)(ptr::null_mut(), name.as_ptr().cast(), name.len());
        let key = (api().open_key)(lock.context().raw(), name, READ_WRITE);
        let value = Box::into_raw(Box::new(held)).cast::<c_void>();
        if (api().module_type_set_value)(key, TYPE.load(Ordering::Acquire), value) != OK {
            drop(Box::from_raw(value.cast::<Held>()));
        }
        (api().close_key)(key);
        (api().free_string)(ptr::null_mut(), name);
    }
}

unsafe extern "C" fn load(file: *mut RedisModuleIO, _version: c_int) -> *mut c_void {
    guarded(
        "reading a time event",
        ptr::null_mut(),
        || match Held::load(&mut Io::from_raw(file)) {
            Ok(held) => Box::into_raw(Box::new(held)).cast(),
            Err(_) => ptr::null_mut(),
        },
    )
}

unsafe extern "C" fn save(file: *mut RedisModuleIO, value: *mut c_void) {
    guarded("writing a time event", (), || {
        // SAFETY: a value of this type is a box made here.
        unsafe { &*value.cast::<Held>() }.save(&mut Io::from_raw(file));
    });
}

unsafe extern "C" fn rewrite(
    file: *mut RedisModuleIO,
    key: *mut RedisModuleString,
    value: *mut c_void,
) {
    guarded("writing a time event", (), || {
        // SAFETY: as above; each "b" takes a pointer and a length.
        unsafe {
            let (key, record) = (bytes(key), (*value.cast::<Held>()).record());
            (api().emit_aof)(
                file,
                MAKE.as_ptr(),
                c"bb".as_ptr(),
                key.as_ptr(),
                key.len(),
                record.as_ptr(),
                record.len(),
            );
        }
    });
}

unsafe extern "C" fn free(value: *mut c_void) {
    guarded("dropping a time event", (), || {
        // SAFETY: the box made here, freed once. Dropping it ends the event.
        drop(unsafe { Box::from_raw(value.cast::<Held>()) });
    });
}
