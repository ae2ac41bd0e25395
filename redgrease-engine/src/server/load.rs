//! Loading: the two functions that the server looks for in a module.

use std::ffi::{c_int, c_void};
use std::fmt::Display;

use super::context::{Context, Level, log};
use super::table::{RedisModuleString, attach};
use super::{ERR, OK, command, guarded};

/// What is loaded.
pub(crate) trait Module {
    /// What keeps it from being loaded.
    type Hindrance: Display;
    /// The version that clients see.
    const VERSION: c_int;
    /// Sets everything up; `arguments` are those of the module.
    ///
    /// # Errors
    /// Why the module cannot be loaded.
    fn load(context: Context<'_>, arguments: &[Vec<u8>]) -> Result<(), Self::Hindrance>;
}

/// Loads `M`.
///
/// # Safety
/// The server passes a valid context and argument vector, as its module API promises.
pub(crate) unsafe fn on_load<M: Module>(
    ctx: *mut c_void,
    argv: *mut *mut c_void,
    argc: c_int,
) -> c_int {
    let ctx = ctx.cast();
    // SAFETY: the server calls this once, on its main thread, with a live context.
    if let Err(missing) = unsafe { attach(ctx, M::VERSION) } {
        // Without the table there is no log function either.
        eprintln!(
            "redgrease: this server's module API lacks {missing}; Redis 6.2 or newer is needed"
        );
        return ERR;
    }
    guarded("loading the module", ERR, || {
        let context = Context::from_raw(ctx);
        // SAFETY: argv holds argc strings for the time of this call.
        let arguments =
            unsafe { command::copy_arguments(argv.cast::<*mut RedisModuleString>(), argc) };
        match M::load(context, &arguments) {
            Ok(()) => OK,
            Err(reason) => {
                log(
                    Level::Warning,
                    &format!("the module was not loaded: {reason}"),
                );
                ERR
            }
        }
    })
}

/// Defines the functions that the server looks for: `$module` is what is loaded.
macro_rules! entry_points {
    ($module:ty) => {
        /// The entry point that the server calls when it loads the module.
        ///
        /// # Safety
        /// The server passes a valid context and argument vector, as its module API promises.
        #[expect(unsafe_code, reason = "the server calls this")]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn RedisModule_OnLoad(
            ctx: *mut std::ffi::c_void,
            argv: *mut *mut std::ffi::c_void,
            argc: std::ffi::c_int,
        ) -> std::ffi::c_int {
            // SAFETY: passed on as they are.
            unsafe { $crate::server::on_load::<$module>(ctx, argv, argc) }
        }

        /// The entry point that the server calls when somebody asks it to unload the module: refused, because workers,
        /// blocked clients and event handlers hold pointers into it.
        #[expect(unsafe_code, reason = "the server calls this")]
        #[unsafe(no_mangle)]
        extern "C" fn RedisModule_OnUnload(_ctx: *mut std::ffi::c_void) -> std::ffi::c_int {
            $crate::server::ERR
        }
    };
}
pub(crate) use entry_points;
