//! Commands about executions.

use std::ffi::CStr;
use std::time::{Duration, SystemTime};

use super::shown::plan::steps;
use crate::answer::Reply;
use crate::cluster::{self, topology};
use crate::execution::spread::Spread;
use crate::execution::{self, Execution, Status, Waiter};
use crate::record::value::Value;
use crate::server::{Command, Flag, Invocation};
use crate::settings::settings;

const UNKNOWN: &str = "execution plan does not exist";
const NO_CLUSTER: &str = "no cluster detected - use `RG.GETEXECUTION <id> [SHARD]` instead";

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

/// RG.GETEXECUTION id [SHARD | CLUSTER | DETAILS]
///
/// With `DETAILS`, which is the engine's own, there are more fields behind those of RedisGears.
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
        let is_alone = topology().is_alone();
        let detailed = scope.is_some_and(|scope| scope.eq_ignore_ascii_case(b"details"));
        let everywhere = match scope {
            None => !is_alone,
            Some(_) if detailed => false,
            Some(scope) if scope.eq_ignore_ascii_case(b"shard") => false,
            Some(scope) if scope.eq_ignore_ascii_case(b"cluster") => {
                if is_alone {
                    call.context.reply_error(NO_CLUSTER);
                    return;
                }
                true
            }
            Some(_) => {
                call.context.reply_error("unknown subcommand");
                return;
            }
        };
        let own = describe(&execution);
        if detailed {
            let fields = details(&execution).into_iter().chain(progress(&execution));
            let more = fields.flat_map(|(name, value)| [Reply::bulk(name), value]);
            let mut all = match shown(&own) {
                Reply::Array(all) => all,
                other => vec![other],
            };
            all.extend(more);
            Reply::Array(vec![Reply::Array(all)]).write(call.context);
            return;
        }
        if !everywhere || execution.spread.is_none() || !call.context.flags().may_block() {
            Reply::Array(vec![shown(&own)]).write(call.context);
            return;
        }
        let client = call.context.block();
        let patience = settings().execution_max_idle_time.milliseconds();
        cluster::ask_all(EXECUTION, Value::redis(id), patience, move |answers| {
            // A shard that is gone, or has forgotten it, has nothing to say.
            let others = answers.into_iter().filter_map(|(_, answer)| answer.ok());
            let all = std::iter::once(own).chain(others);
            client.answer(Reply::Array(all.map(|one| shown(&one)).collect()));
        });
    }
}

/// What shards ask each other about an execution.
const EXECUTION: &str = "execution";

/// Has other shards told about executions, and takes those off the list that are dropped elsewhere.
pub(crate) fn answer_shards() {
    cluster::answer_about(EXECUTION, |_, question, asker| {
        let id = question.as_bytes().unwrap_or_default();
        match execution::list::find(id) {
            Some(execution) => asker.give(Ok(describe(&execution))),
            None => asker.refuse(&UNKNOWN),
        }
    });
}

/// What is said of an execution, in a form that travels.
fn describe(execution: &Execution) -> Value {
    let outcome = execution.outcome();
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let results = match (&outcome, execution.status()) {
        (Some(outcome), Status::Done) => int(outcome.results.len()),
        _ => Value::Int(-1),
    };
    let (errors, times) = outcome.map_or_else(Default::default, |outcome| {
        (outcome.errors.clone(), outcome.times.clone())
    });
    let (total, reading) = execution.durations();
    let spread = execution.spread.as_deref();
    let (received, completed) = spread.map(Spread::counters).unwrap_or_default();
    map(vec![
        ("shard_id", Value::str(cluster::shard_id())),
        (
            "execution_plan",
            map(vec![
                ("status", Value::str(execution.status().name())),
                ("shards_received", int(received)),
                ("shards_completed", int(completed)),
                ("results", results),
                (
                    "errors",
                    Value::List(errors.into_iter().map(Value::Str).collect()),
                ),
                ("total_duration", Value::Int(milliseconds(total))),
                ("read_duration", Value::Int(milliseconds(reading))),
                ("steps", Value::List(steps(&execution.plan, &times))),
            ]),
        ),
    ])
}

/// How many keys or entries its reader has gone through, and of how many.
fn progress(execution: &Execution) -> [(&'static str, Reply); 2] {
    let number = |count| Reply::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let progress = &execution.progress;
    [
        ("passed", number(progress.passed())),
        ("total", progress.total().map_or(Reply::Null, number)),
    ]
}

/// A flat map: names and values by turns.
fn map(pairs: Vec<(&str, Value)>) -> Value {
    let flat = pairs.into_iter();
    Value::List(
        flat.flat_map(|(name, value)| [Value::str(name), value])
            .collect(),
    )
}

/// A description as clients get it.
fn shown(value: &Value) -> Reply {
    match value {
        Value::Int(number) => Reply::Int(*number),
        Value::List(items) => Reply::Array(items.iter().map(shown).collect()),
        other => Reply::bulk(other.as_bytes().unwrap_or_default()),
    }
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
                    ("executionId", Reply::bulk(execution.id.text())),
                    ("status", Reply::bulk(execution.status().name())),
                    ("registered", Reply::Int(i64::from(execution.registered))),
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
        (
            "createdMS",
            Reply::Int(milliseconds(created.unwrap_or_default())),
        ),
        (
            "durationMS",
            Reply::Int(milliseconds(execution.durations().0)),
        ),
        (
            "numErrors",
            Reply::Int(i64::try_from(errors.len()).unwrap_or(i64::MAX)),
        ),
        ("lastError", Reply::bulk_or_null(errors.last())),
    ]
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// RG.DROPEXECUTION
pub(crate) struct DropExecution;

impl Command for DropExecution {
    const NAME: &'static CStr = c"rg.dropexecution";
    const FLAGS: Flag = Flag::Admin;

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
                if let Some(spread) = &execution.spread
                    && !spread.is_asked()
                {
                    spread.forget(&execution);
                }
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
    const FLAGS: Flag = Flag::Admin;

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
