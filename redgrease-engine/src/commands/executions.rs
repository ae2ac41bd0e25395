//! Commands about executions.

use std::ffi::CStr;
use std::time::{Duration, SystemTime};

use super::shown::plan::steps;
use crate::answer::Reply;
use crate::cluster;
use crate::execution::{self, Execution, Status, Waiter};
use crate::server::{Command, Invocation};

const UNKNOWN: &str = "execution plan does not exist";

/// RG.GETRESULTS
pub(crate) struct GetResults;

impl Command for GetResults {
    const NAME: &'static CStr = c"rg.getresults";

    fn run(call: Invocation<'_>) {
        let Some(id) = call.arguments.get(1) else {
            call.context.reply_arity();
            return;
        };
        let reply = match execution::list::find(id) {
            None => Reply::error(UNKNOWN),
            Some(execution) => match execution.outcome() {
                Some(outcome) => Reply::Results(outcome),
                None => Reply::error("execution is still running"),
            },
        };
        reply.write(call.context);
    }
}

/// RG.GETRESULTSBLOCKING
pub(crate) struct GetResultsBlocking;

impl Command for GetResultsBlocking {
    const NAME: &'static CStr = c"rg.getresultsblocking";

    fn run(call: Invocation<'_>) {
        let [_, id] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        let Some(execution) = execution::list::find(id) else {
            call.context.reply_error(UNKNOWN);
            return;
        };
        if let Some(outcome) = execution.outcome() {
            Reply::Results(outcome).write(call.context);
        } else if call.context.flags().may_block() {
            execution.wait(Waiter::Results(call.context.block()));
        } else {
            call.context
                .reply_error("ERR can not wait for an execution when blocking is not allowed");
        }
    }
}

/// RG.GETEXECUTION
pub(crate) struct GetExecution;

impl Command for GetExecution {
    const NAME: &'static CStr = c"rg.getexecution";

    fn run(call: Invocation<'_>) {
        let (id, scope) = match call.arguments.as_slice() {
            [_, id] => (id, None),
            [_, id, scope] => (id, Some(scope)),
            _ => {
                call.context.reply_arity();
                return;
            }
        };
        let Some(execution) = execution::list::find(id) else {
            call.context.reply_error(UNKNOWN);
            return;
        };
        match scope {
            Some(scope) if scope.eq_ignore_ascii_case(b"cluster") => call
                .context
                .reply_error("no cluster detected - use `RG.GETEXECUTION <id> [SHARD]` instead"),
            Some(scope) if !scope.eq_ignore_ascii_case(b"shard") => {
                call.context.reply_error("unknown subcommand");
            }
            _ => Reply::Array(vec![describe(&execution)]).write(call.context),
        }
    }
}

fn describe(execution: &Execution) -> Reply {
    let outcome = execution.outcome();
    let results = match (&outcome, execution.status()) {
        (Some(outcome), Status::Done) => Reply::count(outcome.results.len()),
        _ => Reply::Int(-1),
    };
    let (errors, times) = outcome.map_or_else(Default::default, |outcome| {
        (outcome.errors.clone(), outcome.times.clone())
    });
    let (total, reading) = execution.durations();
    Reply::map(vec![
        ("shard_id", Reply::bulk(cluster::shard_id())),
        (
            "execution_plan",
            Reply::map(vec![
                ("status", Reply::bulk(execution.status().name())),
                ("shards_received", Reply::Int(0)),
                ("shards_completed", Reply::Int(0)),
                ("results", results),
                ("errors", Reply::bulks(errors)),
                ("total_duration", milliseconds(total)),
                ("read_duration", milliseconds(reading)),
                ("steps", Reply::Array(steps(&execution.plan, &times))),
            ]),
        ),
    ])
}

/// RG.DUMPEXECUTIONS [DETAILS]
///
/// With `DETAILS`, which is the engine's own, each one has more fields, behind those of RedisGears.
pub(crate) struct DumpExecutions;

impl Command for DumpExecutions {
    const NAME: &'static CStr = c"rg.dumpexecutions";

    fn run(call: Invocation<'_>) {
        let wants_details = matches!(
            call.arguments.as_slice(),
            [_, word] if word.eq_ignore_ascii_case(b"details")
        );
        let list = execution::list::all()
            .iter()
            .rev()
            .map(|execution| {
                let mut fields = vec![
                    ("executionId", Reply::bulk(&execution.id)),
                    ("status", Reply::bulk(execution.status().name())),
                    (
                        "registered",
                        Reply::Int(i64::from(execution.owner.is_some())),
                    ),
                ];
                if wants_details {
                    fields.extend(details(execution));
                }
                Reply::map(fields)
            })
            .collect();
        Reply::Array(list).write(call.context);
    }
}

/// Where an execution comes from, when it was made, how long it has run, and how it ended.
fn details(execution: &Execution) -> Vec<(&'static str, Reply)> {
    let created = execution.created.duration_since(SystemTime::UNIX_EPOCH);
    let outcome = execution.outcome();
    let errors = outcome.as_ref().map_or(&[][..], |outcome| &outcome.errors);
    let reader = &execution.plan.reader;
    let registration = execution.owner.as_ref().map(|_| &execution.plan_id);
    vec![
        ("reader", Reply::bulk(reader.name())),
        ("for", Reply::bulk_or_null(reader.subject())),
        ("registrationId", Reply::bulk_or_null(registration)),
        ("createdMS", milliseconds(created.unwrap_or_default())),
        ("durationMS", milliseconds(execution.durations().0)),
        (
            "numErrors",
            Reply::Int(i64::try_from(errors.len()).unwrap_or(i64::MAX)),
        ),
        ("lastError", Reply::bulk_or_null(errors.last())),
    ]
}

fn milliseconds(time: Duration) -> Reply {
    Reply::Int(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// RG.DROPEXECUTION
pub(crate) struct DropExecution;

impl Command for DropExecution {
    const NAME: &'static CStr = c"rg.dropexecution";

    fn run(call: Invocation<'_>) {
        let [_, id] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        let reply = match execution::list::find(id) {
            None => Reply::error(UNKNOWN),
            Some(execution) if !execution.is_over() => {
                Reply::error("can not drop a not yet finished execution, abort it first.")
            }
            Some(execution) => {
                execution::list::remove(execution.number);
                Reply::Ok
            }
        };
        reply.write(call.context);
    }
}

/// RG.ABORTEXECUTION
pub(crate) struct AbortExecution;

impl Command for AbortExecution {
    const NAME: &'static CStr = c"rg.abortexecution";

    fn run(call: Invocation<'_>) {
        let [_, id] = call.arguments.as_slice() else {
            call.context.reply_arity();
            return;
        };
        let Some(execution) = execution::list::find(id) else {
            call.context.reply_error("execution does not exist");
            return;
        };
        execution::list::count_errand();
        execution.abort();
        if !execution.is_over() && call.context.flags().may_block() {
            // Answered when the function has stopped, as far as that can be waited for.
            let client = call.context.block();
            execution.wait(Waiter::Internal(Box::new(move |_, _| {
                client.answer(Reply::Ok);
            })));
            return;
        }
        Reply::Ok.write(call.context);
    }
}
