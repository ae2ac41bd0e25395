//! The writing end of a worker's socket: any thread writes, nobody waits for a slow reader.

use std::cell::RefCell;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::server::start_thread;

/// How long a write may wait for room before the rest is left to the draining thread.
const PATIENCE: Duration = Duration::from_micros(1);

/// Held frames beyond this are not held any longer.
const ENOUGH_HELD: usize = 64 << 10;

thread_local! {
    /// The outboxes that hold frames until the server's turn ends; on its main thread alone.
    static HOLDING: RefCell<Vec<Arc<Outbox>>> = const { RefCell::new(Vec::new()) };
}

/// Writes what was held during the turn of the server that ends.
pub(crate) fn end_turn() {
    let holding = HOLDING.with(RefCell::take);
    for outbox in holding {
        outbox.release();
    }
}

#[derive(Debug, Default)]
struct Backlog {
    /// Frames of this turn, which nobody has tried to write yet.
    held: Vec<u8>,
    bytes: Vec<u8>,
    draining: bool,
    broken: bool,
    /// How many bytes were taken in altogether.
    total: u64,
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
        backlog.total += frame.len() as u64;
        if backlog.held.is_empty() {
            self.write(&mut backlog, frame);
        } else {
            backlog.held.extend_from_slice(frame);
            self.write_held(&mut backlog);
        }
    }

    /// Keeps a frame until the turn of the server ends, whose commands then share one write. For its main thread, where
    /// [`end_turn`] is called.
    pub(crate) fn hold(self: &Arc<Self>, frame: &[u8]) {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        backlog.total += frame.len() as u64;
        let first = backlog.held.is_empty();
        backlog.held.extend_from_slice(frame);
        if backlog.held.len() > ENOUGH_HELD {
            self.write_held(&mut backlog);
        } else if first {
            HOLDING.with(|holding| holding.borrow_mut().push(Arc::clone(self)));
        }
    }

    /// Whether the other side has got all that was ever sent, when it says that it got so many bytes, in 31 bits.
    pub(crate) fn has_arrived(&self, received: i64) -> bool {
        let backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        i64::try_from(backlog.total & 0x7FFF_FFFF) == Ok(received)
    }

    /// Writes what is held.
    pub(crate) fn release(self: &Arc<Self>) {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_held(&mut backlog);
    }

    fn write_held(self: &Arc<Self>, backlog: &mut Backlog) {
        let mut held = std::mem::take(&mut backlog.held);
        self.write(backlog, &held);
        // Its room is used again.
        held.clear();
        backlog.held = held;
    }

    fn write(self: &Arc<Self>, backlog: &mut Backlog, frame: &[u8]) {
        if backlog.broken {
            return;
        }
        let mut rest = frame;
        if backlog.bytes.is_empty() && !backlog.draining {
            while !rest.is_empty() {
                match (&self.stream).write(rest) {
                    Ok(0) => return self.break_off(backlog),
                    Ok(written) => rest = &rest[written..],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if is_full(&error) => break,
                    Err(_) => return self.break_off(backlog),
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
            let spawned = start_thread("rg-outbox", move || outbox.drain());
            if spawned.is_err() {
                self.break_off(backlog);
            }
        }
    }

    /// The worker would wait for ever for the rest of a frame: it ends, and whoever reads from it notices.
    fn break_off(&self, backlog: &mut Backlog) {
        backlog.broken = true;
        backlog.draining = false;
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
        self.empty.notify_all();
    }

    /// How many bytes the worker has not taken.
    pub(crate) fn unwritten(&self) -> usize {
        let backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        backlog.bytes.len()
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
                        return self.break_off(&mut backlog);
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
    fn held_frames_leave_in_order_and_once() {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        let outbox = Outbox::new(here).expect("an outbox");
        outbox.hold(b"a");
        outbox.hold(b"b");
        outbox.send(b"c");
        outbox.hold(b"d");
        end_turn();
        end_turn();
        assert!(outbox.has_arrived(4) && !outbox.has_arrived(3));
        drop(outbox);
        let mut read = Vec::new();
        there.read_to_end(&mut read).expect("everything");
        assert_eq!(read, b"abcd");
    }

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
