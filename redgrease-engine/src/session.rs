//! Sessions: what one script made, and the worker that holds it.

mod absence;
mod broken;
pub(crate) mod list;
mod natives;
mod parcel;
mod place;
mod unmade;

use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::guard;
use crate::base::random_hex;
use crate::native::{Functions, NeedsPython};
use crate::packages::environment::Environment;
use crate::record::value::{Value, decode, encode};
use crate::worker::pool::workers;
use crate::worker::wire::{FrameType, frame};
use crate::worker::{WorkResult, Worker};

pub(crate) use absence::Absence;
pub(crate) use broken::Broken;
use natives::Natives;
pub(crate) use parcel::Parcel;
use place::Place;
pub(crate) use unmade::Unmade;

/// A plan that a worker can build again.
#[derive(Clone, Debug)]
pub(crate) struct PickledPlan {
    pub(crate) id: String,
    pub(crate) blob: Arc<[u8]>,
}

impl PickledPlan {
    /// What a worker says of a plan that it pickled; nothing where it did not.
    pub(crate) fn of(description: &Value) -> Option<Self> {
        Some(Self {
            id: description.text("id")?,
            blob: Arc::from(description.get("blob")?.as_bytes()?),
        })
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
    natives: Natives,
    /// Whether another session took its name over.
    pub(crate) replaced: AtomicBool,
    /// The stamp of its first registrations, 0 for a session from before there were stamps.
    born: OnceLock<i64>,
}

impl Session {
    /// A session that has not run yet; without an environment, [`Session::prepare`] has to be called.
    pub(crate) fn new(
        name: String,
        description: Option<String>,
        requirements: Vec<String>,
        environment: Option<Arc<Environment>>,
    ) -> Self {
        let natives = Natives::default();
        if let Some(environment) = &environment {
            natives.set_version(&environment.version);
        }
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
            natives,
            replaced: AtomicBool::new(false),
            born: OnceLock::new(),
        }
    }

    /// When it registered something first.
    pub(crate) fn born(&self) -> i64 {
        self.born.get().copied().unwrap_or(0)
    }

    /// Notes when it registered something first.
    pub(crate) fn set_born(&self, stamp: i64) {
        let _ = self.born.set(stamp);
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
        let worker = workers().pin(&environment)?;
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

    /// The worker that holds the session now, if any.
    pub(crate) fn current_host(&self) -> Option<Host> {
        guard(&self.host).clone()
    }

    /// The number of the worker that holds the session now, if one does.
    pub(crate) fn worker(&self) -> Option<u64> {
        let host = guard(&self.host);
        let worker = &host.as_ref()?.worker;
        (!worker.is_dead()).then_some(worker.number)
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

    /// Has a worker make plans from their pickles without keeping them; `then` gets what is wrong with them.
    pub(crate) fn try_plans(
        &self,
        plans: &[PickledPlan],
        then: impl FnOnce(Result<(), Unmade>) + Send + 'static,
    ) {
        let picked = self.environment().and_then(|environment| {
            let worker = workers().pick(&environment)?;
            Ok(worker)
        });
        let worker = match picked {
            Ok(worker) => worker,
            Err(absence) => {
                then(Err(Unmade::Absence(absence)));
                return;
            }
        };
        let plan = |plan: &PickledPlan| {
            Value::Tuple(vec![Value::str(&plan.id), Value::Bytes(plan.blob.to_vec())])
        };
        let plans = plans.iter().map(plan).collect();
        let question = Value::Tuple(vec![Value::str(&self.inner_name), Value::List(plans)]);
        worker.ask(FrameType::Try, &question, move |answer| {
            then(match answer.map(decode) {
                Ok(Ok(Value::None)) => Ok(()),
                Ok(Ok(text)) => Err(Unmade::Said(text.as_text().unwrap_or_default())),
                Ok(Err(error)) => Err(Unmade::Broken(error)),
                Err(loss) => Err(Unmade::Loss(loss)),
            });
        });
    }

    /// Remembers a registered plan.
    pub(crate) fn add_plan(&self, plan: PickledPlan) {
        guard(&self.plans).push(plan);
    }

    /// Keeps the text of the script, for functions that run without Python.
    pub(crate) fn keep_script(&self, script: &[u8]) {
        self.natives.keep_script(script);
    }

    /// The text of the script, if it is known.
    pub(crate) fn script(&self) -> Option<Arc<str>> {
        self.natives.script().cloned()
    }

    /// Whether functions of a plan run without Python, where it is the one that they were described by.
    fn is_native(&self, id: &str) -> bool {
        self.natives.knows(id)
    }

    /// Compiles the functions of plans that a worker described, where they can run without Python.
    pub(crate) fn learn(&self, descriptions: &[Value]) {
        self.natives.learn(descriptions);
    }

    /// Why a plan needs Python, in part at least, as far as that is known.
    pub(crate) fn needs_python(&self, id: &str) -> Option<NeedsPython> {
        self.natives.reason(id)
    }

    /// The functions of a plan that run without Python.
    pub(crate) fn functions(&self, id: &str) -> Option<Arc<Functions>> {
        self.natives.get(id)
    }

    /// Forgets a registered plan, here and in the worker.
    pub(crate) fn remove_plan(&self, id: &str) {
        self.natives.forget(id);
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
            workers().unpin(&worker);
        }
    }
}
