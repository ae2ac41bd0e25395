//! A private `redis-server` with the engine loaded, for examples, tests and development.
//!
//! [`connect`] is the short way for a program that can be tried anywhere.
//!
//! [`Cluster`] is several of them that share the keys.
//!
//! It is a real server: a `redis-server` process on a free port of 127.0.0.1 with a temporary
//! directory, the engine's module file and a Python for its workers. It stops when it is dropped,
//! and also when the program that started it is killed.
//!
//! | part | where it is looked for |
//! |---|---|
//! | server | `$REDIS_SERVER`, then `redis-server` and `valkey-server` on the `PATH` |
//! | engine | `$REDGREASE_ENGINE`, then `libredgrease_engine.so` beside the running program, in the user's cache (where the command line tool keeps it), where it was when the program was built, and in `/usr/lib/redis/modules` and `/usr/local/lib/redis/modules` |
//! | Python | `$REDGREASE_PYTHON`, then `.venv/bin/python3` in the directories above the program and the current one, then `python3` on the `PATH` |
//!
//! What was not named is taken only where no other user could have put it: never from `/tmp` or
//! another directory that everybody may write to.

mod cluster;
mod error;
mod find;
mod ports;
mod trust;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub use cluster::{Cluster, ClusterBuilder};
pub use error::Error;
use find::Places;
use ports::{free_port, with_free_ports};
use redgrease_core::client::RedisGears;
use tempfile::TempDir;

/// The server program that [`Server::start`] runs.
///
/// # Errors
///
/// [`Error::Missing`] with the places where it was looked for.
pub fn server_program() -> Result<PathBuf, Error> {
    Places::here().server()
}

/// The module file of the engine.
///
/// # Errors
///
/// [`Error::Missing`] with the places where it was looked for.
pub fn engine_file() -> Result<PathBuf, Error> {
    Places::here().engine()
}

/// The Python interpreter that runs the functions.
///
/// # Errors
///
/// [`Error::Missing`] with the places where it was looked for.
pub fn python() -> Result<PathBuf, Error> {
    Places::here().python()
}

/// Connects to the server that `REDIS_URL` names, or starts a private one when it is not set.
///
/// The private server stops when the first value is dropped, so give it a name.
///
/// ```no_run
/// use redgrease::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (_server, mut con) = redgrease::embedded::connect()?;
/// println!("{:?}", con.dumpregistrations()?);
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`Error::Client`] when no server answers at `REDIS_URL`, else as [`Builder::start`].
pub fn connect() -> Result<(Option<Server>, RedisGears), Error> {
    if let Some(url) = std::env::var("REDIS_URL")
        .ok()
        .filter(|url| !url.is_empty())
    {
        return Ok((None, RedisGears::open(url).map_err(Error::Client)?));
    }
    let server = Server::start()?;
    let con = server.gears()?;
    Ok((Some(server), con))
}

/// A running private server; dropping it stops the process and removes its directory.
///
/// ```no_run
/// use redgrease::embedded::Server;
/// use redgrease::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::start()?;
/// let mut con = server.gears()?;
/// assert_eq!(con.pyexecute("GB().count().run()")?.decode::<Option<i64>>()?.value, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
    dir: PathBuf,
    _temporary: Option<TempDir>,
}

/// How a private server is started.
///
/// ```no_run
/// use redgrease::embedded::Server;
///
/// # fn main() -> Result<(), redgrease::embedded::Error> {
/// let server = Server::builder().module_arg("ExecutionThreads", "8").start()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Builder {
    port: Option<u16>,
    dir: Option<PathBuf>,
    python: Option<PathBuf>,
    engine: Option<PathBuf>,
    server_args: Vec<String>,
    module_args: Vec<String>,
}

impl Builder {
    /// Listens on this port instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Keeps data, log and Python environments in this directory instead of a temporary one.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Runs the functions with this interpreter.
    pub fn python(mut self, interpreter: impl Into<PathBuf>) -> Self {
        self.python = Some(interpreter.into());
        self
    }

    /// Loads this module file of the engine.
    pub fn engine(mut self, file: impl Into<PathBuf>) -> Self {
        self.engine = Some(file.into());
        self
    }

    /// Adds an option of `redis-server`, such as `("--maxmemory", "100mb")`.
    pub fn server_arg(mut self, option: impl Into<String>, value: impl Into<String>) -> Self {
        self.server_args.extend([option.into(), value.into()]);
        self
    }

    /// Adds an argument of the engine, such as `("ExecutionThreads", "8")`.
    pub fn module_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.module_args.extend([name.into(), value.into()]);
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`Error`]: which part is missing, where it was looked for and how to get it; or the end of
    /// the server's log when it did not start.
    pub fn start(self) -> Result<Server, Error> {
        let places = Places::here();
        let program = places.server()?;
        let engine = match &self.engine {
            Some(engine) => std::path::absolute(engine).unwrap_or_else(|_| engine.clone()),
            None => places.engine()?,
        };
        let python = match &self.python {
            // the server runs in another directory; a name alone is looked for on the PATH
            Some(python) if python.components().count() > 1 => {
                std::path::absolute(python).unwrap_or_else(|_| python.clone())
            }
            Some(python) => python.clone(),
            None => places.python()?,
        };
        let (dir, temporary) = directory(self.dir.as_deref())?;
        let launch = || self.launch(&program, &engine, &python, &dir);
        let (process, port) = match self.port {
            Some(_) => launch()?,
            None => with_free_ports(launch)?,
        };
        Ok(Server {
            process,
            port,
            dir,
            _temporary: temporary,
        })
    }

    fn launch(
        &self,
        program: &Path,
        engine: &Path,
        python: &Path,
        dir: &Path,
    ) -> Result<(Child, u16), Error> {
        let port = match self.port {
            Some(port) => port,
            None => free_port()?,
        };
        let log = dir.join("server.log");
        let process = Command::new(program)
            .current_dir(dir)
            .args(["--port", &port.to_string()])
            .args(["--bind", "127.0.0.1"])
            .args(["--daemonize", "no", "--save", ""])
            .args(["--logfile", &log.display().to_string()])
            .args(["--dir", &dir.display().to_string()])
            .args(&self.server_args)
            .arg("--loadmodule")
            .arg(engine)
            .arg("PythonExecutable")
            .arg(python)
            .arg("PythonInstallationDir")
            .arg(dir.join("python"))
            .args(["StopWithProcess", &std::process::id().to_string()])
            .args(&self.module_args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| Error::Io {
                what: format!("{} could not be started", program.display()),
                source,
            })?;
        wait_until_ready(process, port, &log)
    }
}

impl Server {
    /// Starts a private server on a free port with a temporary directory.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// Says how the server is to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The address for clients, such as `redis://127.0.0.1:41234/`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process ID of the server.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The server's log file.
    pub fn log_file(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The last lines of the log.
    pub(crate) fn end_of_log(&self) -> String {
        end_of(&self.log_file())
    }

    /// A handle that opens connections to the server.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] when the server does not answer any more.
    pub fn gears(&self) -> Result<RedisGears, Error> {
        RedisGears::open(self.url()).map_err(Error::Client)
    }

    /// A connection of the `redis` crate to the server.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] when the server does not answer any more.
    pub fn connection(&self) -> Result<redis::Connection, Error> {
        redis::Client::open(self.url())
            .and_then(|client| client.get_connection())
            .map_err(|error| Error::Client(error.into()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // the process may have ended by itself, then there is nothing to stop
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn directory(dir: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Error> {
    let io_error = |what: String| move |source| Error::Io { what, source };
    match dir {
        Some(dir) => fs::create_dir_all(dir)
            .and_then(|()| fs::canonicalize(dir))
            .map(|dir| (dir, None))
            .map_err(io_error(format!("the directory {}", dir.display()))),
        None => {
            let temporary = tempfile::Builder::new()
                .prefix("redgrease-")
                .tempdir()
                .map_err(io_error("a temporary directory".into()))?;
            Ok((temporary.path().to_path_buf(), Some(temporary)))
        }
    }
}

/// Waits for the server's first answer; stops it when none comes.
fn wait_until_ready(mut process: Child, port: u16, log: &Path) -> Result<(Child, u16), Error> {
    const PATIENCE: Duration = Duration::from_secs(60);
    const PAUSE: Duration = Duration::from_millis(10);
    let give_up = Instant::now() + PATIENCE;
    let url = format!("redis://127.0.0.1:{port}/");
    loop {
        let ended = process.try_wait().ok().flatten();
        if let Some(status) = ended {
            return Err(Error::NotStarted {
                what: format!("the server ended ({status})"),
                log: end_of(log),
            });
        }
        // another server may have the port: it would answer, or keep silent
        if answering_process(&url).is_ok_and(|id| id == process.id()) {
            return Ok((process, port));
        }
        if Instant::now() > give_up {
            let _ = process.kill();
            let _ = process.wait();
            return Err(Error::NotStarted {
                what: format!("the server did not answer within {} s", PATIENCE.as_secs()),
                log: end_of(log),
            });
        }
        std::thread::sleep(PAUSE);
    }
}

/// The process ID of the server at an address.
fn answering_process(url: &str) -> redis::RedisResult<u32> {
    const PATIENCE: Duration = Duration::from_millis(500);
    let client = redis::Client::open(url)?;
    let mut con = client.get_connection_with_timeout(PATIENCE)?;
    con.set_read_timeout(Some(PATIENCE))?;
    // a server that still loads its data refuses this
    redis::cmd("PING").exec(&mut con)?;
    let info: redis::InfoDict = redis::cmd("INFO").arg("server").query(&mut con)?;
    Ok(info.get("process_id").unwrap_or_default())
}

fn end_of(log: &Path) -> String {
    const LINES: usize = 12;
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
