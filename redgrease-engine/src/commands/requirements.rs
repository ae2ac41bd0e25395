//! Commands about the packages that scripts require.

use std::ffi::CStr;

use crate::answer::Reply;
use crate::packages::requirements;
use crate::server::{Command, Invocation, lock_server};

/// RG.PYDUMPREQS
pub(crate) struct PyDumpReqs;

impl Command for PyDumpReqs {
    const NAME: &'static CStr = c"rg.pydumpreqs";

    fn run(call: Invocation<'_>) {
        requirements::dump().write(call.context);
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
        match requirements::export(name) {
            Ok(reply) => reply.write(call.context),
            Err(text) => call.context.reply_error(text),
        }
    }
}

/// RG.PYIMPORTREQ
pub(crate) struct PyImportReq;

impl Command for PyImportReq {
    const NAME: &'static CStr = c"rg.pyimportreq";

    fn run(call: Invocation<'_>) {
        match requirements::import_from_client(&lock_server(), &call.arguments[1..]) {
            Ok(()) => Reply::Ok.write(call.context),
            Err(text) => call.context.reply_error(text),
        }
    }
}
