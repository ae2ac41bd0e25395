//! RG.PYEXECUTE: running a script, which may run and register functions.

mod request;

use crate::event::code::check_may_bring;
use crate::packages::environment::environments;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::answer::Reply;
use crate::base::random_hex;
use crate::execution::spread::{self, Spread};
use crate::execution::{self, Execution, Waiter};
use crate::packages::environment::{Environment, EnvironmentResult, normalise};
use crate::packages::known;
use crate::plan::Plan;
use crate::record::value::{Value, decode};
use crate::registrar::{Claim, Refusal, commit, provide};
use crate::server::{Blocked, Command, Flag, Invocation, Level, lock_server, log};
use crate::session::{self, Absence, Session};
use crate::settings::settings;
use crate::worker::wire::FrameType;
use request::Request;

/// RG.PYEXECUTE
pub(crate) struct PyExecute;

impl Command for PyExecute {
    const NAME: &'static CStr = c"rg.pyexecute";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let context = call.context;
        if !context.flags().may_block() {
            context.reply_error(
                "Can not run gears inside a multi exec, lua, or when blocking is not allowed",
            );
            return;
        }
        if call.arguments.len() < 2 {
            context.reply_arity();
            return;
        }
        if let Err(may_not) = check_may_bring(context) {
            context.reply_error(may_not.to_string());
            return;
        }
        let request = match Request::parse(&call.arguments[1..]) {
            Ok(request) => request,
            Err(misused) => {
                context.reply_error(misused.text());
                return;
            }
        };
        let name = request.id.clone().unwrap_or_else(random_hex);
        let replaced = match request.claim.first(&name) {
            Ok(replaced) => replaced,
            Err(unclaimed) => {
                context.reply_error(unclaimed.to_string());
                return;
            }
        };
        let installs =
            request.reinstall || !known::all_known(&lock_server(), &request.requirements);
        let client = context.block();
        let then = move |request: Request, environment: EnvironmentResult| {
            let environment = match environment {
                Ok(environment) => environment,
                Err(failure) => {
                    client.answer(Reply::error(failure.to_string()));
                    return;
                }
            };
            match load(request, name, replaced, environment, installs) {
                Ok(load) => load(client),
                Err(absence) => client.answer(Reply::error(absence.to_string())),
            }
        };
        if request.requirements.is_empty() && settings().share_packages.is_on() {
            inherit(request, then);
            return;
        }
        let requirements = normalise(&request.requirements);
        environments().get(requirements, request.reinstall, move |environment| {
            if environment.is_ok() {
                known::installed(&request.requirements);
            }
            then(request, environment);
        });
    }
}

/// Finds the environment of a script without requirements: with what was installed on this server, if that fits together.
fn inherit(mut request: Request, then: impl FnOnce(Request, EnvironmentResult) + Send + 'static) {
    request.requirements = known::shared();
    request.inherits = !request.requirements.is_empty();
    let requirements = normalise(&request.requirements);
    environments().get(requirements, false, move |environment| match environment {
        Err(failure) if request.inherits => {
            log(
                Level::Warning,
                &format!("a script runs without the packages that were installed last: {failure}"),
            );
            request.requirements.clear();
            request.inherits = false;
            environments().get(Vec::new(), false, move |environment| {
                then(request, environment);
            });
        }
        environment => then(request, environment),
    });
}

type Start = Box<dyn FnOnce(Blocked) + Send>;

/// Prepares the run of the script in a worker of the environment.
fn load(
    request: Request,
    name: String,
    replaced: Option<Arc<Session>>,
    environment: Arc<Environment>,
    installs: bool,
) -> Result<Start, Absence> {
    if request.reinstall && !request.inherits {
        known::renewed(&lock_server(), &request.requirements);
    }
    let session = Session::new(
        name,
        request.description,
        request.requirements,
        Some(environment),
    );
    let session = Arc::new(session.inheriting(request.inherits));
    session
        .installed
        .store(installs && !request.inherits, Ordering::Relaxed);
    session.keep_script(&request.script);
    let worker = session.host()?.worker;
    Ok(Box::new(move |client| {
        session::list::add(&session);
        if let Some(old) = &replaced {
            session::list::begin_replacing(&session.inner_name, old);
        }
        let question = Value::Tuple(vec![
            Value::str(&session.inner_name),
            Value::redis(&request.script),
        ]);
        let unblocking = request.unblocking;
        let asked = Arc::clone(&worker);
        asked.ask(FrameType::Load, &question, move |answer| {
            session::list::end_replacing(&session.inner_name);
            match answer.map(decode) {
                Ok(Ok(value)) => finish(&session, &value, &request.claim, unblocking, client),
                Ok(Err(error)) => {
                    worker.give_up();
                    client.answer(Reply::error(format!(
                        "ERR the worker's answer is broken: {error}; the worker is replaced"
                    )));
                }
                Err(loss) => client.answer(Reply::error(loss.to_string())),
            }
        });
    }))
}

/// Does what the script asked for, and answers the client.
fn finish(
    session: &Arc<Session>,
    answer: &Value,
    claim: &Claim,
    unblocking: bool,
    client: Blocked,
) {
    let empty = Vec::new();
    let count_plans = |made: Option<i64>| {
        if let Ok(made @ 1..) = u64::try_from(made.unwrap_or(0)) {
            execution::list::next_plan(made);
        }
    };
    let value = match answer.items() {
        Some([Value::Bool(true), value]) => value,
        Some([_, text, made, ran]) => {
            // What the script had begun keeps its numbers.
            count_plans(made.as_int());
            if ran.is_true() {
                execution::list::skip();
            }
            client.answer(Reply::Error(text.as_bytes().unwrap_or_default().to_vec()));
            return;
        }
        _ => {
            client.answer(Reply::error("ERR the worker's answer is broken"));
            return;
        }
    };
    count_plans(value.get("plans").and_then(Value::as_int));
    let registrations = value
        .get("registrations")
        .and_then(Value::items)
        .unwrap_or(&empty);
    if !matches!(value.get("run"), None | Some(Value::None)) {
        known::used(&lock_server(), session.named_requirements());
    }
    let nothing = Value::None;
    let description = value.get("run").unwrap_or(&nothing);
    let run = match value.get("run") {
        None | Some(Value::None) => None,
        Some(description) => match Plan::parse(description) {
            Some(plan) => {
                session.learn(std::slice::from_ref(description));
                let spread = Spread::of(&plan, false);
                Some(execution::list::add(
                    Arc::new(plan),
                    description.text("id").unwrap_or_default(),
                    Arc::clone(session),
                    None,
                    unblocking || !registrations.is_empty(),
                    0,
                    spread,
                ))
            }
            None => {
                client.answer(Reply::error("ERR the worker described the run badly"));
                return;
            }
        },
    };
    if registrations.is_empty() {
        let Some(run) = run else {
            client.answer(Reply::Ok);
            return;
        };
        if unblocking {
            client.answer(Reply::bulk(run.id.text()));
        } else {
            run.wait(Waiter::Results(client));
        }
        begin(run, description);
        return;
    }
    let description = description.clone();
    commit(
        session,
        registrations,
        claim.clone(),
        move |made| match made {
            Ok(()) => {
                if let Some(run) = run {
                    begin(run, &description);
                }
                client.answer(Reply::Ok);
            }
            Err(refusal) => {
                if let Some(run) = run {
                    run.abort();
                    execution::list::remove(run.number);
                }
                client.answer(match refusal {
                    Refusal::Here(reason) => Reply::error(reason.to_string()),
                    Refusal::Shards(texts) => Reply::bulks(texts),
                });
            }
        },
    );
}

/// Begins a run, once its packages are on all shards. One that does not have them refuses it with its own words.
fn begin(run: Arc<Execution>, description: &Value) {
    let requirements = run.session.requirements.clone();
    let description = description.clone();
    provide(&requirements, move |refused| {
        for text in refused {
            log(Level::Warning, &text);
        }
        spread::start(run, &description);
    });
}
