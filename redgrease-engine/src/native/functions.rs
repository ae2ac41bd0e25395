//! The functions of a plan, compiled: what of it needs no worker.

mod compile;
mod effects;

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use redgrease_core::native::{Program, Sent, Start};

use super::imports::Imports;
use super::needs_python::NeedsPython;
use super::step::Step;
use crate::server::Facts;

/// The operations of a plan that run without Python: all of them, or those before one that needs it.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(super) steps: Vec<Step>,
    /// The minor version of the Python that they stand in for.
    pub(super) minor: u8,
    /// Why the operations after them are left to a worker, if there are any.
    rest: Option<NeedsPython>,
    /// Why calls are given back that come to a part of a function which needs Python, if one has such a part.
    in_part: Option<NeedsPython>,
    imports: Imports,
    /// How many of them run here before a worker goes on, where all records are here.
    here: usize,
    /// Whether something may happen outside.
    has_effect: bool,
    has_loops: bool,
    has_any_command: bool,
    /// The keys of all its commands, where each has one, which its text tells.
    touched: Option<Vec<Start>>,
    /// Whether all that they give are the texts of the records that they get, as those were.
    shows_records: bool,
    /// Up to which operation records may hold what is not the same on another shard.
    bound: usize,
    /// How often in a row they were given back.
    misses: AtomicU32,
}

/// After so many calls in a row that were given back, a worker runs them at once.
const MOST_MISSES: u32 = 8;
/// One of so many is tried all the same: the values may be others by now.
const TRIED: u64 = 64;
/// Spreads numbers that follow each other, in any steps, over all that there are.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Functions {
    /// What can be said of the programs together.
    fn note(&mut self) {
        let programs = || self.steps.iter().filter_map(Step::program);
        let needs_python = programs()
            .find_map(Program::in_part)
            .map(|part| part.needs_python.clone());
        self.imports = Imports::of(programs());
        self.in_part = needs_python.map(NeedsPython::Function);
        let any = |is: fn(&Program) -> bool| programs().any(is);
        self.has_effect = any(Program::has_effect);
        self.has_loops = any(Program::has_loops);
        self.has_any_command = any(Program::has_any_command);
        let touched = programs().flat_map(Program::sent).map(touched).collect();
        self.touched = if self.rest.is_none() { touched } else { None };
        self.shows_records = self.rest.is_none() && shows_records(&self.steps);
        let is_odd = |program: &Program| program.gives_bytes() || program.gives_sets();
        let odd = self
            .steps
            .iter()
            .position(|step| step.program().is_some_and(is_odd));
        self.bound = odd.filter(|_| self.has_effect).unwrap_or(usize::MAX);
    }

    /// Whether to try them for an execution: what is given back costs time, and what was given back often will be so again.
    pub(crate) fn are_worth_it(&self, execution: u64) -> bool {
        // Plans that are run by turns have a share in these numbers each.
        let is_tried = || execution.wrapping_mul(SPREAD) < u64::MAX / TRIED;
        self.misses.load(Ordering::Relaxed) < MOST_MISSES || is_tried()
    }

    /// Notes whether a run was of no use.
    pub(super) fn ended(&self, in_vain: bool) {
        if in_vain {
            self.misses.fetch_add(1, Ordering::Relaxed);
        } else if self.misses.load(Ordering::Relaxed) > 0 {
            self.misses.store(0, Ordering::Relaxed);
        }
    }

    /// The operation at which a worker goes on where all records are here, and why, if one has to.
    pub(crate) fn rest(&self) -> Option<(usize, &NeedsPython)> {
        let reason = self.rest.as_ref()?;
        Some((self.here, reason))
    }

    /// Whether calls may be given back after something was read, at a part of a function that needs Python.
    pub(crate) fn are_in_part(&self) -> bool {
        self.in_part.is_some()
    }

    /// What they import.
    pub(crate) fn imports(&self) -> &Imports {
        &self.imports
    }

    /// Why a worker is needed for a part of them, if one is.
    pub(crate) fn why(&self) -> Option<&NeedsPython> {
        self.in_part.as_ref().or(self.rest.as_ref())
    }

    /// The numbers of those that run where all records are here.
    pub(super) fn here(&self) -> Range<usize> {
        0..self.here
    }

    /// Whether some run where all records are here.
    pub(crate) fn run_here(&self) -> bool {
        self.rest.is_none() || self.here > 0
    }

    /// Whether all operations before this one are among them.
    pub(crate) fn reach(&self, operation: usize) -> bool {
        self.rest.is_none() || operation <= self.steps.len()
    }

    /// Whether records that have come up to an operation can go to another shard from there.
    pub(crate) fn may_cross_at(&self, operation: usize) -> bool {
        operation <= self.bound
    }

    /// Whether all that they give are the texts of the records that they get, as those were.
    pub(super) fn shows_records(&self) -> bool {
        self.shows_records
    }

    /// The minor version of the Python that they stand in for.
    pub(crate) fn minor(&self) -> u8 {
        self.minor
    }

    /// Whether something may happen outside, so that a run cannot begin again.
    pub(crate) fn has_effect(&self) -> bool {
        self.has_effect
    }

    /// Whether any command may be run, one that ends the connection of a client too.
    pub(crate) fn has_any_command(&self) -> bool {
        self.has_any_command
    }

    /// What is known of the keys that its commands are about; nothing where a command may be about others.
    pub(crate) fn touched(&self) -> Option<&[Start]> {
        self.touched.as_deref()
    }

    /// Whether they may have enough records before there are no more.
    pub(crate) fn has_limit(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Limit { .. }))
    }

    /// Whether one record may take long.
    pub(crate) fn has_loops(&self) -> bool {
        self.has_loops
    }
}

/// Whether records go through operations as they are, to become texts in the last one.
fn shows_records(steps: &[Step]) -> bool {
    let mut steps = steps.iter().filter(|step| !matches!(step, Step::Pass));
    matches!(steps.next_back(), Some(Step::Text))
        && steps.all(|step| match step {
            Step::Foreach(function) | Step::Filter(function) => !function.program.changes_values(),
            _ => false,
        })
}

/// The key of a command that has one, and does nothing beside what it does to that.
fn touched(sent: &Sent) -> Option<Start> {
    let facts = Facts::known(sent.name.as_ref()?.as_bytes(), None)?;
    let is_plain = !["movablekeys", "blocking", "noscript", "module", "admin"]
        .iter()
        .any(|flag| facts.has(flag));
    let has_one = facts.places.first == 1 && facts.places.last == 1;
    (is_plain && has_one).then(|| sent.first.clone())
}
