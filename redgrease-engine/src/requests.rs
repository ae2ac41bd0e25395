//! What workers ask the engine for while functions run.

mod command;
mod error_text;
mod permit;
mod request;
mod transaction;

use std::sync::Arc;

use crate::cluster;
use crate::event::{hook, stream, timer};
use crate::execution::{self, Execution, Waiter, executor};
use crate::native;
use crate::plan::{CommandReader, Plan, Reader};
use crate::record::value::{Value, encode};
use crate::registrar::{Claim, commit, tell_registered};
use crate::registration;
use crate::server::{CallReply, ServerLock, lock_server};
use crate::session::{self, Session};
use crate::settings::settings;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Requests, Worker};
use request::Request;

/// Answers the requests of workers.
pub(crate) struct Answers;

impl Requests for Answers {
    fn execute(&self, lock: &ServerLock, number: u32, command: &Value, replies: &mut Vec<u8>) {
        command::execute(lock, number, command, replies);
    }

    fn answer(&self, worker: &Worker, request: Value) -> Result<Value, String> {
        answer(worker, Request::parse(request)?)
    }
}

impl native::Answers for Answers {
    fn execute(
        &self,
        lock: &ServerLock,
        hook: Option<&str>,
        database: i32,
        words: &[&[u8]],
    ) -> Result<CallReply, String> {
        let (name, arguments) = words.split_first().ok_or("ERR no command")?;
        command::run(lock, hook, database, name, arguments).map_err(|error| error.text)
    }

    fn error_text(&self, text: &[u8]) -> String {
        String::from_utf8_lossy(&command::error(text)).into_owned()
    }

    fn hashtag(&self) -> &'static str {
        cluster::hashtag()
    }

    fn config(&self, name: &[u8]) -> Option<Vec<u8>> {
        settings().visible(name)
    }

    fn call_next(
        &self,
        lock: &ServerLock,
        registration: &str,
        words: &[Vec<u8>],
        database: i32,
    ) -> Result<Value, String> {
        call_next(lock, registration, words, database)
    }

    fn keep_override(&self, execution: u64, reply: Value) {
        hook::keep_override(execution, reply);
    }
}

/// `call_next` of a hook's function.
fn call_next(
    lock: &ServerLock,
    registration: &str,
    words: &[Vec<u8>],
    database: i32,
) -> Result<Value, String> {
    if words.is_empty() {
        return Err("Failed executing command".to_owned());
    }
    let next = || hook::call_next(lock, registration, words);
    lock.in_database(database, next).map_err(|text| {
        String::from_utf8_lossy(&error_text::bearable(text.as_bytes())).into_owned()
    })
}

fn answer(worker: &Worker, request: Request) -> Result<Value, String> {
    match request {
        Request::Hashtag => Ok(Value::str(cluster::hashtag())),
        Request::Shard => Ok(Value::str(cluster::shard_name())),
        Request::Config(name) => Ok(settings()
            .visible(&name)
            .map_or(Value::None, |value| Value::redis(&value))),
        Request::Id(count) => Ok(Value::str(execution::list::next_plan(count))),
        Request::Check { reader, session } => check(&reader, &session),
        Request::Register {
            session,
            description,
        } => {
            let session = living(&session)?;
            let made = commit(&session, &[description], &Claim::default())?;
            tell_registered(&session, &made, || {});
            Ok(Value::None)
        }
        Request::Run { session, plan, id } => {
            run(living(&session)?, plan, id);
            Ok(Value::None)
        }
        Request::Next {
            registration,
            words,
            database,
        } => call_next(&lock_server(), &registration, &words, database),
        Request::Timer {
            session,
            plan,
            period,
            function,
            key,
            database,
        } => {
            let session = living(&session)?;
            timer::start(&session, &plan, period, &function, key.as_deref(), database);
            Ok(Value::None)
        }
        Request::Transaction(transaction) => transaction.run(&lock_server()),
        Request::Override { number, reply } => {
            let execution = worker.execution(number).ok_or("Can not get command ctx")?;
            hook::keep_override(execution, reply);
            Ok(Value::None)
        }
    }
}

/// The session that is called so in its worker.
fn living(name: &str) -> Result<Arc<Session>, String> {
    session::list::inside(name).ok_or_else(|| "the session of this function is gone".to_owned())
}

/// Whether a registration could be made now.
fn check(reader: &Reader, session: &str) -> Result<Value, String> {
    // The session that is about to be replaced gives its triggers and hooks up.
    let leaves = |other: &Arc<Session>| session::list::replaces(session, other);
    hook::check(reader, leaves)?;
    if let Reader::StreamEvents(events) = reader
        && !events.failed.is_empty()
        && stream::follows(&events.prefix, &events.failed)
    {
        return Err("onFailedStream is one of the streams that the registration reads".to_owned());
    }
    let Reader::Command(CommandReader {
        trigger: Some(trigger),
        ..
    }) = reader
    else {
        return Ok(Value::None);
    };
    match registration::list::trigger(trigger) {
        Some(holder) if !leaves(&holder.session) => Err("trigger already registered".to_owned()),
        _ => Ok(Value::None),
    }
}

fn run(session: Arc<Session>, plan: Plan, id: String) {
    let execution = execution::list::add(Arc::new(plan), id, session, None, false, 0);
    tell_when_over(&execution);
    executor::submit(execution);
}

/// Gives the results of a run that a function started to the function's worker.
fn tell_when_over(execution: &Arc<Execution>) {
    let session = Arc::clone(&execution.session);
    let plan = execution.plan_id.clone();
    execution.wait(Waiter::Internal(Box::new(move |outcome, _| {
        let Some(host) = session.current_host() else {
            return;
        };
        let errors = outcome
            .errors
            .iter()
            .map(|text| Value::redis(text))
            .collect();
        let payload = Value::Tuple(vec![
            Value::str(&session.inner_name),
            Value::str(&plan),
            Value::List(outcome.results.clone()),
            Value::List(errors),
        ]);
        let mut out = Vec::new();
        frame(&mut out, FrameType::Over, 0, |bytes| {
            encode(&payload, bytes);
        });
        host.worker.send(&out);
    })));
}
