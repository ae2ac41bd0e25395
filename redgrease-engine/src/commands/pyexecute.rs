//! RG.PYEXECUTE: running a script, which may run and register functions.

use crate::event::code::check_may_bring;
use crate::execution::executor;
use crate::packages::environment::environments;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::answer::Reply;
use crate::base::random_hex;
use crate::execution::{self, Waiter};
use crate::packages::environment::{Environment, EnvironmentResult, normalise};
use crate::packages::known;
use crate::plan::Plan;
use crate::record::value::{Value, decode};
use crate::registrar::{Claim, commit, tell_registered};
use crate::server::{Blocked, Command, Invocation, Level, lock_server, log};
use crate::session::{self, Session};
use crate::settings::settings;
use crate::worker::wire::FrameType;

/// RG.PYEXECUTE
pub(crate) struct PyExecute;

/// What the command was asked to do.
#[derive(Debug, Default, PartialEq)]
struct Request {
    script: Vec<u8>,
    unblocking: bool,
    id: Option<String>,
    description: Option<String>,
    claim: Claim,
    reinstall: bool,
    requirements: Vec<String>,
    /// Whether they are not its own.
    inherits: bool,
}

impl Request {
    fn parse(arguments: &[Vec<u8>]) -> Result<Self, Vec<u8>> {
        let mut request = Self {
            script: arguments[0].clone(),
            ..Self::default()
        };
        let mut rest = arguments[1..].iter();
        while let Some(argument) = rest.next() {
            let text = |value: Option<&Vec<u8>>, missing: &str| {
                value
                    .map(|value| String::from_utf8_lossy(value).into_owned())
                    .ok_or_else(|| missing.as_bytes().to_vec())
            };
            match argument.to_ascii_lowercase().as_slice() {
                b"unblocking" => request.unblocking = true,
                b"upgrade" => request.claim.upgrade = true,
                b"force_reinstall_requirements" => request.reinstall = true,
                b"id" => {
                    let id = text(rest.next(), "ID is missing")?;
                    if !id
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                    {
                        return Err(
                            b"ID must be compose of: ['A'-'Z' | 'a'-'z' | '0' - '9' | '-' | '_']"
                                .to_vec(),
                        );
                    }
                    request.id = Some(id);
                }
                b"description" => {
                    request.description = Some(text(rest.next(), "DESCRIPTION is missing")?);
                }
                b"replace_with" => {
                    request.claim.replace = Some(text(rest.next(), "REPLACE_WITH is missing")?);
                }
                b"requirements" => {
                    request.requirements = rest
                        .by_ref()
                        .map(|name| String::from_utf8_lossy(name).into_owned())
                        .collect();
                }
                _ => return Err([b"Unknown arguments were given: ".as_slice(), argument].concat()),
            }
        }
        Ok(request)
    }
}

impl Command for PyExecute {
    const NAME: &'static CStr = c"rg.pyexecute";

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
        if let Err(text) = check_may_bring(context) {
            context.reply_error(text);
            return;
        }
        let request = match Request::parse(&call.arguments[1..]) {
            Ok(request) => request,
            Err(text) => {
                context.reply_error(text);
                return;
            }
        };
        let name = request.id.clone().unwrap_or_else(random_hex);
        let replaced = match request.claim.first(&name) {
            Ok(replaced) => replaced,
            Err(text) => {
                context.reply_error(text);
                return;
            }
        };
        let installs =
            request.reinstall || !known::all_known(&lock_server(), &request.requirements);
        let client = context.block();
        let then = move |request: Request, environment: EnvironmentResult| {
            let loaded = environment
                .and_then(|environment| load(request, name, replaced, environment, installs));
            match loaded {
                Ok(load) => load(client),
                Err(text) => client.answer(Reply::error(text)),
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
        Err(text) if request.inherits => {
            log(
                Level::Warning,
                &format!("a script runs without the packages that were installed last: {text}"),
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
) -> Result<Start, String> {
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
    let worker = session
        .host()
        .map_err(|absence| absence.to_string())?
        .worker;
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
        worker.ask(FrameType::Load, &question, move |answer| {
            session::list::end_replacing(&session.inner_name);
            let reply = answer.map_err(|loss| loss.to_string()).and_then(|payload| {
                decode(payload)
                    .map_err(|error| format!("ERR the worker's answer is broken: {error}"))
            });
            match reply {
                Ok(value) => finish(&session, &value, &request.claim, unblocking, client),
                Err(text) => client.answer(Reply::error(text)),
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
    let run = match value.get("run") {
        None | Some(Value::None) => None,
        Some(description) => match Plan::parse(description) {
            Some(plan) => {
                session.learn(description);
                Some(execution::list::add(
                    Arc::new(plan),
                    description.text("id").unwrap_or_default(),
                    Arc::clone(session),
                    None,
                    unblocking || !registrations.is_empty(),
                    0,
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
            client.answer(Reply::bulk(&run.id));
        } else {
            run.wait(Waiter::Results(client));
        }
        executor::submit(run);
        return;
    }
    let made = match commit(session, registrations, claim) {
        Ok(made) => made,
        Err(text) => {
            if let Some(run) = run {
                run.abort();
                execution::list::remove(run.number);
            }
            client.answer(Reply::error(text));
            return;
        }
    };
    if let Some(run) = run {
        executor::submit(run);
    }
    tell_registered(session, &made, move || client.answer(Reply::Ok));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Request, String> {
        let arguments: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        Request::parse(&arguments).map_err(|text| String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn options_come_in_any_order_and_case() {
        let request = parse(&[
            "x",
            "upgrade",
            "Id",
            "a-1_B",
            "UNBLOCKING",
            "description",
            "d e",
        ])
        .expect("parses");
        assert!(request.claim.upgrade && request.unblocking);
        assert_eq!(request.id.as_deref(), Some("a-1_B"));
        assert_eq!(request.description.as_deref(), Some("d e"));
    }

    #[test]
    fn requirements_swallow_the_rest() {
        let request = parse(&["x", "REQUIREMENTS", "a==1", "UNBLOCKING"]).expect("parses");
        assert!(!request.unblocking);
        assert_eq!(request.requirements, ["a==1", "UNBLOCKING"]);
        assert!(
            parse(&["x", "REQUIREMENTS"])
                .expect("parses")
                .requirements
                .is_empty()
        );
    }

    #[test]
    fn what_is_wrong_is_said_as_before() {
        for (words, text) in [
            (vec!["x", "bogus"], "Unknown arguments were given: bogus"),
            (vec!["x", "ID"], "ID is missing"),
            (
                vec!["x", "ID", "bad id!"],
                "ID must be compose of: ['A'-'Z' | 'a'-'z' | '0' - '9' | '-' | '_']",
            ),
            (vec!["x", "DESCRIPTION"], "DESCRIPTION is missing"),
            (vec!["x", "REPLACE_WITH"], "REPLACE_WITH is missing"),
        ] {
            assert_eq!(parse(&words), Err(text.to_owned()));
        }
        assert_eq!(
            parse(&["x", "ID", ""])
                .expect("an empty id is one")
                .id
                .as_deref(),
            Some("")
        );
    }
}
