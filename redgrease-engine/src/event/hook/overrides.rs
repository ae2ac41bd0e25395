//! Hooked commands whose key events are awaited, and the replies that functions put in place of theirs.

use std::sync::{Arc, Mutex};

use crate::base::guard;
use crate::execution::Execution;
use crate::record::value::Value;
use crate::registration::Registration;
use crate::server::ServerLock;

/// A hooked command whose key events are awaited.
#[derive(Debug)]
struct Current {
    registration: String,
    words: Vec<Vec<u8>>,
    executions: Vec<Arc<Execution>>,
}

static CURRENT: Mutex<Vec<Current>> = Mutex::new(Vec::new());
/// Replies that functions put in place of the command's own, by execution.
static OVERRIDES: Mutex<Vec<(u64, Value)>> = Mutex::new(Vec::new());

/// Runs `body`, which runs a command; gives also the executions that its key events started for a registration.
pub(super) fn observe<R>(
    _lock: &ServerLock,
    registration: &Registration,
    words: &[Vec<u8>],
    body: impl FnOnce() -> R,
) -> (R, Vec<Arc<Execution>>) {
    guard(&CURRENT).push(Current {
        registration: registration.id.clone(),
        words: words.to_vec(),
        executions: Vec::new(),
    });
    let result = body();
    let executions = guard(&CURRENT)
        .pop()
        .map_or_else(Vec::new, |current| current.executions);
    (result, executions)
}

/// The command that runs now and whose key events a registration wants.
pub(crate) fn current_command(registration: &Registration) -> Option<Value> {
    guard(&CURRENT)
        .iter()
        .rev()
        .find(|current| current.registration == registration.id)
        .map(|current| {
            Value::List(
                current
                    .words
                    .iter()
                    .map(|word| Value::redis(word))
                    .collect(),
            )
        })
}

/// Notes that an execution may replace the reply of the command that runs now.
pub(crate) fn expect_override(registration: &Registration, execution: &Arc<Execution>) {
    if let Some(current) = guard(&CURRENT)
        .iter_mut()
        .rev()
        .find(|current| current.registration == registration.id)
    {
        current.executions.push(Arc::clone(execution));
    }
}

/// Keeps the reply that a function put in place of its command's.
pub(crate) fn keep_override(execution: u64, reply: Value) {
    guard(&OVERRIDES).push((execution, reply));
}

/// The reply that one of these executions put in place of the command's, which is forgotten here.
pub(super) fn take_override(executions: &[Arc<Execution>]) -> Option<Value> {
    let mut overrides = guard(&OVERRIDES);
    let mut found = None;
    overrides.retain(|(number, reply)| {
        let mine = executions
            .iter()
            .any(|execution| execution.number == *number);
        if mine {
            found = Some(reply.clone());
        }
        !mine
    });
    found
}
