//! Calls that the server waits for.

use crate::settings::settings;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::eager::Eager;
use super::output::write_log;
use super::serving::{reply, requests};
use super::{DEADLINE_CHECK, Loss, Work, Worker};
use crate::base::{clock, guard};
use crate::record::value::{Value, decode, encode};
use crate::server::{Level, ServerLock, log, send_descriptor};
use crate::worker::wire::{FrameType, Inbox, frame};

/// A socket for calls that the server waits for.
#[derive(Debug)]
pub(super) struct SyncChannel {
    pub(super) stream: UnixStream,
    inbox: Mutex<Inbox>,
    /// Calls that were called off, and that the worker may have begun in the same moment.
    off: Mutex<CalledOff>,
}

/// What was called off is never done: the server refuses what such a call asks for.
#[derive(Debug, Default)]
struct CalledOff {
    calls: Vec<u32>,
    /// The one that the worker runs.
    runs: Option<u32>,
}

impl CalledOff {
    /// Notes what the worker says of a call; whether it is one of these.
    fn said(&mut self, kind: FrameType, number: u32) -> bool {
        if !self.calls.contains(&number) {
            return false;
        }
        match kind {
            FrameType::Begun => self.runs = Some(number),
            FrameType::Result | FrameType::Progress | FrameType::Aborted => {
                self.runs = None;
                self.calls.retain(|one| *one != number);
            }
            _ => return false,
        }
        true
    }
}

/// What such a call gets, should it catch the exception that ends it.
const CALLED_OFF: &str = "the call was called off before it began";

impl Worker {
    fn sync_channel(&self) -> io::Result<Arc<SyncChannel>> {
        let mut slot = guard(&self.sync);
        if let Some(channel) = &*slot {
            return Ok(Arc::clone(channel));
        }
        let (ours, theirs) = UnixStream::pair()?;
        let mut out = Vec::new();
        frame(&mut out, FrameType::Sync, 0, |payload| payload.push(b'N'));
        match &*guard(&self.control) {
            Some(control) => send_descriptor(control, &out, &OwnedFd::from(theirs))?,
            None => return Err(io::ErrorKind::NotConnected.into()),
        }
        ours.set_read_timeout(Some(DEADLINE_CHECK))?;
        ours.set_write_timeout(Some(DEADLINE_CHECK))?;
        let channel = Arc::new(SyncChannel {
            stream: ours,
            inbox: Mutex::default(),
            off: Mutex::default(),
        });
        *slot = Some(Arc::clone(&channel));
        Ok(channel)
    }

    /// Makes a call and waits for it, serving its requests on this thread, which holds the server lock.
    ///
    /// The payload of the result; nothing when the call went on in the background, where its answer will come as that of
    /// submitted work. While a worker starts, the time counts from the moment when the call begins, of which `begun` is told.
    ///
    /// # Errors
    /// What happened to the worker, or that the deadline passed.
    pub(crate) fn call_sync(
        &self,
        number: u32,
        frame: &[u8],
        lock: &ServerLock,
        mut begun: Option<&dyn Fn()>,
    ) -> Result<Option<Vec<u8>>, Loss> {
        let channel = self
            .sync_channel()
            .map_err(|error| Loss::Unreachable(error.to_string()))?;
        let mut end = clock::after(match begun {
            Some(_) => settings().start_deadline.milliseconds(),
            None => settings().sync_deadline.milliseconds(),
        });
        // The worker may need what this turn of the server has given it already.
        self.outbox.release();
        self.write_sync(&channel.stream, frame, number, end)?;
        let mut buffer = [0; 16 << 10];
        let mut eager = Eager::default();
        loop {
            loop {
                let mut inbox = guard(&channel.inbox);
                let Ok(next) = inbox.next() else {
                    self.kill();
                    return Err(Loss::NoFrame);
                };
                let Some(next) = next else { break };
                let (kind, asked, payload) = (next.kind, next.number, next.payload.to_vec());
                drop(inbox);
                if guard(&channel.off).said(kind, asked) {
                    continue;
                }
                match kind {
                    FrameType::Result if asked == number => return Ok(Some(payload)),
                    FrameType::Progress if asked == number => return Ok(None),
                    // Before it came up: the worker says so here, too, because its reader may wait for the server.
                    FrameType::Aborted if asked == number => return Err(Loss::Aborted),
                    FrameType::Begun if asked == number => {
                        if let Some(begun) = begun.take() {
                            begun();
                            end = clock::after(settings().sync_deadline.milliseconds());
                        }
                    }
                    _ => {
                        let mut replies = Vec::new();
                        if guard(&channel.off).runs.is_some() {
                            refuse(kind, asked, &mut replies);
                        } else {
                            self.serve_sync(kind, asked, &payload, lock, &mut replies);
                        }
                        if !replies.is_empty() {
                            self.write_sync(&channel.stream, &replies, number, end)?;
                        }
                    }
                }
            }
            if Instant::now() >= end {
                return Err(match begun {
                    Some(_) => self.call_off(&channel, number),
                    None => self.stop_sync(number),
                });
            }
            match eager.read(&channel.stream, &mut buffer) {
                Ok(0) => return Err(self.sync_obituary()),
                Ok(count) => guard(&channel.inbox).push(&buffer[..count]),
                Err(error) if comes_later(&error) => {}
                Err(_) => return Err(self.sync_obituary()),
            }
        }
    }

    /// Writes to the worker, which takes nothing while other code of it keeps the interpreter: until the deadline, like all else.
    fn write_sync(
        &self,
        mut stream: &UnixStream,
        mut bytes: &[u8],
        number: u32,
        end: Instant,
    ) -> Result<(), Loss> {
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(written) if written > 0 => bytes = &bytes[written..],
                Err(error) if comes_later(&error) => {
                    if Instant::now() >= end {
                        return Err(self.stop_sync(number));
                    }
                }
                _ => return Err(self.sync_obituary()),
            }
        }
        Ok(())
    }

    /// The worker is not ready for the function, and goes on to become so; the call never begins.
    fn call_off(&self, channel: &SyncChannel, number: u32) -> Loss {
        self.disown(number);
        guard(&channel.off).calls.push(number);
        self.command(FrameType::Abort, number);
        Loss::NotStarted(settings().start_deadline.get())
    }

    /// The deadline is over: ends the worker.
    fn stop_sync(&self, number: u32) -> Loss {
        // Whoever notices the end of the process answers what it had in hand, and knows nothing of the deadline.
        self.disown(number);
        let deadline = settings().sync_deadline.get();
        log(
            Level::Warning,
            &format!(
                "worker {} did not end a synchronous function within SyncDeadline ({deadline} ms); it is killed",
                self.number
            ),
        );
        self.kill();
        Loss::TooLong(deadline)
    }

    /// What became of the process, on the server's thread. That must not ask the system itself: the answer can take seconds.
    fn sync_obituary(&self) -> Loss {
        // The end of the process may be noticed later elsewhere; nothing more is given to it.
        self.dead.store(true, Ordering::Release);
        for _ in 0..50 {
            if self.ending.get().is_some() {
                return self.obituary();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // Only its socket was closed.
        self.kill();
        self.obituary()
    }

    fn serve_sync(
        &self,
        kind: FrameType,
        number: u32,
        payload: &[u8],
        lock: &ServerLock,
        replies: &mut Vec<u8>,
    ) {
        match kind {
            FrameType::Execute | FrameType::ExecuteAtomic => {
                if let Ok(command) = decode(payload) {
                    requests().execute(lock, number, &command, replies);
                }
            }
            // The server is held anyway.
            FrameType::AtomicBegin | FrameType::AtomicEnd => {
                frame(replies, FrameType::Reply, number, |out| out.push(b'N'));
            }
            FrameType::Request => reply(replies, number, self, payload),
            FrameType::Log => {
                if let Ok(Value::Tuple(line)) = decode(payload) {
                    write_log(&line);
                }
            }
            _ => {}
        }
    }

    /// Registers work whose call is already under way.
    pub(crate) fn adopt(&self, number: u32, work: Arc<dyn Work>) {
        guard(&self.work).insert(number, work);
    }

    /// Forgets work that was answered elsewhere.
    pub(crate) fn disown(&self, number: u32) {
        guard(&self.work).remove(&number);
    }
}

/// Refuses what a call asks for that was called off.
fn refuse(kind: FrameType, number: u32, replies: &mut Vec<u8>) {
    let text = || Value::str(CALLED_OFF);
    let answer = match kind {
        FrameType::Execute | FrameType::ExecuteAtomic => Value::Tuple(vec![Value::Int(1), text()]),
        FrameType::Request => Value::Tuple(vec![Value::Bool(false), text()]),
        FrameType::AtomicBegin | FrameType::AtomicEnd => Value::None,
        _ => return,
    };
    frame(replies, FrameType::Reply, number, |payload| {
        encode(&answer, payload);
    });
}

/// Whether reading or writing only took longer than one look at the deadline.
fn comes_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_calls_that_were_called_off_are_refused_while_they_run() {
        let mut off = CalledOff::default();
        assert!(!off.said(FrameType::Begun, 1));
        off.calls.extend([1, 2, 3]);
        // One that never begins, one that begins in the same moment, and the next call, which was not called off.
        assert!(off.said(FrameType::Aborted, 1) && off.runs.is_none());
        assert!(off.said(FrameType::Begun, 2) && off.runs == Some(2));
        assert!(!off.said(FrameType::Execute, 2));
        assert!(off.said(FrameType::Result, 2) && off.runs.is_none());
        assert!(!off.said(FrameType::Begun, 4) && off.runs.is_none());
        assert_eq!(off.calls, [3]);
    }

    #[test]
    fn what_it_asks_is_answered_and_what_it_says_is_not() {
        let mut replies = Vec::new();
        refuse(FrameType::Log, 7, &mut replies);
        assert!(replies.is_empty());
        refuse(FrameType::Execute, 7, &mut replies);
        let text = String::from_utf8_lossy(&replies).into_owned();
        assert!(text.contains(CALLED_OFF), "{text}");
    }
}
