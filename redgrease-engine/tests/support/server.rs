//! A private `redis-server` that ends with the test.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::resp::Client;
use super::wait::PATIENCE;

/// The module arguments under which the exchanges of the original were recorded. `Plugin` has no meaning here, and
/// `RG.CONFIGGET Plugin` shows it all the same.
pub(crate) const RECORDED_PLUGIN: &str = "/srv/gears0/build/gears_python.so";

/// How to start a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Further arguments of the module, such as `["ExecutionThreads", "1"]`.
    pub(crate) module: Vec<String>,
    /// Further arguments of the server, such as `["--appendonly", "yes"]`.
    pub(crate) server: Vec<String>,
    /// Whether the engine is left out.
    pub(crate) is_plain: bool,
}

impl Options {
    /// Module arguments only.
    pub(crate) fn module(args: &[&str]) -> Self {
        Self {
            module: args.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }

    /// Module arguments, where the functions are to be run by workers: those that could run without are not.
    pub(crate) fn workers(args: &[&str]) -> Self {
        let mut options = Self::module(args);
        options
            .module
            .extend(["NativeFunctions", "no"].map(ToString::to_string));
        options
    }

    /// What lets clients use DEBUG. Before Redis 7.0 it needed no permission.
    pub(crate) fn debugging() -> Self {
        if major_version() < 7 {
            Self::default()
        } else {
            Self::server(&["--enable-debug-command", "yes"])
        }
    }

    /// The engine kills no worker because the machine is busy: what is compared is what functions do.
    pub(crate) fn unhurried() -> Self {
        Self::module(&["AbortGrace", "60000", "SyncDeadline", "60000"])
    }

    /// Server arguments only.
    pub(crate) fn server(args: &[&str]) -> Self {
        Self {
            server: args.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }
}

/// A running server with the engine loaded; killed on drop.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    port: u16,
    directory: TempDir,
    options: Options,
    program: OsString,
}

impl Server {
    /// Start with the defaults.
    pub(crate) fn start() -> Self {
        Self::with(&Options::default())
    }

    /// Start with further arguments.
    pub(crate) fn with(options: &Options) -> Self {
        Self::running(&program(), options)
    }

    /// Start another program than the usual one.
    pub(crate) fn running(program: &OsStr, options: &Options) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("redgrease-test-")
            .tempdir()
            .expect("a temporary directory");
        fs::create_dir(directory.path().join("py")).expect("a directory for the module");
        // The port is free now and may be gone a moment later: another try takes another one.
        let mut last = String::new();
        for _ in 0..3 {
            let port = free_port();
            match launch(program, directory.path(), port, options) {
                Ok(child) => {
                    return Self {
                        child,
                        port,
                        directory,
                        options: options.clone(),
                        program: program.to_owned(),
                    };
                }
                Err(why) => last = why,
            }
        }
        panic!("{last}");
    }

    /// The arguments of the next [`Server::restart`], to change.
    pub(crate) fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A new connection.
    #[track_caller]
    pub(crate) fn client(&self) -> Client {
        match Client::connect(self.address()) {
            Ok(client) => client,
            Err(e) => panic!(
                "can not connect to the server on port {}: {e}\n{}",
                self.port,
                self.log_tail()
            ),
        }
    }

    /// The directory given to the module as `PythonInstallationDir`.
    pub(crate) fn installation(&self) -> PathBuf {
        self.directory.path().join("py")
    }

    /// Whether the process runs and answers PING within `limit`.
    pub(crate) fn answers(&mut self, limit: Duration) -> bool {
        matches!(self.child.try_wait(), Ok(None))
            && Client::connect(self.address()).is_ok_and(|mut c| c.ask(&["PING"], limit).is_ok())
    }

    /// Wait for the process to end, at most `limit`.
    pub(crate) fn wait_exit(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// End the process and start another one in the same directory, as an operator would: what `SAVE` or the AOF kept comes back.
    pub(crate) fn restart(&mut self) {
        self.restart_after(|| {});
    }

    /// The same, with something done between the two.
    pub(crate) fn restart_after(&mut self, between: impl FnOnce()) {
        self.stop();
        between();
        if let Err(why) = self.try_restart() {
            panic!("{why}");
        }
    }

    /// The same, where it may be that no server stands afterwards.
    ///
    /// # Errors
    /// What the server said.
    pub(crate) fn try_restart(&mut self) -> Result<(), String> {
        self.stop();
        let directory = self.directory.path();
        self.child = launch(&self.program, directory, self.port, &self.options)?;
        Ok(())
    }

    /// The whole log.
    pub(crate) fn log(&self) -> String {
        log(self.directory.path())
    }

    /// The append-only file, or all of its parts.
    pub(crate) fn append_only_file(&self) -> String {
        let top = self.directory.path();
        [top.to_path_buf(), top.join("appendonlydir")]
            .iter()
            .filter_map(|directory| fs::read_dir(directory).ok())
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().contains(".aof"))
            .map(|entry| fs::read(entry.path()).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }

    /// The last lines of the log.
    pub(crate) fn log_tail(&self) -> String {
        tail(self.directory.path())
    }

    /// Send a signal to the server process.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// The processes below the server, whatever their depth, that run Python.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let mut found = Vec::new();
        let mut parents = vec![self.pid()];
        while let Some(parent) = parents.pop() {
            for child in children(parent) {
                parents.push(child);
                let line = fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
                // Between fork and exec, and in BGSAVE, a child still has the server's command line.
                if !line.is_empty()
                    && !line.starts_with(b"redis")
                    && !line.windows(7).any(|w| w == b"-server")
                {
                    found.push(child);
                }
            }
        }
        found
    }

    fn stop(&mut self) {
        // Errors mean that the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            let _ = writeln!(
                std::io::stderr(),
                "the log of the server on port {} ends:\n{}",
                self.port,
                self.log_tail()
            );
        }
    }
}

/// Send the signal called `name` to one process.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok(), "there is no kill command on this machine");
}

/// The direct children of a process.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|p| p.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

/// The highest port that leaves room for the bus of a cluster, 10000 above it.
const HIGHEST: u16 = 55_000;

fn free_port() -> u16 {
    // Those that are too high are kept meanwhile, so that others come.
    let mut taken = Vec::new();
    loop {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port of 127.0.0.1");
        let port = listener
            .local_addr()
            .expect("the port of the listener")
            .port();
        if port <= HIGHEST {
            return port;
        }
        taken.push(listener);
    }
}

/// The program: what `REDIS_SERVER` names, or the `redis-server` on the path.
fn program() -> OsString {
    env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into())
}

/// The program of a node of a cluster: one after the other of those that `REDIS_SERVERS` lists with colons between them, so that
/// versions are mixed; without that, the usual one.
pub(crate) fn program_of_node(at: usize) -> OsString {
    let listed = env::var_os("REDIS_SERVERS").unwrap_or_default();
    let is_path = |path: &PathBuf| !path.as_os_str().is_empty();
    let listed: Vec<PathBuf> = env::split_paths(&listed).filter(is_path).collect();
    match listed.as_slice() {
        [] => program(),
        programs => programs[at % programs.len()].clone().into(),
    }
}

/// The major version of the server that the tests run with.
pub(crate) fn major_version() -> u32 {
    version().0
}

/// Major and minor version of the server that the tests run with.
pub(crate) fn version() -> (u32, u32) {
    let output = Command::new(program())
        .arg("--version")
        .output()
        .expect("the server says its version");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let parsed = said.split_whitespace().find_map(|word| {
        let mut parts = word.strip_prefix("v=")?.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    parsed.unwrap_or_else(|| panic!("no version in {said}"))
}

fn launch(
    program: &OsStr,
    directory: &Path,
    port: u16,
    options: &Options,
) -> Result<Child, String> {
    let path = |p: &Path| {
        p.to_str()
            .expect("a temporary directory with a UTF-8 name")
            .to_owned()
    };
    let mut command = Command::new(program);
    command.args([
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        &path(directory),
    ]);
    command.args(["--logfile", &path(&directory.join("redis.log"))]);
    // In an append-only file is what was answered: the server holds it back otherwise while the disk is busy, and is killed then.
    command.args(["--appendfsync", "no"]);
    command.args(&options.server);
    if !options.is_plain {
        load_engine(&mut command, &path(&directory.join("py")), options);
    }
    command
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap_or_else(|e| {
        panic!(
            "can not start redis-server ({e}): install one (Debian: `apt install redis-tools` holds the server) \
             or name one in the environment variable REDIS_SERVER"
        )
    });
    let deadline = Instant::now() + PATIENCE;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!(
                "redis-server ended at its start ({status}); its log:\n{}",
                tail(directory)
            ));
        }
        // Somebody else may have taken the port: then that server answers, and this one ends.
        let own = format!("process_id:{}\r\n", child.id());
        let serves = Client::connect(address).is_ok_and(|mut client| {
            let mut says = |command: &[&str], part: &str| {
                client
                    .ask(command, PATIENCE)
                    .is_ok_and(|reply| reply.text().contains(part))
            };
            // INFO is answered while the server loads its file, PING is not.
            says(&["INFO", "server"], &own) && says(&["PING"], "PONG")
        });
        if serves {
            return Ok(child);
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!(
                "redis-server did not answer PING within {PATIENCE:?}; its log:\n{}",
                tail(directory)
            ));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn load_engine(command: &mut Command, place: &str, options: &Options) {
    command.arg("--loadmodule").arg(engine());
    command.args(["Plugin", RECORDED_PLUGIN, "CreateVenv", "0"]);
    command.args(["PythonInstallationDir", place]);
    command
        .arg("PythonExecutable")
        .arg(python())
        .args(&options.module);
    // All tests, once with native functions and once without.
    if let Some(native) = env::var_os("REDGREASE_NATIVE")
        && !options.module.iter().any(|name| name == "NativeFunctions")
    {
        command.arg("NativeFunctions").arg(native);
    }
}

/// The engine: `REDGREASE_ENGINE`, or what cargo built beside this test binary.
fn engine() -> PathBuf {
    if let Some(path) = env::var_os("REDGREASE_ENGINE") {
        return path.into();
    }
    let test = env::current_exe().expect("the path of the test binary");
    let name = format!(
        "{}redgrease_engine{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    let found = test
        .ancestors()
        .skip(1)
        .take(2)
        .map(|dir| dir.join(&name))
        .find(|path| path.exists());
    found.unwrap_or_else(|| {
        panic!(
            "no {name} beside {}: run `cargo build -p redgrease-engine`",
            test.display()
        )
    })
}

/// The interpreter: `REDGREASE_PYTHON`, the project's `.venv`, or the first `python3` on the path.
pub(crate) fn python() -> PathBuf {
    if let Some(path) = env::var_os("REDGREASE_PYTHON") {
        return path.into();
    }
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python3");
    if venv.exists() {
        return venv;
    }
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|d| d.join("python3"))
        .find(|p| p.exists());
    found.unwrap_or_else(|| {
        panic!("no python3 found: install one, make `.venv` in the workspace, or name one in REDGREASE_PYTHON")
    })
}

fn log(directory: &Path) -> String {
    String::from_utf8_lossy(&fs::read(directory.join("redis.log")).unwrap_or_default()).into_owned()
}

fn tail(directory: &Path) -> String {
    let log = log(directory);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
