//! Worker processes: starting them, talking to them, noticing that they are gone.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::engine;
use crate::environment::Environment;
use crate::execution::Execution;
use crate::ffi::{Level, ServerLock, lock_server, log, send_descriptor};
use crate::outbox::Outbox;
use crate::requests;
use crate::spawner;
use crate::value::{Value, decode, encode};
use crate::wire::{Frame, FrameType, Inbox, frame};

/// The longest line of a worker's output that reaches the log.
const LONGEST_LINE: usize = 4096;
/// How long the server lock is kept for commands that arrived together.
const LOCK_BUDGET: Duration = Duration::from_millis(1);
/// How often a deadline is looked at while a worker holds the server.
const DEADLINE_CHECK: Duration = Duration::from_millis(10);
/// A worker that has answered nothing for so long has a busy thread.
pub(crate) const BUSY_AFTER: Duration = Duration::from_millis(5);

/// How the error about a synchronous function begins that was stopped.
pub(crate) const TOO_LONG: &str = "ERR the synchronous function took longer";

/// How a piece of work ended.
pub(crate) type WorkResult<'a> = Result<&'a [u8], String>;

/// What a worker was given and has not answered.
pub(crate) struct Work {
    /// The execution that it belongs to.
    pub(crate) execution: Option<Arc<Execution>>,
    /// Called with the answer.
    pub(crate) done: Box<dyn FnOnce(WorkResult<'_>) + Send>,
    /// Called when a batch is worked off; says whether more records are wanted.
    pub(crate) progress: Option<Arc<dyn Fn(bool) + Send + Sync>>,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Work").finish_non_exhaustive()
    }
}

/// A socket for calls that the server waits for.
#[derive(Debug)]
pub(crate) struct SyncChannel {
    stream: UnixStream,
    inbox: Mutex<Inbox>,
}

/// A worker process.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Its number, for the log.
    pub(crate) number: u64,
    /// Its process id.
    pub(crate) pid: u32,
    /// What it runs in.
    pub(crate) environment: Arc<Environment>,
    outbox: Arc<Outbox>,
    control: Mutex<UnixStream>,
    child: Mutex<Child>,
    work: Mutex<BTreeMap<u32, Work>>,
    numbers: AtomicU32,
    sync: Mutex<Option<Arc<SyncChannel>>>,
    dead: AtomicBool,
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
}

pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker {
    /// Starts a process and its threads.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn start(
        number: u64,
        environment: Arc<Environment>,
        memory: i64,
    ) -> io::Result<Arc<Self>> {
        let (stream, theirs) = UnixStream::pair()?;
        let (control, their_control) = UnixStream::pair()?;
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
            .env("REDGREASE_MEMORY", memory.to_string())
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
            control: Mutex::new(control),
            child: Mutex::new(child),
            work: Mutex::default(),
            numbers: AtomicU32::new(1),
            sync: Mutex::default(),
            dead: AtomicBool::new(false),
            ending: OnceLock::new(),
            last_sign: AtomicU64::new(engine().microseconds()),
            promotions: AtomicU32::new(0),
            quiet: AtomicBool::new(false),
            sessions: AtomicUsize::new(0),
        });
        let reader = Arc::clone(&worker);
        std::thread::Builder::new()
            .name(format!("rg-worker-{number}"))
            .spawn(move || reader.read(stream))?;
        if let Some(output) = output {
            std::thread::Builder::new()
                .name(format!("rg-output-{number}"))
                .spawn(move || forward(number, output))?;
        }
        worker.send_settings(FrameType::Hello);
        Ok(worker)
    }

    fn settings() -> Value {
        let config = engine().config();
        Value::Dict(vec![
            (
                Value::str("traceback"),
                Value::Bool(config.int("PythonAttemptTraceback") != 0),
            ),
            (
                Value::str("profile"),
                Value::Bool(config.int("ProfileExecutions") != 0),
            ),
            (
                Value::str("threads"),
                Value::Int(config.int("ExecutionThreads")),
            ),
        ])
    }

    fn send_settings(&self, kind: FrameType) {
        let settings = Self::settings();
        let mut out = Vec::new();
        frame(&mut out, kind, 0, |payload| encode(&settings, payload));
        self.outbox.send(&out);
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
    pub(crate) fn submit(&self, number: u32, frame: &[u8], work: Work) {
        {
            let mut pending = guard(&self.work);
            if self.is_dead() {
                drop(pending);
                (work.done)(Err(self.obituary()));
                return;
            }
            if self.quiet.swap(false, Ordering::Relaxed) || pending.is_empty() {
                self.last_sign
                    .store(engine().microseconds(), Ordering::Relaxed);
            }
            pending.insert(number, work);
        }
        self.outbox.send(frame);
        engine().supervise();
    }

    /// Sends a frame that is not answered, or that continues work.
    pub(crate) fn send(&self, frame: &[u8]) {
        self.outbox.send(frame);
    }

    /// Waits until the worker has taken most of what was sent.
    pub(crate) fn wait_for_room(&self) {
        self.outbox.wait_below(4 << 20);
    }

    /// How many pieces of work were given before this one and are not answered.
    pub(crate) fn ahead_of(&self, number: u32) -> usize {
        guard(&self.work).range(..number).count()
    }

    /// The execution that runs under a number.
    pub(crate) fn execution(&self, number: u32) -> Option<Arc<Execution>> {
        guard(&self.work).get(&number)?.execution.clone()
    }

    // -- control

    fn command(&self, kind: FrameType, number: u32) {
        let mut out = Vec::new();
        frame(&mut out, kind, number, |payload| payload.push(b'N'));
        let written = guard(&self.control).write_all(&out);
        if written.is_err() {
            self.kill();
        }
    }

    /// Asks for another reading thread when the worker has been silent for too long.
    pub(crate) fn watch(&self, now: u64) -> bool {
        if self.is_dead() || guard(&self.work).is_empty() {
            return false;
        }
        let silent = now.saturating_sub(self.last_sign.load(Ordering::Relaxed));
        if u128::from(silent) >= BUSY_AFTER.as_micros() && !self.quiet.load(Ordering::Relaxed) {
            let threads = u32::try_from(engine().config().int("ExecutionThreads")).unwrap_or(1);
            if self.promotions.fetch_add(1, Ordering::Relaxed) <= threads {
                self.command(FrameType::Promote, 0);
            }
            self.last_sign.store(now, Ordering::Relaxed);
        }
        true
    }

    /// Stops a piece of work; kills the process when that takes longer than the grace.
    pub(crate) fn abort(self: &Arc<Self>, number: u32) {
        self.command(FrameType::Abort, number);
        let grace = u64::try_from(engine().config().int("AbortGrace")).unwrap_or(250);
        let worker = Arc::clone(self);
        engine().later(Duration::from_millis(grace), move || {
            if guard(&worker.work).contains_key(&number) {
                log(
                    Level::Warning,
                    &format!(
                        "worker {} does not stop aborted work; it is killed",
                        worker.number
                    ),
                );
                worker.kill();
            }
        });
    }

    /// Ends the process. Nothing new is given to it from now on.
    pub(crate) fn kill(&self) {
        self.dead.store(true, Ordering::Release);
        // Whoever holds the lock waits for the end of the process, which has begun. And it may have ended by itself meanwhile.
        if let Ok(mut child) = self.child.try_lock() {
            let _ = child.kill();
        }
    }

    // -- reading

    fn read(self: Arc<Self>, mut stream: UnixStream) {
        let mut inbox = Inbox::default();
        let mut buffer = vec![0; 256 << 10];
        let mut server = Serving::default();
        let mut waits_for_deadline = false;
        loop {
            let deadline = server.atomic_until;
            if deadline.is_some() != waits_for_deadline {
                // Only an atomic block needs one: setting it costs as much as reading.
                waits_for_deadline = deadline.is_some();
                let _ = stream.set_read_timeout(deadline.map(|_| DEADLINE_CHECK));
            }
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => inbox.push(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                        log(
                            Level::Warning,
                            &format!(
                                "worker {} held the server in an atomic block beyond AtomicDeadline; it is killed",
                                self.number
                            ),
                        );
                        server.release();
                        self.kill();
                    }
                    continue;
                }
                Err(_) => break,
            }
            self.last_sign
                .store(engine().microseconds(), Ordering::Relaxed);
            loop {
                match inbox.next() {
                    Ok(Some(frame)) => self.take(&frame, &mut server),
                    Ok(None) => break,
                    Err(_) => {
                        log(
                            Level::Warning,
                            &format!("worker {} sent what is no frame; it is killed", self.number),
                        );
                        self.kill();
                        break;
                    }
                }
            }
            server.serve();
            let replies = std::mem::take(&mut server.replies);
            if !replies.is_empty() {
                self.outbox.send(&replies);
            }
        }
        drop(server);
        self.bury();
    }

    fn take(&self, frame: &Frame<'_>, server: &mut Serving) {
        match frame.kind {
            FrameType::Result => {
                self.promotions.store(0, Ordering::Relaxed);
                let work = guard(&self.work).remove(&frame.number);
                if let Some(work) = work {
                    (work.done)(Ok(frame.payload));
                }
            }
            FrameType::Progress => {
                let progress = guard(&self.work)
                    .get(&frame.number)
                    .and_then(|work| work.progress.clone());
                if let Some(progress) = progress {
                    progress(frame.payload == b"T");
                }
            }
            FrameType::Execute | FrameType::ExecuteAtomic => {
                let inside = frame.kind == FrameType::ExecuteAtomic;
                match decode(frame.payload) {
                    Ok(command) => server.commands.push((frame.number, inside, command)),
                    Err(_) => self.kill(),
                }
            }
            FrameType::AtomicBegin => server.begin_atomic(frame.number),
            FrameType::AtomicEnd => server.end_atomic(frame.number),
            FrameType::Request => {
                let answer = match decode(frame.payload) {
                    Ok(request) => requests::answer(self, request),
                    Err(error) => Err(format!("the request is broken: {error}")),
                };
                reply(&mut server.replies, frame.number, &answer);
            }
            FrameType::Log => {
                if let Ok(Value::Tuple(line)) = decode(frame.payload) {
                    write_log(&line);
                }
            }
            FrameType::Aborted => {
                let work = guard(&self.work).remove(&frame.number);
                if let Some(work) = work {
                    if let Some(execution) = &work.execution {
                        execution.mark_aborted();
                    }
                    (work.done)(Err("aborted".to_owned()));
                }
            }
            FrameType::Leading if frame.number == 2 => {
                self.promotions.store(0, Ordering::Relaxed);
                self.quiet.store(true, Ordering::Relaxed);
            }
            FrameType::Leading if frame.number == 1 => {
                crate::wire::frame(&mut server.replies, FrameType::Reply, 0, |out| {
                    out.push(b'N');
                });
            }
            FrameType::Ready => {
                if let Ok(ready) = decode(frame.payload) {
                    log(
                        Level::Verbose,
                        &format!(
                            "worker {} stands: pid {}, Python {}",
                            self.number,
                            self.pid,
                            ready.text("python").unwrap_or_default()
                        ),
                    );
                }
            }
            _ => {}
        }
    }

    /// What became of the process, in words.
    pub(crate) fn obituary(&self) -> String {
        let how = self.ending.get().map_or("connection lost", String::as_str);
        format!("ERR python worker died ({how}) while running the function")
    }

    /// The end of the process: everybody who waits for it gets an error.
    fn bury(&self) {
        self.dead.store(true, Ordering::Release);
        if let Some(channel) = guard(&self.sync).take() {
            let _ = channel.stream.shutdown(std::net::Shutdown::Both);
        }
        // An end of file comes a moment before the process can be waited for; one that closed its socket is ended.
        for attempt in 0..100 {
            let status = guard(&self.child).try_wait();
            match status {
                Ok(Some(status)) => {
                    let how = match (status.signal(), status.code()) {
                        (Some(signal), _) => format!("signal {signal}"),
                        (None, Some(code)) => format!("exit code {code}"),
                        (None, None) => "unknown reason".to_owned(),
                    };
                    let _ = self.ending.set(how);
                    break;
                }
                Err(_) => break,
                Ok(None) if attempt == 50 => self.kill(),
                Ok(None) => {}
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let obituary = self.obituary();
        log(
            Level::Warning,
            &format!(
                "worker {} (pid {}): {}",
                self.number,
                self.pid,
                &obituary[4..]
            ),
        );
        engine().workers.forget(self);
        let work = std::mem::take(&mut *guard(&self.work));
        for (_, work) in work {
            (work.done)(Err(obituary.clone()));
        }
    }

    // -- synchronous calls

    fn sync_channel(&self) -> io::Result<Arc<SyncChannel>> {
        let mut slot = guard(&self.sync);
        if let Some(channel) = &*slot {
            return Ok(Arc::clone(channel));
        }
        let (ours, theirs) = UnixStream::pair()?;
        let mut out = Vec::new();
        frame(&mut out, FrameType::Sync, 0, |payload| payload.push(b'N'));
        send_descriptor(&guard(&self.control), &out, &OwnedFd::from(theirs))?;
        ours.set_read_timeout(Some(DEADLINE_CHECK))?;
        let channel = Arc::new(SyncChannel {
            stream: ours,
            inbox: Mutex::default(),
        });
        *slot = Some(Arc::clone(&channel));
        Ok(channel)
    }

    /// Makes a call and waits for it, serving its requests on this thread, which holds the server lock.
    ///
    /// The payload of the result; nothing when the call went on in the background, where its answer will come as that of
    /// submitted work.
    ///
    /// # Errors
    /// What happened to the worker, or that the deadline passed.
    pub(crate) fn call_sync(
        &self,
        number: u32,
        frame: &[u8],
        lock: &ServerLock,
    ) -> Result<Option<Vec<u8>>, String> {
        let channel = self
            .sync_channel()
            .map_err(|error| format!("ERR the worker cannot be reached: {error}"))?;
        let deadline = Duration::from_millis(
            u64::try_from(engine().config().int("SyncDeadline")).unwrap_or(1),
        );
        let end = Instant::now() + deadline;
        (&channel.stream)
            .write_all(frame)
            .map_err(|_| self.sync_obituary())?;
        let mut buffer = [0; 16 << 10];
        loop {
            loop {
                let mut inbox = guard(&channel.inbox);
                let Ok(next) = inbox.next() else {
                    self.kill();
                    return Err("ERR the worker sent what is no frame".to_owned());
                };
                let Some(next) = next else { break };
                let (kind, asked, payload) = (next.kind, next.number, next.payload.to_vec());
                drop(inbox);
                match kind {
                    FrameType::Result if asked == number => return Ok(Some(payload)),
                    FrameType::Progress if asked == number => return Ok(None),
                    _ => {
                        let mut replies = Vec::new();
                        self.serve_sync(kind, asked, &payload, lock, &mut replies);
                        if !replies.is_empty() {
                            (&channel.stream)
                                .write_all(&replies)
                                .map_err(|_| self.sync_obituary())?;
                        }
                    }
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.kill();
                return Err(format!(
                    "{TOO_LONG} than SyncDeadline ({} ms) and was stopped",
                    deadline.as_millis()
                ));
            }
            match (&channel.stream).read(&mut buffer) {
                Ok(0) => return Err(self.sync_obituary()),
                Ok(count) => guard(&channel.inbox).push(&buffer[..count]),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::Interrupted
                            | io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                    ) => {}
                Err(_) => return Err(self.sync_obituary()),
            }
        }
    }

    /// What became of the process, on the server's thread. That must not ask the system itself: the answer can take seconds.
    fn sync_obituary(&self) -> String {
        // The end of the process may be noticed later elsewhere; nothing more is given to it.
        self.dead.store(true, Ordering::Release);
        for _ in 0..50 {
            if self.ending.get().is_some() {
                return self.obituary();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // Only its socket was closed.
        self.kill();
        self.obituary()
    }

    fn serve_sync(
        &self,
        kind: FrameType,
        number: u32,
        payload: &[u8],
        lock: &ServerLock,
        replies: &mut Vec<u8>,
    ) {
        match kind {
            FrameType::Execute | FrameType::ExecuteAtomic => {
                if let Ok(command) = decode(payload) {
                    requests::execute(lock, number, &command, replies);
                }
            }
            // The server is held anyway.
            FrameType::AtomicBegin | FrameType::AtomicEnd => {
                frame(replies, FrameType::Reply, number, |out| out.push(b'N'));
            }
            FrameType::Request => {
                let answer = match decode(payload) {
                    Ok(request) => requests::answer(self, request),
                    Err(error) => Err(format!("the request is broken: {error}")),
                };
                reply(replies, number, &answer);
            }
            FrameType::Log => {
                if let Ok(Value::Tuple(line)) = decode(payload) {
                    write_log(&line);
                }
            }
            _ => {}
        }
    }

    /// Registers work whose call is already under way.
    pub(crate) fn adopt(&self, number: u32, work: Work) {
        guard(&self.work).insert(number, work);
    }

    /// Forgets work that was answered elsewhere.
    pub(crate) fn disown(&self, number: u32) {
        guard(&self.work).remove(&number);
    }
}

/// The commands of a worker that wait for the server, and the lock of its atomic block.
#[derive(Default)]
struct Serving {
    commands: Vec<(u32, bool, Value)>,
    replies: Vec<u8>,
    atomic: Option<ServerLock>,
    atomic_until: Option<Instant>,
    waiting: Vec<u32>,
}

impl Serving {
    /// Runs what has arrived: with the atomic block's commands only, while there is one.
    fn serve(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        if let Some(lock) = &self.atomic {
            for (number, inside, command) in commands {
                if inside {
                    requests::execute(lock, number, &command, &mut self.replies);
                } else {
                    self.commands.push((number, inside, command));
                }
            }
            return;
        }
        let mut commands = commands.into_iter().peekable();
        while commands.peek().is_some() {
            let lock = lock_server();
            let until = Instant::now() + LOCK_BUDGET;
            for (number, _, command) in commands.by_ref() {
                requests::execute(&lock, number, &command, &mut self.replies);
                if Instant::now() >= until {
                    break;
                }
            }
        }
    }

    fn begin_atomic(&mut self, number: u32) {
        if self.atomic.is_some() {
            self.waiting.push(number);
            return;
        }
        self.serve();
        let deadline = u64::try_from(engine().config().int("AtomicDeadline")).unwrap_or(1);
        self.atomic = Some(lock_server());
        self.atomic_until = Some(Instant::now() + Duration::from_millis(deadline));
        frame(&mut self.replies, FrameType::Reply, number, |out| {
            out.push(b'N');
        });
    }

    fn end_atomic(&mut self, number: u32) {
        self.serve();
        self.release();
        frame(&mut self.replies, FrameType::Reply, number, |out| {
            out.push(b'N');
        });
        if !self.waiting.is_empty() {
            let next = self.waiting.remove(0);
            self.begin_atomic(next);
        }
    }

    fn release(&mut self) {
        self.atomic = None;
        self.atomic_until = None;
    }
}

/// Answers a request of a worker: whether it went well, and the value or the text of the error.
fn reply(out: &mut Vec<u8>, number: u32, answer: &Result<Value, String>) {
    let value = match answer {
        Ok(value) => Value::Tuple(vec![Value::Bool(true), value.clone()]),
        Err(text) => Value::Tuple(vec![Value::Bool(false), Value::str(text)]),
    };
    frame(out, FrameType::Reply, number, |payload| {
        encode(&value, payload);
    });
}

fn write_log(line: &[Value]) {
    if let [level, text] = line {
        let level = level
            .as_text()
            .and_then(|name| Level::parse(&name))
            .unwrap_or(Level::Notice);
        log(
            level,
            &format!("GEARS: {}", text.as_text().unwrap_or_default()),
        );
    }
}

/// Passes a worker's output on to the log, line by line.
fn forward(number: u64, output: impl Read) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without end must not take memory without end.
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        match reader.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                log(
                    Level::Notice,
                    &format!("worker {number}: {}", text.trim_end()),
                );
            }
        }
    }
}
