//! How often functions ran without Python, and why others did not.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::needs_python::NeedsPython;
use crate::base::guard;

static COMPILED: AtomicU64 = AtomicU64::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);
static GIVEN_BACK: AtomicU64 = AtomicU64::new(0);
/// Why plans are left to Python, and why calls were given back.
static REASONS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
/// So many reasons are told apart.
const MOST_REASONS: usize = 64;

fn count(reason: &str) {
    let mut reasons = guard(&REASONS);
    if reasons.len() < MOST_REASONS || reasons.contains_key(reason) {
        *reasons.entry(reason.to_owned()).or_default() += 1;
    }
}

/// The functions of a plan were compiled.
pub(super) fn compiled() {
    COMPILED.fetch_add(1, Ordering::Relaxed);
}

/// The functions of a plan are left to Python.
pub(super) fn refused(reason: &NeedsPython) {
    count(&format!("plan: {reason}"));
}

/// An execution ran without Python.
pub(super) fn ran() {
    CALLS.fetch_add(1, Ordering::Relaxed);
}

/// An execution was given back.
pub(super) fn given_back(reason: &str) {
    GIVEN_BACK.fetch_add(1, Ordering::Relaxed);
    count(&format!("call: {reason}"));
}

/// What was counted.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Plans whose functions all run without Python.
    pub(crate) plans: u64,
    /// Executions that ran without Python.
    pub(crate) calls: u64,
    /// Executions that were given back to a worker.
    pub(crate) given_back: u64,
    /// Reasons and how often each was.
    pub(crate) reasons: Vec<(String, u64)>,
}

/// The counters as they are.
pub(crate) fn counted() -> Counted {
    Counted {
        plans: COMPILED.load(Ordering::Relaxed),
        calls: CALLS.load(Ordering::Relaxed),
        given_back: GIVEN_BACK.load(Ordering::Relaxed),
        reasons: guard(&REASONS)
            .iter()
            .map(|(reason, count)| (reason.clone(), *count))
            .collect(),
    }
}
