//! Commands about registrations.

use std::ffi::CStr;

use super::shown::registration::dump;
use super::shown::session::{SessionTexts, usages};
use crate::answer::Reply;
use crate::cluster;
use crate::execution;
use crate::registrar;
use crate::registration;
use crate::server::{Command, Flag, Invocation};

/// RG.DUMPREGISTRATIONS
pub(crate) struct DumpRegistrations;

impl Command for DumpRegistrations {
    const NAME: &'static CStr = c"rg.dumpregistrations";

    fn run(call: Invocation<'_>) {
        let texts = SessionTexts::new(&usages());
        let list = registration::list::all()
            .iter()
            .map(|registration| dump(registration, Some(texts.of(&registration.session))))
            .collect();
        Reply::Array(list).write(call.context);
    }
}

/// RG.UNREGISTER
pub(crate) struct Unregister;

impl Command for Unregister {
    const NAME: &'static CStr = c"rg.unregister";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let (id, abort_pending) = match call.arguments.as_slice() {
            [_, id] => (id, false),
            [_, id, option] => (id, option.eq_ignore_ascii_case(b"abortpending")),
            _ => {
                call.context.reply_arity();
                return;
            }
        };
        if registrar::unregister(id, abort_pending) {
            Reply::Ok.write(call.context);
        } else {
            call.context.reply_error("execution is not registered");
        }
    }
}

fn change_pause(call: &Invocation<'_>, verb: &str) {
    let [_, id] = call.arguments.as_slice() else {
        call.context.reply_arity();
        return;
    };
    if id.eq_ignore_ascii_case(b"abortpending") {
        call.context.reply_error("ERR no registration to pause");
        return;
    }
    execution::list::count_errand();
    match registration::list::find(id) {
        None => call.context.reply_error(
            [
                b"Execution ".as_slice(),
                id,
                b" does not exists on shard ",
                cluster::shard_id().as_bytes(),
            ]
            .concat(),
        ),
        Some(registration) => match &registration.follower {
            None => call.context.reply_error(format!(
                "Reader {} does not support {verb}",
                registration.plan.reader.name()
            )),
            Some(_) => {
                registrar::pause(&registration, verb == "pause");
                Reply::Ok.write(call.context);
            }
        },
    }
}

/// RG.PAUSEREGISTRATIONS
pub(crate) struct PauseRegistrations;

impl Command for PauseRegistrations {
    const NAME: &'static CStr = c"rg.pauseregistrations";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        change_pause(&call, "pause");
    }
}

/// RG.UNPAUSEREGISTRATIONS
pub(crate) struct UnpauseRegistrations;

impl Command for UnpauseRegistrations {
    const NAME: &'static CStr = c"rg.unpauseregistrations";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        change_pause(&call, "unpause");
    }
}

/// RG.CLEARREGISTRATIONSSTATS
pub(crate) struct ClearRegistrationsStats;

impl Command for ClearRegistrationsStats {
    const NAME: &'static CStr = c"rg.clearregistrationsstats";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        if call.arguments.len() != 1 {
            call.context.reply_arity();
            return;
        }
        execution::list::count_errand();
        registrar::clear_statistics();
        Reply::Ok.write(call.context);
    }
}
