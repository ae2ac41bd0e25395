//! The writing end of a worker's socket: any thread writes, nobody waits for a slow reader.

use std::cell::RefCell;
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::base::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// Where frames are written.
pub(crate) trait Socket: Send + Sync + 'static {
    /// Writes as much as there is room for.
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` when there is none, else what the system said.
    fn take(&self, bytes: &[u8]) -> io::Result<usize>;
    /// Waits a moment for room.
    fn wait(&self);
    /// Ends the connection, for whoever reads from it too.
    fn shut(&self);
}

impl Socket for UnixStream {
    fn take(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut stream = self;
        stream.write(bytes)
    }

    fn wait(&self) {
        std::thread::sleep(Duration::from_micros(200));
    }

    fn shut(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

#[derive(Debug)]
struct Backlog<S> {
    /// Nothing once the connection is over.
    socket: Option<Arc<S>>,
    /// Frames of this turn, which nobody has tried to write yet.
    held: Vec<u8>,
    bytes: Vec<u8>,
    draining: bool,
    /// How many bytes were taken in altogether.
    total: u64,
}

/// Frames on their way to a worker, in order.
#[derive(Debug)]
pub(crate) struct Outbox<S = UnixStream> {
    backlog: Mutex<Backlog<S>>,
    empty: Condvar,
}

impl Outbox {
    /// An outbox over a socket.
    ///
    /// # Errors
    /// When the socket refuses a time-out.
    pub(crate) fn new(stream: UnixStream) -> io::Result<Arc<Self>> {
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self::over(stream))
    }

    /// Keeps a frame until the turn of the server ends, whose commands then share one write. For its main thread, where
    /// [`end_turn`] is called.
    pub(crate) fn hold(self: &Arc<Self>, frame: &[u8]) {
        if self.keep(frame) {
            HOLDING.with(|holding| holding.borrow_mut().push(Arc::clone(self)));
        }
    }
}

impl<S: Socket> Outbox<S> {
    /// An outbox over a socket that never makes a writer wait for long.
    pub(crate) fn over(socket: S) -> Arc<Self> {
        Arc::new(Self {
            backlog: Mutex::new(Backlog {
                socket: Some(Arc::new(socket)),
                held: Vec::new(),
                bytes: Vec::new(),
                draining: false,
                total: 0,
            }),
            empty: Condvar::new(),
        })
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog<S>> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a frame, or keeps what the socket has no room for and lets a thread write it.
    pub(crate) fn send(self: &Arc<Self>, frame: &[u8]) {
        let mut backlog = self.backlog();
        backlog.total += frame.len() as u64;
        if backlog.held.is_empty() {
            self.write(&mut backlog, frame);
        } else {
            backlog.held.extend_from_slice(frame);
            self.write_held(&mut backlog);
        }
    }

    /// Keeps a frame until [`Outbox::release`]; gives whether that has to be called for it.
    pub(crate) fn keep(self: &Arc<Self>, frame: &[u8]) -> bool {
        let mut backlog = self.backlog();
        backlog.total += frame.len() as u64;
        let first = backlog.held.is_empty();
        backlog.held.extend_from_slice(frame);
        if backlog.held.len() > ENOUGH_HELD {
            self.write_held(&mut backlog);
            return false;
        }
        first
    }

    /// Whether the other side has got all that was ever sent, when it says that it got so many bytes, in 31 bits.
    pub(crate) fn has_arrived(&self, received: i64) -> bool {
        i64::try_from(self.backlog().total & 0x7FFF_FFFF) == Ok(received)
    }

    /// Writes what is held.
    pub(crate) fn release(self: &Arc<Self>) {
        self.write_held(&mut self.backlog());
    }

    fn write_held(self: &Arc<Self>, backlog: &mut Backlog<S>) {
        let mut held = std::mem::take(&mut backlog.held);
        self.write(backlog, &held);
        // Its room is used again.
        held.clear();
        backlog.held = held;
    }

    fn write(self: &Arc<Self>, backlog: &mut Backlog<S>, frame: &[u8]) {
        let Some(socket) = &backlog.socket else {
            return;
        };
        let mut rest = frame;
        if backlog.bytes.is_empty() && !backlog.draining {
            while !rest.is_empty() {
                match socket.take(rest) {
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
    fn break_off(&self, backlog: &mut Backlog<S>) {
        if let Some(socket) = backlog.socket.take() {
            socket.shut();
        }
        backlog.bytes = Vec::new();
        backlog.held = Vec::new();
        self.empty.notify_all();
    }

    /// Ends the connection, for whoever reads from it too; nothing is written any more.
    pub(crate) fn shut(&self) {
        self.break_off(&mut self.backlog());
    }

    /// How many bytes the worker has not taken.
    pub(crate) fn unwritten(&self) -> usize {
        self.backlog().bytes.len()
    }

    /// Waits until at most `bytes` are kept; for threads that may wait.
    pub(crate) fn wait_below(&self, bytes: usize) {
        let mut backlog = self.backlog();
        while backlog.bytes.len() > bytes {
            backlog = self
                .empty
                .wait(backlog)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn drain(&self) {
        loop {
            let (socket, pieces) = {
                let mut backlog = self.backlog();
                self.empty.notify_all();
                match &backlog.socket {
                    Some(socket) if !backlog.bytes.is_empty() => {
                        let socket = Arc::clone(socket);
                        (socket, std::mem::take(&mut backlog.bytes))
                    }
                    _ => {
                        backlog.draining = false;
                        return;
                    }
                }
            };
            let mut at = 0;
            while at < pieces.len() {
                match socket.take(&pieces[at..]) {
                    Ok(written) if written > 0 => at += written,
                    Err(error) if is_full(&error) => socket.wait(),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    _ => {
                        let mut backlog = self.backlog();
                        backlog.draining = false;
                        return self.break_off(&mut backlog);
                    }
                }
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
