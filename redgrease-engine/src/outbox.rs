//! The writing end of a worker's socket: any thread writes, nobody waits for a slow reader.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long a write may wait for room before the rest is left to the draining thread.
const PATIENCE: Duration = Duration::from_micros(1);

#[derive(Debug, Default)]
struct Backlog {
    bytes: Vec<u8>,
    draining: bool,
    broken: bool,
}

/// Frames on their way to a worker, in order.
#[derive(Debug)]
pub(crate) struct Outbox {
    stream: UnixStream,
    backlog: Mutex<Backlog>,
    empty: Condvar,
}

impl Outbox {
    /// An outbox over a socket.
    ///
    /// # Errors
    /// When the socket refuses a time-out.
    pub(crate) fn new(stream: UnixStream) -> io::Result<Arc<Self>> {
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Arc::new(Self {
            stream,
            backlog: Mutex::default(),
            empty: Condvar::new(),
        }))
    }

    /// Writes a frame, or keeps what the socket has no room for and lets a thread write it.
    pub(crate) fn send(self: &Arc<Self>, frame: &[u8]) {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        if backlog.broken {
            return;
        }
        let mut rest = frame;
        if backlog.bytes.is_empty() && !backlog.draining {
            while !rest.is_empty() {
                match (&self.stream).write(rest) {
                    Ok(0) => {
                        backlog.broken = true;
                        return;
                    }
                    Ok(written) => rest = &rest[written..],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if is_full(&error) => break,
                    Err(_) => {
                        backlog.broken = true;
                        return;
                    }
                }
            }
        }
        if rest.is_empty() {
            return;
        }
        backlog.bytes.extend_from_slice(rest);
        if !backlog.draining {
            backlog.draining = true;
            let outbox = Arc::clone(self);
            let spawned = std::thread::Builder::new()
                .name("rg-outbox".to_owned())
                .spawn(move || outbox.drain());
            if spawned.is_err() {
                // The worker would wait for ever for the rest of this frame.
                backlog.broken = true;
                let _ = self.stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }

    /// Waits until at most `bytes` are kept; for threads that may wait.
    pub(crate) fn wait_below(&self, bytes: usize) {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        while backlog.bytes.len() > bytes && !backlog.broken {
            backlog = self
                .empty
                .wait(backlog)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn drain(&self) {
        loop {
            let mut pieces = {
                let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
                if backlog.bytes.is_empty() || backlog.broken {
                    backlog.draining = false;
                    self.empty.notify_all();
                    return;
                }
                self.empty.notify_all();
                std::mem::take(&mut backlog.bytes)
            };
            let mut at = 0;
            while at < pieces.len() {
                match (&self.stream).write(&pieces[at..]) {
                    Ok(written) if written > 0 => at += written,
                    Err(error) if is_full(&error) => std::thread::sleep(Duration::from_micros(200)),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    _ => {
                        let mut backlog =
                            self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
                        backlog.broken = true;
                        backlog.draining = false;
                        self.empty.notify_all();
                        return;
                    }
                }
            }
            pieces.clear();
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn more_than_the_socket_holds_arrives_in_order() {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        let outbox = Outbox::new(here).expect("an outbox");
        let frames: Vec<Vec<u8>> = (0..200_u8).map(|number| vec![number; 20_000]).collect();
        for frame in &frames {
            outbox.send(frame);
        }
        let mut read = vec![0; 200 * 20_000];
        there.read_exact(&mut read).expect("everything");
        assert_eq!(read, frames.concat());
    }
}
