//! The executions that clients can ask for, and the numbers of executions and plans.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::id::{self, Id, last_number};
use super::spread::Spread;
use super::{Execution, Owner};
use crate::base::guard;
use crate::cluster;
use crate::plan::Plan;
use crate::session::Session;
use crate::settings::settings;

struct Executions {
    known: BTreeMap<u64, Arc<Execution>>,
    /// The numbers of those of this shard, by the numbers at the end of their ids: from each on, both count on together.
    own: BTreeMap<u64, u64>,
    /// The numbers of those that other shards were asked for, by their ids.
    foreign: BTreeMap<String, u64>,
    next_number: u64,
    next: u64,
    next_plan: u64,
}

static EXECUTIONS: Mutex<Executions> = Mutex::new(Executions::new());

/// Makes an execution and puts it on the list; the oldest one leaves a list that is full. `kept` says whether it stays when
/// it is over, and `database` where its functions run their commands.
pub(crate) fn add(
    plan: Arc<Plan>,
    plan_id: String,
    session: Arc<Session>,
    owner: Option<Arc<dyn Owner>>,
    kept: bool,
    database: i32,
    spread: Option<Spread>,
) -> Arc<Execution> {
    insert(|executions, number| {
        let next = executions.next;
        executions.next += 1;
        if executions.own_number(next) != Some(number) {
            executions.begin_own(next, number);
        }
        let id = Id::own(cluster::shard_id(), next);
        let registered = owner.is_some();
        Execution::new(
            number, id, plan, plan_id, session, owner, kept, database, spread, registered,
        )
    })
}

/// The same for one that another shard was asked for, and that has its id from there; maybe for a registration.
#[expect(clippy::too_many_arguments, reason = "it has so many properties")]
pub(super) fn add_foreign(
    id: String,
    plan: Arc<Plan>,
    plan_id: String,
    session: Arc<Session>,
    kept: bool,
    database: i32,
    spread: Spread,
    registered: bool,
) -> Arc<Execution> {
    insert(|executions, number| {
        executions.foreign.insert(id.clone(), number);
        Execution::new(
            number,
            Id::foreign(id),
            plan,
            plan_id,
            session,
            None,
            kept,
            database,
            Some(spread),
            registered,
        )
    })
}

fn insert(make: impl FnOnce(&mut Executions, u64) -> Arc<Execution>) -> Arc<Execution> {
    let limit = settings().max_executions.count();
    let mut executions = guard(&EXECUTIONS);
    let number = executions.next_number;
    executions.next_number += 1;
    let execution = make(&mut executions, number);
    let mut gone = Vec::new();
    if limit > 0 {
        while executions.known.len() >= limit {
            match executions.known.pop_first() {
                Some((_, oldest)) => {
                    executions.forget(&oldest);
                    gone.push(oldest);
                }
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
    let id = std::str::from_utf8(id).ok()?;
    let executions = guard(&EXECUTIONS);
    let own = last_number(id).and_then(|number| executions.own_number(number));
    let numbers = own.into_iter().chain(executions.foreign.get(id).copied());
    numbers
        .filter_map(|number| executions.known.get(&number))
        .find(|execution| execution.id.text() == id)
        .cloned()
}

/// So many places where numbers begin to differ are kept in any case.
const FEW: usize = 64;

impl Executions {
    const fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            own: BTreeMap::new(),
            foreign: BTreeMap::new(),
            next_number: 0,
            next: 0,
            next_plan: 0,
        }
    }

    /// The number of the execution of this shard whose id ends with a number.
    fn own_number(&self, at_the_end: u64) -> Option<u64> {
        let (from, number) = self.own.range(..=at_the_end).next_back()?;
        Some(number + (at_the_end - from))
    }

    /// From here on the two count on together.
    fn begin_own(&mut self, at_the_end: u64, number: u64) {
        if self.own.len() > FEW + 2 * self.known.len() {
            // Those between two of which no execution is left say nothing any more.
            let mut ends = self
                .own
                .values()
                .skip(1)
                .copied()
                .collect::<Vec<_>>()
                .into_iter();
            let known = &self.known;
            self.own.retain(|_, from| {
                let end = ends.next().unwrap_or(number);
                known.range(*from..end).next().is_some()
            });
        }
        self.own.insert(at_the_end, number);
    }

    fn forget(&mut self, execution: &Execution) {
        let is_foreign = |spread: &Spread| !spread.is_asked();
        if execution.spread.as_deref().is_some_and(is_foreign) {
            self.foreign.remove(execution.id.text());
        }
    }
}

/// Takes an execution off the list; on all shards, if it stayed there when it was over and is for this one.
pub(crate) fn remove(number: u64) {
    let gone = {
        let mut executions = guard(&EXECUTIONS);
        let gone = executions.known.remove(&number);
        if let Some(gone) = &gone {
            executions.forget(gone);
        }
        gone
    };
    if let Some(gone) = &gone
        && gone.kept
        && let Some(spread) = &gone.spread
        && spread.is_asked()
    {
        spread.forget(gone);
    }
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
    id::text(
        cluster::registrar_id(),
        executions.next_plan.saturating_sub(1),
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
    if let Some(number) = last_number(id) {
        let mut executions = guard(&EXECUTIONS);
        executions.next_plan = executions.next_plan.max(number.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_ids_lead_to_executions_where_the_two_differ() {
        let mut executions = Executions::new();
        assert_eq!(executions.own_number(0), None);
        executions.begin_own(0, 0);
        // Two of other shards came, and ten numbers were skipped.
        executions.begin_own(15, 7);
        let found = [0, 4, 15, 16, 1000].map(|number| executions.own_number(number));
        assert_eq!(found, [0, 4, 7, 8, 992].map(Some));
        // Nothing is known any more, so that nothing has to be kept.
        for number in 0..1000 {
            executions.begin_own(2000 + 2 * number, 1000 + number);
        }
        assert!(executions.own.len() <= FEW + 1, "{}", executions.own.len());
        assert_eq!(executions.own_number(2000 + 2 * 999), Some(1999));
    }
}
