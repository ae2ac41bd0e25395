//! Commands about the engine itself.

use crate::worker::pool::workers;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::answer::Reply;
use crate::cluster;
use crate::engine::engine;
use crate::packages::requirements;
use crate::registration::Registration;
use crate::registration::registry::Usage;
use crate::server::{Command, Invocation};
use std::sync::Arc;

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

/// RG.PYDUMPSESSIONS
pub(crate) struct PyDumpSessions;

impl Command for PyDumpSessions {
    const NAME: &'static CStr = c"rg.pydumpsessions";

    fn run(call: Invocation<'_>) {
        let (mut verbose, mut dead, mut wanted) = (false, false, None);
        let mut arguments = call.arguments[1..].iter();
        while let Some(argument) = arguments.next() {
            if argument.eq_ignore_ascii_case(b"verbose") {
                verbose = true;
            } else if argument.eq_ignore_ascii_case(b"dead") {
                dead = true;
            } else if argument.eq_ignore_ascii_case(b"sessions") {
                wanted = Some(arguments.by_ref().collect::<Vec<_>>());
            } else {
                call.context
                    .reply_error([b"Unknown option ".as_slice(), argument].concat());
                return;
            }
        }
        let usages = engine().registry.usages();
        let list = match wanted {
            Some(names) => names
                .into_iter()
                .map(|name| {
                    usages
                        .iter()
                        .find(|usage| usage.session.name.as_bytes() == name)
                        .map_or_else(
                            || {
                                Reply::Bulk(
                                    [b"Session ".as_slice(), name, b" does not exists"].concat(),
                                )
                            },
                            |usage| describe(usage, &usages, verbose),
                        )
                })
                .collect(),
            None => usages
                .iter()
                .filter(|usage| usage.is_dead() == dead)
                .map(|usage| describe(usage, &usages, verbose))
                .collect(),
        };
        Reply::Array(list).write(call.context);
    }
}

fn describe(usage: &Usage, all: &[Usage], verbose: bool) -> Reply {
    let session = &usage.session;
    let requirements = session.requirements.iter().map(|name| {
        if verbose {
            let sessions: Vec<_> = all.iter().map(|one| Arc::clone(&one.session)).collect();
            requirements::describe(name, &sessions)
        } else {
            Reply::bulk(name)
        }
    });
    let show = |registration: &Arc<Registration>| {
        if verbose {
            registration.dump(None)
        } else {
            Reply::bulk(&registration.id)
        }
    };
    Reply::map(vec![
        ("ID", Reply::bulk(&session.name)),
        (
            "sessionDescription",
            Reply::bulk_or_null(session.description.as_ref()),
        ),
        ("refCount", Reply::count(usage.references())),
        ("linked", Reply::bulk(usage.link())),
        ("dead", Reply::bulk(usage.is_dead().to_string())),
        (
            "requirementInstallationNeeded",
            Reply::Int(i64::from(session.installed.load(Ordering::Relaxed))),
        ),
        ("requirements", Reply::Array(requirements.collect())),
        (
            "registrations",
            Reply::Array(usage.registrations.iter().map(show).collect()),
        ),
    ])
}

/// RG.INFOCLUSTER
pub(crate) struct InfoCluster;

impl Command for InfoCluster {
    const NAME: &'static CStr = c"rg.infocluster";

    fn run(call: Invocation<'_>) {
        call.context.reply_bulk("no cluster mode");
    }
}

static REFRESHED: AtomicBool = AtomicBool::new(false);

/// RG.REFRESHCLUSTER
pub(crate) struct RefreshCluster;

impl Command for RefreshCluster {
    const NAME: &'static CStr = c"rg.refreshcluster";

    fn run(call: Invocation<'_>) {
        REFRESHED.store(true, Ordering::Relaxed);
        Reply::Ok.write(call.context);
    }
}

/// RG.HELLO
pub(crate) struct Hello;

impl Command for Hello {
    const NAME: &'static CStr = c"rg.hello";

    fn run(call: Invocation<'_>) {
        if REFRESHED.load(Ordering::Relaxed) {
            call.context.reply_bulk(cluster::run_id());
        } else {
            call.context
                .reply_error("ERRCLUSTER NULL cluster state on hello msg");
        }
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

    fn run(call: Invocation<'_>) {
        call.context
            .reply_bulk("Execute remote is not longer supported");
    }
}

/// RG.PYFREEINTERPRETER
pub(crate) struct PyFreeInterpreter;

impl Command for PyFreeInterpreter {
    const NAME: &'static CStr = c"rg.pyfreeinterpreter";

    fn run(call: Invocation<'_>) {
        call.context
            .reply_bulk("Free interpreter is not longer supported");
    }
}

/// RG.INNERHOOK: a command that functions hook; only the engine's own command filter writes it.
pub(crate) struct InnerHook;

impl Command for InnerHook {
    const NAME: &'static CStr = c"rg.innerhook";

    fn run(call: Invocation<'_>) {
        if call.arguments.len() < 2 {
            call.context.reply_arity();
            return;
        }
        crate::event::hook::run(call.context, &call.arguments[1..]);
    }
}
