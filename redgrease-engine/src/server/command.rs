//! Commands: registration and the trampoline from the server into safe code.

use std::ffi::{CStr, c_int};

use super::context::Context;
use super::refused::Refused;
use super::table::{RedisModuleCtx, RedisModuleString, api};
use super::{OK, guarded};

/// One command call: its context and a copy of its arguments, the command's name first.
#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    /// The context to reply to.
    pub(crate) context: Context<'a>,
    /// The arguments, the name of the command first.
    pub(crate) arguments: Vec<Vec<u8>>,
}

/// The command flags that the engine uses, as the API spells them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flag {
    /// Shows something.
    Readonly,
    /// Brings code, or changes what the engine does. It is not said that it writes: servers would refuse it on replicas.
    Admin,
    /// Calls functions, which may do anything.
    Calls,
    /// The same, and says its keys itself.
    CallsAnywhere,
    /// Carries another command, with its keys: what kind of command that is, and whether the server lets anybody have it.
    Carries { kind: Carried, anybody: bool },
}

/// What the server has to look at before it lets a command run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It reads.
    Reads,
    /// It writes.
    Writes,
    /// It writes what may take memory.
    Fills,
}

impl Flag {
    fn text(self) -> &'static CStr {
        match self {
            Self::Readonly => c"readonly",
            Self::Admin => c"admin",
            Self::Calls => c"",
            Self::CallsAnywhere => c"getkeys-api",
            Self::Carries { kind, anybody } => match (kind, anybody) {
                (Carried::Reads, false) => c"readonly getkeys-api",
                (Carried::Writes, false) => c"write getkeys-api",
                (Carried::Fills, false) => c"write deny-oom getkeys-api",
                (Carried::Reads, true) => c"readonly getkeys-api no-auth",
                (Carried::Writes, true) => c"write getkeys-api no-auth",
                (Carried::Fills, true) => c"write deny-oom getkeys-api no-auth",
            },
        }
    }
}

/// A command of the module.
pub(crate) trait Command {
    /// Its name.
    const NAME: &'static CStr;
    /// Its flags.
    const FLAGS: Flag = Flag::Readonly;
    /// The position of its only key, 0 for none.
    const KEY: c_int = 0;
    /// Answers one call.
    fn run(call: Invocation<'_>);
}

/// Registers a command.
///
/// # Errors
/// The name of the command that the server refused.
pub(crate) fn create_command<C: Command>(context: Context<'_>) -> Result<(), Refused> {
    let step = c_int::from(C::KEY != 0);
    // SAFETY: static strings, a callback with the right signature.
    let status = unsafe {
        (api().create_command)(
            context.raw(),
            C::NAME.as_ptr(),
            trampoline::<C>,
            C::FLAGS.text().as_ptr(),
            C::KEY,
            C::KEY,
            step,
        )
    };
    if status == OK {
        Ok(())
    } else {
        Err(Refused::Command(C::NAME))
    }
}

unsafe extern "C" fn trampoline<C: Command>(
    ctx: *mut RedisModuleCtx,
    argv: *mut *mut RedisModuleString,
    argc: c_int,
) -> c_int {
    guarded("a command", OK, || {
        // SAFETY: the server is asking this command, declared with getkeys-api, for its keys.
        if matches!(C::FLAGS, Flag::CallsAnywhere | Flag::Carries { .. })
            && unsafe { (api().is_keys_position_request)(ctx) } != 0
        {
            if matches!(C::FLAGS, Flag::Carries { .. }) {
                // SAFETY: argv holds argc live strings, and the server is asking.
                unsafe { tell_carried_keys(ctx, argv, argc) };
            }
            return OK;
        }
        // SAFETY: argv holds argc live strings during the call.
        let arguments = unsafe { copy_arguments(argv, argc) };
        C::run(Invocation {
            context: Context::from_raw(ctx),
            arguments,
        });
        OK
    })
}

/// Tells the server the keys of the command that another one carries behind its own name.
///
/// # Safety
/// `argv` must hold `argc` live strings, during a request for positions of keys.
unsafe fn tell_carried_keys(
    ctx: *mut RedisModuleCtx,
    argv: *mut *mut RedisModuleString,
    argc: c_int,
) {
    if argc < 2 {
        return;
    }
    let api = api();
    let (mut count, mut flags) = (0, std::ptr::null_mut());
    // SAFETY: the caller vouches for the pointers; both arrays hold `count` numbers, are ours, and are freed once.
    unsafe {
        let (words, length) = (argv.add(1), argc - 1);
        let places = match (api.get_command_keys_with_flags, api.get_command_keys) {
            (Some(get), _) => get(ctx, words, length, &raw mut count, &raw mut flags),
            (None, Some(get)) => get(ctx, words, length, &raw mut count),
            (None, None) => return,
        };
        if places.is_null() {
            return;
        }
        for index in 0..usize::try_from(count).unwrap_or(0) {
            let place = *places.add(index) + 1;
            match (api.key_at_pos_with_flags, api.key_at_pos) {
                (Some(tell), _) if !flags.is_null() => tell(ctx, place, *flags.add(index)),
                (_, Some(tell)) => tell(ctx, place),
                _ => {}
            }
        }
        (api.free)(places.cast());
        if !flags.is_null() {
            (api.free)(flags.cast());
        }
    }
}

/// # Safety
/// `argv` must hold `argc` live strings.
pub(super) unsafe fn copy_arguments(
    argv: *mut *mut RedisModuleString,
    argc: c_int,
) -> Vec<Vec<u8>> {
    let count = usize::try_from(argc).unwrap_or(0);
    (0..count)
        // SAFETY: the caller vouches for argv.
        .map(|index| unsafe { bytes(*argv.add(index)) }.to_vec())
        .collect()
}

/// The bytes of a server string.
///
/// # Safety
/// `string` must be live for `'a`.
pub(super) unsafe fn bytes<'a>(string: *const RedisModuleString) -> &'a [u8] {
    let mut length = 0;
    // SAFETY: the API returns a pointer to `length` bytes.
    unsafe {
        let start = (api().string_ptr_len)(string, &raw mut length);
        if start.is_null() {
            return &[];
        }
        std::slice::from_raw_parts(start.cast(), length)
    }
}
