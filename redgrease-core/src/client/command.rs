//! What `#[command]` does at run time: register once, trigger, decode.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::ConnectionLike;

use super::args::Args;
use super::binding::Binding;
use super::data::{Outcome, RawRecord, Registration};
use super::execute::register_script;
use super::registrations;
use super::requests::{self, PyExecuteOptions};
use super::runner::{Blocking, Runner, now};
use crate::error::{Error, Result};
use crate::script::{Script, command_script};
use crate::spec::{CommandSpec, Replace};

/// What registering a function did.
///
/// ```
/// use redgrease_core::client::Registered;
///
/// fn line(name: &str, registered: Registered) -> String {
///     match registered {
///         Registered::Unchanged => format!("{name} was there already"),
///         done => format!("{name}: {done:?}"),
///     }
/// }
/// assert_eq!(line("area", Registered::Created), "area: Created");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registered {
    /// It was not there before.
    Created,
    /// It took the place of older code with the same trigger.
    Replaced,
    /// The same code is registered already, or older code was kept (`replace = false`).
    Unchanged,
}

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
    let script = command_script(spec);
    let answer = register_script(&script, &options(spec), runner).await;
    match registration(answer, &script, || spec.trigger.to_string()) {
        Err(error) if error.is_duplicate_trigger() && spec.replace == Replace::Keep => {
            Ok(Registered::Unchanged)
        }
        registered => registered,
    }
}

/// Puts the code in the place of what holds the trigger now.
pub(super) async fn replace_on(spec: &CommandSpec, runner: &mut impl Runner) -> Result<Registered> {
    let script = command_script(spec);
    let holds = |old: &Registration| old.trigger() == Some(spec.trigger);
    registrations::replace(&script, options(spec), runner, holds)
        .await
        .map_err(|error| mapped(error, &script))
}

fn options(spec: &CommandSpec) -> PyExecuteOptions {
    registrations::options(
        "redgrease-",
        spec.trigger,
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
        Err(error) if is_duplicate(&error) => Err(Error::DuplicateTrigger { trigger: trigger() }),
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
        Error::Python(python) => Error::Python(python.map_lines(|line| script.map_traceback(line))),
        other => other,
    }
}

/// Reads the records that one call gave.
#[doc(hidden)]
pub type Decoder<T> = fn(Vec<RawRecord>) -> Result<T>;

/// Triggers a registered command and decodes what it returned.
async fn trigger_on<T>(
    spec: &CommandSpec,
    args: &[Vec<u8>],
    decode: Decoder<T>,
    runner: &mut impl Runner,
) -> Result<T> {
    let request = requests::trigger(spec.trigger, args);
    let records = runner
        .run(request)
        .await
        .map_err(|error| mapped(error, &command_script(spec)))?;
    decode(records).map_err(|error| named(spec, error))
}

/// Says which function's result did not fit.
fn named(spec: &CommandSpec, error: Error) -> Error {
    match error {
        Error::Decode {
            what,
            expected,
            found,
        } => Error::Decode {
            what: format!("{} of `{}`", what, spec.function.name),
            expected,
            found,
        },
        other => other,
    }
}

/// A call of a `#[command]` that was written without `on`: bind it to a connection with
/// [`on`](Call::on).
///
/// ```
/// use redgrease_core::client::Call;
/// use redgrease_core::error::Result;
///
/// // what calling a `#[command] fn area(…) -> f64` without `on` gives
/// fn run(call: Call<f64>, con: &mut redis::Connection) -> Result<f64> {
///     call.on(con)
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a call does nothing until it is bound to a connection with `.on(&mut con)`"]
pub struct Call<T> {
    spec: &'static CommandSpec,
    args: Args,
    decode: Decoder<T>,
}

impl<T> Call<T> {
    /// A call of the command `spec` with `args`, whose records `decode` reads: what
    /// [`FromReply::from_records`](super::value::FromReply::from_records) is for `T`.
    pub fn new(spec: &'static CommandSpec, args: Args, decode: Decoder<T>) -> Self {
        Self { spec, args, decode }
    }

    /// Runs the function on the server of `con`, which gets it first when it does not have it.
    ///
    /// # Errors
    ///
    /// [`Error::Python`] when the function raises, [`Error::Decode`] when it returns something
    /// else than `T`; the connection's errors.
    pub fn on(self, con: &mut impl ConnectionLike) -> Result<T> {
        now(call_or_register(
            self.spec,
            &self.args.into_wire(),
            self.decode,
            &mut Blocking(con),
        ))
    }

    /// Runs the function on the server of the asynchronous connection `con`.
    ///
    /// # Errors
    ///
    /// As [`Call::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_async<C: redis::aio::ConnectionLike + Send>(self, con: &mut C) -> Result<T> {
        call_or_register(
            self.spec,
            &self.args.into_wire(),
            self.decode,
            &mut super::runner::Asynchronous::new(con),
        )
        .await
    }
}

/// Triggers; when the server does not have the function (any more), registers it and tries again.
async fn call_or_register<T>(
    spec: &CommandSpec,
    args: &[Vec<u8>],
    decode: Decoder<T>,
    runner: &mut impl Runner,
) -> Result<T> {
    match trigger_on(spec, args, decode, runner).await {
        Err(error) if error.is_not_registered() => {
            match register_on(spec, runner).await {
                // somebody else was quicker
                Err(error) if error.is_duplicate_trigger() => {}
                other => drop(other?),
            }
            trigger_on(spec, args, decode, runner).await
        }
        other => other,
    }
}

/// Whether a command that is bound with `on` was registered by this program.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct CommandState {
    registered: AtomicBool,
    registering: Mutex<()>,
    #[cfg(feature = "tokio")]
    registering_async: tokio::sync::Mutex<()>,
}

impl CommandState {
    /// Not registered yet.
    pub const fn new() -> Self {
        Self {
            registered: AtomicBool::new(false),
            registering: Mutex::new(()),
            #[cfg(feature = "tokio")]
            registering_async: tokio::sync::Mutex::const_new(()),
        }
    }

    fn is_registered(&self) -> bool {
        self.registered.load(Ordering::Acquire)
    }

    fn set_registered(&self) {
        self.registered.store(true, Ordering::Release);
    }
}

/// Calls a command that is bound with `on = …`: registers it once, triggers it, decodes the result;
/// registers it again when the server has lost it.
///
/// # Errors
///
/// [`Error::DuplicateTrigger`] when the first call finds the trigger taken and `replace` was not
/// given; else as [`Call::on`].
#[doc(hidden)]
pub fn call_on<T, B: Binding + ?Sized>(
    on: &B,
    spec: &'static CommandSpec,
    state: &'static CommandState,
    args: Args,
    decode: Decoder<T>,
) -> Result<T> {
    on.with(|con| {
        let mut runner = Blocking(con);
        if !state.is_registered() {
            let _one_at_a_time = state
                .registering
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !state.is_registered() {
                now(register_on(spec, &mut runner))?;
                state.set_registered();
            }
        }
        now(call_or_register(
            spec,
            &args.into_wire(),
            decode,
            &mut runner,
        ))
    })
}

/// As [`call_on`], for an `async fn`.
///
/// # Errors
///
/// As [`call_on`].
#[doc(hidden)]
#[cfg(feature = "tokio")]
pub async fn call_on_async<T, B: super::binding::AsyncBinding + ?Sized>(
    on: &B,
    spec: &'static CommandSpec,
    state: &'static CommandState,
    args: Args,
    decode: Decoder<T>,
) -> Result<T> {
    let mut con = on.connection().await?;
    let mut runner = super::runner::Asynchronous::new(&mut con);
    if !state.is_registered() {
        let _one_at_a_time = state.registering_async.lock().await;
        if !state.is_registered() {
            register_on(spec, &mut runner).await?;
            state.set_registered();
        }
    }
    call_or_register(spec, &args.into_wire(), decode, &mut runner).await
}
