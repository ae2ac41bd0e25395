//! What a client that waits only for so long gets, and what becomes of its execution.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Execution, Status, Waiter};
use crate::answer::Reply;
use crate::base::clock::Appointment;
use crate::base::{clock, guard};

/// The time that an execution has from its creation on.
#[derive(Debug)]
pub(super) struct Deadline {
    time: Duration,
    /// When that is looked at.
    end: OnceLock<Appointment>,
    /// Whether it was over before the execution was.
    passed: AtomicBool,
}

impl Execution {
    /// Gives it no more than `time` from now on: then whoever triggered it gets an error, and it is stopped as by
    /// RG.ABORTEXECUTION.
    pub(crate) fn limit(self: &Arc<Self>, time: Duration) {
        let deadline = Deadline {
            time,
            end: OnceLock::new(),
            passed: AtomicBool::new(false),
        };
        if self.deadline.set(deadline).is_err() {
            return;
        }
        let execution = Arc::downgrade(self);
        let end = clock::later(time, move || {
            if let Some(execution) = execution.upgrade() {
                execution.expire();
            }
        });
        if let Some(deadline) = self.deadline.get() {
            let _ = deadline.end.set(end);
        }
        // It may have ended meanwhile.
        if self.is_over() {
            self.forget_deadline();
        }
    }

    /// It is over: nobody has to look whether it is in time.
    pub(super) fn forget_deadline(&self) {
        let end = self.deadline.get().and_then(|deadline| deadline.end.get());
        if let Some(end) = end {
            end.cancel();
        }
    }

    /// What is said to who triggered it, if its time was over before it was.
    pub(crate) fn overrun(&self) -> Option<Reply> {
        let deadline = self.deadline.get()?;
        deadline.passed.load(Ordering::Acquire).then(|| {
            let time = deadline.time.as_millis();
            Reply::error(format!(
                "DEADLINE the call was not over within {time} ms and is stopped"
            ))
        })
    }

    fn expire(self: &Arc<Self>) {
        let Some(deadline) = self.deadline.get() else {
            return;
        };
        let mut state = guard(&self.state);
        if matches!(state.status, Status::Done | Status::Aborted) {
            return;
        }
        deadline.passed.store(true, Ordering::Release);
        let waiters = std::mem::take(&mut state.waiters);
        let (clients, others) = waiters
            .into_iter()
            .partition(|waiter| matches!(waiter, Waiter::Triggered(_)));
        state.waiters = others;
        drop(state);
        for waiter in clients {
            if let (Waiter::Triggered(client), Some(late)) = (waiter, self.overrun()) {
                client.answer(late);
            }
        }
        self.abort();
    }
}
