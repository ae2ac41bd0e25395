//! The engine's settings, typed.

use std::collections::BTreeMap;

use redis::{ConnectionLike, ToSingleRedisArg};

use super::data::ServerValue;
use super::request::Request;
use super::requests;
use crate::error::{Error, Result};

/// The settings of a server: `con.gears_config()`.
///
/// In a cluster they belong to each node; on a [`Gears`](super::Gears) or
/// [`RedisGears`](super::RedisGears) a change goes to all of them.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::GearsCommands;
///
/// # fn main() -> redgrease::Result<()> {
/// # use redis::{Value, cmd};
/// # use redis_test::{MockCmd, MockRedisConnection};
/// # let list = |item: Value| Ok(Value::Array(vec![item]));
/// # let command = |words: &[&str]| {
/// #     let mut cmd = cmd(words[0]);
/// #     cmd.arg(&words[1..]);
/// #     cmd
/// # };
/// # let mut con = MockRedisConnection::new([
/// #     MockCmd::new(command(&["RG.CONFIGSET", "MaxExecutions", "500"]), list(Value::Okay)),
/// #     MockCmd::new(command(&["RG.CONFIGGET", "MaxExecutions"]), list(Value::Int(500))),
/// #     MockCmd::new(command(&["RG.CONFIGSET", "greeting", "hello"]), list(Value::Okay)),
/// # ]);
/// con.gears_config().set_max_executions(500)?;
/// assert_eq!(con.gears_config().max_executions()?, 500);
/// con.gears_config().set("greeting", "hello")?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct GearsConfig<'a, C: ?Sized> {
    con: &'a mut C,
}

/// The settings of a server on an asynchronous connection: `con.gears_config()`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::AsyncGearsCommands;
/// use redgrease::Result;
///
/// async fn remember(con: &mut redis::aio::MultiplexedConnection) -> Result<i64> {
///     con.gears_config().set_max_executions(500).await?;
///     con.gears_config().max_executions().await
/// }
/// ```
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub struct AsyncGearsConfig<'a, C: ?Sized> {
    con: &'a mut C,
}

/// The settings that the server has from the start.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::config::NAMES;
///
/// assert_eq!(NAMES.len(), 13);
/// ```
pub const NAMES: [&str; 13] = [
    "MaxExecutions",
    "MaxExecutionsPerRegistration",
    "ProfileExecutions",
    "PythonAttemptTraceback",
    "DownloadDeps",
    "DependenciesUrl",
    "DependenciesSha256",
    "PythonInstallationDir",
    "CreateVenv",
    "ExecutionThreads",
    "ExecutionMaxIdleTime",
    "PythonInstallReqMaxIdleTime",
    "SendMsgRetries",
];

/// A setting that must be known; refused by name otherwise.
fn one(name: &str) -> Request<ServerValue> {
    let expected = format!("the setting `{name}`");
    requests::config_get(name).and_then(move |values| match values.into_iter().next() {
        Some(ServerValue::Error(message)) => Err(Error::Engine {
            message: message.trim_start_matches("(error) ").to_string(),
        }),
        Some(value) => Ok(value),
        None => Err(Error::decode("the settings", &expected, "no value")),
    })
}

fn number(name: &'static str) -> Request<i64> {
    one(name).and_then(move |value| {
        value
            .as_int()
            .ok_or_else(|| Error::decode(name, "a whole number", value.to_string()))
    })
}

fn truth(name: &'static str) -> Request<bool> {
    number(name).map(|number| number != 0)
}

fn text(name: &'static str) -> Request<String> {
    one(name).map(|value| value.to_string())
}

/// Settings by name, without those that the server does not know.
fn many(names: &[&str]) -> Request<BTreeMap<String, ServerValue>> {
    let asked: Vec<String> = names.iter().map(ToString::to_string).collect();
    requests::config_get(names).map(move |values| {
        asked
            .iter()
            .cloned()
            .zip(values)
            .filter(|(_, value)| !matches!(value, ServerValue::Error(_)))
            .collect()
    })
}

/// One table for both colours.
macro_rules! settings {
    ($(
        $(#[$docs:meta])*
        $get:ident $(/ $set:ident)?: $type:ty = $kind:ident($name:literal $(, $convert:expr)?);
    )*) => {
        /// # Errors
        ///
        /// Every method fails with the connection's errors, and with [`Error::Engine`] when the
        /// server does not know the setting or refuses its value.
        impl<'a, C: ConnectionLike + ?Sized> GearsConfig<'a, C> {
            pub(super) fn new(con: &'a mut C) -> Self {
                Self { con }
            }

            /// A setting by its name, also one of a program's own.
            pub fn get(&mut self, name: &str) -> Result<ServerValue> {
                one(name).run(self.con)
            }

            /// Settings by name; those that the server does not know are left out.
            pub fn get_many(&mut self, names: &[&str]) -> Result<BTreeMap<String, ServerValue>> {
                many(names).run(self.con)
            }

            /// All settings that the server has from the start.
            pub fn all(&mut self) -> Result<BTreeMap<String, ServerValue>> {
                self.get_many(&NAMES)
            }

            /// Changes a setting. A name that the server does not know becomes a setting of the
            /// program's own, which Python reads with `configGet`.
            pub fn set(&mut self, name: &str, value: impl ToSingleRedisArg) -> Result<()> {
                requests::config_set((name, value)).run(self.con)
            }

            $(
                $(#[$docs])*
                pub fn $get(&mut self) -> Result<$type> {
                    $kind($name).run(self.con)
                }

                $(
                    #[doc = concat!("Changes `", $name, "`.")]
                    pub fn $set(&mut self, value: $type) -> Result<()> {
                        requests::config_set(($name, i64::from(value))).run(self.con)
                    }
                )?
            )*
        }

        /// # Errors
        ///
        /// As [`GearsConfig`].
        #[cfg(feature = "tokio")]
        impl<'a, C: redis::aio::ConnectionLike + Send> AsyncGearsConfig<'a, C> {
            pub(super) fn new(con: &'a mut C) -> Self {
                Self { con }
            }

            /// A setting by its name, also one of a program's own.
            pub async fn get(&mut self, name: &str) -> Result<ServerValue> {
                one(name).run_async(self.con).await
            }

            /// Settings by name; those that the server does not know are left out.
            pub async fn get_many(
                &mut self,
                names: &[&str],
            ) -> Result<BTreeMap<String, ServerValue>> {
                many(names).run_async(self.con).await
            }

            /// All settings that the server has from the start.
            pub async fn all(&mut self) -> Result<BTreeMap<String, ServerValue>> {
                self.get_many(&NAMES).await
            }

            /// Changes a setting. A name that the server does not know becomes a setting of the
            /// program's own, which Python reads with `configGet`.
            pub async fn set(
                &mut self,
                name: &str,
                value: impl ToSingleRedisArg + Send,
            ) -> Result<()> {
                let request = requests::config_set((name, value));
                request.run_async(self.con).await
            }

            $(
                $(#[$docs])*
                pub async fn $get(&mut self) -> Result<$type> {
                    $kind($name).run_async(self.con).await
                }

                $(
                    #[doc = concat!("Changes `", $name, "`.")]
                    pub async fn $set(&mut self, value: $type) -> Result<()> {
                        requests::config_set(($name, i64::from(value)))
                            .run_async(self.con)
                            .await
                    }
                )?
            )*
        }
    };
}

settings! {
    /// How many ended executions the server remembers.
    max_executions / set_max_executions: i64 = number("MaxExecutions");
    /// How many ended executions it remembers of each registration.
    max_executions_per_registration / set_max_executions_per_registration: i64 =
        number("MaxExecutionsPerRegistration");
    /// Whether the durations of steps are measured.
    profile_executions / set_profile_executions: bool = truth("ProfileExecutions");
    /// Whether errors carry tracebacks.
    python_attempt_traceback / set_python_attempt_traceback: bool =
        truth("PythonAttemptTraceback");
    /// Whether the server fetches its Python at the start.
    download_deps: bool = truth("DownloadDeps");
    /// Where the server fetches its Python.
    dependencies_url: String = text("DependenciesUrl");
    /// The hash of what it fetches there.
    dependencies_sha256: String = text("DependenciesSha256");
    /// Where its Python lies.
    python_installation_dir: String = text("PythonInstallationDir");
    /// Whether packages go to a virtual environment.
    create_venv: bool = truth("CreateVenv");
    /// How many executions run at the same time.
    execution_threads: i64 = number("ExecutionThreads");
    /// How long an execution waits for other shards, in milliseconds.
    execution_max_idle_time / set_execution_max_idle_time: i64 = number("ExecutionMaxIdleTime");
    /// How long an execution waits while packages are installed, in milliseconds.
    python_install_req_max_idle_time / set_python_install_req_max_idle_time: i64 =
        number("PythonInstallReqMaxIdleTime");
    /// How often a message to another shard is tried; 0 is without end.
    send_msg_retries / set_send_msg_retries: i64 = number("SendMsgRetries");
}
