//! Sessions: what one script made, and the worker that holds it.

use crate::packages::environment::environments;
use crate::worker::pool::workers;
mod absence;
pub(crate) mod list;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::base::guard;
use crate::base::random_hex;
use crate::native::Functions;
use crate::packages::environment::{Environment, normalise};
use crate::record::value::{Value, encode};
use crate::server::{Level, log};
use crate::worker::wire::{FrameType, frame};
use crate::worker::{WorkResult, Worker};

pub(crate) use absence::Absence;

/// A plan that a worker can build again.
#[derive(Clone, Debug)]
pub(crate) struct PickledPlan {
    pub(crate) id: String,
    pub(crate) blob: Arc<[u8]>,
}

type Task = Box<dyn FnOnce() + Send>;

/// Where the workers of a session find their packages.
enum Place {
    /// Here.
    Ready(Arc<Environment>),
    /// It is being made, and this is to be done afterwards.
    Making(Vec<Task>),
    /// It could not be made; nobody has tried since.
    Failed(String, Instant),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready(environment) => environment.fmt(formatter),
            Self::Making(_) => formatter.write_str("Making"),
            Self::Failed(text, _) => formatter.write_str(text),
        }
    }
}

/// The worker that a session is pinned to.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) worker: Arc<Worker>,
    /// How many frames with definitions of the session it was given. What is sent after them says so, because another
    /// thread or socket of the worker may take it before they are worked off.
    pub(crate) defined: u32,
    /// How many of them it is known to have worked off.
    pub(crate) standing: Arc<AtomicU32>,
}

/// How long a session whose packages could not be installed waits until it tries again.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// One script and what belongs to it. It is pinned to a worker, because its functions share their globals.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    /// Its name in the worker, where an older session of the same name may still have something to do.
    pub(crate) inner_name: String,
    pub(crate) description: Option<String>,
    /// The requirements as they were given.
    pub(crate) requirements: Vec<String>,
    /// Whether its script named none, and these are what was installed on this server when it came.
    pub(crate) inherits: bool,
    /// Whether some of them had to be installed for it.
    pub(crate) installed: AtomicBool,
    place: Mutex<Place>,
    host: Mutex<Option<Host>>,
    plans: Mutex<Vec<PickledPlan>>,
    /// The text of the script, if this server ran it.
    script: OnceLock<Arc<str>>,
    /// The plans whose functions run without Python.
    functions: RwLock<HashMap<String, Arc<Functions>>>,
    /// Whether another session took its name over.
    pub(crate) replaced: AtomicBool,
}

impl Session {
    /// A session that has not run yet; without an environment, [`Session::prepare`] has to be called.
    pub(crate) fn new(
        name: String,
        description: Option<String>,
        requirements: Vec<String>,
        environment: Option<Arc<Environment>>,
    ) -> Self {
        let place = environment.map_or_else(|| Place::Making(Vec::new()), Place::Ready);
        Self {
            name,
            inner_name: random_hex(),
            description,
            installed: AtomicBool::new(!requirements.is_empty()),
            requirements,
            inherits: false,
            place: Mutex::new(place),
            host: Mutex::default(),
            plans: Mutex::default(),
            script: OnceLock::new(),
            functions: RwLock::default(),
            replaced: AtomicBool::new(false),
        }
    }

    /// The same, where its script named no requirements.
    pub(crate) fn inheriting(mut self, inherits: bool) -> Self {
        self.inherits = inherits;
        self.installed = AtomicBool::new(!inherits && !self.requirements.is_empty());
        self
    }

    /// The requirements that its script named.
    pub(crate) fn named_requirements(&self) -> &[String] {
        if self.inherits {
            &[]
        } else {
            &self.requirements
        }
    }

    /// The worker of this session. When there is none any more, another one is given what the session registered.
    ///
    /// # Errors
    /// When no worker can be started.
    pub(crate) fn host(&self) -> Result<Host, Absence> {
        let mut slot = guard(&self.host);
        if let Some(host) = &*slot
            && !host.worker.is_dead()
        {
            return Ok(host.clone());
        }
        let environment = self.environment()?;
        let worker = workers().pick(&environment)?;
        worker.sessions.fetch_add(1, Ordering::Relaxed);
        let plans = guard(&self.plans).clone();
        let mut host = Host {
            worker,
            defined: 0,
            standing: Arc::default(),
        };
        if !plans.is_empty() {
            self.define(&mut host, &plans);
        }
        Ok(slot.insert(host).clone())
    }

    // -- its environment

    /// The environment, if it stands.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) fn environment(&self) -> Result<Arc<Environment>, Absence> {
        match &*guard(&self.place) {
            Place::Ready(environment) => Ok(Arc::clone(environment)),
            Place::Making(_) if self.requirements.is_empty() => {
                Err(Absence::Starting(self.name.clone()))
            }
            Place::Making(_) => Err(Absence::Installing {
                session: self.name.clone(),
                requirements: self.requirements.clone(),
            }),
            Place::Failed(text, _) => Err(Absence::Failed(text.clone())),
        }
    }

    /// Whether the environment stands.
    pub(crate) fn is_ready(&self) -> bool {
        matches!(&*guard(&self.place), Place::Ready(_))
    }

    /// Makes the environment in the background, then gives the session to a worker.
    pub(crate) fn prepare(self: &Arc<Self>, then: impl FnOnce() + Send + 'static) {
        let session = Arc::clone(self);
        environments().get(normalise(&self.requirements), false, move |environment| {
            session.arrive(environment);
            then();
        });
    }

    fn arrive(&self, environment: Result<Arc<Environment>, String>) {
        let place = match environment {
            Ok(environment) => Place::Ready(environment),
            Err(text) => {
                log(
                    Level::Warning,
                    &format!(
                        "the functions of session {} cannot run yet: {text}; tried again when one is called",
                        self.name
                    ),
                );
                Place::Failed(text, Instant::now())
            }
        };
        let before = std::mem::replace(&mut *guard(&self.place), place);
        // The worker is told now: its functions may have something to do once they are registered.
        if !guard(&self.plans).is_empty()
            && self.environment().is_ok()
            && let Err(absence) = self.host()
        {
            log(Level::Warning, &absence.to_string());
        }
        if let Place::Making(tasks) = before {
            tasks.into_iter().for_each(|task| task());
        }
    }

    /// Keeps `task` for the moment when the environment stands or is known not to; gives it back when that is already so.
    pub(crate) fn postpone<T: FnOnce() + Send + 'static>(self: &Arc<Self>, task: T) -> Option<T> {
        let mut place = guard(&self.place);
        match &mut *place {
            Place::Making(tasks) => {
                tasks.push(Box::new(task));
                None
            }
            Place::Failed(_, since) if since.elapsed() >= TRY_AGAIN => {
                *place = Place::Making(vec![Box::new(task)]);
                drop(place);
                self.prepare(|| {});
                None
            }
            _ => Some(task),
        }
    }

    /// The worker that holds the session now, if any.
    pub(crate) fn current_host(&self) -> Option<Host> {
        guard(&self.host).clone()
    }

    fn define(&self, host: &mut Host, plans: &[PickledPlan]) {
        let pairs = plans
            .iter()
            .map(|plan| Value::Tuple(vec![Value::str(&plan.id), Value::Bytes(plan.blob.to_vec())]))
            .collect();
        let payload = Value::Tuple(vec![Value::str(&self.inner_name), Value::List(pairs)]);
        host.defined += 1;
        let mut out = Vec::new();
        frame(&mut out, FrameType::Restore, host.defined, |bytes| {
            encode(&payload, bytes);
        });
        host.worker.send(&out);
    }

    /// Gives the worker plans that did not come from it. Without a worker there is nothing to do: it gets all of them.
    pub(crate) fn send_plans(&self, ids: &[String]) {
        let plans: Vec<PickledPlan> = ids.iter().filter_map(|id| self.plan(id)).collect();
        if let Some(host) = &mut *guard(&self.host) {
            self.define(host, &plans);
        }
    }

    /// Has the worker call what these plans want to be called when they are in place, or a time event, for a database; `done`
    /// gets the answer.
    pub(crate) fn tell_registered(
        &self,
        host: &Host,
        plans: Vec<Value>,
        database: i32,
        done: impl FnOnce(WorkResult<'_>) + Send + 'static,
    ) {
        let question = Value::Tuple(vec![
            Value::str(&self.inner_name),
            Value::List(plans),
            Value::Int(i64::from(host.defined)),
            Value::Int(i64::from(database)),
        ]);
        host.worker.ask(FrameType::Registered, &question, done);
    }

    /// Remembers a registered plan.
    pub(crate) fn add_plan(&self, plan: PickledPlan) {
        guard(&self.plans).push(plan);
    }

    /// Keeps the text of the script, for functions that run without Python.
    pub(crate) fn keep_script(&self, script: &[u8]) {
        // Text in another encoding has other lines and columns.
        let plain = std::str::from_utf8(script)
            .ok()
            .filter(|text| !text.starts_with('\u{feff}'))
            .filter(|text| !text.lines().take(2).any(|line| line.contains("coding")));
        if let Some(text) = plain {
            let _ = self.script.set(text.into());
        }
    }

    /// Compiles the functions of a plan that a worker described, if they can run without Python.
    pub(crate) fn learn(&self, description: &Value) {
        let (Some(script), Some(id)) = (self.script.get(), description.text("id")) else {
            return;
        };
        if let Some(functions) = Functions::compile(description, script) {
            let mut known = self
                .functions
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            known.insert(id, functions);
        }
    }

    /// The functions of a plan, if all of them run without Python.
    pub(crate) fn functions(&self, id: &str) -> Option<Arc<Functions>> {
        let known = self
            .functions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        known.get(id).cloned()
    }

    /// Forgets a registered plan, here and in the worker.
    pub(crate) fn remove_plan(&self, id: &str) {
        let gone = {
            let mut known = self
                .functions
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            known.remove(id)
        };
        drop(gone);
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
        let Some(Host {
            worker, defined, ..
        }) = self.current_host()
        else {
            return;
        };
        if worker.is_dead() {
            return;
        }
        let plans = plan.map_or(Value::None, |id| Value::List(vec![Value::str(id)]));
        let payload = Value::Tuple(vec![Value::str(&self.inner_name), plans]);
        let mut out = Vec::new();
        frame(&mut out, FrameType::Drop, defined, |bytes| {
            encode(&payload, bytes);
        });
        worker.send(&out);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.send_drop(None);
        if let Some(Host { worker, .. }) = guard(&self.host).take() {
            worker.sessions.fetch_sub(1, Ordering::SeqCst);
            worker.retire();
        }
    }
}
