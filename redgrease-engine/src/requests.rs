//! What workers ask the engine for while functions run.

mod command;
mod error_text;
mod forbidden;
mod permit;
mod refusal;
mod request;
mod transaction;

use std::sync::Arc;

use crate::cluster;
use crate::event::hook::NoNext;
use crate::event::{hook, timer};
use crate::execution::spread::{self, Spread};
use crate::execution::{self, Execution, Waiter};
use crate::native;
use crate::plan::Plan;
use crate::record::value::{Value, encode};
use crate::registrar;
use crate::server::{CallReply, ServerLock, lock_server};
use crate::session::{self, Session};
use crate::settings::settings;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{Raised, Requests, Worker};
use refusal::Refusal;
use request::Request;

/// Answers the requests of workers.
pub(crate) struct Answers;

impl Requests for Answers {
    fn execute(&self, lock: &ServerLock, number: u32, command: &Value, replies: &mut Vec<u8>) {
        command::execute(lock, number, command, replies);
    }

    fn answer(&self, worker: &Worker, request: Value) -> Result<Value, Raised> {
        Request::parse(request)
            .and_then(|request| answer(worker, request))
            .map_err(|refusal| Raised::of(&refusal))
    }
}

impl native::Answers for Answers {
    fn execute(
        &self,
        lock: &ServerLock,
        hook: Option<&str>,
        database: i32,
        words: &[&[u8]],
    ) -> Result<CallReply, Raised> {
        let (name, arguments) = words
            .split_first()
            .ok_or_else(|| Raised::of(&"ERR no command"))?;
        command::run(lock, hook, database, name, arguments).map_err(|error| Raised::of(&error.text))
    }

    fn is_seen(&self, lock: &ServerLock, words: &[&[u8]]) -> bool {
        hook::sees_read(lock, words)
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
    ) -> Result<Value, Raised> {
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
) -> Result<Value, Raised> {
    if words.is_empty() {
        return Err(Raised::of(&NoNext::Nothing));
    }
    let next = || hook::call_next(lock, registration, words);
    lock.in_database(database, next).map_err(|why| {
        let text = why.to_string();
        Raised::of(&String::from_utf8_lossy(&error_text::bearable(
            text.as_bytes(),
        )))
    })
}

fn answer(worker: &Worker, request: Request) -> Result<Value, Refusal> {
    match request {
        Request::Hashtag => Ok(Value::str(cluster::hashtag())),
        Request::Shard => Ok(Value::str(cluster::shard_name())),
        Request::Config(name) => Ok(settings()
            .visible(&name)
            .map_or(Value::None, |value| Value::redis(&value))),
        Request::Id(count) => Ok(Value::str(execution::list::next_plan(count))),
        Request::Check { reader, session } => {
            registrar::check_for(&reader, &session)?;
            Ok(Value::None)
        }
        Request::Register {
            session,
            description,
        } => {
            let session = living(&session)?;
            registrar::add(&session, &description)?;
            Ok(Value::None)
        }
        Request::Run {
            session,
            plan,
            description,
            id,
        } => {
            run(living(&session)?, plan, &description, id);
            Ok(Value::None)
        }
        Request::Spreads { plan } => Ok(Value::Bool(Spread::needs_functions(&plan))),
        Request::Next {
            registration,
            words,
            database,
        } => call_next(&lock_server(), &registration, &words, database).map_err(Refusal::Next),
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
        Request::Transaction(transaction) => transaction
            .run(&lock_server())
            .map_err(Refusal::Transaction),
        Request::Record(number) => worker.record_anew(number).ok_or(Refusal::Over),
        Request::Override { number, reply } => {
            let execution = worker.execution(number).ok_or(Refusal::NoCommand)?;
            hook::keep_override(execution, reply);
            Ok(Value::None)
        }
    }
}

/// The session that is called so in its worker.
fn living(name: &str) -> Result<Arc<Session>, Refusal> {
    session::list::inside(name).ok_or(Refusal::Session)
}

fn run(session: Arc<Session>, plan: Plan, description: &Value, id: String) {
    // The function gets its results as they are: what others give comes to its worker.
    let spread = Spread::of(&plan, true);
    let execution = execution::list::add(Arc::new(plan), id, session, None, false, 0, spread);
    tell_when_over(&execution);
    spread::start(execution, description);
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
            Value::List(outcome.results.to_vec()),
            Value::List(errors),
        ]);
        let mut out = Vec::new();
        frame(&mut out, FrameType::Over, 0, |bytes| {
            encode(&payload, bytes);
        });
        host.worker.send(&out);
    })));
}
