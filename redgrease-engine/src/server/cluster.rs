//! Messages over the servers' own cluster bus.

use std::ffi::{CString, c_char, c_uchar};

use super::context::{Context, ServerLock};
use super::table::{RedisModuleCtx, api};
use super::{OK, guarded};

/// How many bytes the name of a node has.
const NAME: usize = 40;
/// The type of all messages of the engine.
const TYPE: u8 = 1;

/// Who takes messages from other nodes.
pub(crate) trait NodeListener {
    /// A message came; called on the server's main thread, which it must not keep.
    fn arrived(node: &str, message: &[u8]);
}

/// Has `L` told of every message from other nodes; says whether the server can send and take any.
pub(crate) fn listen_to_nodes<L: NodeListener>(context: Context<'_>) -> bool {
    let Some(register) = api().register_cluster_message_receiver else {
        return false;
    };
    // SAFETY: the context of the load call, a callback with the documented signature. A server outside a cluster ignores it.
    unsafe { register(context.raw(), TYPE, on_message::<L>) };
    api().send_cluster_message.is_some()
}

/// Sends a message to a node; false when there is no link to it now.
pub(crate) fn send_to_node(lock: &ServerLock, node: &str, message: &[u8]) -> bool {
    let (Some(send), Ok(length)) = (api().send_cluster_message, u32::try_from(message.len()))
    else {
        return false;
    };
    // An id that is shorter would be read beyond its end.
    let Some(node) = CString::new(node)
        .ok()
        .filter(|node| node.as_bytes().len() == NAME)
    else {
        return false;
    };
    // SAFETY: the lock is held; the name has 40 bytes and a NUL behind them, pointer and length belong together.
    unsafe {
        send(
            lock.context().raw(),
            node.as_ptr(),
            TYPE,
            message.as_ptr().cast(),
            length,
        ) == OK
    }
}

/// # Safety
/// `name` must point to 40 bytes.
unsafe fn node_name(name: *const c_char) -> String {
    // SAFETY: the caller vouches for it.
    let bytes = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), NAME) };
    String::from_utf8_lossy(bytes).into_owned()
}

unsafe extern "C" fn on_message<L: NodeListener>(
    _ctx: *mut RedisModuleCtx,
    sender: *const c_char,
    _type: u8,
    payload: *const c_uchar,
    length: u32,
) {
    guarded("a message from another node", (), || {
        if sender.is_null() || payload.is_null() {
            return;
        }
        let length = usize::try_from(length).unwrap_or(0);
        // SAFETY: the server passes a name of 40 bytes and a payload of this length, alive during the call.
        let (node, message) = unsafe {
            (
                node_name(sender),
                std::slice::from_raw_parts(payload, length),
            )
        };
        L::arrived(&node, message);
    });
}
