//! Redis commands of functions.

use super::request::number_of_database;
use super::{error_text, permit};
use crate::cluster::topology;
use crate::event::hook;
use crate::record::reply::encode_reply;
use crate::record::value::{Value, encode_head, encode_int, encode_redis, encode_str};
use crate::server::{CallError, CallReply, Facts, ReplyKind, ServerLock};
use crate::worker::wire::{FrameType, frame};

/// Runs a command for a function in a database; `hook` is the registration whose hooks are left out.
///
/// # Errors
/// Why it could not be run at all.
pub(super) fn run(
    lock: &ServerLock,
    hook: Option<&str>,
    database: i32,
    name: &[u8],
    arguments: &[&[u8]],
) -> Result<CallReply, CallError> {
    let run = || lock.in_database(database, || permit::run(lock, name, arguments));
    let result = match hook {
        Some(registration) => hook::without(lock, registration, run),
        None => run(),
    };
    result.map_err(|error| {
        if error.is_elsewhere {
            named(error, name, arguments)
        } else {
            error
        }
    })
}

/// The error of a command on a key of another shard, with the name of that shard, and what to do.
fn named(error: CallError, name: &[u8], arguments: &[&[u8]]) -> CallError {
    let facts = Facts::known(name, arguments.first().copied());
    let place = facts.map(|facts| facts.places.first);
    let key = place
        .and_then(|place| usize::try_from(place).ok()?.checked_sub(1))
        .and_then(|at| arguments.get(at));
    let topology = topology();
    let Some((key, owner)) = key.and_then(|&key| Some((key, topology.owner_of(key)?))) else {
        return error;
    };
    let name = String::from_utf8_lossy(key);
    let text = if owner.id == topology.own {
        // The others are elsewhere.
        format!(
            "{}: the keys of one command have to be in one slot; put {{the same text}} into them",
            error.text
        )
    } else {
        format!(
            "{}: the key {name} is on shard {}; repartition by it before",
            error.text,
            topology.named(owner.id)
        )
    };
    CallError { text, ..error }
}

/// The text of an error that the server replied, as functions know it: with the line end of the protocol.
pub(super) fn error(text: &[u8]) -> Vec<u8> {
    let mut text = error_text::bearable(text).into_owned();
    if !text.ends_with(b"\r\n") {
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// Runs a Redis command for a function and appends the reply frame: a status and a value. Status 0 is a plain value, 2 one
/// with texts that are not UTF-8, 1 the text of an error.
pub(super) fn execute(lock: &ServerLock, number: u32, command: &Value, replies: &mut Vec<u8>) {
    // What is not run in database 0, or comes from the function of a hook, says so before the words.
    let (origin, command) = match command.items() {
        Some([Value::Tuple(origin), words @ Value::Tuple(_)]) => (origin.as_slice(), words),
        _ => (&[][..], command),
    };
    let hook = origin.first().and_then(Value::as_text);
    let database = number_of_database(origin.get(1));
    let arguments: Vec<&[u8]> = command
        .items()
        .unwrap_or(&[])
        .iter()
        .filter_map(Value::as_bytes)
        .collect();
    let Some((name, arguments)) = arguments.split_first() else {
        return;
    };
    let result = run(lock, hook.as_deref(), database, name, arguments);
    frame(replies, FrameType::Reply, number, |payload| {
        encode_head(b'(', 2, payload);
        match &result {
            Ok(reply) if reply.kind() == ReplyKind::Error => {
                encode_int(1, payload);
                encode_redis(&error(reply.text()), payload);
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
