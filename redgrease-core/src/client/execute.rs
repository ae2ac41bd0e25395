//! Scripts on a connection, whether it blocks or is shared.
//!
//! An asynchronous connection gives up on an answer after 500 ms unless it is told otherwise, and
//! a server answers a connection's commands one after the other. So nothing that takes long may be
//! waited for there: runs are started and asked about, packages are installed by a script of their
//! own that can be sent again until its answer comes in time.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use super::data::{ExecId, ExecutionResult, Outcome, RawRecord, RegistrationFilter};
use super::requests::{self, PyExecuteOptions};
use super::runner::Runner;
use crate::error::{Error, Result, is_unknown_execution as is_unknown};
use crate::script::Script;

/// How long a shared connection is asked whether it answers again.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often the installation of packages is sent when its answer does not come in time.
const INSTALLATIONS: usize = 3;

/// Names the versions when the server's Python cannot read a script. `target` is the version that the
/// script is written for, as far as that is known.
pub(super) async fn versioned(error: Error, target: &str, runner: &mut impl Runner) -> Error {
    let mut python = match error {
        Error::Python(python) if python.is_syntax() => python,
        other => return other,
    };
    if let Ok(server) = runner.run(requests::python_version()).await {
        let words = match target {
            "" => format!("the server runs Python {server}"),
            _ => format!("it is written for Python {target}, the server runs {server}"),
        };
        python.add(&words);
    }
    Error::Python(python)
}

/// Runs a script to its end. On a connection that others share, the server only starts it and is
/// asked for the results until they are there.
pub(super) async fn execute_on<R: Runner>(
    script: &str,
    options: &PyExecuteOptions,
    runner: &mut R,
) -> Result<Outcome> {
    match send(script, options, runner).await {
        // which version a plain script is written for nobody has said
        Err(error) => Err(versioned(error, "", runner).await),
        done => done,
    }
}

async fn send<R: Runner>(
    script: &str,
    options: &PyExecuteOptions,
    runner: &mut R,
) -> Result<Outcome> {
    if !R::SHARED {
        return runner.run(requests::pyexecute(script, options)).await;
    }
    let (options, held) = install(options, runner).await?;
    let wanted = options.unblocking;
    let answer = runner
        .run(requests::pyexecute(script, &options.unblocking()))
        .await;
    release(held, runner).await?;
    match answer? {
        Outcome::Started(id) if !wanted => {
            let results = await_results(&id, runner).await.map_err(elsewhere)?;
            match runner.run(requests::drop_execution(&id)).await {
                // it is dropped later than the answer may come
                Err(error) if !error.is_timeout() => Err(error),
                _ => Ok(Outcome::Results(results)),
            }
        }
        other => Ok(other),
    }
}

/// Asks for an execution's results until they are there.
pub(super) async fn await_results<R: Runner>(
    id: &ExecId,
    runner: &mut R,
) -> Result<ExecutionResult<Vec<RawRecord>>> {
    if !R::SHARED {
        return runner.run(requests::get_results_blocking(id)).await;
    }
    let mut give_up = Instant::now() + PATIENCE;
    loop {
        match runner.run(requests::get_results(id)).await {
            Err(error) if error.is_still_running() => give_up = Instant::now() + PATIENCE,
            // the server is busy; a question can be asked again
            Err(error) if error.is_timeout() && Instant::now() < give_up => {}
            results => return results,
        }
        runner.pause().await;
    }
}

/// What to do when the server that is asked does not know the run that was just started.
fn elsewhere(error: Error) -> Error {
    match error {
        Error::Engine { message } if is_unknown(&message) => Error::Engine {
            message: format!(
                "{message}: another node of the cluster was asked than the one that runs the \
                 script; make the connection `Gears::new(connection)`, which asks the right one"
            ),
        },
        error => error,
    }
}

/// Sends a script that registers something. When the answer does not come in time, looks whether
/// the server has the registration.
pub(super) async fn register_script<R: Runner>(
    script: &Script,
    options: &PyExecuteOptions,
    runner: &mut R,
) -> Result<Outcome> {
    if !R::SHARED {
        return runner
            .run(requests::pyexecute(script.text(), options))
            .await;
    }
    let (options, held) = install(options, runner).await?;
    let mut answer = runner
        .run(requests::pyexecute(script.text(), &options))
        .await;
    if matches!(&answer, Err(error) if error.is_timeout()) {
        settle(runner).await?;
        let registrations = runner.run(requests::dump_registrations()).await?;
        if registrations.iter().any(|old| is_made_by(old, script)) {
            answer = Ok(Outcome::Done);
        }
    }
    release(held, runner).await?;
    answer
}

/// A registration's description ends with a hash of its script.
pub(super) fn is_made_by(registration: &super::Registration, script: &Script) -> bool {
    registration
        .description
        .as_ref()
        .is_some_and(|description| description.ends_with(script.hash()))
}

/// A registration that does nothing but keep packages installed until the script that needs them
/// is there.
struct Held {
    trigger: String,
}

/// Installs the packages that a script needs and that the server does not have; gives the options
/// that are left for the script itself.
async fn install<R: Runner>(
    options: &PyExecuteOptions,
    runner: &mut R,
) -> Result<(PyExecuteOptions, Option<Held>)> {
    let requirements = options.resolved_requirements();
    let mut rest = options.clone();
    if requirements.is_empty() {
        return Ok((rest, None));
    }
    if !options.force_reinstall_requirements {
        let known = runner.run(requests::py_dump_reqs()).await?;
        let has = |name: &String| known.iter().any(|r| r.name == *name && r.is_installed);
        if requirements.iter().all(has) {
            return Ok((rest, None));
        }
    }
    rest.force_reinstall_requirements = false;
    let trigger = format!("redgrease-packages-{:016x}", random());
    let script = format!("GB('CommandReader').register(trigger='{trigger}', mode='async_local')");
    let mut holding = PyExecuteOptions::new()
        .id(&trigger)
        .description("keeps packages installed until the script that needs them is there")
        .requirements(requirements);
    holding.force_reinstall_requirements = options.force_reinstall_requirements;
    for attempt in 1.. {
        match runner.run(requests::pyexecute(&script, &holding)).await {
            Err(error) if error.is_timeout() => {
                settle(runner).await?;
                if attempt == INSTALLATIONS {
                    return Err(not_installed(&holding.requirements));
                }
            }
            // an earlier attempt did it after all
            Err(Error::Engine { message }) if message.ends_with(" already exists") => break,
            answer => {
                answer?;
                break;
            }
        }
    }
    Ok((rest, Some(Held { trigger })))
}

/// What is known when the answer never came in time.
fn not_installed(requirements: &[String]) -> Error {
    Error::Engine {
        message: format!(
            "Could not satisfy requirements ({}): {INSTALLATIONS} attempts took longer than the \
             connection waits for an answer; the server's log tells why",
            requirements.join(", ")
        ),
    }
}

async fn release<R: Runner>(held: Option<Held>, runner: &mut R) -> Result<()> {
    let Some(Held { trigger }) = held else {
        return Ok(());
    };
    let filter = RegistrationFilter::new().trigger(trigger);
    for registration in runner
        .run(requests::dump_registrations_where(&filter))
        .await?
    {
        runner.run(requests::unregister(&registration)).await?;
    }
    Ok(())
}

/// Waits until the server answers again: it has then done everything that was sent before.
async fn settle<R: Runner>(runner: &mut R) -> Result<()> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match runner.run(requests::config_get("MaxExecutions")).await {
            Err(error) if error.is_timeout() && Instant::now() < give_up => runner.pause().await,
            answer => return answer.map(drop),
        }
    }
}

/// A number that no other program has: the standard library seeds its hashers at random.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
