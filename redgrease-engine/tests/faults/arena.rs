//! A server under observation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::{Client, Options, PATIENCE, Server, Value};

/// How long the server may take to answer PING, whatever happens: ten times the deadline that the functions have here, on a machine that
/// is busy with other things, and much less than the functions would take.
pub(crate) const PING_LIMIT: Duration = Duration::from_secs(10);

/// How long a client may wait for a reply to a function that ends, or is ended, by itself.
pub(crate) const REPLY_LIMIT: Duration = PATIENCE;

/// The module arguments of these tests: short deadlines, and a limit of memory that the machine can bear.
const LIMITS: [&str; 6] = [
    "SyncDeadline",
    "1000",
    "AtomicDeadline",
    "1000",
    "WorkerMemoryLimit",
    "1073741824",
];

/// A server with functions of a worker that must go on working, and a thread that sends PING all the time.
pub(crate) struct Arena {
    pub(crate) server: Server,
    pub(crate) client: Client,
    tries: u32,
    pulse: Option<Pulse>,
}

struct Pulse {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Arena {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// With further arguments of the server.
    pub(crate) fn with(server: &[&str]) -> Self {
        Self::with_module(&[], server)
    }

    /// With further arguments of the module and the server.
    pub(crate) fn with_module(module: &[&str], server: &[&str]) -> Self {
        let mut options = Options::server(server);
        options.module = LIMITS
            .iter()
            .chain(module)
            .map(ToString::to_string)
            .collect();
        let server = Server::with(&options);
        let client = server.client();
        let pulse = Some(Pulse::start(&server));
        let mut arena = Self {
            server,
            client,
            tries: 0,
            pulse,
        };
        arena.revive();
        arena
    }

    /// Registers what [`Self::alive`] calls.
    #[track_caller]
    pub(crate) fn revive(&mut self) {
        for mode in ["async", "async_local", "sync"] {
            // What says a module is left to a worker.
            self.register(&format!(
                "import os\nGB('CommandReader').map(lambda r: r[1] if os else r).register(trigger='alive_{mode}', mode='{mode}')"
            ));
        }
    }

    /// Send a command; a reply must come within [`REPLY_LIMIT`].
    #[track_caller]
    pub(crate) fn ask(&mut self, args: &[&str]) -> Value {
        let started = Instant::now();
        match self.client.ask(args, REPLY_LIMIT) {
            Ok(value) => value,
            Err(why) => panic!(
                "{args:?}: {why} after {:?}\n{}",
                started.elapsed(),
                self.server.log_tail()
            ),
        }
    }

    /// Run a script.
    #[track_caller]
    pub(crate) fn py(&mut self, script: &str) -> Value {
        self.ask(&["RG.PYEXECUTE", script])
    }

    /// A script that registers.
    #[track_caller]
    pub(crate) fn register(&mut self, script: &str) {
        assert_eq!(self.py(script).to_string(), "+OK", "{script}");
    }

    /// The functions registered at the start still work.
    #[track_caller]
    pub(crate) fn alive(&mut self) {
        for mode in ["async", "async_local", "sync"] {
            let reply = self.ask(&["RG.TRIGGER", &format!("alive_{mode}"), mode]);
            assert_eq!(
                reply.to_string(),
                format!("[\"{mode}\"]"),
                "the function alive_{mode}\n{}",
                self.server.log_tail()
            );
        }
    }

    /// Try a function `bad(r)`, defined by `definition`, in a run and in registrations of every mode; `check` sees each outcome: the
    /// result as text, or the error.
    pub(crate) fn every_way(
        &mut self,
        definition: &str,
        check: impl Fn(&str, Result<String, String>),
    ) {
        let reply = self.py(&format!(
            "{definition}\nGB('ShardsIDReader').map(bad).run()"
        ));
        check("run", outcome(&reply));
        self.alive();
        self.tries += 1;
        for mode in ["async", "async_local", "sync"] {
            let name = format!("bad_{}_{mode}", self.tries);
            let register = format!(
                "{definition}\nGB('CommandReader').map(bad).register(trigger='{name}', mode='{mode}')"
            );
            self.register(&register);
            let reply = self.ask(&["RG.TRIGGER", &name]);
            check(mode, outcome(&reply));
            self.alive();
        }
    }

    /// Stop sending PING: the server may end now.
    pub(crate) fn stop_pulse(&mut self) {
        if let Some(pulse) = self.pulse.take() {
            let worst = pulse.finish();
            assert!(
                worst <= PING_LIMIT,
                "PING took {worst:?}\n{}",
                self.server.log_tail()
            );
        }
    }

    /// All is well: the functions work, PING was answered in time throughout, the server is the same process.
    pub(crate) fn finish(mut self) {
        self.alive();
        self.stop_pulse();
        assert!(
            self.server.answers(PING_LIMIT),
            "the server is gone\n{}",
            self.server.log_tail()
        );
    }
}

impl Pulse {
    fn start(server: &Server) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clock = Clock::start(&stop);
        let (flag, address) = (Arc::clone(&stop), server.address());
        let thread = thread::spawn(move || {
            let Ok(mut client) = Client::connect(address) else {
                return Duration::MAX;
            };
            let mut worst = Duration::ZERO;
            while !flag.load(Ordering::Relaxed) {
                let started = clock.now();
                if client.ask(&["PING"], PATIENCE).is_err() {
                    return Duration::MAX;
                }
                worst = worst.max(clock.now().saturating_sub(started));
                thread::sleep(Duration::from_millis(20));
            }
            worst
        });
        Self { stop, thread }
    }

    fn finish(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(Duration::MAX)
    }
}

/// A clock that stands still while the whole machine does: a shared one stops for seconds now and then, and the server is not to blame.
struct Clock(Arc<AtomicU32>);

impl Clock {
    const TICK: Duration = Duration::from_millis(5);

    fn start(stop: &Arc<AtomicBool>) -> Self {
        let (ticks, stop) = (Arc::new(AtomicU32::new(0)), Arc::clone(stop));
        let count = Arc::clone(&ticks);
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                thread::sleep(Self::TICK);
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self(ticks)
    }

    fn now(&self) -> Duration {
        Self::TICK * self.0.load(Ordering::Relaxed)
    }
}

/// What a reply of a run or a trigger says: the results as text, or the error.
pub(crate) fn outcome(reply: &Value) -> Result<String, String> {
    match reply {
        Value::Error(_) => Err(reply.text()),
        Value::Array(items) => match items.as_slice() {
            [Value::Array(_), Value::Array(errors)] if !errors.is_empty() => Err(errors[0].text()),
            [Value::Array(results), Value::Array(_)] => {
                Ok(Value::Array(results.clone()).to_string())
            }
            _ => Ok(reply.to_string()),
        },
        other => Ok(other.to_string()),
    }
}
