//! Starts processes from one thread that lives as long as the server.
//!
//! A worker asks the kernel to kill it when the thread that started it ends: that reaches it even
//! while Python code holds the interpreter's lock and nobody in the worker notices that the server is
//! gone.

use crate::server::close_for_programs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};

use crate::server::start_thread;

type Order = (Command, SyncSender<io::Result<Child>>);

/// Starts the process that `command` describes.
///
/// # Errors
/// What the system said.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    static ORDERS: OnceLock<Option<Sender<Order>>> = OnceLock::new();
    let no_thread = || io::Error::other("the thread that starts workers is not there");
    let orders = ORDERS.get_or_init(start).as_ref().ok_or_else(no_thread)?;
    let (answer, child) = sync_channel(1);
    orders.send((command, answer)).map_err(|_| no_thread())?;
    child.recv().map_err(|_| no_thread())?
}

fn start() -> Option<Sender<Order>> {
    let (orders, inbox) = channel::<Order>();
    let work = move || {
        for (mut command, answer) in inbox {
            close_for_programs();
            // What a function starts belongs to the group, and ends with the worker.
            let child = command.process_group(0).spawn();
            // The child's ends of its sockets close with the command, so that the end of the
            // process is an end of file on ours.
            drop(command);
            let _ = answer.send(child);
        }
    };
    start_thread("rg-spawner", work).ok()?;
    Some(orders)
}
