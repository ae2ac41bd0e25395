//! Sessions: what one script made, and the worker that holds it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::engine::engine;
use crate::environment::Environment;
use crate::value::{Value, encode};
use crate::wire::{FrameType, frame};
use crate::worker::{Worker, guard};

/// A plan that a worker can build again.
#[derive(Clone, Debug)]
pub(crate) struct PickledPlan {
    pub(crate) id: String,
    pub(crate) blob: Arc<[u8]>,
}

/// One script and what belongs to it. It is pinned to a worker, because its functions share their globals.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    /// Its name in the worker, where two of the same name may meet during an upgrade.
    pub(crate) inner_name: String,
    pub(crate) description: Option<String>,
    /// The requirements as they were given.
    pub(crate) requirements: Vec<String>,
    pub(crate) environment: Arc<Environment>,
    worker: Mutex<Option<Arc<Worker>>>,
    plans: Mutex<Vec<PickledPlan>>,
    /// Whether another session took its name over.
    pub(crate) replaced: AtomicBool,
}

impl Session {
    /// A session that has not run yet.
    pub(crate) fn new(
        name: String,
        inner_name: String,
        description: Option<String>,
        requirements: Vec<String>,
        environment: Arc<Environment>,
    ) -> Self {
        Self {
            name,
            inner_name,
            description,
            requirements,
            environment,
            worker: Mutex::default(),
            plans: Mutex::default(),
            replaced: AtomicBool::new(false),
        }
    }

    /// The worker of this session. When there is none any more, another one is given what the session registered.
    ///
    /// # Errors
    /// When no worker can be started.
    pub(crate) fn worker(&self) -> Result<Arc<Worker>, String> {
        let mut slot = guard(&self.worker);
        if let Some(worker) = &*slot
            && !worker.is_dead()
        {
            return Ok(Arc::clone(worker));
        }
        let worker = engine().workers.pick(&self.environment)?;
        worker.sessions.fetch_add(1, Ordering::Relaxed);
        let plans = guard(&self.plans).clone();
        if !plans.is_empty() {
            worker.send(&self.restore_frame(&plans));
        }
        *slot = Some(Arc::clone(&worker));
        Ok(worker)
    }

    /// The worker that holds the session now, if any.
    pub(crate) fn current_worker(&self) -> Option<Arc<Worker>> {
        guard(&self.worker).clone()
    }

    fn restore_frame(&self, plans: &[PickledPlan]) -> Vec<u8> {
        let pairs = plans
            .iter()
            .map(|plan| Value::Tuple(vec![Value::str(&plan.id), Value::Bytes(plan.blob.to_vec())]))
            .collect();
        let payload = Value::Tuple(vec![Value::str(&self.inner_name), Value::List(pairs)]);
        let mut out = Vec::new();
        frame(&mut out, FrameType::Restore, 0, |bytes| {
            encode(&payload, bytes);
        });
        out
    }

    /// Remembers a registered plan.
    pub(crate) fn add_plan(&self, plan: PickledPlan) {
        guard(&self.plans).push(plan);
    }

    /// Forgets a registered plan, here and in the worker.
    pub(crate) fn remove_plan(&self, id: &str) {
        guard(&self.plans).retain(|plan| plan.id != id);
        self.send_drop(Some(id));
    }

    /// The pickled form of a plan.
    pub(crate) fn plan(&self, id: &str) -> Option<PickledPlan> {
        guard(&self.plans)
            .iter()
            .find(|plan| plan.id == id)
            .cloned()
    }

    fn send_drop(&self, plan: Option<&str>) {
        let Some(worker) = self.current_worker() else {
            return;
        };
        if worker.is_dead() {
            return;
        }
        let plans = plan.map_or(Value::None, |id| Value::List(vec![Value::str(id)]));
        let payload = Value::Tuple(vec![Value::str(&self.inner_name), plans]);
        let mut out = Vec::new();
        frame(&mut out, FrameType::Drop, 0, |bytes| {
            encode(&payload, bytes);
        });
        worker.send(&out);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.send_drop(None);
        if let Some(worker) = guard(&self.worker).take() {
            worker.sessions.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
