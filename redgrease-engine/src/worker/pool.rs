//! The worker processes of this server.

use std::fmt;
use std::ops::Add;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::Worker;
use super::memory::Memory;
use crate::base::{clock, guard};
use crate::packages::environment::Environment;
use crate::server::{Level, log};
use crate::settings::settings;

static WORKERS: Workers = Workers {
    list: Mutex::new(Vec::new()),
    numbers: AtomicU64::new(0),
    gone: AtomicU64::new(0),
    has_shards: AtomicBool::new(false),
};

/// The worker processes of this server.
pub(crate) fn workers() -> &'static Workers {
    &WORKERS
}

/// Why no worker can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoWorker {
    /// The interpreter.
    python: PathBuf,
    /// What the system said.
    error: String,
}

impl fmt::Display for NoWorker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "ERR a Python worker cannot be started ({}): {}",
            self.python.display(),
            self.error
        )
    }
}

/// Worker processes, those that are gone left out.
#[derive(Debug)]
pub(crate) struct Workers {
    list: Mutex<Vec<Arc<Worker>>>,
    numbers: AtomicU64,
    gone: AtomicU64,
    /// Whether there are other shards.
    pub(super) has_shards: AtomicBool,
}

impl Workers {
    /// A worker for a session that is pinned to it from now on.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub(crate) fn pin(&self, environment: &Arc<Environment>) -> Result<Arc<Worker>, NoWorker> {
        let mut list = guard(&self.list);
        let worker = self.pick_from(&mut list, environment)?;
        worker.sessions.fetch_add(1, Ordering::SeqCst);
        Ok(worker)
    }

    /// A session is not pinned to this worker any more: one that was started for requirements ends when it has had none for
    /// some time.
    pub(crate) fn unpin(&'static self, worker: &Arc<Worker>) {
        if worker.sessions.fetch_sub(1, Ordering::SeqCst) > 1 {
            return;
        }
        worker.retire();
        if worker.environment.requirements.is_empty() || worker.is_dead() {
            return;
        }
        let since = clock::microseconds();
        worker.unused_since.store(since, Ordering::SeqCst);
        let worker = Arc::downgrade(worker);
        clock::later(settings().worker_idle_time.milliseconds(), move || {
            if let Some(worker) = worker.upgrade() {
                self.end_unused(&worker, since);
            }
        });
    }

    fn end_unused(&self, worker: &Worker, since: u64) {
        // Nobody is given it meanwhile.
        let _list = guard(&self.list);
        if worker.sessions.load(Ordering::SeqCst) == 0
            && worker.unused_since.load(Ordering::SeqCst) == since
            && worker.load() == 0
            && !worker.is_dead()
        {
            log(
                Level::Notice,
                &format!(
                    "worker {} is ended: no session has had its requirements ({}) for WorkerIdleTime",
                    worker.number,
                    worker.environment.requirements.join(" ")
                ),
            );
            worker.kill();
        }
    }

    /// A worker for a new session in an environment: an idle one, a new one while there may be more, or the least busy.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub(crate) fn pick(&self, environment: &Arc<Environment>) -> Result<Arc<Worker>, NoWorker> {
        self.pick_from(&mut guard(&self.list), environment)
    }

    fn pick_from(
        &self,
        list: &mut Vec<Arc<Worker>>,
        environment: &Arc<Environment>,
    ) -> Result<Arc<Worker>, NoWorker> {
        let limit = match settings().workers_per_environment.count() {
            0 => std::thread::available_parallelism().map_or(2, |count| count.get().clamp(1, 4)),
            limit => limit,
        };
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
        let worker = Worker::start(number, Arc::clone(environment)).map_err(|error| NoWorker {
            python: environment.python.clone(),
            error: error.to_string(),
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

    /// Tells all workers whether there are other shards.
    pub(crate) fn spread(&self, has_shards: bool) {
        if self.has_shards.swap(has_shards, Ordering::Relaxed) != has_shards {
            self.configure();
        }
    }

    /// Tells all workers that a setting changed.
    pub(crate) fn configure(&self) {
        for worker in self.all() {
            worker.configure();
        }
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

    /// Looks after all; says whether any has something to do.
    pub(crate) fn watch(&self) -> bool {
        let now = clock::microseconds();
        let mut busy = false;
        for worker in self.all() {
            busy |= worker.watch(now);
        }
        busy
    }
}
