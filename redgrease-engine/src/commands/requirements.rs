//! Commands about the packages that scripts require.

use std::ffi::CStr;

use super::shown::requirement::describe;
use crate::answer::Reply;
use crate::event::code::check_may_bring;
use crate::packages::environment::environments;
use crate::packages::known;
use crate::registration;
use crate::server::{Command, Invocation, lock_server};

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
            Err(text) => call.context.reply_error(text),
        }
    }
}

/// RG.PYIMPORTREQ
pub(crate) struct PyImportReq;

impl Command for PyImportReq {
    const NAME: &'static CStr = c"rg.pyimportreq";

    fn run(call: Invocation<'_>) {
        if let Err(text) = check_may_bring(call.context) {
            call.context.reply_error(text);
            return;
        }
        let name = match known::import_from_client(&lock_server(), &call.arguments[1..]) {
            Ok(name) => name,
            Err(text) => {
                call.context.reply_error(text);
                return;
            }
        };
        let requirement = vec![known::normal(&name)];
        if !call.context.flags().may_block() {
            environments().get(requirement, false, |_| ());
            Reply::Ok.write(call.context);
            return;
        }
        let client = call.context.block();
        environments().get(requirement, false, move |environment| {
            client.answer(environment.map_or_else(Reply::error, |_| Reply::Ok));
        });
    }
}
