//! Commands about the engine itself.

use crate::worker::pool::workers;
use std::ffi::CStr;

use crate::answer::Reply;
use crate::server::{Command, Flag, Invocation};

/// RG.PYSTATS
pub(crate) struct PyStats;

impl Command for PyStats {
    const NAME: &'static CStr = c"rg.pystats";

    fn run(call: Invocation<'_>) {
        let memory = workers().memory();
        let bytes = |value: u64| Reply::Int(i64::try_from(value).unwrap_or(i64::MAX));
        Reply::map(vec![
            ("TotalAllocated", bytes(memory.highest)),
            ("PeakAllocated", bytes(memory.highest)),
            ("CurrAllocated", bytes(memory.now)),
        ])
        .write(call.context);
    }
}

/// RG.DUMPPLUGINS
pub(crate) struct DumpPlugins;

impl Command for DumpPlugins {
    const NAME: &'static CStr = c"rg.dumpplugins";

    fn run(call: Invocation<'_>) {
        let python = Reply::Array(vec![Reply::bulk("GearsPythonPlugin"), Reply::Int(10000)]);
        Reply::Array(vec![python]).write(call.context);
    }
}

/// RG.PYEXECUTEREMOTE
pub(crate) struct PyExecuteRemote;

impl Command for PyExecuteRemote {
    const NAME: &'static CStr = c"rg.pyexecuteremote";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        call.context
            .reply_bulk("Execute remote is not longer supported");
    }
}

/// RG.PYFREEINTERPRETER
pub(crate) struct PyFreeInterpreter;

impl Command for PyFreeInterpreter {
    const NAME: &'static CStr = c"rg.pyfreeinterpreter";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        call.context
            .reply_bulk("Free interpreter is not longer supported");
    }
}
