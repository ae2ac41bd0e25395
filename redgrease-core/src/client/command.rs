//! What `#[command]` does at run time: register once, trigger, decode.

use std::marker::PhantomData;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use redis::ConnectionLike;

use super::args::Args;
use super::binding::Binding;
use super::data::{Outcome, RawRecord, Registration};
use super::execute::{is_made_by, register_script};
use super::registering::{self, Registered, is_foreign, origin, owner};
use super::requests::{self, PyExecuteOptions};
use super::runner::{Blocking, Runner, now};
use crate::error::{Error, Result};
use crate::script::{Script, command_script, mark};
use crate::spec::{CommandSpec, Replace};

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
        Err(error) if error.is_python() => {
            Err(versioned(error, spec.function.python, runner).await)
        }
        Err(error) if error.is_duplicate_trigger() => match spec.replace {
            Replace::Keep => Ok(Registered::Unchanged),
            _ => Err(Error::DuplicateTrigger {
                trigger: spec.trigger.to_string(),
                owner: owner_of(spec, runner).await,
            }),
        },
        registered => registered,
    }
}

/// Puts the code in the place of what holds the trigger now.
pub(super) async fn replace_on(spec: &CommandSpec, runner: &mut impl Runner) -> Result<Registered> {
    let script = command_script(spec);
    let holds = |old: &Registration| holds(spec, old);
    let allowed = |old: &Registration| {
        if spec.replace == Replace::Replace || !is_foreign(spec.package, old) {
            return Ok(());
        }
        Err(Error::DuplicateTrigger {
            trigger: spec.trigger.to_string(),
            owner: owner(old),
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

/// Whether a registration of the server is this command, or older code of it.
pub(super) fn holds(spec: &CommandSpec, old: &Registration) -> bool {
    match spec.is_hook() {
        true => registering::is_session_of(SESSION, spec.name, spec.function.name, old),
        false => old.trigger() == Some(spec.trigger),
    }
}

/// Who registered what holds the trigger now, if the server tells.
async fn owner_of(spec: &CommandSpec, runner: &mut impl Runner) -> Option<String> {
    let registrations = runner.run(requests::dump_registrations()).await.ok()?;
    let old = registrations.iter().find(|old| holds(spec, old))?;
    owner(old)
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

/// Reads the records that one call gave.
#[doc(hidden)]
pub type Decoder<T> = fn(Vec<RawRecord>) -> Result<T>;

/// What is known of the function that the server has under the trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It looks at the signature that a call was built for.
    Signed,
    /// It takes the arguments as they are.
    Plain,
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
        if is_made_by(old, &command_script(spec)) {
            return Ok(Known::Signed);
        }
        if spec.replace == Replace::Replace {
            replace_on(spec, runner).await?;
            return Ok(Known::Signed);
        }
        if spec.replace == Replace::Refuse && (bound || is_foreign(spec.package, old)) {
            return Err(Error::DuplicateTrigger {
                trigger: spec.trigger.to_string(),
                owner: owner(old),
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

/// A call as it is sent.
struct Sent<T> {
    spec: &'static CommandSpec,
    deadline: Option<Duration>,
    args: Vec<Vec<u8>>,
    decode: Decoder<T>,
}

impl<T> Sent<T> {
    /// Triggers the registered command and decodes what it returned.
    async fn trigger(&self, known: Known, runner: &mut impl Runner) -> Result<T> {
        let spec = self.spec;
        let mark = match known {
            Known::Plain => None,
            Known::Signed => Some(mark(&spec.function.signature()).into_bytes()),
        };
        let args: Vec<&[u8]> = mark.iter().chain(&self.args).map(Vec::as_slice).collect();
        let request = match self.deadline {
            None => requests::trigger(spec.trigger, &args),
            Some(time) => requests::trigger_within(time, spec.trigger, &args),
        };
        let records = runner.run(request).await.map_err(|error| {
            other_signature(spec, &error).unwrap_or_else(|| mapped(error, &command_script(spec)))
        })?;
        (self.decode)(records).map_err(|error| named(spec, error))
    }
}

/// The refusal of a function that has another signature than the call was built for.
fn other_signature(spec: &CommandSpec, error: &Error) -> Option<Error> {
    let Error::Python(python) = error else {
        return None;
    };
    let server = python
        .exception
        .strip_prefix("TypeError: another signature than ")?;
    Some(Error::OtherSignature {
        trigger: spec.trigger.to_string(),
        server: server.to_string(),
        program: spec.function.signature(),
        owner: None,
    })
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

/// A call that is not sent yet: what a `#[command]` that was written without `on` gives, and the
/// associated function `call` of every command.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use std::time::Duration;
/// use redgrease::client::Call;
/// use redgrease::Result;
///
/// // what calling a `#[command] fn area(…) -> f64` without `on` gives
/// fn run(call: Call<f64>, con: &mut redis::Connection) -> Result<f64> {
///     call.deadline(Duration::from_millis(250)).on(con)
/// }
/// ```
///
/// `E` is the error of the `Result` that the function was written with, else the library's own.
#[must_use = "a call does nothing until it is bound to a connection with `.on(&mut con)`"]
pub struct Call<T, E = Error> {
    spec: &'static CommandSpec,
    state: &'static CommandState,
    args: Args,
    deadline: Option<Duration>,
    decode: Decoder<T>,
    error: PhantomData<fn() -> E>,
}

impl<T, E> std::fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("trigger", &self.spec.trigger)
            .field("args", &self.args)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl<T, E> Clone for Call<T, E> {
    fn clone(&self) -> Self {
        Self {
            args: self.args.clone(),
            ..*self
        }
    }
}

impl<T, E> Call<T, E> {
    /// A call of the command `spec` with `args`, whose records `decode` reads: what
    /// [`FromReply::from_records`](super::value::FromReply::from_records) is for `T`. `state` is the
    /// command's.
    pub fn new(
        spec: &'static CommandSpec,
        state: &'static CommandState,
        args: Args,
        decode: Decoder<T>,
    ) -> Self {
        Self {
            spec,
            state,
            args,
            deadline: spec.deadline,
            decode,
            error: PhantomData,
        }
    }

    /// The call with the library's own error.
    #[doc(hidden)]
    pub fn plain(self) -> Call<T> {
        Call {
            spec: self.spec,
            state: self.state,
            args: self.args,
            deadline: self.deadline,
            decode: self.decode,
            error: PhantomData,
        }
    }

    /// Gives the call no more than `time` from its arrival at the server on, instead of what
    /// `deadline = …` of the function says: in whole milliseconds, one at the least.
    ///
    /// The server answers at that moment ([`Error::Deadline`]) and stops the function: one that waits
    /// for its turn never begins, one that runs gets an exception, and `is_aborted()` is true in it.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }
}

impl<T, E: From<Error>> Call<T, E> {
    /// Runs the function on the server of `con`, which gets it first when it does not have it.
    ///
    /// The first call of a program looks at what the server has under the trigger: with
    /// `replace = true` it puts its own code there, without `replace` it refuses to call what another
    /// package registered.
    ///
    /// # Errors
    ///
    /// [`Error::Python`] when the function raises, [`Error::Decode`] when it returns something
    /// else than `T`; [`Error::OtherSignature`] when the server has the function of another build,
    /// which takes or gives something else, and [`Error::DuplicateTrigger`] when it has a function of
    /// somebody else: neither is called. [`Error::Deadline`] when it is not over in time. The
    /// connection's errors. All of them as an `E`.
    pub fn on(self, con: &mut impl ConnectionLike) -> Result<T, E> {
        Ok(now(self.on_runner(&mut Blocking(con)))?)
    }

    /// Runs the function on the server of the asynchronous connection `con`.
    ///
    /// # Errors
    ///
    /// As [`Call::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_async<C: redis::aio::ConnectionLike + Send>(self, con: &mut C) -> Result<T, E> {
        let mut runner = super::runner::Asynchronous::new(con);
        Ok(self.on_runner(&mut runner).await?)
    }

    /// Runs the function on the server of what `on = …` can name, which registers it at its first call.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::client::{Call, RedisGears};
    /// use redgrease::Result;
    ///
    /// fn run(call: Call<f64>, redis: &RedisGears) -> Result<f64> {
    ///     call.through(redis)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateTrigger`] when the first call finds the trigger taken by other code and
    /// `replace` was not given; else as [`Call::on`].
    pub fn through<B: Binding + ?Sized>(self, on: &B) -> Result<T, E> {
        let given = on.with(|con| {
            let mut runner = Blocking(con);
            if self.state.known().is_none() {
                let _one_at_a_time = self
                    .state
                    .registering
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                if self.state.known().is_none() {
                    let known = now(prepare(self.spec, true, &mut runner))?;
                    self.state.set(Some(known));
                }
            }
            now(self.call(&mut runner))
        });
        Ok(given?)
    }

    /// As [`Call::through`], for an `async fn`.
    ///
    /// # Errors
    ///
    /// As [`Call::through`].
    #[cfg(feature = "tokio")]
    pub async fn through_async<B: super::binding::AsyncBinding + ?Sized>(
        self,
        on: &B,
    ) -> Result<T, E> {
        let mut con = on.connection().await?;
        let mut runner = super::runner::Asynchronous::new(&mut con);
        if self.state.known().is_none() {
            let _one_at_a_time = self.state.registering_async.lock().await;
            if self.state.known().is_none() {
                let known = prepare(self.spec, true, &mut runner).await?;
                self.state.set(Some(known));
            }
        }
        Ok(self.call(&mut runner).await?)
    }
}

impl<T, E> Call<T, E> {
    async fn on_runner(self, runner: &mut impl Runner) -> Result<T> {
        if self.state.known().is_none() {
            let known = prepare(self.spec, false, runner).await?;
            self.state.set(Some(known));
        }
        self.call(runner).await
    }

    /// Triggers; when the server does not have the function (any more), registers it and tries again.
    async fn call(self, runner: &mut impl Runner) -> Result<T> {
        let (spec, state) = (self.spec, self.state);
        let sent = Sent {
            spec,
            deadline: self.deadline,
            args: self.args.into_wire(),
            decode: self.decode,
        };
        let known = state.known().unwrap_or(Known::Plain);
        match sent.trigger(known, runner).await {
            Err(error) if error.is_not_registered() => {
                let known = prepare(spec, false, runner).await?;
                state.set(Some(known));
                sent.trigger(known, runner).await
            }
            Err(error) if error.is_other_signature() => {
                // it may have been put right when the next call comes
                state.set(None);
                Err(error)
            }
            other => other,
        }
    }
}

/// What a program knows of a command on its server.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct CommandState {
    /// 0 for nothing, or a [`Known`] and 1.
    known: AtomicU8,
    registering: Mutex<()>,
    #[cfg(feature = "tokio")]
    registering_async: tokio::sync::Mutex<()>,
}

impl CommandState {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            known: AtomicU8::new(0),
            registering: Mutex::new(()),
            #[cfg(feature = "tokio")]
            registering_async: tokio::sync::Mutex::const_new(()),
        }
    }

    fn known(&self) -> Option<Known> {
        match self.known.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Known::Signed),
            _ => Some(Known::Plain),
        }
    }

    fn set(&self, known: Option<Known>) {
        let number = match known {
            None => 0,
            Some(Known::Signed) => 1,
            Some(Known::Plain) => 2,
        };
        self.known.store(number, Ordering::Release);
    }
}
