//! Running the tool in a directory of its own, with nothing in its environment but what it needs.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use redgrease::embedded::Server;
use redis::FromRedisValue;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// Variables that say where the parts of the embedded server are.
const PASSED: [&str; 5] = [
    "PATH",
    "HOME",
    "REDIS_SERVER",
    "REDGREASE_ENGINE",
    "REDGREASE_PYTHON",
];

/// A directory with files, and perhaps a server.
pub(crate) struct Place {
    dir: TempDir,
    pub(crate) server: Option<Server>,
}

/// What a run of the tool gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// A directory without a server.
    pub(crate) fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            server: None,
        }
    }

    /// A directory, and a server with the engine.
    pub(crate) fn with_server() -> Self {
        let mut place = Self::empty();
        place.server = Some(Server::start().unwrap());
        place
    }

    /// The directory, without links in its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    /// Writes a file as most programs do.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file as editors do that put a new one into the place of the old one.
    pub(crate) fn write_by_rename(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        let temporary = path.with_extension("tmp");
        fs::write(&temporary, text).unwrap();
        fs::rename(temporary, path).unwrap();
    }

    /// Writes a program for the shell.
    pub(crate) fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        self.write(name, &format!("#!/bin/sh\n{text}\n"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path().join(name), mode).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path().join(from), self.path().join(to)).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }

    /// The tool in this directory; it is told of the server with REDGREASE_SERVER.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redgrease"));
        command.env_clear().current_dir(self.path()).args(args);
        for name in PASSED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some(server) = &self.server {
            command.env("REDGREASE_SERVER", server.url());
        }
        command
    }

    /// Runs the tool to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.output(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn output(&self, output: Output) -> Ran {
        let here = format!("{}/", self.path().display());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&here, "");
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        assert!(!ran.err.contains("fault of redgrease"), "{}", ran.err);
        ran
    }

    /// Runs the tool, which must succeed, and gives its output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Starts the tool and leaves it running.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::new(&mut self.command(args))
    }

    /// A connection of its own to the server.
    pub(crate) fn redis(&self) -> redis::Connection {
        self.server.as_ref().unwrap().connection().unwrap()
    }

    /// Sends a command.
    pub(crate) fn ask<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        redis::cmd(words[0])
            .arg(&words[1..])
            .query(&mut self.redis())
    }

    /// Calls a function; `None` when there is none of that name.
    pub(crate) fn trigger(&self, name: &str) -> Option<String> {
        let answer: redis::RedisResult<Vec<String>> = self.ask(&["RG.TRIGGER", name]);
        answer.ok()?.pop()
    }

    /// The number of registrations in the server.
    pub(crate) fn registrations(&self) -> usize {
        self.ask::<Vec<redis::Value>>(&["RG.DUMPREGISTRATIONS"])
            .unwrap()
            .len()
    }
}

/// A tool that goes on running; dropping it ends it.
pub(crate) struct Running {
    child: Child,
    lines: Arc<Mutex<String>>,
}

impl Running {
    pub(crate) fn new(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(String::new()));
        let err = child.stderr.take().unwrap();
        let sink = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                let mut sink = sink.lock().unwrap();
                sink.push_str(&line);
                sink.push('\n');
            }
        });
        Self { child, lines }
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until it has said `text` so many times.
    pub(crate) fn says_times(&self, text: &str, times: usize) {
        eventually(
            || self.said().matches(text).count() >= times,
            || format!("`{text}` is not said {times} times: {}", self.said()),
        );
    }

    pub(crate) fn says(&self, text: &str) {
        self.says_times(text, 1);
    }

    /// The first line of its output, then the next one.
    pub(crate) fn first_line(&mut self) -> String {
        let out = self.child.stdout.as_mut().unwrap();
        // not a byte more: the next line is read by another call
        let (mut line, mut byte) = (Vec::new(), [0]);
        while out.read(&mut byte).unwrap() == 1 && byte != [b'\n'] {
            line.extend(byte);
        }
        String::from_utf8(line).unwrap().trim().to_string()
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end and gives the exit code.
    pub(crate) fn ends(&mut self) -> i32 {
        end_of(&mut self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of the tool and gives its exit code.
pub(crate) fn end_of(child: &mut Child) -> i32 {
    let mut code = None;
    eventually(
        || {
            code = child.try_wait().unwrap();
            code.is_some()
        },
        || "the tool does not end".to_string(),
    );
    code.unwrap().code().unwrap_or(-1)
}

/// Waits for something to become true.
pub(crate) fn eventually(mut is_so: impl FnMut() -> bool, otherwise: impl FnOnce() -> String) {
    let give_up = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < give_up, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A server of Redis without the engine, as the options say.
pub(crate) struct PlainRedis {
    child: Child,
    pub(crate) port: u16,
    _dir: TempDir,
}

impl PlainRedis {
    pub(crate) fn start(options: &[&str]) -> Self {
        // another process may take the free port before the server does
        let server = (0..3).find_map(|_| Self::try_start(options));
        server.expect("redis-server does not start")
    }

    fn try_start(options: &[&str]) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let program = redgrease::embedded::server_program().unwrap();
        let child = Command::new(program)
            .current_dir(dir.path())
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(port.to_string())
            .args(options)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            port,
            _dir: dir,
        };
        let mut has_ended = false;
        eventually(
            || {
                has_ended = server.child.try_wait().unwrap().is_some();
                has_ended || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
            },
            || "redis-server does not start".to_string(),
        );
        (!has_ended).then_some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

impl Drop for PlainRedis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A script that registers one function, which gives `answer`.
pub(crate) fn function(trigger: &str, answer: &str) -> String {
    format!("GB('CommandReader').map(lambda _: {answer:?}).register(trigger={trigger:?})\n")
}

/// Whether a path is there, for messages.
pub(crate) fn lists(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
