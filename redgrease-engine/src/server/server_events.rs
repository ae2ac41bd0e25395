//! Events of the server as a whole: loading, forking, changing roles, clients that leave.

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
    /// Databases were emptied.
    Flushed {
        /// Whether database 0 is among them.
        first: bool,
    },
    /// Two databases were exchanged.
    Swapped {
        /// Whether database 0 is one of them.
        first: bool,
    },
    /// A client has left.
    Left {
        /// Whether it had begun a transaction.
        in_transaction: bool,
    },
}

const ROLE: u64 = 0;
const FLUSH: u64 = 2;
const LOADING: u64 = 3;
const CLIENT: u64 = 4;
const SWAP: u64 = 11;
const FORK_CHILD: u64 = 13;

/// Which databases are emptied.
#[repr(C)]
struct FlushInfo {
    version: u64,
    sync: i32,
    /// -1 for all.
    database: i32,
}

/// Which databases are exchanged.
#[repr(C)]
struct SwapInfo {
    version: u64,
    databases: [i32; 2],
}

/// Who left.
#[repr(C)]
struct ClientInfo {
    version: u64,
    flags: u64,
}

/// It has begun a transaction.
const IN_TRANSACTION: u64 = 1 << 5;

impl Event {
    /// # Safety
    /// `data` must be what the server passes with an event of this id, during the call.
    unsafe fn parse(id: u64, sub: u64, data: *const c_void) -> Option<Self> {
        Some(match (id, sub) {
            (FLUSH, 1) => {
                // SAFETY: the caller vouches for the data.
                let info = unsafe { data.cast::<FlushInfo>().as_ref()? };
                Self::Flushed {
                    first: info.database <= 0,
                }
            }
            (SWAP, _) => {
                // SAFETY: as above.
                let info = unsafe { data.cast::<SwapInfo>().as_ref()? };
                Self::Swapped {
                    first: info.databases.contains(&0),
                }
            }
            (CLIENT, 1) => {
                // SAFETY: as above.
                let info = unsafe { data.cast::<ClientInfo>().as_ref()? };
                Self::Left {
                    in_transaction: info.flags & IN_TRANSACTION != 0,
                }
            }
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

/// Has `H::happened` called for every event of the server; gives those that it does not tell, and what follows from that.
pub(crate) fn subscribe<H: Handler>(context: Context<'_>) -> Vec<&'static str> {
    let Some(subscribe) = api().subscribe_to_server_event else {
        return vec!["all server events"];
    };
    [
        (ROLE, "changes of role"),
        (
            LOADING,
            "loading: registrations may be missing on replicas after a full synchronisation",
        ),
        (
            FORK_CHILD,
            "child processes: registrations may be missing after BGREWRITEAOF without RDB preamble",
        ),
        (FLUSH, "emptied databases"),
        (
            CLIENT,
            "clients that leave: commands may be carried whose functions could do without",
        ),
        (
            SWAP,
            "exchanged databases: streams that come by SWAPDB are not read before an entry is added",
        ),
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
    data: *mut c_void,
) {
    guarded("a server event", (), || {
        // SAFETY: passed on as it is.
        if let Some(event) = unsafe { Event::parse(event.id, sub, data) } {
            H::happened(Context::from_raw(ctx), event);
        }
    });
}
