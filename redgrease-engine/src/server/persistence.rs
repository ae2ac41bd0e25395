//! The module's part of database files, and commands for replicas and the append-only file.

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;

use super::background::after_command;
use super::context::{Context, ServerLock, lock_server, writes_are_paused};
use super::refused::Refused;
use super::table::{RedisModuleIO, RedisModuleString, TypeMethods, api};
use super::{ERR, OK, guarded};

/// The server calls back before and after the keys.
const BEFORE_AND_AFTER: c_int = 1 | 2;
/// Errors while reading are the module's to handle.
const HANDLE_IO_ERRORS: c_int = 1;

/// When the module reads or writes its part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before all keys.
    BeforeKeys,
    /// After all keys.
    AfterKeys,
}

impl Moment {
    fn from_raw(raw: c_int) -> Self {
        if raw & 1 != 0 {
            Self::BeforeKeys
        } else {
            Self::AfterKeys
        }
    }
}

/// The file ended early or could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IoError;

/// A database file that is being read or written.
#[derive(Debug)]
pub(crate) struct Io<'a> {
    raw: *mut RedisModuleIO,
    life: PhantomData<&'a ()>,
}

impl Io<'_> {
    pub(super) fn from_raw(raw: *mut RedisModuleIO) -> Self {
        Self {
            raw,
            life: PhantomData,
        }
    }

    /// Writes a number.
    pub(crate) fn save_number(&mut self, value: u64) {
        // SAFETY: live for the call that it was given to; so for the calls below.
        unsafe { (api().save_unsigned)(self.raw, value) };
    }

    /// Writes bytes.
    pub(crate) fn save_bytes(&mut self, bytes: &[u8]) {
        // SAFETY: pointer and length belong together.
        unsafe { (api().save_string_buffer)(self.raw, bytes.as_ptr().cast(), bytes.len()) };
    }

    fn check(&self) -> Result<(), IoError> {
        // SAFETY: as above.
        match api().is_io_error {
            Some(is_error) if unsafe { is_error(self.raw) } != 0 => Err(IoError),
            _ => Ok(()),
        }
    }

    /// Reads a number.
    ///
    /// # Errors
    /// [`IoError`]
    pub(crate) fn load_number(&mut self) -> Result<u64, IoError> {
        // SAFETY: as above.
        let value = unsafe { (api().load_unsigned)(self.raw) };
        self.check().map(|()| value)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// [`IoError`]
    pub(crate) fn load_bytes(&mut self) -> Result<Vec<u8>, IoError> {
        let mut length = 0;
        // SAFETY: the buffer is ours and holds `length` bytes; it is freed once.
        unsafe {
            let start = (api().load_string_buffer)(self.raw, &raw mut length);
            self.check()?;
            if start.is_null() {
                return Err(IoError);
            }
            let bytes = std::slice::from_raw_parts(start.cast::<u8>(), length).to_vec();
            (api().free)(start.cast());
            Ok(bytes)
        }
    }
}

/// What the module keeps in database files beside the keys.
pub(crate) trait Persistent {
    /// The name of the type that the file is marked with: nine letters.
    const NAME: &'static CStr;
    /// The version of the format.
    const VERSION: c_int;
    /// Whether there is nothing to write, so that a server that can leaves the module out of the file.
    fn is_empty(moment: Moment) -> bool;
    /// Writes. Called in a child process too: it may wait for nothing that another thread could hold.
    fn save(file: &mut Io<'_>, moment: Moment);
    /// Reads.
    ///
    /// # Errors
    /// [`IoError`] when the file could not be read; the server then gives up loading it.
    fn load(file: &mut Io<'_>, version: c_int, moment: Moment) -> Result<(), IoError>;
}

/// Registers the module's part of database files.
///
/// # Errors
/// When the server refuses.
pub(crate) fn create_type<P: Persistent>(context: Context<'_>) -> Result<(), Refused> {
    let mut methods = TypeMethods {
        version: 5,
        rdb_load: Some(load_nothing),
        rdb_save: Some(save_nothing),
        rewrite: None,
        usage_digest: [None; 2],
        free: Some(free_nothing),
        aux_load: Some(aux_load::<P>),
        aux_save: Some(aux_save::<P>),
        aux_triggers: BEFORE_AND_AFTER,
        unused: [None; 8],
        aux_save2: Some(aux_save_some::<P>),
    };
    // SAFETY: a static name of nine letters; the server copies the structure.
    let made = unsafe {
        (api().create_data_type)(
            context.raw(),
            P::NAME.as_ptr(),
            P::VERSION,
            &raw mut methods,
        )
    };
    if made.is_null() {
        return Err(Refused::DataType(P::NAME));
    }
    if let Some(set) = api().set_module_options
        && api().is_io_error.is_some()
    {
        // SAFETY: live context.
        unsafe { set(context.raw(), HANDLE_IO_ERRORS) };
    }
    Ok(())
}

unsafe extern "C" fn aux_load<P: Persistent>(
    file: *mut RedisModuleIO,
    version: c_int,
    when: c_int,
) -> c_int {
    guarded("reading a database file", ERR, || {
        let mut file = Io {
            raw: file,
            life: PhantomData,
        };
        match P::load(&mut file, version, Moment::from_raw(when)) {
            Ok(()) => OK,
            Err(IoError) => ERR,
        }
    })
}

unsafe extern "C" fn aux_save<P: Persistent>(file: *mut RedisModuleIO, when: c_int) {
    guarded("writing a database file", (), || {
        let mut file = Io {
            raw: file,
            life: PhantomData,
        };
        P::save(&mut file, Moment::from_raw(when));
    });
}

unsafe extern "C" fn aux_save_some<P: Persistent>(file: *mut RedisModuleIO, when: c_int) {
    if !guarded("writing a database file", false, || {
        P::is_empty(Moment::from_raw(when))
    }) {
        // SAFETY: the same arguments.
        unsafe { aux_save::<P>(file, when) };
    }
}

// No key has this type, but the server wants the functions.
unsafe extern "C" fn load_nothing(_file: *mut RedisModuleIO, _version: c_int) -> *mut c_void {
    std::ptr::null_mut()
}
unsafe extern "C" fn save_nothing(_file: *mut RedisModuleIO, _value: *mut c_void) {}
unsafe extern "C" fn free_nothing(_value: *mut c_void) {}

/// Gives a command to the replicas and the append-only file, without running it here: later, while writes are paused.
pub(crate) fn replicate<A: AsRef<[u8]>>(lock: &ServerLock, name: &'static CStr, arguments: &[A]) {
    if writes_are_paused() {
        let arguments: Vec<Vec<u8>> = arguments.iter().map(|one| one.as_ref().to_vec()).collect();
        after_command(move || replicate(&lock_server(), name, &arguments));
        return;
    }
    let strings: Vec<*mut RedisModuleString> = arguments
        .iter()
        .map(|argument| {
            let argument = argument.as_ref();
            // SAFETY: pointer and length belong together; a null context makes a string of our own.
            unsafe {
                (api().create_string)(
                    std::ptr::null_mut(),
                    argument.as_ptr().cast(),
                    argument.len(),
                )
            }
        })
        .collect();
    // SAFETY: the lock is held; "v" takes a vector of strings and its length. Each string is freed once.
    unsafe {
        (api().replicate)(
            lock.context().raw(),
            name.as_ptr(),
            c"v".as_ptr(),
            strings.as_ptr(),
            strings.len(),
        );
        for string in strings {
            (api().free_string)(std::ptr::null_mut(), string);
        }
    }
}
