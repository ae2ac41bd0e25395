//! Keys that hold something of the module, which ends with the key.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::command::bytes;
use super::context::{Context, ServerLock};
use super::persistence::{Io, IoError};
use super::refused::Refused;
use super::table::{RedisModuleIO, RedisModuleString, RedisModuleType, TypeMethods, api};
use super::{OK, guarded};

/// Opens a key to read and write it.
const READ_WRITE: c_int = 1 | 2;

/// What a key can hold. Dropping it is the end of it.
pub(crate) trait Held: Send + Sized + 'static {
    /// The name of the type, of nine letters.
    const NAME: &'static CStr;
    /// The version of the format in database files.
    const VERSION: c_int;
    /// The command that makes such a key from its record, in the append-only file.
    const MAKE: &'static CStr;
    /// All that is kept of it.
    fn record(&self) -> Vec<u8>;
    /// Makes it again; nothing when the record is broken.
    fn revive(record: &[u8]) -> Option<Self>;
}

/// The type of such keys; the module has one.
static TYPE: AtomicPtr<RedisModuleType> = AtomicPtr::new(ptr::null_mut());

/// Registers the type.
///
/// # Errors
/// When the server refuses.
pub(crate) fn create_held_keys<H: Held>(context: Context<'_>) -> Result<(), Refused> {
    let mut methods = TypeMethods {
        version: 1,
        rdb_load: Some(load::<H>),
        rdb_save: Some(save::<H>),
        rewrite: Some(rewrite::<H>),
        usage_digest: [None; 2],
        free: Some(free::<H>),
        aux_load: None,
        aux_save: None,
        aux_triggers: 0,
        unused: [None; 8],
        aux_save2: None,
    };
    // SAFETY: a static name of nine letters; the server copies the structure.
    let made = unsafe {
        (api().create_data_type)(
            context.raw(),
            H::NAME.as_ptr(),
            H::VERSION,
            &raw mut methods,
        )
    };
    if made.is_null() {
        return Err(Refused::DataType(H::NAME));
    }
    TYPE.store(made, Ordering::Release);
    Ok(())
}

/// Puts something into a key of the database that is selected, in place of what was there.
pub(crate) fn hold<H: Held>(lock: &ServerLock, name: &[u8], held: H) {
    // SAFETY: the lock is held; the key takes the box over and gives it back in `free`.
    unsafe {
        let name = (api().create_string)(ptr::null_mut(), name.as_ptr().cast(), name.len());
        let key = (api().open_key)(lock.context().raw(), name, READ_WRITE);
        let value = Box::into_raw(Box::new(held)).cast::<c_void>();
        if (api().module_type_set_value)(key, TYPE.load(Ordering::Acquire), value) != OK {
            drop(Box::from_raw(value.cast::<H>()));
        }
        (api().close_key)(key);
        (api().free_string)(ptr::null_mut(), name);
    }
}

fn read<H: Held>(file: &mut Io<'_>) -> Result<H, IoError> {
    H::revive(&file.load_bytes()?).ok_or(IoError)
}

unsafe extern "C" fn load<H: Held>(file: *mut RedisModuleIO, _version: c_int) -> *mut c_void {
    guarded("reading a key", ptr::null_mut(), || {
        match read::<H>(&mut Io::from_raw(file)) {
            Ok(held) => Box::into_raw(Box::new(held)).cast(),
            Err(IoError) => ptr::null_mut(),
        }
    })
}

unsafe extern "C" fn save<H: Held>(file: *mut RedisModuleIO, value: *mut c_void) {
    guarded("writing a key", (), || {
        // SAFETY: a value of this type is a box made here.
        let record = unsafe { &*value.cast::<H>() }.record();
        Io::from_raw(file).save_bytes(&record);
    });
}

unsafe extern "C" fn rewrite<H: Held>(
    file: *mut RedisModuleIO,
    key: *mut RedisModuleString,
    value: *mut c_void,
) {
    guarded("writing a key", (), || {
        // SAFETY: as above; each "b" takes a pointer and a length.
        unsafe {
            let (key, record) = (bytes(key), (*value.cast::<H>()).record());
            (api().emit_aof)(
                file,
                H::MAKE.as_ptr(),
                c"bb".as_ptr(),
                key.as_ptr(),
                key.len(),
                record.as_ptr(),
                record.len(),
            );
        }
    });
}

unsafe extern "C" fn free<H: Held>(value: *mut c_void) {
    guarded("dropping a key", (), || {
        // SAFETY: the box made here, freed once.
        drop(unsafe { Box::from_raw(value.cast::<H>()) });
    });
}
