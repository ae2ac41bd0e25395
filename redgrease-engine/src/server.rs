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
mod blocked;
mod call;
mod caller;
mod cluster;
mod command;
mod context;
mod descriptors;
mod event_loop;
mod events;
mod facts;
mod held;
mod info;
mod keyspace;
mod latency;
mod load;
mod options;
mod persistence;
mod process;
mod refused;
mod server_events;
mod streams;
mod table;
mod threads;
mod turns;

pub(crate) use background::{after_command, start_background};
pub(crate) use blocked::{Answer, Blocked};
pub(crate) use call::{
    CallError, CallReply, ReplyKind, call, call_as_clients_write, call_for_client, keys_among,
    query,
};
pub(crate) use caller::{check_access, clients_begin_without_rights, forget_access, is_granted};
pub(crate) use cluster::{NodeListener, listen_to_nodes, send_to_node};
pub(crate) use command::{Carried, Command, Flag, Invocation, create_command};
pub(crate) use context::{
    Context, ContextFlags, Level, ServerLock, is_main_thread, lock_server, lock_server_even_paused,
    log, module_flags, on_main_thread, writes_are_paused,
};
pub(crate) use descriptors::{
    close_for_programs, lock_file, receive, send_at_once, send_descriptor, shared_page,
};
pub(crate) use event_loop::turn_will_end;
pub(crate) use events::{
    CommandFilter, FilteredCommand, KeyListener, filter_commands, subscribe_to_keys,
};
pub(crate) use facts::{Facts, KeyPlaces, learn_commands};
pub(crate) use held::{Held, create_held_keys, hold};
pub(crate) use info::{Info, Sections, register_info};
pub(crate) use keyspace::{Cursor, KeyKind, OpenKey, count_keys, move_group, scan};
pub(crate) use latency::{FUNCTION_LATENCY, HOLD_LATENCY, watch_latency};
pub(crate) use load::{Module, entry_points, on_load};
pub(crate) use options::{OptionStore, OptionValue, ServerOption, offer_options};
pub(crate) use persistence::{Io, IoError, Moment, Persistent, create_type, replicate};
pub(crate) use process::{Process, has_ended, kill_group, kill_server, terminate_server};
pub(crate) use refused::Refused;
pub(crate) use server_events::{Event, Handler, subscribe};
pub(crate) use streams::{Change, StreamListener, subscribe_to_streams};
pub(crate) use table::{api, is_before_7};
pub(crate) use threads::{start_lasting_thread, start_thread, thread_time};
pub(crate) use turns::Turns;

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
