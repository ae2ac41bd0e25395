//! Executions that begin here, on this shard alone or on several.

use std::sync::Arc;

use super::Spread;
use super::order::Order;
use crate::base::guard;
use crate::execution::{Execution, executor};
use crate::plan::Reader;
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::session::Session;

/// Runs an execution over what its reader gives: here, or on all shards.
pub(crate) fn start(execution: Arc<Execution>, description: &Value) {
    let Some(spread) = &execution.spread else {
        executor::submit(execution);
        return;
    };
    let order = order_of(&execution, spread, description);
    spread.begin(&execution, &order);
}

/// Runs an execution of a registration on all shards, here over records that are there; `extra` is what else functions see.
pub(in crate::execution) fn start_over(
    execution: &Arc<Execution>,
    spread: &Spread,
    batch: &Batch,
    extra: &Value,
) {
    let elsewhere = match &execution.plan.reader {
        // Everybody calls it for the same command.
        Reader::Command(_) => batch.packed(),
        // The key, or the stream, is here.
        _ => Batch::new().packed(),
    };
    guard(&spread.state).records = Some((batch.clone(), extra.clone()));
    let order = Order {
        registered: true,
        records: Some(elsewhere),
        at_once: spread.only_collects(),
        ..order_of(execution, spread, &Value::None)
    };
    spread.begin(execution, &order);
}

fn order_of(execution: &Execution, spread: &Spread, description: &Value) -> Order {
    let session: &Session = &execution.session;
    let python = session.environment().map(|one| one.version.clone());
    // For those that compile the functions, too.
    let script = session
        .script()
        .filter(|_| execution.functions.is_some() && spread.gathered.is_none())
        .map(|script| script.to_string());
    Order {
        plan: match &script {
            Some(_) => description.without("blob"),
            None => description.without("blob").without("native"),
        },
        script,
        registered: false,
        records: None,
        // Functions may be refused, and then none has begun.
        at_once: spread.gathered.is_some(),
        plan_id: execution.plan_id.clone(),
        functions: match description.get("blob") {
            Some(Value::Bytes(bytes)) if spread.gathered.is_none() => Some(bytes.clone()),
            _ => None,
        },
        python: python.unwrap_or_default(),
        session: session.name.clone(),
        requirements: session.requirements.clone(),
        inherits: session.inherits,
        shards: spread.shards.iter().map(|&one| one.to_owned()).collect(),
        asked: spread.asked,
        slots: spread.slots.clone(),
        trailing: spread.trailing,
        kept: execution.kept,
        database: execution.database,
    }
}
