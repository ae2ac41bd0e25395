//! A server that ends with another process: for servers that belong to one program, which may be killed without a chance to
//! stop them.

use std::io;
use std::time::Duration;

use crate::server::{Level, Process, kill_server, log, start_thread, terminate_server};

const PERIOD: Duration = Duration::from_millis(500);
/// How long an orderly end may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Shuts the server down once the process with this number is gone. Nothing to do for 0.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn follow(number: i64) -> io::Result<()> {
    let Ok(number @ 1..) = i32::try_from(number) else {
        return Ok(());
    };
    let process = Process::find(number);
    start_thread("rg-companion", move || {
        while process.as_ref().is_some_and(Process::lives) {
            std::thread::sleep(PERIOD);
        }
        log(
            Level::Notice,
            &format!("process {number} is gone (StopWithProcess): the server shuts down"),
        );
        terminate_server();
        std::thread::sleep(PATIENCE);
        log(
            Level::Warning,
            "the server does not shut down; it is killed",
        );
        kill_server();
    })
}
