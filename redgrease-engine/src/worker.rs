//! Worker processes: starting them, talking to them, noticing that they are gone.

mod control;
mod eager;
pub(crate) mod memory;
mod outbox;
#[cfg(test)]
#[path = "worker/outbox/tests.rs"]
mod outbox_tests;
mod output;
mod page;
pub(crate) mod pool;
mod reader;
mod serving;
mod spawner;
mod sync;
pub(crate) mod wire;
mod work;

use crate::base::clock;
use crate::settings::settings;
use crate::worker::pool::workers;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::base::guard;
use crate::packages::environment::Environment;
use crate::record::value::{Value, encode};
use crate::server::{guarded, send_descriptor, start_thread, turn_will_end};
use outbox::{Outbox, end_turn};
use output::forward;
use page::Page;
pub(crate) use serving::{Raised, Requests, serve_with};
use sync::SyncChannel;
use wire::{FrameType, frame};
use work::Question;
pub(crate) use work::{Loss, Work, WorkResult};

/// How often a deadline is looked at while a worker holds the server.
const DEADLINE_CHECK: Duration = Duration::from_millis(10);
/// A worker that has answered nothing for so long has a busy thread.
pub(crate) const BUSY_AFTER: Duration = Duration::from_millis(5);

/// How long a worker may leave what is said on its control socket unread when that is full. The server's own thread writes there.
const CONTROL_PATIENCE: Duration = Duration::from_secs(1);

/// How long a worker with so many threads may be silent once it was asked so often for another one. When all of them are busy,
/// asking again only makes sure.
fn patience(asked: u32, threads: u32) -> Duration {
    BUSY_AFTER * 2_u32.pow(asked.saturating_sub(threads).min(5))
}

/// A worker process.
pub(crate) struct Worker {
    /// Its number, for the log.
    pub(crate) number: u64,
    /// Its process id.
    pub(crate) pid: u32,
    /// What it runs in.
    pub(crate) environment: Arc<Environment>,
    outbox: Arc<Outbox>,
    /// Nothing once the process is gone.
    control: Mutex<Option<UnixStream>>,
    child: Mutex<Child>,
    work: Mutex<BTreeMap<u32, Arc<dyn Work>>>,
    numbers: AtomicU32,
    page: Page,
    sync: Mutex<Option<Arc<SyncChannel>>>,
    dead: AtomicBool,
    /// Whether it ever came to stand.
    stood: AtomicBool,
    /// How the process ended, once that is known.
    ending: OnceLock<String>,
    /// Microseconds since the engine started when something last came from it or it got its first work.
    last_sign: AtomicU64,
    /// Threads that were asked for since the last answer.
    promotions: AtomicU32,
    /// Whether what it has in hand waits for futures, so that no thread is busy.
    quiet: AtomicBool,
    /// How many sessions are pinned to it.
    pub(crate) sessions: AtomicUsize,
    /// Microseconds since the engine started when the last of them left.
    unused_since: AtomicU64,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Worker")
            .field("number", &self.number)
            .field("pid", &self.pid)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// Starts a process and its threads.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn start(number: u64, environment: Arc<Environment>) -> io::Result<Arc<Self>> {
        let (stream, theirs) = UnixStream::pair()?;
        let (control, their_control) = UnixStream::pair()?;
        control.set_write_timeout(Some(CONTROL_PATIENCE))?;
        let mut command = Command::new(&environment.python);
        command
            .arg("-I")
            .arg(
                environment
                    .package
                    .join("redgrease_worker")
                    .join("__main__.py"),
            )
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(OwnedFd::from(their_control)))
            .stderr(Stdio::piped())
            .env_clear()
            .env("REDGREASE_BASE_PATH", &environment.base_path)
            .env(
                "REDGREASE_MEMORY",
                settings().worker_memory_limit.get().to_string(),
            )
            .env("REDGREASE_SERVER", std::process::id().to_string())
            .env("LC_ALL", "C.UTF-8");
        for name in ["PATH", "HOME", "TMPDIR", "TZ"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let mut child = spawner::spawn(command)?;
        let output = child.stderr.take();
        let worker = Arc::new(Self {
            number,
            pid: child.id(),
            environment,
            outbox: Outbox::new(stream.try_clone()?)?,
            control: Mutex::new(Some(control)),
            child: Mutex::new(child),
            work: Mutex::default(),
            numbers: AtomicU32::new(1),
            page: Page::new(),
            sync: Mutex::default(),
            dead: AtomicBool::new(false),
            stood: AtomicBool::new(false),
            ending: OnceLock::new(),
            last_sign: AtomicU64::new(clock::microseconds()),
            promotions: AtomicU32::new(0),
            quiet: AtomicBool::new(false),
            sessions: AtomicUsize::new(0),
            unused_since: AtomicU64::new(0),
        });
        let reader = Arc::clone(&worker);
        let threads = start_thread(format!("rg-worker-{number}"), move || reader.read(&stream))
            .and_then(|()| match output {
                Some(output) => {
                    let warden = Arc::clone(&worker);
                    start_thread(format!("rg-output-{number}"), move || {
                        if !guarded("the output of a worker", false, || {
                            forward(number, output);
                            true
                        }) {
                            warden.kill();
                        }
                    })
                }
                None => Ok(()),
            });
        if let Err(error) = threads {
            worker.kill();
            return Err(error);
        }
        worker.send_settings(FrameType::Hello);
        worker.share_page();
        Ok(worker)
    }

    fn settings() -> Value {
        let settings = settings();
        Value::Dict(vec![
            (
                Value::str("traceback"),
                Value::Bool(settings.python_attempt_traceback.is_on()),
            ),
            (
                Value::str("profile"),
                Value::Bool(settings.profile_executions.is_on()),
            ),
            (
                Value::str("threads"),
                Value::Int(settings.execution_threads.get()),
            ),
            (
                Value::str("shards"),
                Value::Bool(workers().has_shards.load(Ordering::Relaxed)),
            ),
        ])
    }

    fn send_settings(&self, kind: FrameType) {
        let settings = Self::settings();
        let mut out = Vec::new();
        frame(&mut out, kind, 0, |payload| encode(&settings, payload));
        self.outbox.send(&out);
    }

    fn share_page(&self) {
        let mut out = Vec::new();
        frame(&mut out, FrameType::Page, 0, |payload| payload.push(b'N'));
        if let (Some(page), Some(control)) = (self.page.descriptor(), &*guard(&self.control)) {
            // Without it the worker asks for every record that it was given before its turn.
            let _ = send_descriptor(control, &out, &page);
        }
    }

    /// A key was written whose record the worker was given before its turn.
    pub(crate) fn count_write(&self) {
        self.page.count();
    }

    /// How often that has happened, as the worker sees it; nothing where it cannot see it.
    pub(crate) fn writes(&self) -> Option<[u8; 8]> {
        self.page.now()
    }

    /// Tells the worker that a setting changed.
    pub(crate) fn configure(&self) {
        self.send_settings(FrameType::Configure);
    }

    /// Whether the process is gone.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// What it does, in a word.
    pub(crate) fn state(&self) -> &'static str {
        if self.is_dead() {
            "dead"
        } else if guard(&self.work).is_empty() {
            "idle"
        } else {
            "busy"
        }
    }

    /// How much the worker has to do.
    pub(crate) fn load(&self) -> usize {
        guard(&self.work).len()
    }

    /// A number for a frame that will be answered.
    pub(crate) fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Gives the worker something to do: registers `work` under `number` and sends the frame that asks for it.
    pub(crate) fn submit(&self, number: u32, frame: &[u8], work: &Arc<dyn Work>) {
        if self.take_on(number, work) {
            self.deliver(frame);
        } else {
            work.done(Err(self.obituary()));
        }
    }

    /// Registers work under a number, before the frame that asks for it is sent; gives false if the process is gone.
    pub(crate) fn take_on(&self, number: u32, work: &Arc<dyn Work>) -> bool {
        let mut pending = guard(&self.work);
        if self.is_dead() {
            return false;
        }
        if pending.is_empty() {
            self.note_sign();
        }
        pending.insert(number, Arc::clone(work));
        true
    }

    /// Sends the frame that asks for work.
    pub(crate) fn deliver(&self, frame: &[u8]) {
        if turn_will_end(end_turn) {
            self.outbox.hold(frame);
        } else {
            self.outbox.send(frame);
        }
        self.wake();
        clock::keep_looking();
    }

    /// Asks the worker for something that belongs to no execution; `done` gets the answer.
    pub(crate) fn ask(
        &self,
        kind: FrameType,
        question: &Value,
        done: impl FnOnce(WorkResult<'_>) + Send + 'static,
    ) {
        let number = self.next_number();
        let mut out = Vec::new();
        frame(&mut out, kind, number, |payload| encode(question, payload));
        let question: Arc<dyn Work> = Arc::new(Question::new(done));
        self.submit(number, &out, &question);
    }

    /// Sends a frame that is not answered, or that continues work.
    pub(crate) fn send(&self, frame: &[u8]) {
        self.outbox.send(frame);
        self.wake();
    }

    fn note_sign(&self) {
        self.last_sign
            .store(clock::microseconds(), Ordering::Relaxed);
    }

    /// What was sent may keep a thread busy that had nothing to do.
    fn wake(&self) {
        if self.quiet.swap(false, Ordering::SeqCst) {
            self.note_sign();
        }
    }

    /// The worker says that its leading thread has nothing to do, after so many bytes. It does not stay so if there are more
    /// on their way: whoever sends them looks at `quiet` afterwards.
    fn rest(&self, received: Option<i64>) {
        self.quiet.store(true, Ordering::SeqCst);
        if !received.is_some_and(|received| self.outbox.has_arrived(received)) {
            self.quiet.store(false, Ordering::SeqCst);
        }
    }

    /// Waits until the worker has taken most of what was sent.
    pub(crate) fn wait_for_room(&self) {
        self.outbox.wait_below(4 << 20);
    }

    /// How many pieces of work were given before this one, do not wait for their turn, and are not answered.
    pub(crate) fn ahead_of(&self, number: u32) -> usize {
        let before: Vec<_> = {
            let work = guard(&self.work);
            work.range(..number)
                .map(|(_, work)| Arc::clone(work))
                .collect()
        };
        before.iter().filter(|work| work.has_begun()).count()
    }

    /// The record of work that waited for its turn, as it is now.
    pub(crate) fn record_anew(&self, number: u32) -> Option<Value> {
        let work = guard(&self.work).get(&number).cloned()?;
        work.record_anew()
    }

    /// The number of the execution that runs under a number of work.
    pub(crate) fn execution(&self, number: u32) -> Option<u64> {
        guard(&self.work).get(&number)?.execution()
    }
}
