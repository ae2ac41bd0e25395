//! What workers ask the engine for while functions run.

mod error_text;
mod permit;

use crate::cluster;
use crate::event::hook;

use crate::execution::{self, Execution, Waiter, executor};
use crate::plan::{CommandReader, Plan, Reader};
use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};
use crate::registrar::{Claim, commit, tell_registered};
use crate::registration;
use crate::server::{CallReply, ReplyKind, ServerLock, lock_server};
use crate::session::{self, Session};
use crate::settings::settings;
use crate::worker::Worker;
use crate::worker::wire::{FrameType, frame};
use std::sync::Arc;

/// Runs a Redis command for a function and appends the reply frame: a status and a value. Status 0 is a plain value, 2 one
/// with texts that are not UTF-8, 1 the text of an error.
pub(crate) fn execute(lock: &ServerLock, number: u32, command: &Value, replies: &mut Vec<u8>) {
    // The commands of a hook's function come as its registration and the words.
    let (hook, command) = match command.items() {
        Some([Value::Str(registration), words @ Value::Tuple(_)]) => {
            (std::str::from_utf8(registration).ok(), words)
        }
        _ => (None, command),
    };
    let arguments: Vec<&[u8]> = command
        .items()
        .unwrap_or(&[])
        .iter()
        .filter_map(Value::as_bytes)
        .collect();
    let Some((name, arguments)) = arguments.split_first() else {
        return;
    };
    let run = || permit::run(lock, name, arguments);
    let result = match hook {
        Some(registration) => hook::without(registration, run),
        None => run(),
    };
    frame(replies, FrameType::Reply, number, |payload| {
        encode_head(b'(', 2, payload);
        match &result {
            Ok(reply) if reply.kind() == ReplyKind::Error => {
                encode_int(1, payload);
                // Functions know the line end of the protocol at the end of an error text.
                let mut text = error_text::bearable(reply.text()).into_owned();
                if !text.ends_with(b"\r\n") {
                    text.extend_from_slice(b"\r\n");
                }
                crate::record::value::encode_redis(&text, payload);
            }
            Ok(reply) => {
                let at = payload.len();
                encode_int(0, payload);
                let mut binary = false;
                encode_reply(reply, payload, &mut binary);
                if binary {
                    payload[at + 1] = 2;
                }
            }
            Err(error) => {
                encode_int(1, payload);
                encode_str(&error.text, payload);
            }
        }
    });
}

fn encode_reply(reply: &CallReply, out: &mut Vec<u8>, binary: &mut bool) {
    match reply.kind() {
        ReplyKind::Text | ReplyKind::Error | ReplyKind::Other => {
            let text = reply.text();
            *binary |= std::str::from_utf8(text).is_err();
            crate::record::value::encode_redis(text, out);
        }
        ReplyKind::Integer => encode_int(reply.integer(), out),
        ReplyKind::Null => out.push(b'N'),
        ReplyKind::Bool => out.push(if reply.boolean() { b'T' } else { b'F' }),
        ReplyKind::Double => encode(&Value::Float(reply.double()), out),
        ReplyKind::Array | ReplyKind::Set => {
            encode_head(b'[', reply.len(), out);
            for element in reply.elements() {
                encode_reply(&element, out, binary);
            }
        }
        ReplyKind::Map => {
            out.push(b'{');
            for index in 0..reply.len() {
                if let Some((key, value)) = reply.pair(index) {
                    encode_reply(&key, out, binary);
                    encode_reply(&value, out, binary);
                }
            }
            out.push(b'0');
        }
    }
}

impl CallReply {
    /// The reply as functions see it.
    pub(crate) fn value(&self) -> Value {
        match self.kind() {
            ReplyKind::Text | ReplyKind::Error | ReplyKind::Other => Value::redis(self.text()),
            ReplyKind::Integer => Value::Int(self.integer()),
            ReplyKind::Null => Value::None,
            ReplyKind::Bool => Value::Bool(self.boolean()),
            ReplyKind::Double => Value::Float(self.double()),
            ReplyKind::Array | ReplyKind::Set => {
                Value::List(self.elements().map(|item| item.value()).collect())
            }
            ReplyKind::Map => Value::Dict(
                (0..self.len())
                    .filter_map(|index| self.pair(index))
                    .map(|(key, value)| (key.value(), value.value()))
                    .collect(),
            ),
        }
    }
}

/// Answers a request that is no Redis command.
///
/// # Errors
/// The text of the error that the function gets.
pub(crate) fn answer(worker: &Worker, request: Value) -> Result<Value, String> {
    let mut parts = request.into_items().unwrap_or_default().into_iter();
    let operation = parts
        .next()
        .and_then(|name| name.as_text())
        .unwrap_or_default();
    let arguments = parts.next().and_then(Value::into_items).unwrap_or_default();
    let text = |index: usize| {
        arguments
            .get(index)
            .and_then(Value::as_text)
            .unwrap_or_default()
    };
    match operation.as_str() {
        "hashtag" => Ok(Value::str(cluster::hashtag())),
        "shard" => Ok(Value::str(cluster::shard_name())),
        "config" => {
            let name = arguments
                .first()
                .and_then(Value::as_bytes)
                .unwrap_or_default();
            Ok(settings()
                .visible(name)
                .map_or(Value::None, |value| Value::redis(&value)))
        }
        "id" => {
            let count = arguments.first().and_then(Value::as_int).unwrap_or(1);
            Ok(Value::str(execution::list::next_plan(
                u64::try_from(count).unwrap_or(1),
            )))
        }
        "check" => check(&arguments),
        "register" => {
            let session =
                session::list::inside(&text(0)).ok_or("the session of this function is gone")?;
            let description = arguments.get(1).cloned().unwrap_or(Value::None);
            let made = commit(&session, &[description], &Claim::default())?;
            tell_registered(&session, &made, || {});
            Ok(Value::None)
        }
        "run" => {
            let session =
                session::list::inside(&text(0)).ok_or("the session of this function is gone")?;
            let description = arguments.get(1).cloned().unwrap_or(Value::None);
            let plan = Plan::parse(&description).ok_or("the run is described badly")?;
            let execution = execution::list::add(
                Arc::new(plan),
                description.text("id").unwrap_or_default(),
                session,
                None,
                false,
            );
            tell_when_over(&execution);
            executor::submit(execution);
            Ok(Value::None)
        }
        "next" => {
            let words: Vec<Vec<u8>> = arguments
                .get(1)
                .and_then(Value::items)
                .unwrap_or(&[])
                .iter()
                .filter_map(Value::as_bytes)
                .map(<[u8]>::to_vec)
                .collect();
            if words.is_empty() {
                return Err("Failed executing command".to_owned());
            }
            hook::call_next(&lock_server(), &text(0), &words).map_err(|text| {
                String::from_utf8_lossy(&error_text::bearable(text.as_bytes())).into_owned()
            })
        }
        "timer" => {
            let session =
                session::list::inside(&text(0)).ok_or("the session of this function is gone")?;
            let period = arguments.get(2).and_then(Value::as_int).unwrap_or(0);
            let blob = arguments
                .get(3)
                .and_then(Value::as_bytes)
                .unwrap_or_default();
            let key = arguments.get(4).and_then(Value::as_bytes);
            crate::event::timer::start(&session, &text(1), period, blob, key);
            Ok(Value::None)
        }
        "override" => {
            let frame = arguments.first().and_then(Value::as_int).unwrap_or(0);
            let execution = u32::try_from(frame)
                .ok()
                .and_then(|number| worker.execution(number))
                .ok_or("Can not get command ctx")?;
            hook::keep_override(
                execution.number,
                arguments.get(1).cloned().unwrap_or(Value::None),
            );
            Ok(Value::None)
        }
        other => Err(format!("the engine has no answer to `{other}`")),
    }
}

/// Whether a registration could be made now.
fn check(arguments: &[Value]) -> Result<Value, String> {
    let description = Value::Dict(vec![
        (
            Value::str("reader"),
            arguments.first().cloned().unwrap_or(Value::None),
        ),
        (
            Value::str("arguments"),
            arguments.get(1).cloned().unwrap_or(Value::None),
        ),
    ]);
    let reader = Reader::parse(&description).ok_or("the registration is described badly")?;
    let session = arguments
        .get(3)
        .and_then(Value::as_text)
        .unwrap_or_default();
    // The session that is about to be replaced gives its triggers and hooks up.
    let leaves = |other: &Arc<Session>| session::list::replaces(&session, other);
    hook::check(&reader, leaves)?;
    let Reader::Command(CommandReader {
        trigger: Some(trigger),
        ..
    }) = &reader
    else {
        return Ok(Value::None);
    };
    match registration::list::trigger(trigger) {
        Some(holder) if !leaves(&holder.session) => Err("trigger already registered".to_owned()),
        _ => Ok(Value::None),
    }
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
