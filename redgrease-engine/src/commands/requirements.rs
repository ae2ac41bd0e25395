//! Commands about the packages that scripts require.

use std::ffi::CStr;

use super::shown::requirement::describe;
use crate::answer::Reply;
use crate::event::code::check_may_bring;
use crate::packages::environment::environments;
use crate::packages::known;
use crate::registrar::import;
use crate::registration;
use crate::server::{Blocked, Command, Flag, Invocation, lock_server, start_thread};

/// RG.PYDUMPREQS
pub(crate) struct PyDumpReqs;

impl Command for PyDumpReqs {
    const NAME: &'static CStr = c"rg.pydumpreqs";

    fn run(call: Invocation<'_>) {
        let sessions = registration::list::sessions();
        let all = known::names();
        let shown = all.iter().rev().map(|name| describe(name, &sessions));
        Reply::Array(shown.collect()).write(call.context);
    }
}

/// RG.PYEXPORTREQ
pub(crate) struct PyExportReq;

impl Command for PyExportReq {
    const NAME: &'static CStr = c"rg.pyexportreq";

    fn run(call: Invocation<'_>) {
        let [_, name] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        let name = String::from_utf8_lossy(name);
        if !known::names().contains(&name.as_ref().to_owned()) {
            call.context.reply_error("requirement does not exists");
            return;
        }
        match known::export(&name) {
            Ok(pieces) => Reply::Array(vec![
                describe(&name, &registration::list::sessions()),
                Reply::bulks(pieces),
            ])
            .write(call.context),
            Err(failure) => call.context.reply_error(failure.to_string()),
        }
    }
}

/// RG.PYIMPORTREQ
pub(crate) struct PyImportReq;

impl Command for PyImportReq {
    const NAME: &'static CStr = c"rg.pyimportreq";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        if let Err(may_not) = check_may_bring(call.context) {
            call.context.reply_error(may_not.to_string());
            return;
        }
        let packed = call.arguments[1..].concat();
        if !call.context.flags().may_block() {
            let taken = known::import_from_client(&lock_server(), std::slice::from_ref(&packed));
            match taken {
                Ok(name) => {
                    environments().get(vec![known::normal(&name)], false, |_| ());
                    import(packed, |_| ());
                    Reply::Ok.write(call.context);
                }
                Err(failure) => call.context.reply_error(failure.to_string()),
            }
            return;
        }
        let client = call.context.block();
        // Wheels may be large, and the server goes on while they are written. Without a thread the client is told.
        let _ = start_thread("rg-import", move || match known::receive(&packed, true) {
            Ok(name) => install(&name, packed, client),
            Err(failure) => client.answer(Reply::error(failure.to_string())),
        });
    }
}

/// Makes an environment with wheels that came, and gives them to the other shards.
fn install(name: &str, packed: Vec<u8>, client: Blocked) {
    environments().get(
        vec![known::normal(name)],
        false,
        move |environment| match environment {
            Ok(_) => import(packed, move |refused| {
                client.answer(match refused.as_slice() {
                    [] => Reply::Ok,
                    texts => Reply::error(format!("ERR {}", texts.join("; "))),
                });
            }),
            Err(failure) => client.answer(Reply::error(failure.to_string())),
        },
    );
}
