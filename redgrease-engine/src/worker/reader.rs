//! The thread that takes the frames of a worker, until the process ends.

use crate::worker::pool::workers;
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::eager::Eager;
use super::output::write_log;
use super::serving::{Serving, reply};
use super::{DEADLINE_CHECK, Loss, Worker};
use crate::base::guard;
use crate::packages::environment::repair;
use crate::record::value::{Value, decode};
use crate::server::{Level, guarded, has_ended, kill_group, log};
use crate::settings::settings;
use crate::worker::wire::{Frame, FrameType, Inbox};

impl Worker {
    /// Takes frames until the process ends, which it does with this thread.
    pub(super) fn read(self: Arc<Self>, stream: &UnixStream) {
        if !guarded("the reader of a worker", false, || {
            self.take_all(stream);
            true
        }) {
            self.kill();
        }
        self.bury();
    }

    fn take_all(self: &Arc<Self>, stream: &UnixStream) {
        let mut inbox = Inbox::default();
        let mut buffer = vec![0; 256 << 10];
        let mut server = Serving::default();
        let mut waits_for_deadline = false;
        let mut eager = Eager::default();
        loop {
            let deadline = server.atomic_until;
            if deadline.is_some() != waits_for_deadline {
                // Only an atomic block needs one: setting it costs as much as reading.
                waits_for_deadline = deadline.is_some();
                let _ = stream.set_read_timeout(deadline.map(|_| DEADLINE_CHECK));
            }
            match eager.read(stream, &mut buffer) {
                Ok(0) => break,
                Ok(count) => inbox.push(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    self.check_atomic(&mut server);
                    continue;
                }
                Err(_) => break,
            }
            let mut frames = 0;
            let mut signs = 0;
            loop {
                match inbox.next() {
                    Ok(Some(frame)) => {
                        frames += 1;
                        signs += usize::from(is_sign(frame.kind));
                        self.take(&frame, &mut server);
                    }
                    Ok(None) => break,
                    Err(_) => {
                        log(
                            Level::Warning,
                            &format!("worker {} sent what is no frame; it is killed", self.number),
                        );
                        self.kill();
                        break;
                    }
                }
            }
            // A part of a frame is one, too.
            if frames == 0 || signs > 0 {
                self.note_sign();
            }
            if frames > 1 {
                eager.rest();
            }
            server.serve();
            self.check_atomic(&mut server);
            let replies = std::mem::take(&mut server.replies);
            if !replies.is_empty() {
                // Whoever gets an answer goes on, and may keep the leading thread busy.
                self.promotions.store(0, Ordering::Relaxed);
                if self.outbox.unwritten() > settings().unread_limit.count() {
                    log(
                        Level::Warning,
                        &format!(
                            "worker {} asks and does not read the answers: more than UnreadLimit ({} bytes) wait for it; it is killed",
                            self.number,
                            settings().unread_limit.get()
                        ),
                    );
                    self.kill();
                    continue;
                }
                self.send(&replies);
            }
        }
    }

    /// Ends the worker if its atomic block takes too long, also one that goes on asking the server for something.
    fn check_atomic(&self, server: &mut Serving) {
        if server
            .atomic_until
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            log(
                Level::Warning,
                &format!(
                    "worker {} held the server in an atomic block beyond AtomicDeadline; it is killed",
                    self.number
                ),
            );
            server.release();
            self.kill();
        }
    }

    fn take(&self, frame: &Frame<'_>, server: &mut Serving) {
        match frame.kind {
            FrameType::Result => {
                self.promotions.store(0, Ordering::Relaxed);
                let work = guard(&self.work).remove(&frame.number);
                if let Some(work) = work {
                    work.done(Ok(frame.payload));
                }
            }
            FrameType::Progress => {
                let work = guard(&self.work).get(&frame.number).cloned();
                if let Some(work) = work {
                    work.progress(frame.payload == b"T");
                }
            }
            FrameType::Crossing => {
                let work = guard(&self.work).get(&frame.number).cloned();
                if let Some(work) = work {
                    work.crossing(frame.payload);
                }
            }
            FrameType::Execute | FrameType::ExecuteAtomic => {
                let inside = frame.kind == FrameType::ExecuteAtomic;
                match decode(frame.payload) {
                    Ok(command) => server.commands.push((frame.number, inside, command)),
                    Err(_) => self.kill(),
                }
            }
            FrameType::AtomicBegin => server.begin_atomic(frame.number),
            FrameType::AtomicEnd => server.end_atomic(frame.number),
            FrameType::Request => {
                reply(&mut server.replies, frame.number, self, frame.payload);
            }
            FrameType::Log => {
                if let Ok(Value::Tuple(line)) = decode(frame.payload) {
                    write_log(&line);
                }
            }
            FrameType::Aborted => {
                let work = guard(&self.work).remove(&frame.number);
                if let Some(work) = work {
                    work.done(Err(Loss::Aborted));
                }
            }
            FrameType::Leading if frame.number == 2 => {
                self.promotions.store(0, Ordering::Relaxed);
                self.rest(decode(frame.payload).ok().and_then(|count| count.as_int()));
            }
            FrameType::Ready => {
                self.stood.store(true, Ordering::Relaxed);
                if let Ok(ready) = decode(frame.payload) {
                    log(
                        Level::Verbose,
                        &format!(
                            "worker {} stands: pid {}, Python {}",
                            self.number,
                            self.pid,
                            ready.text("python").unwrap_or_default()
                        ),
                    );
                }
            }
            _ => {}
        }
    }

    fn how_it_ended(&self) -> &str {
        self.ending.get().map_or("connection lost", String::as_str)
    }

    /// What became of the process, for those who wait for an answer.
    pub(super) fn obituary(&self) -> Loss {
        Loss::Died(self.how_it_ended().to_owned())
    }

    /// The end of the process: everybody who waits for it gets an error.
    fn bury(&self) {
        self.dead.store(true, Ordering::Release);
        if !self.stood.load(Ordering::Relaxed) {
            repair(&self.environment.package);
        }
        if let Some(channel) = guard(&self.sync).take() {
            let _ = channel.stream.shutdown(std::net::Shutdown::Both);
        }
        // An end of file comes a moment before the process can be waited for; one that closed its socket is ended.
        for attempt in 0..100 {
            // Before it is collected: until then its number is nobody else's.
            if has_ended(self.pid) {
                kill_group(self.pid);
            }
            let status = guard(&self.child).try_wait();
            match status {
                Ok(Some(status)) => {
                    let how = match (status.signal(), status.code()) {
                        (Some(signal), _) => format!("signal {signal}"),
                        (None, Some(code)) => format!("exit code {code}"),
                        (None, None) => "unknown reason".to_owned(),
                    };
                    let _ = self.ending.set(how);
                    break;
                }
                Err(_) => break,
                Ok(None) if attempt == 50 => self.kill(),
                Ok(None) => {}
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        workers().forget(self);
        // Sessions remember the worker until they need another one.
        self.outbox.shut();
        *guard(&self.control) = None;
        self.page.close();
        let work = std::mem::take(&mut *guard(&self.work));
        let doing = if work.is_empty() {
            ""
        } else {
            " while running the function"
        };
        log(
            Level::Warning,
            &format!(
                "worker {} (pid {}): python worker died ({}){doing}",
                self.number,
                self.pid,
                self.how_it_ended()
            ),
        );
        for (_, work) in work {
            guarded("the end of a worker", (), || {
                work.done(Err(self.obituary()));
            });
        }
    }
}

/// Whether a worker that sends such a frame goes on with something else, or looks for what came when it waits for the answer.
/// Functions may log, or give records to others, for as long as they like.
fn is_sign(kind: FrameType) -> bool {
    !matches!(kind, FrameType::Log | FrameType::Crossing)
}
