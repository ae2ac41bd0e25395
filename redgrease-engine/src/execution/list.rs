//! The executions that clients can ask for, and the numbers of executions and plans.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Execution, Owner};
use crate::base::guard;
use crate::cluster;
use crate::plan::Plan;
use crate::session::Session;
use crate::settings::settings;

struct Executions {
    known: BTreeMap<u64, Arc<Execution>>,
    next: u64,
    next_plan: u64,
}

static EXECUTIONS: Mutex<Executions> = Mutex::new(Executions {
    known: BTreeMap::new(),
    next: 0,
    next_plan: 0,
});

/// Makes an execution and puts it on the list; the oldest one leaves a list that is full. `kept` says whether it stays when
/// it is over, and `database` where its functions run their commands.
pub(crate) fn add(
    plan: Arc<Plan>,
    plan_id: String,
    session: Arc<Session>,
    owner: Option<Arc<dyn Owner>>,
    kept: bool,
    database: i32,
) -> Arc<Execution> {
    let limit = settings().max_executions.count();
    let mut executions = guard(&EXECUTIONS);
    let number = executions.next;
    executions.next += 1;
    let execution = Arc::new(Execution::new(
        number, plan, plan_id, session, owner, kept, database,
    ));
    let mut gone = Vec::new();
    if limit > 0 {
        while executions.known.len() >= limit {
            match executions.known.pop_first() {
                Some((_, oldest)) => gone.push(oldest),
                None => break,
            }
        }
    }
    executions.known.insert(number, Arc::clone(&execution));
    drop(executions);
    // Dropped without the lock: the end of an execution may be the end of its session.
    drop(gone);
    execution
}

/// The execution with this id.
pub(crate) fn find(id: &[u8]) -> Option<Arc<Execution>> {
    let text = std::str::from_utf8(id).ok()?;
    let (shard, number) = text.rsplit_once('-')?;
    if shard != cluster::shard_id() {
        return None;
    }
    let found = guard(&EXECUTIONS)
        .known
        .get(&number.parse().ok()?)
        .cloned()?;
    (found.id == text).then_some(found)
}

/// Takes an execution off the list.
pub(crate) fn remove(number: u64) {
    let gone = guard(&EXECUTIONS).known.remove(&number);
    drop(gone);
}

/// All executions, the oldest first.
pub(crate) fn all() -> Vec<Arc<Execution>> {
    guard(&EXECUTIONS).known.values().cloned().collect()
}

// -- numbers

/// Counts plans on; gives the id of the last one.
pub(crate) fn next_plan(count: u64) -> String {
    let mut executions = guard(&EXECUTIONS);
    executions.next_plan += count;
    format!(
        "{}-{}",
        cluster::shard_id(),
        executions.next_plan.saturating_sub(1)
    )
}

/// Takes the numbers that RedisGears 1.2 spends on an errand to all shards, which is a plan and an execution there.
pub(crate) fn count_errand() {
    let mut executions = guard(&EXECUTIONS);
    executions.next_plan += 1;
    executions.next += 1;
}

/// Takes one execution number without an execution.
pub(crate) fn skip() {
    guard(&EXECUTIONS).next += 1;
}

/// Counts on beyond the number of a plan that was made by another run of the server.
pub(crate) fn skip_plan(id: &str) {
    let number = id
        .rsplit_once('-')
        .and_then(|(_, number)| number.parse::<u64>().ok());
    if let Some(number) = number {
        let mut executions = guard(&EXECUTIONS);
        executions.next_plan = executions.next_plan.max(number.saturating_add(1));
    }
}
