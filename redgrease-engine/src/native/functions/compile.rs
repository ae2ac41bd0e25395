//! From what a worker says of plans to functions that need none.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use redgrease_core::native::{Program, Script, with_script};

use super::Functions;
use super::effects::after_effects;
use crate::native::described::{Callee, Operation};
use crate::native::imports::Imports;
use crate::native::needs_python::NeedsPython;
use crate::native::step::{Function, Step};
use crate::native::{builder, counters};
use crate::plan::Reader;
use crate::record::value::Value;

/// The texts in which functions are found: that of a script, and the builder's; as far as they are needed.
#[derive(Clone, Copy, Default)]
pub(super) struct Texts<'a> {
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
    pub(super) fn compile(&self, callee: &Callee, minor: u8) -> Result<Program, NeedsPython> {
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
pub(super) struct Records {
    /// Whether there is more than one.
    pub(super) many: bool,
    /// Whether they come while the functions run.
    pub(super) fed: bool,
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
