//! Commands that only masters and append-only files send: what they keep of registrations.

use std::convert::Infallible;
use std::ffi::CStr;
use std::fmt;

use crate::answer::Reply;
use crate::event::timer;
use crate::packages::known;
use crate::persist;
use crate::server::{Command, Flag, Invocation, Level, lock_server, log};

/// Refuses clients: what these commands carry was made by a server.
fn is_internal(call: &Invocation<'_>) -> bool {
    let flags = call.context.flags();
    let internal = flags.replicated() || flags.loading();
    if !internal {
        call.context.reply_error(
            "ERR this command is for replication and the append-only file; use RG.PYEXECUTE",
        );
    }
    internal
}

fn answer(call: &Invocation<'_>, result: Result<(), impl fmt::Display>) {
    match result {
        Ok(()) => {
            call.context.replicate_verbatim();
            Reply::Ok.write(call.context);
        }
        Err(reason) => {
            // Nobody reads the reply, so the log has to say it.
            let text = reason.to_string();
            log(Level::Warning, &text);
            call.context.reply_error(format!("ERR {text}"));
        }
    }
}

/// RG.PYIMPORTRETINTERNAL
pub(crate) struct ImportRequirement;

impl Command for ImportRequirement {
    const NAME: &'static CStr = known::IMPORT;
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        if is_internal(&call) {
            let result = known::import(&lock_server(), &call.arguments[1..]);
            answer(
                &call,
                result.map_err(|failure| format!("wheels were not taken in: {failure}")),
            );
        }
    }
}

/// RG.INNERREGISTER
pub(crate) struct InnerRegister;

impl Command for InnerRegister {
    const NAME: &'static CStr = persist::REGISTER;
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let [_, record] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        if is_internal(&call) {
            answer(&call, persist::restore(&lock_server(), record));
        }
    }
}

/// RG.INNERUNREGISTER
pub(crate) struct InnerUnregister;

impl Command for InnerUnregister {
    const NAME: &'static CStr = persist::UNREGISTER;
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let (id, when) = match call.arguments.as_slice() {
            [_, id] => (id, None),
            [_, id, when] => (id, std::str::from_utf8(when).ok()),
            _ => {
                call.context.reply_arity();
                return;
            }
        };
        if is_internal(&call) {
            let when = when.and_then(|when| when.parse().ok());
            persist::forget(&lock_server(), id, when);
            answer(&call, Ok::<(), Infallible>(()));
        }
    }
}

/// RG.INNERTIMEEVENT
pub(crate) struct InnerTimeEvent;

impl Command for InnerTimeEvent {
    const NAME: &'static CStr = timer::MAKE;
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let [_, key, record] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        if is_internal(&call) {
            answer(&call, timer::restore(call.context, key, record));
        }
    }
}
