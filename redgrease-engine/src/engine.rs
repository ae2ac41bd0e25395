//! The engine of this server: what everything else hangs on, the pool of workers, and the clock.

use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::ops::Add;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{
    Arc, Condvar, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::time::{Duration, Instant};

use crate::base::guard;
use crate::execution::executor::Executor;
use crate::packages::environment::{Environment, Environments};
use crate::registration::registry::Registry;
use crate::settings::Config;
use crate::worker::memory::Memory;
use crate::worker::{BUSY_AFTER, Worker};

static ENGINE: OnceLock<Engine> = OnceLock::new();

/// The engine of this server.
#[derive(Debug)]
pub(crate) struct Engine {
    config: RwLock<Config>,
    pub(crate) environments: Arc<Environments>,
    pub(crate) workers: Workers,
    pub(crate) registry: Registry,
    pub(crate) executor: Executor,
    clock: Clock,
    afterwards: Afterwards,
    started: Instant,
    /// The id that this shard shows where no cluster gives it one.
    pub(crate) run_id: String,
}

/// The engine; it stands from the moment the module is loaded.
pub(crate) fn engine() -> &'static Engine {
    ENGINE
        .get()
        .expect("the engine stands once the module is loaded")
}

/// Whether the engine stands.
pub(crate) fn installed() -> bool {
    ENGINE.get().is_some()
}

/// Puts the engine in place and starts its threads.
///
/// # Errors
/// When a thread cannot be started or the engine stands already.
pub(crate) fn install(config: Config, environments: Arc<Environments>) -> Result<(), String> {
    let threads = usize::try_from(config.int("ExecutionThreads")).unwrap_or(1);
    let engine = Engine {
        config: RwLock::new(config),
        environments,
        workers: Workers::default(),
        registry: Registry::default(),
        executor: Executor::default(),
        clock: Clock::default(),
        afterwards: Afterwards::default(),
        started: Instant::now(),
        run_id: random_hex(),
    };
    ENGINE
        .set(engine)
        .map_err(|_| "the engine stands already".to_owned())?;
    let failed = |error: io::Error| format!("a thread cannot be started: {error}");
    std::thread::Builder::new()
        .name("rg-clock".to_owned())
        .spawn(|| engine_clock(&crate::engine::engine().clock))
        .map_err(failed)?;
    std::thread::Builder::new()
        .name("rg-events".to_owned())
        .spawn(|| run_afterwards(&crate::engine::engine().afterwards))
        .map_err(failed)?;
    self::engine().executor.start(threads).map_err(failed)
}

impl Engine {
    /// The configuration, to read.
    pub(crate) fn config(&self) -> RwLockReadGuard<'_, Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The configuration, to change.
    pub(crate) fn config_mut(&self) -> RwLockWriteGuard<'_, Config> {
        self.config.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since the engine started.
    pub(crate) fn microseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Runs `task` on the clock's thread after `delay`.
    pub(crate) fn later(&self, delay: Duration, task: impl FnOnce() + Send + 'static) {
        self.clock.add(delay, Box::new(task));
    }

    /// Runs `task` in the background, where the server lock is free once the command that runs now is over.
    pub(crate) fn after_command(&self, task: impl FnOnce() + Send + 'static) {
        let mut tasks = guard(&self.afterwards.tasks);
        tasks.push_back(Box::new(task));
        // Whoever takes them takes all.
        if tasks.len() == 1 {
            self.afterwards.arrived.notify_one();
        }
    }

    /// Makes the clock look after the workers while they have something to do.
    pub(crate) fn supervise(&self) {
        if !self.clock.ticking.swap(true, Ordering::Relaxed) {
            drop(guard(&self.clock.tasks));
            self.clock.changed.notify_one();
        }
    }
}

/// 40 random hexadecimal digits, as Redis names runs.
pub(crate) fn random_hex() -> String {
    use std::hash::{BuildHasher, Hasher};
    let mut text = String::with_capacity(48);
    while text.len() < 40 {
        // The standard library seeds each of these from the system's random source.
        let number = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        text.push_str(&format!("{number:016x}"));
    }
    text.truncate(40);
    text
}

type Task = Box<dyn FnOnce() + Send>;

/// Tasks of a thread that runs them in their order.
#[derive(Default)]
struct Afterwards {
    tasks: Mutex<VecDeque<Task>>,
    arrived: Condvar,
}

impl std::fmt::Debug for Afterwards {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Afterwards").finish_non_exhaustive()
    }
}

fn run_afterwards(afterwards: &'static Afterwards) {
    loop {
        let mut tasks = guard(&afterwards.tasks);
        while tasks.is_empty() {
            tasks = afterwards
                .arrived
                .wait(tasks)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let ready = std::mem::take(&mut *tasks);
        drop(tasks);
        for task in ready {
            crate::server::guarded("an event", (), task);
        }
    }
}

struct Due {
    at: Instant,
    order: u64,
    task: Task,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // The heap gives the greatest first, and the earliest is wanted.
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// Tasks for later, and the watch over the workers.
#[derive(Default)]
struct Clock {
    tasks: Mutex<BinaryHeap<Due>>,
    changed: Condvar,
    order: AtomicU64,
    ticking: AtomicBool,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Clock").finish_non_exhaustive()
    }
}

impl Clock {
    fn add(&self, delay: Duration, task: Task) {
        guard(&self.tasks).push(Due {
            at: Instant::now() + delay,
            order: self.order.fetch_add(1, Ordering::Relaxed),
            task,
        });
        self.changed.notify_one();
    }
}

fn engine_clock(clock: &'static Clock) {
    loop {
        let mut tasks = guard(&clock.tasks);
        let ticking = clock.ticking.load(Ordering::Relaxed);
        let now = Instant::now();
        let next = tasks
            .peek()
            .map(|due| due.at.saturating_duration_since(now));
        let wait = match (next, ticking) {
            (Some(next), true) => Some(next.min(BUSY_AFTER)),
            (Some(next), false) => Some(next),
            (None, true) => Some(BUSY_AFTER),
            (None, false) => None,
        };
        tasks = match wait {
            Some(wait) => {
                clock
                    .changed
                    .wait_timeout(tasks, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
            None => clock
                .changed
                .wait(tasks)
                .unwrap_or_else(PoisonError::into_inner),
        };
        let now = Instant::now();
        let mut due = Vec::new();
        while tasks.peek().is_some_and(|task| task.at <= now) {
            due.extend(tasks.pop());
        }
        drop(tasks);
        for task in due {
            crate::server::guarded("a timed task", (), task.task);
        }
        if ticking {
            // Cleared first: work that arrives while the workers are looked at sets it again.
            clock.ticking.store(false, Ordering::Relaxed);
            if engine().workers.watch() {
                clock.ticking.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// The worker processes of this server.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    list: Mutex<Vec<Arc<Worker>>>,
    numbers: AtomicU64,
    gone: AtomicU64,
}

impl Workers {
    /// A worker for a new session in an environment: an idle one, a new one while there may be more, or the least busy.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub(crate) fn pick(&self, environment: &Arc<Environment>) -> Result<Arc<Worker>, String> {
        let (limit, memory) = {
            let config = engine().config();
            (
                config.int("WorkersPerEnvironment"),
                config.int("WorkerMemoryLimit"),
            )
        };
        let limit = match usize::try_from(limit) {
            Ok(limit) if limit > 0 => limit,
            _ => std::thread::available_parallelism().map_or(2, |count| count.get().clamp(1, 4)),
        };
        let mut list = guard(&self.list);
        let mut candidates: Vec<&Arc<Worker>> = list
            .iter()
            .filter(|worker| !worker.is_dead() && Arc::ptr_eq(&worker.environment, environment))
            .collect();
        candidates.sort_by_key(|worker| (worker.load(), worker.sessions.load(Ordering::Relaxed)));
        if let Some(best) = candidates.first()
            && (best.load() == 0 || candidates.len() >= limit)
        {
            return Ok(Arc::clone(best));
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let worker = Worker::start(number, Arc::clone(environment), memory).map_err(|error| {
            format!(
                "ERR a Python worker cannot be started ({}): {error}",
                environment.python.display()
            )
        })?;
        list.push(Arc::clone(&worker));
        Ok(worker)
    }

    /// Ends the workers of an environment that another one has taken over from, those without a session now.
    pub(crate) fn leave(&self, environment: &Arc<Environment>) {
        for worker in self.all() {
            if Arc::ptr_eq(&worker.environment, environment) {
                worker.retire();
            }
        }
    }

    /// All workers that live.
    pub(crate) fn all(&self) -> Vec<Arc<Worker>> {
        guard(&self.list).clone()
    }

    /// Takes a worker that is gone off the list.
    pub(crate) fn forget(&self, gone: &Worker) {
        guard(&self.list).retain(|worker| worker.number != gone.number);
        self.gone.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were started, and how many of them are gone.
    pub(crate) fn history(&self) -> (u64, u64) {
        (
            self.numbers.load(Ordering::Relaxed),
            self.gone.load(Ordering::Relaxed),
        )
    }

    /// The memory of all.
    pub(crate) fn memory(&self) -> Memory {
        self.all()
            .iter()
            .map(|worker| Memory::of(worker.pid))
            .fold(Memory::default(), Memory::add)
    }

    fn watch(&self) -> bool {
        let now = engine().microseconds();
        let mut busy = false;
        for worker in self.all() {
            busy |= worker.watch(now);
        }
        busy
    }
}
