//! The commands of functions: run under the server's lock, inside or outside of an atomic block.

use crate::settings::settings;
use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::Worker;
use crate::base::clock;
use crate::record::value::{Value, decode, encode};
use crate::server::{HOLD_LATENCY, ServerLock, lock_server};
use crate::worker::wire::{FrameType, frame};

/// What a function gets instead of an answer: the text of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raised(String);

impl Raised {
    /// Of this reason.
    pub(crate) fn of(reason: &impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl From<Raised> for String {
    fn from(raised: Raised) -> Self {
        raised.0
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who knows the answers to what running functions ask for.
pub(crate) trait Requests: Sync {
    /// Runs a Redis command for a function and appends the reply frame.
    fn execute(&self, lock: &ServerLock, number: u32, command: &Value, replies: &mut Vec<u8>);

    /// Answers a request that is no Redis command.
    ///
    /// # Errors
    /// What the function gets instead.
    fn answer(&self, worker: &Worker, request: Value) -> Result<Value, Raised>;
}

static REQUESTS: OnceLock<&'static dyn Requests> = OnceLock::new();

/// Says who answers the requests of all workers.
pub(crate) fn serve_with(requests: &'static dyn Requests) {
    let _ = REQUESTS.set(requests);
}

pub(super) fn requests() -> &'static dyn Requests {
    *REQUESTS
        .get()
        .expect("the module says who answers before any worker is started")
}

/// How long the server lock is kept for commands that arrived together.
const LOCK_BUDGET: Duration = Duration::from_millis(1);

/// The commands of a worker that wait for the server, and the lock of its atomic block.
#[derive(Default)]
pub(super) struct Serving {
    pub(super) commands: Vec<(u32, bool, Value)>,
    pub(super) replies: Vec<u8>,
    /// The lock, and since when it is kept.
    atomic: Option<(ServerLock, Instant)>,
    pub(super) atomic_until: Option<Instant>,
    waiting: Vec<u32>,
}

impl Serving {
    /// Runs what has arrived: with the atomic block's commands only, while there is one.
    pub(super) fn serve(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        if let Some((lock, _)) = &self.atomic {
            for (number, inside, command) in commands {
                if inside {
                    requests().execute(lock, number, &command, &mut self.replies);
                } else {
                    self.commands.push((number, inside, command));
                }
            }
            return;
        }
        // What is left of a block that took too long does not run without it.
        let mut commands = commands
            .into_iter()
            .filter(|(_, inside, _)| !inside)
            .peekable();
        while commands.peek().is_some() {
            let lock = lock_server();
            let until = clock::after(LOCK_BUDGET);
            for (number, _, command) in commands.by_ref() {
                requests().execute(&lock, number, &command, &mut self.replies);
                if Instant::now() >= until {
                    break;
                }
            }
        }
    }

    pub(super) fn begin_atomic(&mut self, number: u32) {
        if self.atomic.is_some() {
            self.waiting.push(number);
            return;
        }
        self.serve();
        self.atomic = Some((lock_server(), Instant::now()));
        self.atomic_until = Some(clock::after(settings().atomic_deadline.milliseconds()));
        frame(&mut self.replies, FrameType::Reply, number, |out| {
            out.push(b'N');
        });
    }

    pub(super) fn end_atomic(&mut self, number: u32) {
        self.serve();
        self.release();
        frame(&mut self.replies, FrameType::Reply, number, |out| {
            out.push(b'N');
        });
        if !self.waiting.is_empty() {
            let next = self.waiting.remove(0);
            self.begin_atomic(next);
        }
    }

    pub(super) fn release(&mut self) {
        if let Some((lock, since)) = self.atomic.take() {
            drop(lock);
            HOLD_LATENCY.note(since.elapsed());
        }
        self.atomic_until = None;
    }
}

/// Answers a request of a worker: whether it went well, and the value or the text of the error.
pub(super) fn reply(out: &mut Vec<u8>, number: u32, worker: &Worker, request: &[u8]) {
    let answer = decode(request)
        .map_err(|error| Raised::of(&format_args!("the request is broken: {error}")))
        .and_then(|request| requests().answer(worker, request));
    let value = match answer {
        Ok(value) => Value::Tuple(vec![Value::Bool(true), value]),
        Err(raised) => Value::Tuple(vec![Value::Bool(false), Value::str(raised.0)]),
    };
    frame(out, FrameType::Reply, number, |payload| {
        encode(&value, payload);
    });
}
