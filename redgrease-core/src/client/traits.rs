//! The `RG.*` commands as methods of the `redis` crate's connections.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use redis::{ConnectionLike, ToRedisArgs, ToSingleRedisArg};

#[cfg(feature = "tokio")]
use super::config::AsyncGearsConfig;
use super::config::GearsConfig;
use super::data::{
    ClusterInfo, ExecId, ExecLocality, ExecutionFilter, ExecutionInfo, ExecutionPlan,
    ExecutionResult, Failure, Module, Outcome, Plugin, PyRequirementInfo, PyStats, RawRecord,
    Registration, RegistrationFilter, RequirementExport, RequirementFilter, RunProgress, Session,
    Version,
};
use super::execute;
use super::requests::{self, PyExecuteOptions, SessionOptions};
#[cfg(feature = "tokio")]
use super::runner::Asynchronous;
use super::runner::{Blocking, now};
use crate::error::{Error, Result};

/// One table for both colours: the blocking and the asynchronous methods.
macro_rules! methods {
    (
        requests { $(
            $(#[$docs:meta])*
            fn $name:ident $(<$($generic:ident: $bound:ident),*>)? ($($arg:ident: $type:ty),*)
                -> $result:ty = $request:expr;
        )* }
        conversations { $(
            $(#[$long_docs:meta])*
            fn $long:ident ($($long_arg:ident: $long_type:ty),*)
                -> $long_result:ty = |$runner:ident| $conversation:expr;
        )* }
    ) => {
        /// The `RG.*` commands on a blocking connection of the `redis` crate: `Connection`,
        /// `Client`, pool guards, cluster connections, mocks.
        ///
        /// On the `redis` crate's cluster connections each command goes to a node that its first
        /// argument happens to name; wrap them in [`Gears`](super::Gears).
        ///
        /// ```
        /// # use redgrease_core::facade as redgrease;
        /// use redgrease::client::GearsCommands;
        ///
        /// # fn main() -> redgrease::Result<()> {
        /// // let mut con = redis::Client::open("redis://127.0.0.1/")?.get_connection()?;
        /// # use redis::{Value, cmd};
        /// # use redis_test::{MockCmd, MockRedisConnection};
        /// # let list = |items: Vec<Value>| Value::Array(items);
        /// # let text = |text: &str| Value::BulkString(text.into());
        /// # let mut script = cmd("RG.PYEXECUTE");
        /// # script.arg("GB().count().run()");
        /// # let counted = list(vec![list(vec![text("3")]), list(vec![])]);
        /// # let mut trigger = cmd("RG.TRIGGER");
        /// # trigger.arg("greet").arg("Ada");
        /// # let mut con = MockRedisConnection::new([
        /// #     MockCmd::new(script, Ok(counted)),
        /// #     MockCmd::new(cmd("RG.DUMPREGISTRATIONS"), Ok(list(vec![]))),
        /// #     MockCmd::new(trigger, Ok(list(vec![text("hello Ada")]))),
        /// #     MockCmd::new(cmd("RG.INFOCLUSTER"), Ok(text("no cluster mode"))),
        /// # ]);
        /// let count: Option<i64> = con.pyexecute("GB().count().run()")?.decode()?.value;
        /// assert_eq!(count, Some(3));
        /// for registration in con.dumpregistrations()? {
        ///     println!("{} {}", registration.id, registration.reader);
        /// }
        /// assert_eq!(con.trigger("greet", &["Ada"])?[0].text(), "hello Ada");
        /// assert!(con.infocluster()?.is_none());
        /// # Ok(()) }
        /// ```
        ///
        /// # Errors
        ///
        /// Every method fails with [`Error`]: the connection's error, the server's refusal, or an
        /// answer of another shape than expected.
        pub trait GearsCommands: ConnectionLike + Sized {
            $(
                $(#[$docs])*
                fn $name $(<$($generic: $bound),*>)? (&mut self, $($arg: $type),*)
                -> Result<$result> {
                    $request.run(self)
                }
            )*

            $(
                $(#[$long_docs])*
                fn $long(&mut self, $($long_arg: $long_type),*) -> Result<$long_result> {
                    let $runner = &mut Blocking(self);
                    now($conversation)
                }
            )*

            /// The settings of the engine.
            fn gears_config(&mut self) -> GearsConfig<'_, Self> {
                GearsConfig::new(self)
            }
        }

        impl<C: ConnectionLike> GearsCommands for C {}

        /// The `RG.*` commands on an asynchronous connection: `MultiplexedConnection`,
        /// `ConnectionManager`, cluster connections, mocks.
        ///
        /// Such a connection is shared, and its answers have to come within its response time-out
        /// (500 ms unless it was made with another one). So executions are started and asked about
        /// until they end, and packages are installed first. What a trigger does has to be done
        /// within the time-out: make the connection with a longer one where functions take long.
        ///
        /// ```
        /// # use redgrease_core::facade as redgrease;
        /// use redgrease::client::AsyncGearsCommands;
        /// use redgrease::Result;
        ///
        /// async fn triggers(con: &mut redis::aio::MultiplexedConnection) -> Result<Vec<String>> {
        ///     let registrations = con.dumpregistrations().await?;
        ///     Ok(registrations.iter().filter_map(|r| r.trigger().map(String::from)).collect())
        /// }
        /// ```
        ///
        /// # Errors
        ///
        /// As [`GearsCommands`].
        #[cfg(feature = "tokio")]
        pub trait AsyncGearsCommands: redis::aio::ConnectionLike + Sized + Send {
            $(
                $(#[$docs])*
                fn $name $(<$($generic: $bound + Send),*>)? (&mut self, $($arg: $type),*)
                -> impl Future<Output = Result<$result>> + Send {
                    let request = $request;
                    async move { request.run_async(self).await }
                }
            )*

            $(
                $(#[$long_docs])*
                fn $long(&mut self, $($long_arg: $long_type),*)
                -> impl Future<Output = Result<$long_result>> + Send {
                    async move {
                        let $runner = &mut Asynchronous::new(self);
                        $conversation.await
                    }
                }
            )*

            /// The settings of the engine.
            fn gears_config(&mut self) -> AsyncGearsConfig<'_, Self> {
                AsyncGearsConfig::new(self)
            }
        }

        #[cfg(feature = "tokio")]
        impl<C: redis::aio::ConnectionLike + Send> AsyncGearsCommands for C {}
    };
}

methods! {
    requests {
        /// Calls a registered function by its trigger (`RG.TRIGGER`).
        fn trigger<A: ToRedisArgs>(name: &str, args: A) -> Vec<RawRecord> =
            requests::trigger(name, args);

        /// Calls a registered function on the cluster node that has `key`, which is its first
        /// argument (`RG.TRIGGERONKEY`).
        fn triggeronkey<K: ToSingleRedisArg, A: ToRedisArgs>(name: &str, key: K, args: A)
            -> Vec<RawRecord> = requests::trigger_on_key(name, key, args);

        /// Calls a registered function that has no more than `time` (`RG.TRIGGERWITHIN`).
        fn triggerwithin<A: ToRedisArgs>(time: Duration, name: &str, args: A) -> Vec<RawRecord> =
            requests::trigger_within(time, name, args);

        /// Lists what is registered (`RG.DUMPREGISTRATIONS`).
        fn dumpregistrations() -> Vec<Registration> = requests::dump_registrations();

        /// Lists the registrations that `filter` takes.
        fn dumpregistrations_where(filter: &RegistrationFilter) -> Vec<Registration> =
            requests::dump_registrations_where(filter);

        /// Removes a registration (`RG.UNREGISTER`).
        fn unregister<I: ToSingleRedisArg>(id: I) -> () = requests::unregister(id);

        /// Removes a registration and its executions that wait (`RG.UNREGISTER … ABORTPENDING`).
        fn unregister_abort_pending<I: ToSingleRedisArg>(id: I) -> () =
            requests::unregister_abort_pending(id);

        /// Pauses a stream registration (`RG.PAUSEREGISTRATIONS`).
        fn pauseregistrations<I: ToSingleRedisArg>(id: I) -> () =
            requests::pause_registrations(id);

        /// Lets a stream registration go on (`RG.UNPAUSEREGISTRATIONS`).
        fn unpauseregistrations<I: ToSingleRedisArg>(id: I) -> () =
            requests::unpause_registrations(id);

        /// Sets the counters of all registrations to zero (`RG.CLEARREGISTRATIONSSTATS`).
        fn clearregistrationsstats() -> () = requests::clear_registrations_stats();

        /// Lists the executions that the server remembers (`RG.DUMPEXECUTIONS`).
        fn dumpexecutions() -> Vec<ExecutionInfo> = requests::dump_executions();

        /// Lists the executions that `filter` takes.
        fn dumpexecutions_where(filter: &ExecutionFilter) -> Vec<ExecutionInfo> =
            requests::dump_executions_where(filter);

        /// How far an execution is, by the ID of the shard (`RG.GETEXECUTION`).
        fn getexecution<I: ToSingleRedisArg>(id: I, locality: Option<ExecLocality>)
            -> BTreeMap<String, ExecutionPlan> = requests::get_execution(id, locality);

        /// How far a run is (`RG.GETEXECUTION … DETAILS`): how many keys or entries its reader has gone
        /// through, and of how many. RedisGears does not tell.
        fn progress<I: ToSingleRedisArg>(id: I) -> RunProgress = requests::progress(id);

        /// The results of an execution that has ended (`RG.GETRESULTS`).
        fn getresults<I: ToSingleRedisArg>(id: I) -> ExecutionResult<Vec<RawRecord>> =
            requests::get_results(id);

        /// Forgets an execution that has ended (`RG.DROPEXECUTION`).
        fn dropexecution<I: ToSingleRedisArg>(id: I) -> () = requests::drop_execution(id);

        /// Stops an execution (`RG.ABORTEXECUTION`).
        fn abortexecution<I: ToSingleRedisArg>(id: I) -> () = requests::abort_execution(id);

        /// Memory of the Python runtime (`RG.PYSTATS`); of all nodes together on a cluster.
        fn pystats() -> PyStats = requests::py_stats();

        /// The last failures of functions and runs, the newest first (`INFO rg_failures`): the engine
        /// keeps fifty, also when later executions went well. RedisGears keeps none.
        fn failures() -> Vec<Failure> = requests::failures();

        /// Lists the Python packages that scripts asked for (`RG.PYDUMPREQS`).
        fn pydumpreqs() -> Vec<PyRequirementInfo> = requests::py_dump_reqs();

        /// Lists the Python packages that `filter` takes.
        fn pydumpreqs_where(filter: &RequirementFilter) -> Vec<PyRequirementInfo> =
            requests::py_dump_reqs_where(filter);

        /// Packs a Python package, named as it was asked for (`RG.PYEXPORTREQ`).
        fn pyexportreq(name: &str) -> RequirementExport = requests::py_export_req(name);

        /// Installs a package that another server packed (`RG.PYIMPORTREQ`).
        fn pyimportreq(export: &RequirementExport) -> () = requests::py_import_req(export);

        /// Lists what scripts have made (`RG.PYDUMPSESSIONS`).
        fn pydumpsessions(options: &SessionOptions) -> Vec<Session> =
            requests::py_dump_sessions(options);

        /// The profile of a session as text (`RG.PYPROFILE STATS`).
        fn pyprofile_stats<I: ToSingleRedisArg>(session: I) -> String =
            requests::py_profile_stats(session);

        /// Begins the profile of a session anew (`RG.PYPROFILE RESET`).
        fn pyprofile_reset<I: ToSingleRedisArg>(session: I) -> () =
            requests::py_profile_reset(session);

        /// The cluster as the engine sees it; `None` outside a cluster (`RG.INFOCLUSTER`).
        fn infocluster() -> Option<ClusterInfo> = requests::info_cluster();

        /// The engine looks again at who is in the cluster (`RG.REFRESHCLUSTER`).
        fn refreshcluster() -> () = requests::refresh_cluster();

        /// Lists the plug-ins of the engine (`RG.DUMPPLUGINS`).
        fn dumpplugins() -> Vec<Plugin> = requests::dump_plugins();

        /// The modules of the server (`MODULE LIST`).
        fn module_list() -> Vec<Module> = requests::module_list();

        /// The version of the engine; `None` when the server has none (`MODULE LIST`).
        fn gears_version() -> Option<Version> = requests::gears_version();

        /// The version of Python in the server.
        fn python_version() -> Version = requests::python_version();
    }
    conversations {
        /// Runs a Python script in the server (`RG.PYEXECUTE`) and waits for its results.
        fn pyexecute(script: &str) -> Outcome = |runner| async move {
            execute::execute_on(script, &PyExecuteOptions::new(), runner).await
        };

        /// Runs a Python script in the server with options.
        fn pyexecute_options(script: &str, options: &PyExecuteOptions) -> Outcome =
            |runner| execute::execute_on(script, options, runner);

        /// Runs a Python script that is in a file, with options.
        fn pyexecute_file(path: &Path, options: &PyExecuteOptions) -> Outcome =
            |runner| async move {
                let script = script_file(path)?;
                execute::execute_on(&script, options, runner).await
            };

        /// Waits for an execution to end (`RG.GETRESULTSBLOCKING`).
        fn getresultsblocking(id: &ExecId) -> ExecutionResult<Vec<RawRecord>> =
            |runner| execute::await_results(id, runner);
    }
}

fn script_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_path_buf(),
        source,
    })
}
