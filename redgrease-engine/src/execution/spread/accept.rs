//! The other shards: taking an execution over, and letting it go.

use std::sync::{Arc, OnceLock};

use super::order::Order;
use super::refused::Refused;
use super::{Phase, Spread};
use crate::base::guard;
use crate::cluster::{self, Message, topology};
use crate::execution::{Execution, executor, list};
use crate::packages::environment::{EnvironmentResult, environments, minor, normalise};
use crate::plan::Plan;
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::session::{self, PickledPlan, Session};

/// Gives plan and session of a registration.
pub(crate) type Find = fn(id: &str) -> Option<(Arc<Plan>, Arc<Session>)>;

static FIND: OnceLock<Find> = OnceLock::new();

/// Has the registrations found of which other shards want executions.
pub(crate) fn find_registered_with(find: Find) {
    let _ = FIND.set(find);
}

/// The shard that was asked wants this one to take part.
pub(super) fn accept(asked: &'static str, id: String, order: &Value) {
    let Some(order) = Order::parse(order) else {
        answer(asked, id, Err(Refused::Order));
        return;
    };
    if order.registered {
        let made = take_part(asked, &id, &order);
        answer(asked, id, made);
        return;
    }
    let requirements = normalise(&order.requirements);
    environments().get(requirements, false, move |environment| {
        let made = make(asked, &id, &order, environment);
        answer(asked, id, made);
    });
}

fn answer(asked: &'static str, execution: String, made: Result<(), Refused>) {
    let message = match made {
        Ok(()) => Message::Ready { execution },
        Err(why) => Message::Refused {
            execution,
            text: format!("ERR shard {}: {why}", topology().named(topology().own)).into_bytes(),
        },
    };
    // One that is gone does not want to know.
    let _ = cluster::send(asked, message);
}

fn make(
    asked: &'static str,
    id: &str,
    order: &Order,
    environment: EnvironmentResult,
) -> Result<(), Refused> {
    let environment = environment.map_err(Refused::Packages)?;
    if order.functions.is_some() && minor(&order.python) != minor(&environment.version) {
        return Err(Refused::Python {
            own: environment.version.clone(),
            asked: order.python.clone(),
        });
    }
    let plan = Plan::parse(&order.plan).ok_or(Refused::Plan)?;
    let session = Session::new(
        order.session.clone(),
        None,
        order.requirements.clone(),
        Some(environment),
    );
    let session = Arc::new(session.inheriting(order.inherits));
    if let Some(functions) = &order.functions {
        session.add_plan(PickledPlan {
            id: order.plan_id.clone(),
            blob: Arc::from(functions.as_slice()),
        });
    }
    if let Some(script) = &order.script {
        session.keep_script(script.as_bytes());
        session.learn(std::slice::from_ref(&order.plan));
    }
    session::list::add(&session);
    add(asked, id, order, Arc::new(plan), session)
}

/// The same for a registration, which is here.
fn take_part(asked: &'static str, id: &str, order: &Order) -> Result<(), Refused> {
    let found = FIND.get().and_then(|find| find(&order.plan_id));
    let (plan, session) = found.ok_or_else(|| Refused::Registration(order.plan_id.clone()))?;
    add(asked, id, order, plan, session)
}

fn add(
    asked: &'static str,
    id: &str,
    order: &Order,
    plan: Arc<Plan>,
    session: Arc<Session>,
) -> Result<(), Refused> {
    let known = topology();
    let shards: Vec<&'static str> = order
        .shards
        .iter()
        .map(|name| cluster::lasting(name))
        .collect();
    let own = shards
        .iter()
        .position(|&one| one == known.own)
        .ok_or(Refused::NotAmong)?;
    let spread = Spread::new(
        &plan,
        shards,
        own,
        order.asked,
        order.slots.clone(),
        order.trailing,
    );
    if spread.shards[spread.asked] != asked {
        return Err(Refused::NotAsked);
    }
    if let Some(records) = &order.records {
        let batch = Batch::unpacked(records).ok_or(Refused::Records)?;
        guard(&spread.state).records = Some((batch, Value::None));
    }
    let execution = list::add_foreign(
        id.to_owned(),
        plan,
        order.plan_id.clone(),
        session,
        order.kept,
        order.database,
        spread,
        order.registered,
    );
    super::watch::begin(&execution);
    if order.at_once
        && let Some(spread) = &execution.spread
    {
        spread.start(&execution);
    }
    Ok(())
}

impl Spread {
    /// All are ready.
    pub(super) fn start(&self, execution: &Arc<Execution>) {
        {
            let mut state = guard(&self.state);
            if state.phase == Phase::Runs || state.over {
                return;
            }
            state.phase = Phase::Runs;
            state.touched = Some(std::time::Instant::now());
        }
        executor::submit(Arc::clone(execution));
    }

    /// The shard that was asked needs it no longer.
    pub(super) fn dismiss(&self, execution: &Arc<Execution>, kept: bool) {
        let own = {
            let mut state = guard(&self.state);
            if std::mem::replace(&mut state.over, true) {
                return;
            }
            state.done[self.own].take()
        };
        self.room.notify_all();
        if own.is_none() {
            execution.abort_here();
            execution.mark_aborted();
        }
        execution.finish(Outcome {
            results: own.map(|own| own.results).unwrap_or_default(),
            ..Outcome::default()
        });
        if !kept {
            list::remove(execution.number);
        }
    }

    /// The shard that was asked is gone, and with it who could want the results.
    pub(super) fn orphan(&self, execution: &Arc<Execution>) {
        self.dismiss(execution, false);
    }
}
