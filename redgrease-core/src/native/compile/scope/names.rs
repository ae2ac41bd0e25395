//! What names mean at a point of a function.

use std::ops::Range;
use std::sync::Arc;

use super::Scope;
use crate::native::compile::{Compiler, Described, Meaning, Refusal};
use crate::native::host::SERVICES;
use crate::native::names::all_bindings;
use crate::native::script::Found;
use crate::native::tree::{Constant, Slot};
use crate::python::ast::{Expr, Stmt};
use crate::python::range;

/// What a name means at a point.
pub(in crate::native) enum Named<'s> {
    /// A local, and whether it has a value for certain.
    Local(Slot, bool),
    Global(&'s Meaning),
    Cell(Constant),
    /// Something that is imported.
    Imported,
    /// A builtin or a server function that the describer did not mention.
    Unknown,
}

impl<'s> Scope<'_, 's> {
    /// Makes a name stand for a slot for a while: the variable of a comprehension or the parameter of a lambda.
    pub(in crate::native::compile) fn hide(&mut self, name: &str) -> Slot {
        let slot = self.fresh();
        self.assign(slot);
        self.hidden.push((name.to_owned(), slot));
        slot
    }

    pub(in crate::native::compile) fn slot(&self, name: &str) -> Option<Slot> {
        self.hidden
            .iter()
            .rev()
            .find(|(hidden, _)| hidden == name)
            .map(|(_, slot)| *slot)
            .or_else(|| {
                self.slots
                    .get(name)
                    .copied()
                    .filter(|_| !self.is_imported(name))
            })
    }

    fn is_imported(&self, name: &str) -> bool {
        self.imported.iter().any(|imported| imported == name)
    }

    /// Notes that a slot has a value.
    pub(in crate::native::compile) fn assign(&mut self, slot: Slot) {
        if let Some(known) = self.state.assigned.get_mut(slot as usize) {
            *known = true;
        }
    }

    /// Notes that a slot may have none.
    pub(in crate::native::compile) fn unassign(&mut self, slot: Slot) {
        if let Some(known) = self.state.assigned.get_mut(slot as usize) {
            *known = false;
        }
    }

    /// Whether a slot has a value for certain.
    pub(in crate::native::compile) fn is_assigned(&self, slot: Slot) -> bool {
        self.state
            .assigned
            .get(slot as usize)
            .copied()
            .unwrap_or(false)
    }

    /// What a name means here.
    pub(in crate::native::compile) fn named(&self, name: &str) -> Named<'s> {
        if let Some(slot) = self.slot(name) {
            return Named::Local(slot, self.is_assigned(slot));
        }
        if self.is_imported(name) {
            return Named::Imported;
        }
        let described: &'s Described = self.described;
        if let Some((_, value)) = described.cells.iter().find(|(cell, _)| cell == name) {
            return Named::Cell(value.clone());
        }
        described
            .names
            .iter()
            .find(|(known, _)| known == name)
            .map_or(Named::Unknown, |(_, meaning)| Named::Global(meaning))
    }

    /// What a global name means, if nothing in the script can change it.
    pub(in crate::native::compile) fn global(
        &self,
        name: &str,
        at: &Range<usize>,
    ) -> Result<&'s Meaning, Refusal> {
        let Named::Global(meaning) = self.named(name) else {
            return Err(Refusal::new("a name that is not known", name, at.clone()));
        };
        let times = self.compiler.script.times_bound(name);
        let stable = match meaning {
            Meaning::Builtin(_) => times == 0,
            Meaning::Server(_) => times <= 1,
            Meaning::Function(_) | Meaning::Constant(_) => times == 1,
        };
        if !stable {
            return Err(Refusal::new(
                "a name that the script may bind again",
                name,
                at.clone(),
            ));
        }
        Ok(meaning)
    }

    /// The builtin that an expression names.
    pub(in crate::native::compile) fn builtin(&self, expression: &Expr) -> Option<&'s str> {
        let Expr::Name(name) = expression else {
            return None;
        };
        if !matches!(self.named(&name.id), Named::Global(_)) {
            return None;
        }
        match self.global(&name.id, &range(name)) {
            Ok(Meaning::Builtin(builtin)) => Some(builtin),
            _ => None,
        }
    }

    /// The service that a name stands for.
    pub(in crate::native::compile) fn service_row(
        name: &str,
    ) -> Option<&'static crate::native::host::Row> {
        SERVICES.iter().find(|row| row.name == name)
    }

    pub(in crate::native::compile) fn text(name: &str) -> Arc<str> {
        name.into()
    }
}

/// Names from functions around this one must not be bound again after they were seen.
pub(super) fn check_cells(
    described: &Described,
    found: &Found<'_>,
    compiler: &Compiler<'_>,
) -> Result<(), Refusal> {
    let at = found.start..found.start;
    for (name, _) in &described.cells {
        let Some(Stmt::FunctionDef(outer)) = found.outer else {
            return Err(Refusal::new("a name from the function around it", name, at));
        };
        let parameter = crate::python::parameters(&outer.args).any(|one| one.arg.as_str() == name);
        let mut bindings = Vec::new();
        let known = all_bindings(&outer.body, &mut bindings);
        let times = bindings.iter().filter(|one| *one == name).count();
        let once = if parameter { times == 0 } else { times == 1 };
        if !known || !once || compiler.script.text.contains("nonlocal") {
            return Err(Refusal::new(
                "a name of the function around it that may be bound again",
                name,
                at,
            ));
        }
    }
    Ok(())
}
