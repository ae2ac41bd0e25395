//! Looking after a worker: whether its threads get on, stopping what it does, ending it.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::wire::{FrameType, frame};
use super::{Worker, patience};
use crate::base::{clock, guard};
use crate::server::{Level, has_ended, log};
use crate::settings::settings;

impl Worker {
    pub(super) fn command(&self, kind: FrameType, number: u32) {
        let mut out = Vec::new();
        frame(&mut out, kind, number, |payload| payload.push(b'N'));
        let written = match &mut *guard(&self.control) {
            Some(control) => control.write_all(&out),
            None => return,
        };
        if written.is_err() {
            self.kill();
        }
    }

    /// Asks for another reading thread when the worker has been silent for too long.
    pub(crate) fn watch(&self, now: u64) -> bool {
        if self.is_dead() || guard(&self.work).is_empty() {
            return false;
        }
        if has_ended(self.pid) {
            // A process that it has started may hold its sockets open.
            self.outbox.shut();
            return true;
        }
        let silent = now.saturating_sub(self.last_sign.load(Ordering::Relaxed));
        let threads = u32::try_from(settings().execution_threads.get()).unwrap_or(1);
        let patience = patience(self.promotions.load(Ordering::Relaxed), threads);
        if u128::from(silent) >= patience.as_micros() && !self.quiet.load(Ordering::Relaxed) {
            self.promotions.fetch_add(1, Ordering::Relaxed);
            self.command(FrameType::Promote, 0);
            self.last_sign.store(now, Ordering::Relaxed);
        }
        true
    }

    /// Stops a piece of work; kills the process when that takes longer than the grace.
    pub(crate) fn abort(self: &Arc<Self>, number: u32) {
        self.command(FrameType::Abort, number);
        Arc::clone(self).look_after_abort(number);
    }

    fn look_after_abort(self: Arc<Self>, number: u32) {
        clock::later(settings().abort_grace.milliseconds(), move || {
            let work = guard(&self.work).get(&number).cloned();
            match work {
                None => {}
                // Its turn has not come: it will not begin, and what keeps the worker is something else.
                Some(work) if !work.has_begun() => self.look_after_abort(number),
                Some(_) => {
                    log(
                        Level::Warning,
                        &format!(
                            "worker {} does not stop aborted work; it is killed",
                            self.number
                        ),
                    );
                    self.kill();
                }
            }
        });
    }

    /// Ends the process if its packages were renewed and no session uses the old ones any more.
    pub(crate) fn retire(&self) {
        if self.environment.is_left()
            && self.sessions.load(Ordering::SeqCst) == 0
            && !self.is_dead()
        {
            log(
                Level::Notice,
                &format!(
                    "worker {} is ended: its packages were renewed, and no session uses the old ones",
                    self.number
                ),
            );
            self.kill();
        }
    }

    /// Ends a process whose answers cannot be read: what else goes wrong in it nobody knows.
    pub(crate) fn give_up(&self) {
        log(
            Level::Warning,
            &format!(
                "worker {} gave an answer that cannot be read; it is killed",
                self.number
            ),
        );
        self.kill();
    }

    /// Ends the process. Nothing new is given to it from now on.
    pub(crate) fn kill(&self) {
        self.dead.store(true, Ordering::Release);
        // Whoever holds the lock waits for the end of the process, which has begun. And it may have ended by itself meanwhile.
        if let Ok(mut child) = self.child.try_lock() {
            let _ = child.kill();
        }
    }
}
