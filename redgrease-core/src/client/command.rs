//! What `#[command]` does at run time: register once, trigger, decode.

mod call;
mod state;

use redis::ConnectionLike;

use super::data::{Outcome, Registration};
use super::execute::{is_made_by, register_script, versioned};
use super::program;
use super::registering::{self, Registered, is_foreign, origin, owner};
use super::requests::{self, PyExecuteOptions};
use super::runner::{Blocking, Runner, now};
use crate::error::{Error, Result};
use crate::script::{Script, command_script};
use crate::spec::{CommandSpec, Replace};
pub use call::{Call, Decoder};
pub use state::CommandState;
use state::Known;

/// Registers a command on the server of `con`.
///
/// # Errors
///
/// [`Error::DuplicateTrigger`] when the trigger exists and `spec.replace` is [`Replace::Refuse`];
/// the connection's and Python's errors.
#[doc(hidden)]
pub fn register(spec: &CommandSpec, con: &mut impl ConnectionLike) -> Result<Registered> {
    now(register_on(spec, &mut Blocking(con)))
}

/// Registers a command on the server of the asynchronous connection `con`.
///
/// # Errors
///
/// As [`register`].
#[doc(hidden)]
#[cfg(feature = "tokio")]
pub async fn register_async<C: redis::aio::ConnectionLike + Send>(
    spec: &CommandSpec,
    con: &mut C,
) -> Result<Registered> {
    register_on(spec, &mut super::runner::Asynchronous::new(con)).await
}

async fn register_on(spec: &CommandSpec, runner: &mut impl Runner) -> Result<Registered> {
    if spec.replace == Replace::Replace {
        return replace_on(spec, runner).await;
    }
    let script = remembered(spec);
    let answer = register_script(&script, &options(spec), runner).await;
    match registration(answer, &script, || spec.trigger.to_string()) {
        Err(error) if error.is_python() => {
            Err(versioned(error, spec.function.python, runner).await)
        }
        Err(error) if error.is_duplicate_trigger() => match spec.replace {
            Replace::Keep => Ok(Registered::Unchanged),
            _ => Err(Error::DuplicateTrigger {
                trigger: spec.trigger.to_string(),
                owner: owner_of(spec, &script, runner).await,
            }),
        },
        registered => registered,
    }
}

/// Puts the code in the place of what holds the trigger now.
pub(super) async fn replace_on(spec: &CommandSpec, runner: &mut impl Runner) -> Result<Registered> {
    let script = remembered(spec);
    let holds = |old: &Registration| holds(spec, old);
    let allowed = |old: &Registration| {
        if spec.replace == Replace::Replace {
            return Ok(());
        }
        let other = program::other(SESSION, spec.name, &spec.function, &script, old);
        if other.is_none() && !is_foreign(spec.package, old) {
            return Ok(());
        }
        Err(Error::DuplicateTrigger {
            trigger: spec.trigger.to_string(),
            owner: other.or_else(|| owner(old)),
        })
    };
    match registering::replace(&script, options(spec), runner, holds, allowed).await {
        Ok(registered) => Ok(registered),
        Err(error) => {
            let error = mapped(error, &script);
            Err(versioned(error, spec.function.python, runner).await)
        }
    }
}

/// The script of a command, which this program knows from now on.
fn remembered(spec: &CommandSpec) -> Script {
    let script = command_script(spec);
    program::remember(SESSION, spec.name, &spec.function, &script, spec.replace);
    script
}

/// Whether a registration of the server is this command, or older code of it.
pub(super) fn holds(spec: &CommandSpec, old: &Registration) -> bool {
    match spec.is_hook() {
        true => registering::is_session_of(SESSION, spec.name, spec.function.name, old),
        false => old.trigger() == Some(spec.trigger),
    }
}

/// Who registered what holds the trigger now, if the server tells.
async fn owner_of(spec: &CommandSpec, script: &Script, runner: &mut impl Runner) -> Option<String> {
    let registrations = runner.run(requests::dump_registrations()).await.ok()?;
    let old = registrations.iter().find(|old| holds(spec, old))?;
    program::other(SESSION, spec.name, &spec.function, script, old).or_else(|| owner(old))
}

/// What the names of the sessions of commands begin with.
const SESSION: &str = "redgrease-";

fn options(spec: &CommandSpec) -> PyExecuteOptions {
    registering::options(
        SESSION,
        spec.name,
        spec.requirements,
        (spec.function.file, spec.function.line),
    )
}

/// What the answer to a script that registers something means.
pub(super) fn registration(
    answer: Result<Outcome>,
    script: &Script,
    trigger: impl FnOnce() -> String,
) -> Result<Registered> {
    match answer {
        Ok(_) => Ok(Registered::Created),
        Err(error) if is_duplicate(&error) => Err(Error::DuplicateTrigger {
            trigger: trigger(),
            owner: None,
        }),
        Err(error) => Err(mapped(error, script)),
    }
}

fn is_duplicate(error: &Error) -> bool {
    let session_exists =
        |message: &str| message.starts_with("Session ") && message.ends_with(" already exists");
    error.is_duplicate_trigger()
        || matches!(error, Error::Engine { message } if session_exists(message))
}

/// Names the Rust file in the traceback of an error that a script caused.
pub(super) fn mapped(error: Error, script: &Script) -> Error {
    match error {
        Error::Python(mut python) => {
            python.exception = script.map_traceback(&python.exception);
            Error::Python(python.map_lines(|line| script.map_traceback(line)))
        }
        other => other,
    }
}

/// Looks at what the server has under the trigger, and registers the function when that is nothing,
/// or is to be replaced. `bound` functions do not call older code that they were not told to keep.
async fn prepare(spec: &CommandSpec, bound: bool, runner: &mut impl Runner) -> Result<Known> {
    for _ in 0..2 {
        let registrations = match runner.run(requests::dump_registrations()).await {
            Ok(registrations) => registrations,
            // One may be allowed to call functions and nothing else.
            Err(Error::Redis(_)) if !bound => return Ok(Known::Plain),
            Err(Error::Redis(_)) => {
                register_on(spec, runner).await?;
                return Ok(Known::Plain);
            }
            Err(error) => return Err(error),
        };
        let Some(old) = registrations.iter().find(|old| holds(spec, old)) else {
            match register_on(spec, runner).await {
                // somebody else was quicker
                Err(error) if error.is_duplicate_trigger() => continue,
                registered => drop(registered?),
            }
            return Ok(Known::Signed);
        };
        let script = remembered(spec);
        if is_made_by(old, &script) {
            return Ok(Known::Signed);
        }
        if spec.replace == Replace::Replace {
            replace_on(spec, runner).await?;
            return Ok(Known::Signed);
        }
        let other = program::other(SESSION, spec.name, &spec.function, &script, old);
        let refused = bound || other.is_some() || is_foreign(spec.package, old);
        if spec.replace == Replace::Refuse && refused {
            return Err(Error::DuplicateTrigger {
                trigger: spec.trigger.to_string(),
                owner: other.or_else(|| owner(old)),
            });
        }
        let program = spec.function.signature();
        return match origin(old).and_then(|origin| origin.signature) {
            None => Ok(Known::Plain),
            Some(server) if server == program => Ok(Known::Signed),
            Some(server) => Err(Error::OtherSignature {
                trigger: spec.trigger.to_string(),
                server: server.to_string(),
                program,
                owner: owner(old),
            }),
        };
    }
    Ok(Known::Plain)
}
