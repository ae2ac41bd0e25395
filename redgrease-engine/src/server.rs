//! The boundary to the server: the module API, looked up by name at load, and safe wrappers over it.
//!
//! Everything `unsafe` of the engine lives in this module and its children. The server hands a pointer to
//! `RedisModule_GetApi` as the first word of the load context; every function is asked for by name, so that one binary
//! loads into every server from Redis 6.2 on. What the engine cannot do without is [`Api`]'s required part; the rest is an
//! `Option` and its absence degrades one feature.
#![expect(
    unsafe_code,
    reason = "this module is the only place that talks to the C API of the server"
)]

mod background;
mod call;
mod command;
mod context;
mod descriptors;
mod event_loop;
mod events;
mod facts;
mod info;
mod keyspace;
mod options;
mod persistence;
mod process;
mod server_events;
mod streams;
mod table;
mod time_key;

pub(crate) use background::{after_command, start_background};
pub(crate) use call::{CallError, CallReply, ReplyKind, call};
pub(crate) use command::{Command, Flag, Invocation, create_command};
pub(crate) use context::{
    Blocked, Context, Level, ServerLock, lock_server, log, module_flags, on_main_thread,
};
pub(crate) use descriptors::{lock_file, receive, send_descriptor};
pub(crate) use event_loop::turn_will_end;
pub(crate) use events::{FilteredCommand, filter_commands, subscribe_to_keys};
pub(crate) use facts::{Facts, KeyPlaces};
pub(crate) use info::{Info, register_info};
pub(crate) use keyspace::{Cursor, KeyKind, OpenKey, count_keys, scan};
pub(crate) use options::{OptionStore, OptionValue, ServerOption, offer_options};
pub(crate) use persistence::{Io, IoError, Moment, Persistent, create_type, replicate};
pub(crate) use process::{Process, kill_server, terminate_server};
pub(crate) use server_events::{Event, Handler, subscribe};
pub(crate) use streams::subscribe_to_streams;
pub(crate) use table::{api, attach};
pub(crate) use time_key::{create_time_keys, hold_time_event};

/// Status of a module API call that succeeded.
pub(crate) const OK: std::os::raw::c_int = 0;
/// Status of a module API call that failed.
pub(crate) const ERR: std::os::raw::c_int = 1;

/// Runs `body` and turns a panic into `fallback`, because no panic may cross into the server.
pub(crate) fn guarded<R>(what: &str, fallback: R, body: impl FnOnce() -> R) -> R {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "no message".to_owned());
            log(
                Level::Warning,
                &format!("engine defect: {what} panicked: {text}"),
            );
            fallback
        }
    }
}

/// The entry point that the server calls when it loads the module.
///
/// # Safety
/// The server passes a valid context and argument vector, as its module API promises.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn RedisModule_OnLoad(
    ctx: *mut table::RedisModuleCtx,
    argv: *mut *mut table::RedisModuleString,
    argc: std::os::raw::c_int,
) -> std::os::raw::c_int {
    // SAFETY: the server calls this once, on its main thread, with a live context.
    if let Err(missing) = unsafe { attach(ctx) } {
        // Without the table there is no log function either.
        eprintln!(
            "redgrease: this server's module API lacks {missing}; Redis 6.2 or newer is needed"
        );
        return ERR;
    }
    guarded("loading the module", ERR, || {
        let context = Context::from_raw(ctx);
        // SAFETY: argv holds argc strings for the time of this call.
        let arguments = unsafe { command::copy_arguments(argv, argc) };
        match crate::module::load(context, &arguments) {
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

/// The entry point that the server calls when somebody asks it to unload the module: refused, because workers, blocked
/// clients and event handlers hold pointers into it.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn RedisModule_OnUnload(
    _ctx: *mut table::RedisModuleCtx,
) -> std::os::raw::c_int {
    ERR
}
