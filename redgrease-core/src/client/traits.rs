//! The `RG.*` commands as methods of the `redis` crate's connections.

use redis::{ConnectionLike, ToRedisArgs};

use super::data::{
    ExecId, ExecutionInfo, ExecutionResult, Outcome, PyStats, RawRecord, Registration,
};
use super::requests::{self, PyExecuteOptions};
use crate::error::Result;

/// One table for both colours: the blocking and the asynchronous methods.
macro_rules! methods {
    ($(
        $(#[$docs:meta])*
        fn $name:ident $(<$generic:ident>)? ($($arg:ident: $type:ty),*) -> $result:ty = $request:expr;
    )*) => {
        /// The `RG.*` commands on a blocking connection of the `redis` crate: `Connection`,
        /// `Client`, pool guards, cluster connections, mocks.
        ///
        /// ```no_run
        /// use redgrease_core::client::GearsCommands;
        ///
        /// # fn main() -> redgrease_core::error::Result<()> {
        /// let mut con = redis::Client::open("redis://127.0.0.1/")?.get_connection()?;
        /// let count: Option<i64> = con.pyexecute("GB().count().run()")?.decode()?.value;
        /// # Ok(()) }
        /// ```
        ///
        /// # Errors
        ///
        /// Every method fails with [`Error`](crate::error::Error): the connection's error, the
        /// server's refusal, or an answer of another shape than expected.
        pub trait GearsCommands: ConnectionLike + Sized {
            $(
                $(#[$docs])*
                fn $name $(<$generic: ToRedisArgs>)? (&mut self, $($arg: $type),*) -> Result<$result> {
                    $request.run(self)
                }
            )*
        }

        impl<C: ConnectionLike> GearsCommands for C {}

        /// The `RG.*` commands on an asynchronous connection: `MultiplexedConnection`,
        /// `ConnectionManager`, cluster connections, mocks.
        ///
        /// # Errors
        ///
        /// As [`GearsCommands`].
        #[cfg(feature = "tokio")]
        pub trait AsyncGearsCommands: redis::aio::ConnectionLike + Sized + Send {
            $(
                $(#[$docs])*
                fn $name $(<$generic: ToRedisArgs + Send>)? (&mut self, $($arg: $type),*)
                -> impl Future<Output = Result<$result>> + Send {
                    let request = $request;
                    async move { request.run_async(self).await }
                }
            )*
        }

        #[cfg(feature = "tokio")]
        impl<C: redis::aio::ConnectionLike + Send> AsyncGearsCommands for C {}
    };
}

methods! {
    /// Runs a Python script in the server (`RG.PYEXECUTE`) and waits for its results.
    fn pyexecute(script: &str) -> Outcome =
        requests::pyexecute(script, &PyExecuteOptions::new());

    /// Runs a Python script in the server with options.
    fn pyexecute_options(script: &str, options: &PyExecuteOptions) -> Outcome =
        requests::pyexecute(script, options);

    /// Calls a registered function by its trigger (`RG.TRIGGER`).
    fn trigger<A>(name: &str, args: A) -> Vec<RawRecord> = requests::trigger(name, args);

    /// Lists what is registered (`RG.DUMPREGISTRATIONS`).
    fn dumpregistrations() -> Vec<Registration> = requests::dump_registrations();

    /// Removes a registration (`RG.UNREGISTER`).
    fn unregister(id: &str) -> () = requests::unregister(id);

    /// Lists the executions that the server remembers (`RG.DUMPEXECUTIONS`).
    fn dumpexecutions() -> Vec<ExecutionInfo> = requests::dump_executions();

    /// Forgets an execution that has ended (`RG.DROPEXECUTION`).
    fn dropexecution(id: &ExecId) -> () = requests::drop_execution(id);

    /// Stops an execution (`RG.ABORTEXECUTION`).
    fn abortexecution(id: &ExecId) -> () = requests::abort_execution(id);

    /// The results of an execution that has ended (`RG.GETRESULTS`).
    fn getresults(id: &ExecId) -> ExecutionResult<Vec<RawRecord>> = requests::get_results(id);

    /// Waits for an execution to end (`RG.GETRESULTSBLOCKING`).
    fn getresultsblocking(id: &ExecId) -> ExecutionResult<Vec<RawRecord>> =
        requests::get_results_blocking(id);

    /// Memory of the Python runtime (`RG.PYSTATS`).
    fn pystats() -> PyStats = requests::py_stats();
}
