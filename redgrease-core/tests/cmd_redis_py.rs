//! Every method of `cmd` against redis-py: the same call, on the same server, gives the same value.
//!
//! The calls are in `cmd/cases.py`, the comparison is `cmd/compare.py`. What it needs is a
//! `redis-server`, 7.0 by choice, and a Python with the package `redis`, version 8.

#![allow(clippy::unwrap_used, reason = "a test that panics says where and why")]

use redgrease_core::cmd;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A directory that goes away with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("redgrease-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A `redis-server` of the test's own.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(directory: &Path, name: &str, options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let home = directory.join(name);
        fs::create_dir_all(&home).unwrap();
        fs::write(
            home.join("users.acl"),
            "user default on nopass ~* &* +@all\n",
        )
        .unwrap();
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--enable-debug-command", "yes"])
            .args(["--aclfile", "users.acl", "--slowlog-log-slower-than", "0"])
            .args(options)
            .current_dir(&home)
            .stdout(Stdio::null())
            .spawn()
            .expect("cannot start redis-server: install Redis 7.0 or newer, for example with `apt install redis-server`");
        let mut server = Self { process, port };
        server.wait();
        server
    }

    fn wait(&mut self) {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("redis-server ended at once: {status}");
            }
            sleep(Duration::from_millis(50));
        }
        panic!("redis-server does not answer on port {}", self.port);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `REDGREASE_PYTHON`, else the workspace's virtual environment, else what is on the path.
fn python() -> PathBuf {
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python3");
    let python = match env::var_os("REDGREASE_PYTHON") {
        Some(python) => PathBuf::from(python),
        None if local.exists() => local,
        None => PathBuf::from("python3"),
    };
    let found = Command::new(&python)
        .args([
            "-c",
            "import redis; assert int(redis.__version__.split('.')[0]) >= 8",
        ])
        .stderr(Stdio::null())
        .status();
    assert!(
        found.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{} has no package `redis` of version 8 ({found:?}).\n\
         Run `make setup` with Python 3.10 or newer in the workspace (PYTHON=python3.10 make setup),\n\
         or name an interpreter that has it in REDGREASE_PYTHON.",
        python.display()
    );
    python
}

/// A Python literal of a text. The table has no text that Rust and Python would escape apart.
fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn table() -> String {
    let mut methods = String::from("METHODS = {\n");
    let mut refused = String::from("REFUSED = {\n");
    // what the engine's own commands give is no matter of redis-py
    for entry in cmd::entries().filter(|entry| !entry.name.contains('.')) {
        if entry.refused.is_some() {
            writeln!(refused, "    {},", literal(entry.name)).unwrap();
            continue;
        }
        writeln!(
            methods,
            "    {}: ({}, {}, {}, {}),",
            literal(entry.name),
            literal(&entry.signature.to_string()),
            literal(entry.command),
            literal(entry.reply.value),
            entry.since.map_or("None".to_owned(), literal)
        )
        .unwrap();
    }
    format!("{methods}}}\n\n{refused}}}\n")
}

/// Whether it is an interpreter: version managers put other things under the same names.
fn answers(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", ""]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Every Python from 3.7 on that is installed where interpreters usually are, the oldest first.
fn pythons() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    if let Some(home) = env::var_os("HOME") {
        let versions = fs::read_dir(Path::new(&home).join(".pyenv/versions"));
        places.extend(
            versions
                .into_iter()
                .flatten()
                .flatten()
                .map(|version| version.path().join("bin")),
        );
    }
    let mut found: Vec<PathBuf> = (7..20)
        .filter_map(|minor| {
            let name = format!("python3.{minor}");
            let mut candidates = places.iter().map(|place| place.join(&name));
            candidates.find(|candidate| answers(candidate))
        })
        .collect();
    if found.is_empty() {
        found.push(PathBuf::from("python3"));
    }
    found
}

#[test]
fn the_text_runs_on_every_python() {
    let directory = Directory::new("cmd-uses");
    let source = directory.0.join("cmd_source.py");
    fs::write(&source, cmd::python_source_all()).unwrap();
    for python in pythons() {
        let output = Command::new(&python)
            .args(["-B", "-W", "error"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/uses.py"))
            .arg(&source)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            python.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn every_method_gives_what_redis_py_gives() {
    let python = python();
    let directory = Directory::new("cmd");
    let server = Server::start(&directory.0, "single", &[]);
    let cluster = Server::start(&directory.0, "cluster", &["--cluster-enabled", "yes"]);
    fs::write(directory.0.join("cmd_source.py"), cmd::python_source_all()).unwrap();
    fs::write(directory.0.join("cmd_table.py"), table()).unwrap();
    let output = Command::new(python)
        .args(["-B", "-W", "ignore"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/compare.py"))
        .arg(&directory.0)
        .args([server.port.to_string(), cluster.port.to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
