//! The one way from an event to an execution.

use std::sync::Arc;
use std::time::Duration;

use super::Registration;
use super::queued::Queued;
use crate::answer::Reply;
use crate::base::guard;
use crate::execution::inline::{self, Place};
use crate::execution::pipeline::{self, Turn};
use crate::execution::spread::Spread;
use crate::execution::{self, Execution, Owner, Waiter};
use crate::native::Functions;
use crate::plan::{Mode, Reader};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::server::{Blocked, Context, ServerLock, after_command, lock_server};
use crate::source::keys::Changed;

/// What a client is told that cannot wait.
const CANNOT_WAIT: &str = "ERR can not run a non-sync execution inside a MULTI/LUA (blocking is not allowed) or on loading.";

/// What an execution runs over.
#[derive(Debug)]
pub(crate) enum Input {
    /// Records that are there.
    Records(Batch),
    /// A record that is read when the execution begins, and not before the command that runs now is over unless it waits for
    /// the execution.
    Later(Changed),
}

/// Something that a registration has waited for.
pub(crate) struct Event {
    pub(crate) input: Input,
    /// What else its functions see.
    pub(crate) extra: Value,
    /// The database that it happened in.
    pub(crate) database: i32,
    /// Whether a function that the command waits for may go on in the background.
    pub(crate) may_block: bool,
}

/// An execution and its records, for a command that waits for it.
#[derive(Debug)]
pub(crate) struct Ready {
    execution: Arc<Execution>,
    batch: Batch,
    extra: Value,
    may_block: bool,
}

impl Ready {
    /// The functions that need no worker, if there are any.
    pub(crate) fn functions(&self) -> Option<&Functions> {
        self.execution.functions.as_deref()
    }

    /// Runs the execution, on this thread.
    pub(crate) fn run(&self, lock: &ServerLock) {
        let Self {
            execution,
            batch,
            extra,
            may_block,
        } = self;
        pipeline::run_here(execution, batch, extra, *may_block, lock);
    }
}

/// How the client of a command gets what its execution gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    /// As that of a trigger.
    Trigger,
    /// As that of a command that a function hooks.
    Hook,
}

impl Answering {
    fn waiter(self, client: Blocked) -> Waiter {
        match self {
            Self::Trigger => Waiter::Triggered(client),
            Self::Hook => Waiter::Hooked(client),
        }
    }

    fn reply(self, outcome: Arc<Outcome>) -> Reply {
        match self {
            Self::Trigger => Reply::Triggered(outcome),
            Self::Hook => Reply::Hooked(outcome),
        }
    }
}

impl Registration {
    /// Starts the execution that an event asks for: over afterwards where the command waits for it, else in the background and
    /// in its turn. `made` gets the execution before it begins.
    pub(crate) fn fire(
        self: &Arc<Self>,
        event: Event,
        made: impl FnOnce(&Arc<Execution>),
    ) -> Arc<Execution> {
        if self.plan.mode == Mode::Sync {
            let ready = self.ready(event, made);
            ready.run(&lock_server());
            return ready.execution;
        }
        let execution = self.new_execution(event.database);
        made(&execution);
        let extra = event.extra;
        // What would run at once does not run while the server goes on with the key that it tells of.
        let waits_for_command = matches!(event.input, Input::Later(_))
            || (matches!(self.plan.reader, Reader::KeyEvents(_))
                && inline::place(&execution) == Place::Here);
        let queued = Queued::new(&execution, event.input, extra);
        if waits_for_command {
            let registration = Arc::clone(self);
            after_command(move || registration.enqueue(queued));
        } else {
            self.enqueue(queued);
        }
        execution
    }

    /// Makes the execution that an event asks for, over the records as they are now, for a command that waits for it.
    pub(crate) fn ready(
        self: &Arc<Self>,
        event: Event,
        made: impl FnOnce(&Arc<Execution>),
    ) -> Ready {
        let execution = self.new_execution(event.database);
        made(&execution);
        let batch = match event.input {
            Input::Records(batch) => batch,
            Input::Later(changed) => {
                let lock = lock_server();
                lock.in_database(event.database, || changed.read(&lock))
            }
        };
        Ready {
            execution,
            batch,
            extra: event.extra,
            may_block: event.may_block,
        }
    }

    /// Answers a client with what the registration gives for its command: now where the command waits for it, else when that is
    /// over, or `time` is.
    pub(crate) fn answer(
        self: &Arc<Self>,
        context: Context<'_>,
        words: &[Vec<u8>],
        extra: Value,
        answering: Answering,
        time: Option<Duration>,
    ) {
        let may_block = context.flags().may_block();
        let sync = self.plan.mode == Mode::Sync;
        if !sync && !may_block {
            context.reply_error(CANNOT_WAIT);
            return;
        }
        let event = Event {
            input: Input::Records(Batch::of_texts(words)),
            extra,
            database: context.database(),
            may_block,
        };
        let wait = |execution: &Arc<Execution>| {
            execution.wait(answering.waiter(context.block()));
        };
        let mut waits = false;
        let execution = self.fire(event, |execution| {
            if let Some(time) = time {
                execution.limit(time);
            }
            // What is over at once needs no client that waits.
            let at_once = sync || (!self.is_serial() && inline::place(execution) == Place::Here);
            if !at_once {
                waits = true;
                wait(execution);
            }
        });
        if waits {
            return;
        }
        match (execution.outcome(), execution.overrun()) {
            (Some(_), Some(late)) => late.write(context),
            (Some(outcome), None) => answering.reply(outcome).write(context),
            (None, _) => wait(&execution),
        }
    }

    fn new_execution(self: &Arc<Self>, database: i32) -> Arc<Execution> {
        guard(&self.statistics).triggered += 1;
        let owner: Arc<dyn Owner> = Arc::<Self>::clone(self);
        execution::list::add(
            Arc::clone(&self.plan),
            self.id.clone(),
            Arc::clone(&self.session),
            Some(owner),
            !matches!(self.plan.reader, Reader::Command(_)),
            database,
            Spread::registered(&self.plan),
        )
    }

    fn enqueue(&self, queued: Queued) {
        if self.is_serial() {
            self.queue.push(queued);
        } else {
            queued.begin(Turn::Any);
        }
    }
}
