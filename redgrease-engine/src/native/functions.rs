//! The functions of a plan, compiled: what of it needs no worker.

mod effects;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use redgrease_core::native::{Program, Script, Sent, Start, with_script};

use super::described::{Callee, Operation};
use super::imports::Imports;
use super::needs_python::NeedsPython;
use super::step::{Function, Step};
use super::{builder, counters};
use crate::plan::Reader;
use crate::record::value::Value;
use crate::server::Facts;
use effects::after_effects;

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

/// The texts in which functions are found: that of a script, and the builder's; as far as they are needed.
#[derive(Clone, Copy, Default)]
struct Texts<'a> {
    script: Option<&'a Script>,
    builder: Option<&'a Script>,
}

/// What a worker says of a plan.
struct Described<'a> {
    description: &'a Value,
    /// What of it is about functions.
    natives: &'a Value,
    operations: Vec<Operation>,
}

impl<'a> Described<'a> {
    fn of(description: &'a Value) -> Result<Self, NeedsPython> {
        let natives = description.get("native").ok_or(NeedsPython::There)?;
        let operations = Operation::all(description, natives).ok_or(NeedsPython::Description)?;
        Ok(Self {
            description,
            natives,
            operations,
        })
    }
}

/// In which texts the functions of plans are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    /// None has any.
    Nothing,
    Script,
    Both,
}

impl Within {
    fn of(described: &Described<'_>) -> Self {
        let functions = described
            .operations
            .iter()
            .filter(|one| one.needs_function());
        let each = functions.map(|one| match one.callee() {
            Ok(callee) if callee.is_builders => Self::Both,
            _ => Self::Script,
        });
        each.max().unwrap_or(Self::Nothing)
    }
}

impl Texts<'_> {
    fn compile(&self, callee: &Callee, minor: u8) -> Result<Program, NeedsPython> {
        let text = if callee.is_builders {
            self.builder
        } else {
            self.script
        };
        let text = text.ok_or(NeedsPython::Builder)?;
        let mut made = text.compile(std::slice::from_ref(&callee.wanted), minor);
        match made.pop() {
            Some(made) => made.map_err(NeedsPython::Function),
            None => Err(NeedsPython::NotCompiled),
        }
    }
}

/// What a plan's records are.
#[derive(Clone, Copy)]
struct Records {
    /// Whether there is more than one.
    many: bool,
    /// Whether they come while the functions run.
    fed: bool,
    /// Whether a reader gives them.
    read: bool,
}

impl Records {
    fn of(reader: &Reader) -> Result<Self, NeedsPython> {
        let (many, fed) = match reader {
            Reader::Command(_) | Reader::KeyEvents(_) => (false, false),
            Reader::StreamEvents(_) => (true, false),
            Reader::Python => return Err(NeedsPython::Reader),
            _ => (true, true),
        };
        let read = matches!(
            reader,
            Reader::Keys { .. }
                | Reader::Stream { .. }
                | Reader::KeyEvents(_)
                | Reader::StreamEvents(_)
        );
        Ok(Self { many, fed, read })
    }
}

impl Functions {
    /// Compiles the functions of plans that a worker describes, as far as they can be.
    ///
    /// # Errors
    /// For each, why it needs Python from the beginning.
    pub(crate) fn compile(
        descriptions: &[Value],
        script: &str,
    ) -> Vec<Result<Arc<Self>, NeedsPython>> {
        let described: Vec<_> = descriptions.iter().map(Described::of).collect();
        let try_all = |texts: Texts<'_>| {
            let each = described.iter().map(|described| {
                let described = described.as_ref().map_err(Clone::clone)?;
                Self::try_compile(described, &texts)
            });
            each.collect::<Vec<Result<Self, NeedsPython>>>()
        };
        let of_script = |script: &Script, builder: Option<&Script>| {
            let script = Some(script);
            try_all(Texts { script, builder })
        };
        // To parse a text takes longer than a short run.
        let within = described.iter().flatten().map(Within::of).max();
        let compiled = match within.unwrap_or(Within::Nothing) {
            Within::Nothing => Ok(try_all(Texts::default())),
            Within::Script => with_script(script, |script| of_script(script, None)),
            Within::Both => with_script(script, |script| {
                with_script(&builder::script(), |builder| {
                    of_script(script, Some(builder))
                })
                .unwrap_or_else(|_| of_script(script, None))
            }),
        };
        let compiled = compiled.unwrap_or_else(|refusal| {
            let each = descriptions.iter();
            each.map(|_| Err(NeedsPython::Function(refusal.clone())))
                .collect()
        });
        let count = |one: Result<Self, NeedsPython>| match one {
            Ok(functions) => {
                match functions.why() {
                    None => counters::compiled(),
                    Some(reason) => counters::refused(reason),
                }
                Ok(Arc::new(functions))
            }
            Err(reason) => {
                counters::refused(&reason);
                Err(reason)
            }
        };
        compiled.into_iter().map(count).collect()
    }

    fn try_compile(described: &Described<'_>, texts: &Texts<'_>) -> Result<Self, NeedsPython> {
        // A part of a function may need Python where there is one record, of which nobody but the function knows what it reads.
        // Behind what has done something it must not: then those before that may run.
        let reader = Reader::parse(described.description);
        if matches!(reader, Some(Reader::Command(_)))
            && let Ok(functions) = Self::compile_as(described, texts, true)
        {
            return Ok(functions);
        }
        Self::compile_as(described, texts, false)
    }

    fn compile_as(
        described: &Described<'_>,
        texts: &Texts<'_>,
        in_part: bool,
    ) -> Result<Self, NeedsPython> {
        let Described {
            description,
            natives,
            operations,
        } = described;
        let minor = natives.get("minor").and_then(Value::as_int);
        let minor = minor
            .and_then(|minor| u8::try_from(minor).ok())
            .ok_or(NeedsPython::Description)?;
        let reader = Reader::parse(description).ok_or(NeedsPython::Description)?;
        let records = Records::of(&reader)?;
        let mut functions = Self {
            steps: Vec::new(),
            minor,
            rest: None,
            in_part: None,
            imports: Imports::default(),
            here: 0,
            has_effect: false,
            has_loops: false,
            has_any_command: false,
            touched: None,
            shows_records: false,
            bound: 0,
            misses: AtomicU32::new(0),
        };
        let mut callees = Vec::new();
        let mut programs = Vec::new();
        for (at, one) in operations.iter().enumerate() {
            let read = records.read && at == 0;
            match compile_one(one, read, in_part, texts, minor) {
                Ok((callee, program)) => {
                    callees.push(callee);
                    programs.push(program);
                }
                Err(reason) => {
                    functions.rest = Some(reason);
                    break;
                }
            }
        }
        if functions.rest.is_none() && programs.iter().flatten().any(Program::has_effect) {
            programs = after_effects(
                operations,
                callees.as_mut_slice(),
                programs,
                records,
                texts,
                minor,
            )?;
        }
        for ((one, callee), program) in operations.iter().zip(callees).zip(programs) {
            let function = callee.zip(program).map(|(callee, program)| Function {
                program,
                around: callee.around,
                zero: callee.zero,
                of_value: callee.of_value,
            });
            functions.steps.push(Step::new(one, function)?);
        }
        functions.cut(records, operations)?;
        functions.note();
        Ok(functions)
    }

    /// What can be said of the programs together.
    fn note(&mut self) {
        let programs = || self.steps.iter().filter_map(Step::program);
        let needs_python = programs()
            .find_map(Program::in_part)
            .map(|part| part.needs_python.clone());
        self.imports = Imports::of(programs());
        self.in_part = needs_python.map(NeedsPython::Function);
        let any = |is: fn(&Program) -> bool| self.steps.iter().filter_map(Step::program).any(is);
        self.has_effect = any(Program::has_effect);
        self.has_loops = any(Program::has_loops);
        self.has_any_command = any(Program::has_any_command);
        let programs = self.steps.iter().filter_map(Step::program);
        let touched = programs.flat_map(Program::sent).map(touched).collect();
        self.touched = if self.rest.is_none() { touched } else { None };
        self.shows_records = self.rest.is_none() && shows_records(&self.steps);
        let is_odd = |program: &Program| program.gives_bytes() || program.gives_sets();
        let odd = self
            .steps
            .iter()
            .position(|step| step.program().is_some_and(is_odd));
        self.bound = odd.filter(|_| self.has_effect).unwrap_or(usize::MAX);
    }

    /// Leaves what a worker does to it: where records come while it runs, behind an operation that gathers them; where they are
    /// there, behind one that lets some through.
    fn cut(&mut self, records: Records, operations: &[Operation]) -> Result<(), NeedsPython> {
        let Some(reason) = &self.rest else {
            self.here = self.steps.len();
            return Ok(());
        };
        // What is given back begins again, so nothing may have happened.
        let has_effect = |step: &Step| step.program().is_some_and(Program::has_effect);
        let first = self.steps.iter().position(has_effect);
        self.steps.truncate(first.unwrap_or(usize::MAX));
        let is_end = |step: &Step| {
            if records.fed {
                step.gathers()
            } else {
                step.thins()
            }
        };
        let last = self.steps.iter().rposition(is_end);
        self.here = last.map_or(0, |last| last + 1);
        // On several shards it goes on from an exchange, too.
        let mut reached = operations.iter().take(self.steps.len() + 1);
        if self.here == 0 && !reached.any(Operation::is_exchange) {
            return Err(reason.clone());
        }
        Ok(())
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

type One = (Option<Callee>, Option<Program>);

/// The function of an operation, if it needs one.
fn compile_one(
    one: &Operation,
    read: bool,
    in_part: bool,
    texts: &Texts<'_>,
    minor: u8,
) -> Result<One, NeedsPython> {
    if !one.needs_function() {
        return Ok((None, None));
    }
    let mut callee = one.callee()?;
    callee.wanted.read = read;
    callee.wanted.in_part = in_part;
    let program = texts.compile(&callee, minor)?;
    Ok((Some(callee), Some(program)))
}
