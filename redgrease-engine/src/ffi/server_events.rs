//! Events of the server as a whole: loading, forking, changing roles.

use std::ffi::c_void;

use super::context::Context;
use super::guarded;
use super::table::{RedisModuleCtx, ServerEvent, api};

/// What happened to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It became a master.
    Promoted,
    /// It became a replica.
    Demoted,
    /// It begins to load its data: from its own files, or from its master.
    Loading { from_master: bool },
    /// Its data is loaded.
    Loaded,
    /// Its data could not be loaded.
    LoadFailed,
    /// A child process was started to write a snapshot or the append-only file.
    Forked,
}

const ROLE: u64 = 0;
const LOADING: u64 = 3;
const FORK_CHILD: u64 = 13;

impl Event {
    fn parse(id: u64, sub: u64) -> Option<Self> {
        Some(match (id, sub) {
            (ROLE, 0) => Self::Promoted,
            (ROLE, 1) => Self::Demoted,
            (LOADING, 0 | 1) => Self::Loading { from_master: false },
            (LOADING, 2) => Self::Loading { from_master: true },
            (LOADING, 3) => Self::Loaded,
            (LOADING, 4) => Self::LoadFailed,
            (FORK_CHILD, 0) => Self::Forked,
            _ => return None,
        })
    }
}

/// Has `H::happened` called for every event of the server; gives the names of those that it does not tell.
pub(crate) fn subscribe<H: Handler>(context: Context<'_>) -> Vec<&'static str> {
    let Some(subscribe) = api().subscribe_to_server_event else {
        return vec!["all server events"];
    };
    [
        (ROLE, "changes of role"),
        (LOADING, "loading"),
        (FORK_CHILD, "child processes"),
    ]
    .into_iter()
    .filter(|&(id, _)| {
        let event = ServerEvent { id, dataver: 1 };
        // SAFETY: the context of the load call, a callback with the documented signature.
        unsafe { subscribe(context.raw(), event, on_event::<H>) != super::OK }
    })
    .map(|(_, name)| name)
    .collect()
}

/// Who wants to know what happens to the server.
pub(crate) trait Handler {
    /// Something happened.
    fn happened(context: Context<'_>, event: Event);
}

unsafe extern "C" fn on_event<H: Handler>(
    ctx: *mut RedisModuleCtx,
    event: ServerEvent,
    sub: u64,
    _data: *mut c_void,
) {
    guarded("a server event", (), || {
        if let Some(event) = Event::parse(event.id, sub) {
            H::happened(Context::from_raw(ctx), event);
        }
    });
}
