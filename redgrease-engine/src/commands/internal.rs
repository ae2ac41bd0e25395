//! Commands that only masters and append-only files send: what they keep of registrations.

use std::ffi::CStr;

use crate::answer::Reply;
use crate::event::timer;
use crate::packages::known;
use crate::persist;
use crate::server::{Command, Invocation, Level, lock_server, log};

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

fn answer(call: &Invocation<'_>, result: Result<(), String>) {
    match result {
        Ok(()) => {
            call.context.replicate_verbatim();
            Reply::Ok.write(call.context);
        }
        Err(text) => {
            // Nobody reads the reply, so the log has to say it.
            log(Level::Warning, &text);
            call.context.reply_error(format!("ERR {text}"));
        }
    }
}

/// RG.PYIMPORTRETINTERNAL
pub(crate) struct ImportRequirement;

impl Command for ImportRequirement {
    const NAME: &'static CStr = known::IMPORT;

    fn run(call: Invocation<'_>) {
        if is_internal(&call) {
            let result = known::import(&lock_server(), &call.arguments[1..]);
            answer(
                &call,
                result.map_err(|text| format!("wheels were not taken in: {text}")),
            );
        }
    }
}

/// RG.INNERREGISTER
pub(crate) struct InnerRegister;

impl Command for InnerRegister {
    const NAME: &'static CStr = persist::REGISTER;

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

    fn run(call: Invocation<'_>) {
        let [_, id] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        if is_internal(&call) {
            persist::forget(&lock_server(), id);
            answer(&call, Ok(()));
        }
    }
}

/// RG.INNERTIMEEVENT
pub(crate) struct InnerTimeEvent;

impl Command for InnerTimeEvent {
    const NAME: &'static CStr = timer::MAKE;

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
