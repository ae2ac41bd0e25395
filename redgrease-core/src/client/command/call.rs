//! A call of a command: from its arguments to what the function gave.

use std::marker::PhantomData;
use std::sync::PoisonError;
use std::time::Duration;

use redis::ConnectionLike;

use super::state::{CommandState, Known};
use super::{mapped, prepare};
use crate::client::args::Args;
use crate::client::binding::Binding;
use crate::client::data::RawRecord;
use crate::client::requests;
use crate::client::runner::{Blocking, Runner, now};
use crate::error::{Error, Result};
use crate::script::{command_script, mark};
use crate::spec::CommandSpec;

/// Reads the records that one call gave.
#[doc(hidden)]
pub type Decoder<T> = fn(Vec<RawRecord>) -> Result<T>;

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
    /// [`FromReply::from_records`](crate::client::value::FromReply::from_records) is for `T`. `state` is the
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
        let mut runner = crate::client::runner::Asynchronous::new(con);
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
    pub async fn through_async<B: crate::client::binding::AsyncBinding + ?Sized>(
        self,
        on: &B,
    ) -> Result<T, E> {
        let mut con = on.connection().await?;
        let mut runner = crate::client::runner::Asynchronous::new(&mut con);
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
