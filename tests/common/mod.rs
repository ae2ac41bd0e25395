//! What the integration tests share: one private server for each test program.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses a part of this, and a test may panic"
)]

use std::sync::Arc;
use std::sync::{Mutex, PoisonError, Weak};

use redgrease::RedisGears;
use redgrease::embedded::Server;

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// The server that the tests of a program share; it stops with the last test that holds it.
pub(crate) fn server() -> Arc<Server> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let server = Arc::new(start());
    *shared = Arc::downgrade(&server);
    server
}

/// A server of the test's own.
pub(crate) fn start() -> Server {
    match Server::start() {
        Ok(server) => server,
        Err(error) => panic!("no private server:\n{error}"),
    }
}

/// A handle to a server.
pub(crate) fn gears(server: &Server) -> RedisGears {
    server.gears().unwrap()
}

/// The server's log, for the message of a failed test.
pub(crate) fn log(server: &Server) -> String {
    std::fs::read_to_string(server.log_file()).unwrap_or_default()
}
