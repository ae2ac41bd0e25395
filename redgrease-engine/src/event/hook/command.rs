//! A hooked command: its hooks, the newest first, and at last the command itself.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::{ACTIVE, Hook, NoNext, SKIP_NEXT, TABLE, find, overrides};
use crate::answer::Reply;
use crate::base::guard;
use crate::event::{afterwards, code};
use crate::execution::Waiter;
use crate::plan::{Mode, Reader};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::reply::value_of;
use crate::record::value::Value;
use crate::registration::{Answering, Event, Input, Registration};
use crate::server::{
    CallError, CallReply, Context, ReplyKind, ServerLock, call, call_for_client, check_access,
    clients_begin_without_rights, lock_server,
};

/// Runs a command that is not hooked again, then the synchronous functions of its events; for a client in the third version of
/// the protocol or not, or for a function.
fn run_plain(
    lock: &ServerLock,
    words: &[Vec<u8>],
    client: Option<bool>,
) -> Result<CallReply, CallError> {
    afterwards::carry(lock, || {
        SKIP_NEXT.store(true, Ordering::Relaxed);
        let (name, arguments) = (&words[0], &words[1..]);
        let result = match client {
            Some(resp3) => call_for_client(lock, name, arguments, resp3),
            None => call(lock, name, arguments),
        };
        SKIP_NEXT.store(false, Ordering::Relaxed);
        result
    })
}

/// Keeps a registration from hooking the commands of its own function.
struct Quiet;

impl Quiet {
    fn new(_lock: &ServerLock, registration: &str) -> Self {
        guard(&ACTIVE).push(registration.to_owned());
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        guard(&ACTIVE).pop();
    }
}

/// Runs `body`, a command of a hook's function, without that hook.
pub(crate) fn without<R>(lock: &ServerLock, registration: &str, body: impl FnOnce() -> R) -> R {
    let _quiet = Quiet::new(lock, registration);
    body()
}

/// Answers a command that is carried. `anybody` says that the server has not asked whether its client has given a password.
pub(crate) fn run(context: Context<'_>, words: &[Vec<u8>], anybody: bool) {
    let lock = lock_server();
    if let Some(user) = context.user() {
        if anybody && user == "default" && clients_begin_without_rights(&lock) {
            context.reply_error("NOAUTH Authentication required.");
            return;
        }
        let brings_code = words.get(3).is_some_and(|word| code::is_time_event(word));
        if brings_code && let Err(may_not) = code::check_may_bring(context) {
            context.reply_error(may_not.to_string());
            return;
        }
        if let Err(denied) = check_access(&lock, &user, words) {
            context.reply_error(denied.to_string());
            return;
        }
    }
    let hooks = words.first().map_or_else(Vec::new, |name| {
        find(name, words.len(), &|index| {
            words.get(index).map(Vec::as_slice)
        })
    });
    lock.in_database(context.database(), || {
        answer(context, &lock, words, &hooks);
    });
}

fn answer(context: Context<'_>, lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) {
    let Some((hook, older)) = hooks.split_first() else {
        match run_plain(lock, words, Some(context.flags().resp3())) {
            Ok(reply) => context.reply_call(&reply),
            Err(error) => context.reply_error(error.text),
        }
        return;
    };
    let registration = &hook.registration;
    if matches!(registration.plan.reader, Reader::KeyEvents(_)) {
        answer_with_events(context, lock, words, hook, older);
        return;
    }
    let extra = hook_extra(registration, words);
    let _quiet = Quiet::new(lock, &registration.id);
    registration.answer(context, words, extra, Answering::Hook, None);
}

fn hook_extra(registration: &Registration, words: &[Vec<u8>]) -> Value {
    Value::Dict(vec![(
        Value::str("hook"),
        Value::Tuple(vec![Value::str(&registration.id), Value::redis(&words[0])]),
    )])
}

/// Runs a command whose key events a registration wants, and lets its function replace the reply.
fn answer_with_events(
    context: Context<'_>,
    lock: &ServerLock,
    words: &[Vec<u8>],
    hook: &Arc<Hook>,
    older: &[Arc<Hook>],
) {
    let (reply, executions) =
        overrides::observe(lock, &hook.registration, words, || next(lock, words, older));
    let pending: Vec<_> = executions
        .iter()
        .filter(|one| !one.is_over())
        .cloned()
        .collect();
    if pending.is_empty() || !context.flags().may_block() {
        overrides::take_override(&executions)
            .map_or(reply, Reply::Record)
            .write(context);
        return;
    }
    // The client waits for the last of them; those of one registration end in their order.
    let client = context.block();
    if let Some(last) = pending.last() {
        last.wait(Waiter::Internal(Box::new(move |_, _| {
            client.answer(overrides::take_override(&executions).map_or(reply, Reply::Record));
        })));
    }
}

/// The next hook, or the command itself, as a reply.
fn next(lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) -> Reply {
    match run_next(lock, words, hooks) {
        Ok(Next::Command(reply)) => Reply::from_call(&reply),
        Ok(Next::Function(outcome)) => Reply::Hooked(outcome),
        Err(why) => Reply::error(why.to_string()),
    }
}

enum Next {
    Command(CallReply),
    Function(Arc<Outcome>),
}

fn run_next(lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) -> Result<Next, NoNext> {
    let Some((hook, older)) = hooks.split_first() else {
        return run_plain(lock, words, None)
            .map(Next::Command)
            .map_err(|error| NoNext::Command(error.text));
    };
    let registration = &hook.registration;
    if matches!(registration.plan.reader, Reader::KeyEvents(_))
        || registration.plan.mode != Mode::Sync
    {
        return run_next(lock, words, older);
    }
    let _quiet = Quiet::new(lock, &registration.id);
    let event = Event {
        input: Input::Records(Batch::of_texts(words)),
        extra: hook_extra(registration, words),
        database: lock.context().database(),
        may_block: false,
    };
    let execution = registration.fire(event, |_| {});
    execution
        .outcome()
        .map(Next::Function)
        .ok_or(NoNext::Nothing)
}

/// `call_next` of a hook's function: the reply as the function sees it.
///
/// # Errors
/// Why there is none.
pub(crate) fn call_next(
    lock: &ServerLock,
    registration: &str,
    words: &[Vec<u8>],
) -> Result<Value, NoNext> {
    let older: Vec<Arc<Hook>> = {
        let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
        table
            .as_ref()
            .and_then(|table| table.get(words[0].to_ascii_lowercase().as_slice()))
            .map(|hooks| {
                hooks
                    .iter()
                    .skip_while(|hook| hook.registration.id != registration)
                    .skip(1)
                    .filter(|hook| {
                        hook.fits(words.len(), &|index| words.get(index).map(Vec::as_slice))
                    })
                    .cloned()
                    .collect()
            })
            .unwrap_or_default()
    };
    let _quiet = Quiet::new(lock, registration);
    match run_next(lock, words, &older)? {
        Next::Command(reply) if reply.kind() == ReplyKind::Error => {
            let text = String::from_utf8_lossy(reply.text());
            Err(NoNext::Error(text.trim_end().to_owned()))
        }
        Next::Command(reply) => Ok(value_of(&reply)),
        Next::Function(outcome) => match (outcome.errors.first(), &*outcome.results) {
            (Some(error), _) => {
                let text = String::from_utf8_lossy(error).into_owned();
                Err(NoNext::Function(text))
            }
            (None, [record]) => Ok(record.clone()),
            (None, _) => Err(NoNext::Results),
        },
    }
}
