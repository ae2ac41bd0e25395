//! RG.PYPROFILE: what the functions of a session spend their time on.

use std::ffi::CStr;
use std::sync::Arc;

use crate::answer::Reply;
use crate::record::value::{Value, decode};
use crate::registration;
use crate::server::{Blocked, Command, Flag, Invocation};
use crate::worker::wire::FrameType;
use crate::worker::{WorkResult, Worker};

/// How the text is sorted when nothing else was asked for.
const ORDER: &[u8] = b"tottime";

/// RG.PYPROFILE
pub(crate) struct PyProfile;

impl Command for PyProfile {
    const NAME: &'static CStr = c"rg.pyprofile";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let context = call.context;
        let Some(verb) = call.arguments.get(1) else {
            context.reply_arity();
            return;
        };
        let stats = verb.eq_ignore_ascii_case(b"stats");
        if !stats && !verb.eq_ignore_ascii_case(b"reset") {
            context.reply_error("Wrong subcommand given to RG.PYPROFILE");
            return;
        }
        let (name, order) = match (stats, &call.arguments[2..]) {
            (true, [name]) => (name, Some(ORDER)),
            (true, [name, order]) => (name, Some(order.as_slice())),
            (false, [name]) => (name, None),
            _ => {
                context.reply_arity();
                return;
            }
        };
        let sessions = registration::list::sessions();
        let Some(session) = sessions.iter().find(|one| one.name.as_bytes() == name) else {
            context.reply_error("session does not exists");
            return;
        };
        if !context.flags().may_block() {
            context.reply_error("ERR the worker cannot be asked inside a transaction or script");
            return;
        }
        let worker = match session.host() {
            Ok(host) => host.worker,
            Err(text) => {
                context.reply_error(text.to_string());
                return;
            }
        };
        let order = order.map_or(Value::None, Value::redis);
        let question = Value::Tuple(vec![Value::str(&session.inner_name), order]);
        let client = context.block();
        let asked = Arc::clone(&worker);
        asked.ask(FrameType::Profile, &question, move |answer| {
            finish(client, stats, &worker, answer);
        });
    }
}

fn finish(client: Blocked, stats: bool, worker: &Worker, answer: WorkResult<'_>) {
    let answer = answer.map_err(|loss| loss.to_string()).and_then(|payload| {
        decode(payload).map_err(|error| {
            worker.give_up();
            format!("ERR the worker's answer is broken: {error}; the worker is replaced")
        })
    });
    client.answer(match answer {
        Err(text) => Reply::error(text),
        Ok(answer) => match answer.items() {
            Some([Value::Bool(true), _]) if !stats => Reply::Ok,
            Some([Value::Bool(true), text]) => Reply::bulk(text.as_bytes().unwrap_or_default()),
            Some([_, text]) => Reply::Error(text.as_bytes().unwrap_or_default().to_vec()),
            _ => Reply::error("ERR the worker's answer is broken"),
        },
    });
}
