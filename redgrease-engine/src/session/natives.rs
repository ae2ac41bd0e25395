//! The functions of a session that run without Python.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::native::{Functions, NeedsPython};
use crate::packages::environment::numbers;
use crate::record::value::Value;

/// The text of a script, and the plans with functions that run without Python.
#[derive(Debug, Default)]
pub(super) struct Natives {
    script: OnceLock<Arc<str>>,
    /// By plan; for those that need Python, why.
    known: RwLock<BTreeMap<String, Result<Arc<Functions>, NeedsPython>>>,
    /// The minor version of the Python that the session's workers run.
    minor: OnceLock<u8>,
}

impl Natives {
    /// Keeps the text of the script.
    pub(super) fn keep_script(&self, script: &[u8]) {
        // Text in another encoding has other lines and columns.
        let plain = std::str::from_utf8(script)
            .ok()
            .filter(|text| !text.starts_with('\u{feff}'))
            .filter(|text| !text.lines().take(2).any(|line| line.contains("coding")));
        if let Some(text) = plain {
            let _ = self.script.set(text.into());
        }
    }

    /// The text of the script, if functions can be told apart in it.
    pub(super) fn script(&self) -> Option<&Arc<str>> {
        self.script.get()
    }

    /// Says which Python the workers run, such as `3.11.2`.
    pub(super) fn set_version(&self, version: &str) {
        let (_, minor) = numbers(version);
        let _ = self.minor.set(minor);
    }

    /// Compiles the functions of plans that a worker described, where they can run without Python.
    pub(super) fn learn(&self, descriptions: &[Value]) {
        let Some(script) = self.script.get() else {
            return;
        };
        let compiled = Functions::compile(descriptions, script);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (description, functions) in descriptions.iter().zip(compiled) {
            if let Some(id) = description.text("id") {
                known.insert(id, functions);
            }
        }
    }

    /// The functions of a plan that run without Python: they stand in for that of the workers and no other.
    pub(super) fn get(&self, plan: &str) -> Option<Arc<Functions>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let minor = self.minor.get()?;
        let functions = known.get(plan)?.as_ref().ok()?;
        (functions.minor() == *minor).then(|| Arc::clone(functions))
    }

    /// Whether functions of a plan run without Python, where it is the one that they were described by.
    pub(super) fn knows(&self, plan: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        matches!(known.get(plan), Some(Ok(_)))
    }

    /// Why a plan needs Python, in part at least, as far as that is known.
    pub(super) fn reason(&self, plan: &str) -> Option<NeedsPython> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(plan)? {
            Ok(functions) => functions.why().cloned(),
            Err(reason) => Some(reason.clone()),
        }
    }

    /// Forgets those of a plan.
    pub(super) fn forget(&self, plan: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let gone = known.remove(plan);
        drop(known);
        drop(gone);
    }
}
