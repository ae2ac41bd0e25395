//! What functions import that run without Python.
//!
//! Python runs the code of a module when it is imported first, or raises an error: that is left to it. Where a worker has
//! imported everything, an import does nothing, and needs no worker.

use std::sync::atomic::{AtomicU64, Ordering};

use redgrease_core::native::{Import, Program};

use crate::record::value::Value;

/// No worker has this number.
const NOWHERE: u64 = u64::MAX;

/// What the functions of a plan import, and where that is there.
#[derive(Debug)]
pub(crate) struct Imports {
    /// Modules and the names that are taken from them; none if nothing is imported.
    wanted: Option<Value>,
    /// The number of the worker that has imported all of it.
    there_in: AtomicU64,
}

impl Default for Imports {
    fn default() -> Self {
        Self {
            wanted: None,
            there_in: AtomicU64::new(NOWHERE),
        }
    }
}

impl Imports {
    /// Those of programs.
    pub(super) fn of<'a>(programs: impl Iterator<Item = &'a Program>) -> Self {
        let pair = |import: &Import| {
            let names = import.names.iter().map(Value::str).collect();
            Value::Tuple(vec![Value::str(&import.module), Value::Tuple(names)])
        };
        let in_part = programs.filter_map(Program::in_part);
        let wanted: Vec<Value> = in_part.flat_map(|part| &part.imports).map(pair).collect();
        Self {
            wanted: (!wanted.is_empty()).then_some(Value::List(wanted)),
            ..Self::default()
        }
    }

    /// Whether all of it is there; `worker` gives the number of the worker that would import it.
    pub(crate) fn are_there(&self, worker: impl FnOnce() -> Option<u64>) -> bool {
        self.wanted.is_none() || worker() == Some(self.there_in.load(Ordering::Relaxed))
    }

    /// What a worker has to be asked for, if that is not known of it.
    pub(crate) fn unknown_in(&self, worker: u64) -> Option<&Value> {
        let wanted = self.wanted.as_ref();
        wanted.filter(|_| self.there_in.load(Ordering::Relaxed) != worker)
    }

    /// Notes that a worker has imported all of it.
    pub(crate) fn are_now_in(&self, worker: u64) {
        self.there_in.store(worker, Ordering::Relaxed);
    }
}
