//! Sending a gear to a server.

use redis::ConnectionLike;

use super::command::Registered;
use super::command::{mapped, registration};
use super::data::{ExecutionResult, Outcome, RawRecord};
use super::requests::{self, PyExecuteOptions};
use super::runner::{Blocking, Runner, now};
use super::value::FromResults;
use crate::error::{Error, Result};
use crate::gear::Plan;
use crate::gear::function::GearFunction;
use crate::gear::function::ends::{Register, Run};
use crate::gear::function::readers::ReaderType;
use crate::script::Script;

impl<R: ReaderType> GearFunction<R, Run> {
    /// Runs the gear on the server of `con` and waits for its results.
    ///
    /// `Vec<T>` takes any number of records, `Option<T>` at most one (`count` of nothing gives
    /// none). A record whose callback raised is in the result's `errors`.
    ///
    /// # Errors
    ///
    /// The connection's errors; [`Error::Python`](crate::error::Error::Python) when the script
    /// itself fails; [`Error::Decode`](crate::error::Error::Decode) when a record is no `T`.
    pub fn on<T: FromResults>(&self, con: &mut impl ConnectionLike) -> Result<ExecutionResult<T>> {
        let script = self.script(T::RECORD);
        now(run_on(self.plan(), &script, &mut Blocking(con)))
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
        let script = self.script(T::RECORD);
        run_on(
            self.plan(),
            &script,
            &mut super::runner::Asynchronous::new(con),
        )
        .await
    }
}

impl<R: ReaderType> GearFunction<R, Register> {
    /// Registers the gear on the server of `con`; it runs at every event from then on.
    ///
    /// # Errors
    ///
    /// The connection's errors, and Python's when the script fails.
    pub fn on(&self, con: &mut impl ConnectionLike) -> Result<Registered> {
        let script = self.script();
        now(register_on(self.plan(), &script, &mut Blocking(con)))
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
        let script = self.script();
        register_on(
            self.plan(),
            &script,
            &mut super::runner::Asynchronous::new(con),
        )
        .await
    }
}

fn options(plan: &Plan) -> PyExecuteOptions {
    PyExecuteOptions::new().requirements(plan.requirements.iter().map(ToString::to_string))
}

async fn run_on<T: FromResults>(
    plan: &Plan,
    script: &Script,
    runner: &mut impl Runner,
) -> Result<ExecutionResult<T>> {
    let mut results = execute_on(script, options(plan), runner)
        .await
        .map_err(|error| mapped(error, script))?;
    results.errors = results
        .errors
        .into_iter()
        .map(|error| error.map_lines(|line| script.map_traceback(line)))
        .collect();
    results.decode()
}

/// Runs a script to its end. On a connection that others share, the server only starts it and is
/// asked for the results until they are there: a long answer would block everybody else and run
/// into the response time-out.
async fn execute_on<R: Runner>(
    script: &Script,
    options: PyExecuteOptions,
    runner: &mut R,
) -> Result<ExecutionResult<Vec<RawRecord>>> {
    let options = if R::SHARED {
        options.unblocking()
    } else {
        options
    };
    let request = requests::pyexecute(script.text(), &options);
    let id = match runner.run(request).await? {
        Outcome::Started(id) => id,
        other => return other.results(),
    };
    loop {
        match runner.run(requests::get_results(&id)).await {
            Err(Error::Engine { message }) if message == "execution is still running" => {
                runner.pause().await;
            }
            results => {
                runner.run(requests::drop_execution(&id)).await?;
                return results;
            }
        }
    }
}

async fn register_on(plan: &Plan, script: &Script, runner: &mut impl Runner) -> Result<Registered> {
    let answer = runner
        .run(requests::pyexecute(script.text(), &options(plan)))
        .await;
    registration(answer, script, || plan_trigger(plan))
}

/// The trigger that a CommandReader gear asks for, as it is written.
fn plan_trigger(plan: &Plan) -> String {
    let Some(crate::gear::Action::Register(arguments)) = &plan.action else {
        return String::new();
    };
    arguments
        .iter()
        .find(|argument| argument.keyword.as_deref() == Some("trigger"))
        .map(|argument| argument.value.text.trim_matches(['"', '\'']).to_string())
        .unwrap_or_default()
}
