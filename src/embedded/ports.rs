//! Free ports, and what is done when somebody else was faster.

use std::net::TcpListener;

use super::Error;

/// How far a server's port for other servers of its cluster is from the one for clients.
pub(super) const BUS: u16 = 10_000;

/// A port that nobody has at the moment.
pub(super) fn free_port() -> Result<u16, Error> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| Error::Io {
            what: "a free port on 127.0.0.1".into(),
            source,
        })
}

/// A free port whose companion, on which servers of a cluster talk, is free too.
pub(super) fn two_free_ports() -> Result<u16, Error> {
    const TRIES: usize = 200;
    for _ in 0..TRIES {
        let port = free_port()?;
        let companion = port.checked_add(BUS);
        if companion.is_some_and(|bus| TcpListener::bind(("127.0.0.1", bus)).is_ok()) {
            return Ok(port);
        }
    }
    Err(Error::NotStarted {
        what: format!("no port on 127.0.0.1 is free together with the one {BUS} higher"),
        log: String::new(),
    })
}

/// Starts what looks for free ports itself: another process may take one before the server does, and
/// only then does it help to try again.
pub(super) fn with_free_ports<T>(start: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    const TRIES: usize = 3;
    let mut result = start();
    for _ in 1..TRIES {
        match &result {
            Err(error) if is_of_a_taken_port(error) => result = start(),
            _ => break,
        }
    }
    result
}

/// Whether a server ended because somebody else has its port; it says so in its log.
fn is_of_a_taken_port(error: &Error) -> bool {
    let Error::NotStarted { log, .. } = error else {
        return false;
    };
    let signs = ["Address already in use", "Failed listening on port"];
    signs.iter().any(|sign| log.contains(sign))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::cell::Cell;

    use super::*;
    use crate::embedded::Server;

    fn tries(start: impl Fn() -> Result<Server, Error>) -> u32 {
        let count = Cell::new(0);
        let result = with_free_ports(|| {
            count.set(count.get() + 1);
            start()
        });
        assert!(result.is_err());
        count.get()
    }

    #[test]
    fn only_a_port_that_somebody_else_took_is_tried_again() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_eq!(tries(|| Server::builder().port(port).start()), 3);
        let wrong = || {
            Server::builder()
                .module_arg("SyncDeadline", "never")
                .port(free_port()?)
                .start()
        };
        assert_eq!(tries(wrong), 1);
    }
}
