//! Settings: those of RedisGears 1.2, the engine's own, and everything else that functions may read.

pub(crate) mod companion;
mod described;
mod misgiven;
pub(crate) mod options;
mod refusal;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use crate::server::{OptionValue, ServerOption};
pub use described::{Described, described};
pub(crate) use misgiven::Misgiven;
pub(crate) use refusal::{Refusal, Saved};
pub(crate) use value::Shown;
use value::{Number, Text, Texts, Value};

/// When a setting can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Runtime,
    LoadOnly,
}

/// Which part of the original owns a setting; the two parts answer differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Core,
    Python,
}

struct Entry<'a> {
    name: &'static str,
    owner: Owner,
    change: Change,
    value: &'a dyn Value,
    meaning: &'static str,
}

/// Declares the settings: one line for each, below one that says what it means.
macro_rules! settings {
    ($(#[doc = $meaning:literal] $field:ident: $kind:ty = $name:literal, $owner:ident, $change:ident, $value:expr;)*) => {
        /// The settings of one server.
        #[derive(Debug)]
        pub(crate) struct Settings {
            $(#[doc = $meaning] pub(crate) $field: $kind,)*
            /// What no part of the engine knows, for the functions to read.
            extra: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
            /// Called after a change, once the module is loaded.
            changed: OnceLock<fn()>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {
                    $($field: $value,)*
                    extra: RwLock::default(),
                    changed: OnceLock::new(),
                }
            }
        }

        impl Settings {
            fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
                [$(Entry {
                    name: $name,
                    owner: Owner::$owner,
                    change: Change::$change,
                    value: &self.$field,
                    meaning: $meaning,
                }),*]
                .into_iter()
            }
        }
    };
}

/// Any number may be given.
const ANY: i64 = i64::MIN;

settings! {
    /// Finished executions that are remembered, of runs and batches.
    max_executions: Number = "MaxExecutions", Core, Runtime, Number::new(1000, ANY);
    /// Finished executions that are remembered for each registration.
    max_executions_per_registration: Number = "MaxExecutionsPerRegistration", Core, Runtime, Number::new(100, ANY);
    /// Measures steps and profiles functions: RG.GETEXECUTION and RG.PYPROFILE show it; slower.
    profile_executions: Number = "ProfileExecutions", Core, Runtime, Number::new(0, ANY);
    /// Threads that read the records of batch runs, and threads of a worker that run functions.
    execution_threads: Number = "ExecutionThreads", Core, LoadOnly, Number::new(3, 1);
    /// Milliseconds without a sign of the shards that a run waits for, after which it ends with what there is.
    execution_max_idle_time: Number = "ExecutionMaxIdleTime", Core, Runtime, Number::new(5000, 1);
    /// Taken from RedisGears, without effect: how often a message to a shard is sent again.
    send_msg_retries: Number = "SendMsgRetries", Core, Runtime, Number::new(3, 0);
    /// Taken from RedisGears, without effect: plugins to load.
    plugin: Texts = "Plugin", Core, LoadOnly, Texts::default();
    /// Errors of functions come with the whole traceback.
    python_attempt_traceback: Number = "PythonAttemptTraceback", Python, Runtime, Number::truth(true);
    /// Taken from RedisGears, without effect: milliseconds to wait for an installation.
    python_install_req_max_idle_time: Number = "PythonInstallReqMaxIdleTime", Python, Runtime, Number::new(30000, 1);
    /// Taken from RedisGears, without effect.
    override_python_allocators: Number = "OverridePythonAllocators", Python, LoadOnly, Number::new(1, ANY);
    /// Taken from RedisGears, without effect: each set of requirements has an environment.
    create_venv: Number = "CreateVenv", Python, LoadOnly, Number::new(0, ANY);
    /// Taken from RedisGears, without effect.
    download_deps: Number = "DownloadDeps", Python, LoadOnly, Number::new(0, ANY);
    /// Taken from RedisGears, without effect.
    forece_download_deps_on_enterprise: Number = "ForeceDownloadDepsOnEnterprise", Python, LoadOnly, Number::new(0, ANY);
    /// Taken from RedisGears, without effect.
    dependencies_url: Text = "DependenciesUrl", Python, LoadOnly, Text::new("none");
    /// Taken from RedisGears, without effect.
    dependencies_sha256: Text = "DependenciesSha256", Python, LoadOnly, Text::new("none");
    /// Where environments and worker files lie; `redgrease-python` in the server's directory, else the user's cache.
    python_installation_dir: Text = "PythonInstallationDir", Python, LoadOnly, Text::new("");
    /// The interpreter of the workers, 3.7 or newer, with cloudpickle; `python3` on the PATH.
    python_executable: Text = "PythonExecutable", Python, LoadOnly, Text::new("");
    /// Processes for each set of requirements; 0: the number of CPUs, at most 4.
    workers_per_environment: Number = "WorkersPerEnvironment", Python, LoadOnly, Number::new(0, 0);
    /// Bytes of address space of a worker; 0: no limit.
    worker_memory_limit: Number = "WorkerMemoryLimit", Python, LoadOnly, Number::new(0, 0);
    /// Milliseconds that a synchronous function may hold the server.
    sync_deadline: Number = "SyncDeadline", Python, Runtime, Number::new(5000, 1);
    /// Milliseconds that an atomic block may hold the server.
    atomic_deadline: Number = "AtomicDeadline", Python, Runtime, Number::new(5000, 1);
    /// Milliseconds that a synchronous call waits for a worker that is being started.
    start_deadline: Number = "StartDeadline", Python, Runtime, Number::new(30000, 1);
    /// Milliseconds that an aborted function may take to stop.
    abort_grace: Number = "AbortGrace", Python, Runtime, Number::new(250, 1);
    /// Milliseconds after which a worker ends that was started for requirements and has no session any more.
    worker_idle_time: Number = "WorkerIdleTime", Python, Runtime, Number::new(60_000, 1);
    /// The most values in the results of an execution.
    max_result_values: Number = "MaxResultValues", Python, Runtime, Number::new(4_000_000, 1);
    /// The most bytes of answers that a worker may leave unread.
    unread_limit: Number = "UnreadLimit", Python, Runtime, Number::new(1 << 30, 1);
    /// The most bytes of a message between shards, which holds a batch of records, or the results of a shard; 1 GiB at most.
    message_limit: Number = "MessageLimit", Python, Runtime, Number::new(1 << 30, 1 << 16);
    /// Functions write where the server would refuse it: on read-only replicas, above maxmemory.
    write_always: Number = "WriteAlways", Python, Runtime, Number::truth(false);
    /// Scripts without requirements find the packages that were installed last on this server.
    share_packages: Number = "SharePackages", Python, Runtime, Number::truth(true);
    /// The users who may bring code, with blanks between them; none: those who may run RG.PYEXECUTE.
    code_users: Text = "CodeUsers", Python, LoadOnly, Text::new("");
    /// Functions of a small part of Python run inside the server, without a worker.
    native_functions: Number = "NativeFunctions", Python, Runtime, Number::truth(true);
    /// Where pip finds wheels instead of an index.
    wheel_directory: Text = "WheelDirectory", Python, LoadOnly, Text::new("");
    /// The number of a process: once it is gone, the server shuts down as after SIGTERM; 0: none.
    stop_with_process: Number = "StopWithProcess", Python, LoadOnly, Number::new(0, 0);
}

static SETTINGS: LazyLock<Settings> = LazyLock::new(Settings::default);

/// The settings of this server.
pub(crate) fn settings() -> &'static Settings {
    &SETTINGS
}

impl Settings {
    /// Takes module arguments: names, not case-sensitive, and values by turns.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub(crate) fn load(&self, arguments: &[Vec<u8>]) -> Result<(), Misgiven> {
        for pair in arguments.chunks(2) {
            let name = String::from_utf8_lossy(&pair[0]).into_owned();
            let Some(value) = pair.get(1) else {
                return Err(Misgiven::NoValue(name));
            };
            let Some(entry) = self.named(&name) else {
                self.keep(&pair[0], value);
                continue;
            };
            if !entry.set(value) {
                return Err(Misgiven::Value {
                    name: entry.name,
                    given: String::from_utf8_lossy(value).into_owned(),
                    wanted: entry.value.wanted(),
                });
            }
            if entry.owner == Owner::Python {
                self.keep(entry.name.as_bytes(), value);
            }
        }
        Ok(())
    }

    /// The module is loaded: has `changed` called after every change from now on.
    pub(crate) fn loaded(&self, changed: fn()) {
        let _ = self.changed.set(changed);
    }

    fn is_loaded(&self) -> bool {
        self.changed.get().is_some()
    }

    /// The setting of a name, however that is spelled.
    fn named(&self, name: &str) -> Option<Entry<'_>> {
        self.entries()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn keep(&self, name: &[u8], value: &[u8]) {
        self.extra
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_vec(), value.to_vec());
    }

    /// The options to offer to the server. `Plugin` is a list, which the server has no options for.
    fn options(&self) -> Vec<ServerOption> {
        self.entries()
            .filter_map(|entry| {
                Some(ServerOption {
                    name: entry.name,
                    value: entry.value.option()?,
                    changes: entry.change == Change::Runtime,
                })
            })
            .collect()
    }

    /// The value of an option of the server.
    fn option(&self, name: &str) -> Option<OptionValue> {
        self.named(name)?.value.option()
    }

    /// Takes a value from the server's configuration while the module is being loaded; one that does not change anything is
    /// as if it was not given.
    fn adopt(&self, name: &str, value: &[u8]) -> Result<(), Misgiven> {
        let unchanged = match self.option(name) {
            Some(OptionValue::Int { value: now, .. }) => now.to_string().as_bytes() == value,
            Some(OptionValue::Text(now)) => now.as_bytes() == value,
            None => false,
        };
        if unchanged {
            return Ok(());
        }
        self.load(&[name.as_bytes().to_vec(), value.to_vec()])
    }

    /// A value that functions may read: what was given and the core does not own.
    pub(crate) fn visible(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.extra
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// What RG.CONFIGGET shows of a name, if anything.
    pub(crate) fn show(&self, name: &[u8]) -> Option<Shown> {
        match self.entries().find(|one| one.name.as_bytes() == name) {
            Some(entry) => Some(entry.value.show()),
            None => self.visible(name).map(Shown::Text),
        }
    }

    /// Changes settings, a name and a value each, as RG.CONFIGSET does: what became of each of them.
    pub(crate) fn change<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Vec<Result<Saved, Refusal>> {
        let answers = pairs.map(|(name, value)| self.set(name, value)).collect();
        if let Some(changed) = self.changed.get() {
            changed();
        }
        answers
    }

    fn set(&self, name: &[u8], value: Option<&[u8]>) -> Result<Saved, Refusal> {
        let shown = || String::from_utf8_lossy(name).into_owned();
        let core = self
            .entries()
            .filter(|entry| entry.owner == Owner::Core)
            .find(|entry| entry.name.as_bytes().eq_ignore_ascii_case(name));
        if let Some(entry) = core {
            if entry.change == Change::LoadOnly {
                return Err(Refusal::CoreAtLoadOnly(shown()));
            }
            return match value {
                Some(value) if entry.set(value) => Ok(Saved::Core),
                _ => Err(Refusal::CoreValue(shown())),
            };
        }
        let Some(value) = value else {
            return Err(Refusal::NoValue(shown()));
        };
        let python = self
            .entries()
            .filter(|entry| entry.owner == Owner::Python)
            .find(|entry| entry.name.as_bytes().eq_ignore_ascii_case(name));
        if let Some(entry) = &python {
            if entry.change == Change::LoadOnly {
                return Err(Refusal::PythonAtLoadOnly(shown()));
            }
            if !entry.set(value) {
                let value = String::from_utf8_lossy(value).into_owned();
                return Err(Refusal::PythonValue(shown(), value));
            }
        }
        self.keep(python.map_or(name, |entry| entry.name.as_bytes()), value);
        Ok(Saved::Extra)
    }
}

impl Entry<'_> {
    fn set(&self, raw: &[u8]) -> bool {
        std::str::from_utf8(raw).is_ok_and(|text| self.value.set(text))
    }
}
