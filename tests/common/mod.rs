//! What the integration tests share: one private server for each test program.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses a part of this, and a test may panic"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use redgrease::RedisGears;
use redgrease::embedded::Server;

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// The server that the tests of a program share; it stops with the last test that holds it.
pub(crate) fn server() -> Arc<Server> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let server = Arc::new(start());
    *shared = Arc::downgrade(&server);
    server
}

/// A server of the test's own.
pub(crate) fn start() -> Server {
    match Server::start() {
        Ok(server) => server,
        Err(error) => panic!("no private server:\n{error}"),
    }
}

/// A handle to a server.
pub(crate) fn gears(server: &Server) -> RedisGears {
    server.gears().unwrap()
}

/// The server's log, for the message of a failed test.
pub(crate) fn log(server: &Server) -> String {
    std::fs::read_to_string(server.log_file()).unwrap_or_default()
}

/// Asks again and again until the answer is yes.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut question: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(30);
    while !question() {
        assert!(Instant::now() < give_up, "{what}: it did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A package without content but `answer = 42`, as a wheel in `dir`; gives what pip is asked for.
pub(crate) fn wheel(dir: &Path, name: &str) -> String {
    let script = "import sys, zipfile\n\
        path, name = sys.argv[1:]\n\
        info = name + '-1.0.dist-info/'\n\
        with zipfile.ZipFile(path, 'w') as wheel:\n\
        \x20   wheel.writestr(name + '.py', 'answer = 42\\n')\n\
        \x20   wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: %s\\nVersion: 1.0\\n' % name)\n\
        \x20   wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
        \x20   wheel.writestr(info + 'RECORD', '')\n";
    let path = dir.join(format!("{name}-1.0-py3-none-any.whl"));
    let python = std::env::var("REDGREASE_PYTHON").unwrap_or_else(|_| "python3".into());
    let made = Command::new(python)
        .args(["-c", script])
        .arg(&path)
        .arg(name)
        .status();
    assert!(made.unwrap().success());
    format!("{name} @ file://{}", path.display())
}

/// A redis-server without modules.
pub(crate) struct Plain(Child, u16);

impl Plain {
    /// Starts it with more options.
    pub(crate) fn start(options: &[&str]) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let program = std::env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".into());
        let child = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", ""])
            .args(options)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let plain = Self(child, port);
        let client = redis::Client::open(plain.url()).unwrap();
        wait_until("redis-server", || client.get_connection().is_ok());
        plain
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.1)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
