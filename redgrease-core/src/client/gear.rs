//! Sending a gear to a server.

use redis::ConnectionLike;

use super::command::{mapped, registration};
use super::data::{ExecId, ExecutionResult, Outcome};
use super::execute::{execute_on, register_script, versioned};
use super::registering::{self, Registered};
use super::requests::PyExecuteOptions;
use super::runner::{Blocking, Runner, now};
use super::value::FromResults;
use crate::error::{Error, Result};
use crate::gear::function::GearFunction;
use crate::gear::function::ends::{Register, Run, RunAs};
use crate::gear::function::readers::ReaderType;
use crate::gear::{Action, Plan};
use crate::script::Script;
use crate::spec::Replace;

impl<R: ReaderType> GearFunction<R, Run> {
    /// Runs the gear on the server of `con` and waits for its results.
    ///
    /// `Vec<T>` takes any number of records, `Option<T>` at most one (`count` of nothing gives
    /// none), other types exactly one. When a callback raises, the error is in the result's `errors`,
    /// and the server reads no more records.
    ///
    /// # Errors
    ///
    /// The connection's errors; [`Error::Python`] when the script itself fails; [`Error::Decode`]
    /// when a record is no `T`.
    pub fn on<T: FromResults>(&self, con: &mut impl ConnectionLike) -> Result<ExecutionResult<T>> {
        self.on_with(con, &PyExecuteOptions::new())
    }

    /// As [`on`](Self::on), with options for `RG.PYEXECUTE`. The gear's own requirements are added.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    pub fn on_with<T: FromResults>(
        &self,
        con: &mut impl ConnectionLike,
        options: &PyExecuteOptions,
    ) -> Result<ExecutionResult<T>> {
        let script = self.script(T::RECORD);
        now(run_on(self.plan(), &script, options, &mut Blocking(con)))
    }

    /// Starts the gear and does not wait. `T` is what its results will be read as:
    /// `con.getresults(&id)?.decode::<T>()`.
    ///
    /// # Errors
    ///
    /// The connection's errors, and [`Error::Python`] when the script itself fails.
    pub fn start<T: FromResults>(&self, con: &mut impl ConnectionLike) -> Result<ExecId> {
        let script = self.script(T::RECORD);
        now(start_on(self.plan(), &script, &mut Blocking(con)))
    }

    /// Runs the gear on the server of the asynchronous connection `con`.
    ///
    /// # Errors
    ///
    /// As [`GearFunction::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_async<T: FromResults, C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<ExecutionResult<T>> {
        self.on_with_async(con, &PyExecuteOptions::new()).await
    }

    /// As [`on_async`](Self::on_async), with options for `RG.PYEXECUTE`.
    ///
    /// # Errors
    ///
    /// As [`GearFunction::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_with_async<T: FromResults, C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
        options: &PyExecuteOptions,
    ) -> Result<ExecutionResult<T>> {
        let script = self.script(T::RECORD);
        let mut runner = super::runner::Asynchronous::new(con);
        run_on(self.plan(), &script, options, &mut runner).await
    }

    /// As [`start`](Self::start), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    #[cfg(feature = "tokio")]
    pub async fn start_async<T: FromResults, C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<ExecId> {
        let script = self.script(T::RECORD);
        let mut runner = super::runner::Asynchronous::new(con);
        start_on(self.plan(), &script, &mut runner).await
    }
}

impl<R: ReaderType, T: FromResults> GearFunction<R, RunAs<T>> {
    /// Runs the gear on the server of `con` and waits for its results, of the type that it names.
    ///
    /// # Errors
    ///
    /// As the `on` of a gear without such a type.
    pub fn on(&self, con: &mut impl ConnectionLike) -> Result<ExecutionResult<T>> {
        self.clone().untyped().on(con)
    }

    /// Runs the gear on the server of the asynchronous connection `con`.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    #[cfg(feature = "tokio")]
    pub async fn on_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<ExecutionResult<T>> {
        self.clone().untyped().on_async(con).await
    }

    /// As [`on`](Self::on), with options for `RG.PYEXECUTE`. The gear's own requirements are added.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    pub fn on_with(
        &self,
        con: &mut impl ConnectionLike,
        options: &PyExecuteOptions,
    ) -> Result<ExecutionResult<T>> {
        self.clone().untyped().on_with(con, options)
    }

    /// Starts the gear and does not wait: `con.getresults(&id)?.decode::<T>()` gives its results.
    ///
    /// # Errors
    ///
    /// The connection's errors, and [`Error::Python`] when the script itself fails.
    pub fn start(&self, con: &mut impl ConnectionLike) -> Result<ExecId> {
        self.clone().untyped().start::<T>(con)
    }

    /// As [`on_with`](Self::on_with), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    #[cfg(feature = "tokio")]
    pub async fn on_with_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
        options: &PyExecuteOptions,
    ) -> Result<ExecutionResult<T>> {
        self.clone().untyped().on_with_async(con, options).await
    }

    /// As [`start`](Self::start), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    #[cfg(feature = "tokio")]
    pub async fn start_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<ExecId> {
        self.clone().untyped().start_async::<T, C>(con).await
    }
}

impl<R: ReaderType> GearFunction<R, Register> {
    /// Registers the gear on the server of `con`; it runs at every event from then on.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateTrigger`] when the trigger of a CommandReader is taken; the connection's
    /// errors, and Python's when the script fails.
    pub fn on(&self, con: &mut impl ConnectionLike) -> Result<Registered> {
        self.on_with(con, &PyExecuteOptions::new(), Replace::Refuse)
    }

    /// As [`on`](Self::on), with options for `RG.PYEXECUTE` and what happens when the gear is
    /// there already: the same trigger, or the session that the options name.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    pub fn on_with(
        &self,
        con: &mut impl ConnectionLike,
        options: &PyExecuteOptions,
        replace: Replace,
    ) -> Result<Registered> {
        let script = self.script();
        let mut runner = Blocking(con);
        now(register_on(
            self.plan(),
            &script,
            options,
            replace,
            &mut runner,
        ))
    }

    /// Registers the gear on the server of the asynchronous connection `con`.
    ///
    /// # Errors
    ///
    /// As [`GearFunction::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<Registered> {
        self.on_with_async(con, &PyExecuteOptions::new(), Replace::Refuse)
            .await
    }

    /// As [`on_with`](Self::on_with), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`GearFunction::on`].
    #[cfg(feature = "tokio")]
    pub async fn on_with_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
        options: &PyExecuteOptions,
        replace: Replace,
    ) -> Result<Registered> {
        let script = self.script();
        let mut runner = super::runner::Asynchronous::new(con);
        register_on(self.plan(), &script, options, replace, &mut runner).await
    }
}

fn options(plan: &Plan, options: &PyExecuteOptions) -> PyExecuteOptions {
    options
        .clone()
        .requirements(plan.requirements.iter().map(ToString::to_string))
}

async fn run_on<T: FromResults>(
    plan: &Plan,
    script: &Script,
    given: &PyExecuteOptions,
    runner: &mut impl Runner,
) -> Result<ExecutionResult<T>> {
    let mut results = execute_on(script.text(), &options(plan, given), runner)
        .await
        .and_then(Outcome::results)
        .map_err(|error| mapped(error, script))?;
    results.errors = results
        .errors
        .into_iter()
        .map(|error| error.map_lines(|line| script.map_traceback(line)))
        .collect();
    results.decode()
}

async fn start_on(plan: &Plan, script: &Script, runner: &mut impl Runner) -> Result<ExecId> {
    let options = options(plan, &PyExecuteOptions::new()).unblocking();
    let outcome = execute_on(script.text(), &options, runner)
        .await
        .map_err(|error| mapped(error, script))?;
    match outcome {
        Outcome::Started(id) => Ok(id),
        other => Err(Error::decode(
            "the answer to RG.PYEXECUTE",
            "an execution ID",
            format!("{other:?}"),
        )),
    }
}

async fn register_on(
    plan: &Plan,
    script: &Script,
    given: &PyExecuteOptions,
    replace: Replace,
    runner: &mut impl Runner,
) -> Result<Registered> {
    let options = options(plan, given);
    let trigger = trigger(plan);
    if replace == Replace::Replace {
        let holds = |old: &super::Registration| trigger.is_some() && old.trigger() == trigger;
        let options = match (&options.id, trigger) {
            (None, Some(name)) => options.id(registering::session("redgrease-", name)),
            _ => options,
        };
        return match registering::replace(script, options, runner, holds, |_| Ok(())).await {
            Err(error) => Err(versioned(mapped(error, script), "", runner).await),
            registered => registered,
        };
    }
    let answer = register_script(script, &options, runner).await;
    match registration(answer, script, || trigger.unwrap_or_default().to_string()) {
        Err(error) if error.is_duplicate_trigger() && replace == Replace::Keep => {
            Ok(Registered::Unchanged)
        }
        Err(error) => Err(versioned(error, "", runner).await),
        registered => registered,
    }
}

/// The trigger that a CommandReader gear asks for, when it is written as a plain text.
fn trigger(plan: &Plan) -> Option<&str> {
    let Some(Action::Register(arguments)) = &plan.action else {
        return None;
    };
    arguments
        .iter()
        .find(|argument| argument.keyword.as_deref() == Some("trigger"))
        .map(|argument| argument.value.text.trim_matches(['"', '\'']))
}
