//! Records on their way to a worker in batches.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::Execution;
use super::calls::{Call, Turn, call_frame};
use crate::base::guard;
use crate::record::batch::{Batch, LAST};
use crate::record::sink::{Content, Sink};
use crate::record::value::{Value, encode_head};
use crate::session::{Absence, Host};
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Work, WorkResult, Worker};

/// Batches that a worker may have in hand before the reader waits.
const IN_FLIGHT: usize = 4;

#[derive(Debug, Default)]
struct Flow {
    in_flight: usize,
    stopped: bool,
    over: bool,
}

/// The call of a plan whose records come in pieces.
struct Pieces {
    call: Call,
    flow: Mutex<Flow>,
    changed: Condvar,
}

impl Work for Pieces {
    fn done(&self, answer: WorkResult<'_>) {
        self.call.done(answer);
        guard(&self.flow).over = true;
        self.changed.notify_all();
    }

    fn progress(&self, stopped: bool) {
        let mut flow = guard(&self.flow);
        flow.in_flight = flow.in_flight.saturating_sub(1);
        flow.stopped |= stopped;
        self.changed.notify_all();
    }

    fn crossing(&self, payload: &[u8]) {
        let execution = &self.call.execution;
        if let Some(spread) = &execution.spread {
            spread.crossing(execution, payload);
        }
    }

    fn execution(&self) -> Option<u64> {
        self.call.execution()
    }
}

impl Pieces {
    fn wait_while(&self, condition: impl Fn(&Flow) -> bool) -> MutexGuard<'_, Flow> {
        self.changed
            .wait_while(guard(&self.flow), |flow| condition(flow))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Feeds the records of an execution to its worker in batches, no faster than the worker takes them.
pub(crate) struct Feeder {
    worker: Arc<Worker>,
    defined: u32,
    number: u32,
    start: usize,
    begun: bool,
    /// Whether it was to be stopped before its worker was known.
    stopped: bool,
    pieces: Arc<Pieces>,
    batch: Batch,
}

impl Feeder {
    /// A feeder for an execution that runs, from operation `start` on.
    ///
    /// # Errors
    /// When there is no worker.
    pub(crate) fn new(execution: &Arc<Execution>, start: usize) -> Result<Self, Absence> {
        let Host {
            worker, defined, ..
        } = execution.session.host()?;
        let number = worker.next_number();
        let stopped = execution.assign(&worker, number);
        Ok(Self {
            worker,
            defined,
            number,
            start,
            begun: false,
            stopped,
            pieces: Arc::new(Pieces {
                call: Call::new(execution),
                flow: Mutex::default(),
                changed: Condvar::new(),
            }),
            batch: Batch::new(),
        })
    }

    /// Begins the share of this shard in a run over several, of which `extra` tells the worker; `opened` is called before it
    /// gets any records.
    pub(super) fn begin_shared(&mut self, extra: &Value, opened: impl FnOnce(&Arc<Worker>, u32)) {
        guard(&self.pieces.flow).in_flight += 1;
        self.open(&Batch::new(), 0, extra);
        opened(&self.worker, self.number);
    }

    /// Has the worker begin, over the first records.
    fn open(&mut self, batch: &Batch, flags: i64, extra: &Value) {
        self.begun = true;
        let frame = call_frame(
            &self.pieces.call.execution,
            self.defined,
            self.number,
            self.start,
            batch,
            flags,
            extra,
            Turn::Any,
        );
        let pieces: Arc<dyn Work> = Arc::<Pieces>::clone(&self.pieces);
        self.worker.submit(self.number, &frame, &pieces);
        if self.stopped {
            self.worker.abort(self.number);
        }
    }

    /// Sends a batch; waits while the worker has enough in hand. Gives false when no more records are wanted.
    pub(crate) fn send(&mut self, batch: &Batch, last: bool) -> bool {
        if let Some(spread) = &self.pieces.call.execution.spread {
            spread.wait_for_room();
        }
        {
            let mut flow = self
                .pieces
                .wait_while(|flow| flow.in_flight >= IN_FLIGHT && !flow.over);
            if flow.over || flow.stopped && !last {
                return false;
            }
            flow.in_flight += 1;
        }
        let flags = if last { LAST } else { 0 };
        if self.begun {
            let mut out = Vec::with_capacity(batch.size() + 32);
            frame(&mut out, FrameType::Batch, self.number, |payload| {
                encode_head(b'(', 3, payload);
                batch.encode(flags, payload);
            });
            self.worker.send(&out);
            self.worker.wait_for_room();
            return true;
        }
        self.open(batch, flags, &Value::None);
        true
    }

    /// Waits for the worker's answer.
    pub(crate) fn wait(&self) {
        drop(self.pieces.wait_while(|flow| !flow.over));
    }
}

/// Records are sent when there are enough for a batch, and when their source makes a break.
impl Sink for Feeder {
    fn text(&mut self, text: &[u8]) {
        self.batch.text(text);
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.batch.texts(texts);
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        self.batch.key(event, name);
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        self.batch.value(event, name, kind, content);
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        self.batch.entry(key, id, fields);
    }

    fn is_full(&self) -> bool {
        self.batch.is_full()
    }

    fn go_on(&mut self) -> bool {
        if self.batch.len() == 0 {
            return true;
        }
        let batch = std::mem::replace(&mut self.batch, Batch::new());
        self.send(&batch, false)
    }

    fn finish(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Batch::new());
        self.send(&batch, true);
    }
}
