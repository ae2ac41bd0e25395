//! The functions of a plan, compiled: which plans need no worker.

use std::sync::Arc;

use redgrease_core::native::{Described, Program, Refusal, Wanted, compile};

use super::{counters, values};
use crate::plan::Reader;
use crate::record::value::Value;

/// One operation that runs here.
#[derive(Debug)]
pub(super) enum Step {
    Map(Program),
    Filter(Program),
    Foreach(Program),
    FlatMap(Program),
    /// `str` of the record.
    Text,
    Limit {
        length: u64,
        offset: u64,
    },
    /// The key of the record's group, which the next step takes.
    Key(Key),
    /// The number of records.
    Count,
    /// The sum of numbers.
    Total,
    Accumulate(Program),
    ByKey(ByKey),
    Group,
    Reduce(Program),
}

#[derive(Debug)]
pub(super) enum Key {
    Of(Program),
    /// The record itself.
    Itself,
    /// `record['key']`
    Field,
}

#[derive(Debug)]
pub(super) enum ByKey {
    Function(Program),
    Count,
    /// The sum of `record['value']`.
    Sum,
}

/// The operations of a plan whose functions all run without Python.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(super) steps: Vec<Step>,
    /// The minor version of the Python that they stand in for.
    pub(super) minor: u8,
    /// Whether something may happen outside.
    has_effect: bool,
    has_loops: bool,
}

/// What a description says of an operation.
struct Operation {
    kind: String,
    hint: Option<String>,
    numbers: Vec<i64>,
    functions: Option<Vec<Described>>,
}

impl Operation {
    /// Which hints mean the operation without its function.
    fn needs_function(&self) -> bool {
        match (self.kind.as_str(), self.hint.as_deref()) {
            ("map", Some("str")) => false,
            ("accumulate", Some("count" | "total")) => false,
            ("accumulatebykey", Some("count" | "sum")) => false,
            ("extractkey", Some("identity" | "key")) => false,
            (kind, _) => matches!(
                kind,
                "map"
                    | "filter"
                    | "foreach"
                    | "flatmap"
                    | "accumulate"
                    | "accumulatebykey"
                    | "extractkey"
                    | "reduce"
            ),
        }
    }
}

impl Functions {
    /// Compiles the functions of a plan that a worker describes, if all of them can be.
    pub(crate) fn compile(description: &Value, script: &str) -> Option<Arc<Self>> {
        let natives = description.get("native")?;
        match Self::try_compile(description, natives, script) {
            Ok(functions) => {
                counters::compiled();
                Some(Arc::new(functions))
            }
            Err(reason) => {
                counters::refused(&reason);
                None
            }
        }
    }

    fn try_compile(description: &Value, natives: &Value, script: &str) -> Result<Self, String> {
        let broken = || "a description that is broken".to_owned();
        let minor = natives.get("minor").and_then(Value::as_int);
        let minor = minor
            .and_then(|minor| u8::try_from(minor).ok())
            .ok_or_else(broken)?;
        let operations = operations(description, natives).ok_or_else(broken)?;
        // Whether there is more than one record, and whether they are looked at one by one.
        let (many, fed) = match Reader::parse(description).ok_or_else(broken)? {
            Reader::Command(_) | Reader::KeyEvents(_) => (false, false),
            Reader::StreamEvents(_) => (true, false),
            Reader::Python => return Err("a reader that is Python".to_owned()),
            _ => (true, true),
        };
        let flat = operations.iter().any(|one| one.kind == "flatmap");
        let mut wanted = Vec::new();
        for one in &operations {
            if one.needs_function() {
                wanted.push(Wanted {
                    functions: one
                        .functions
                        .clone()
                        .ok_or_else(|| format!("{} with a function of another kind", one.kind))?,
                    ..Wanted::default()
                });
            }
        }
        let mut programs = all(script, &wanted, minor)?;
        let has_effect = programs.iter().any(Program::has_effect);
        if has_effect {
            // What happened in one function must not happen again because another one gives its call back.
            let (mut before, mut sets, mut bytes) = (many || flat, false, fed);
            for (one, program) in wanted.iter_mut().zip(&programs) {
                (one.after_effect, one.sets, one.bytes) = (before, sets, bytes);
                before |= program.has_effect();
                sets |= program.gives_sets();
                bytes |= program.gives_bytes();
            }
            if wanted
                .iter()
                .any(|one| one.after_effect || one.sets || one.bytes)
            {
                programs = all(script, &wanted, minor)?;
            }
            let shows = operations
                .iter()
                .any(|one| !one.needs_function() && one.kind != "collect");
            if shows && programs.iter().any(Program::gives_sets) {
                return Err("text of sets after an effect".to_owned());
            }
        }
        let has_loops = programs.iter().any(Program::has_loops);
        let mut programs = programs.into_iter();
        let mut steps = Vec::new();
        for one in &operations {
            if let Some(step) = step(one, &mut programs)? {
                steps.push(step);
            }
        }
        Ok(Self {
            steps,
            minor,
            has_effect,
            has_loops,
        })
    }

    /// Whether something may happen outside, so that a run cannot begin again.
    pub(crate) fn has_effect(&self) -> bool {
        self.has_effect
    }

    /// Whether one record may take long.
    pub(crate) fn has_loops(&self) -> bool {
        self.has_loops
    }
}

fn all(script: &str, wanted: &[Wanted], minor: u8) -> Result<Vec<Program>, String> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let compiled = compile(script, wanted, minor);
    let compiled: Result<Vec<_>, Refusal> = compiled.into_iter().collect();
    compiled.map_err(|refusal| refusal.to_string())
}

fn operations(description: &Value, natives: &Value) -> Option<Vec<Operation>> {
    let functions = natives.get("functions")?.items()?;
    let operations = description.get("ops")?.items()?;
    operations
        .iter()
        .zip(functions)
        .map(|(one, function)| {
            let parts = one.items()?;
            let functions = match function {
                Value::None => None,
                list => Described::from_worker(&values::native(list, false)?),
            };
            Some(Operation {
                kind: parts.first()?.as_text()?,
                hint: parts.get(1)?.as_text(),
                numbers: parts
                    .get(2)?
                    .items()?
                    .iter()
                    .filter_map(Value::as_int)
                    .collect(),
                functions,
            })
        })
        .collect()
}

/// The step for an operation; nothing where it does nothing on one shard.
fn step(
    one: &Operation,
    programs: &mut impl Iterator<Item = Program>,
) -> Result<Option<Step>, String> {
    let program = if one.needs_function() {
        programs.next()
    } else {
        None
    };
    let number = |at: usize| {
        one.numbers
            .get(at)
            .map_or(0, |&number| u64::try_from(number).unwrap_or(u64::MAX))
    };
    Ok(Some(match (one.kind.as_str(), program) {
        ("collect" | "repartition" | "unkey", _) => return Ok(None),
        ("map", Some(program)) => Step::Map(program),
        ("map", None) => Step::Text,
        ("filter", Some(program)) => Step::Filter(program),
        ("foreach", Some(program)) => Step::Foreach(program),
        ("flatmap", Some(program)) => Step::FlatMap(program),
        ("limit", _) => Step::Limit {
            length: number(0),
            offset: number(1),
        },
        ("extractkey", Some(program)) => Step::Key(Key::Of(program)),
        ("extractkey", None) if one.hint.as_deref() == Some("key") => Step::Key(Key::Field),
        ("extractkey", None) => Step::Key(Key::Itself),
        ("accumulate", Some(program)) => Step::Accumulate(program),
        ("accumulate", None) if one.hint.as_deref() == Some("count") => Step::Count,
        ("accumulate", None) => Step::Total,
        ("accumulatebykey", Some(program)) => Step::ByKey(ByKey::Function(program)),
        ("accumulatebykey", None) if one.hint.as_deref() == Some("count") => {
            Step::ByKey(ByKey::Count)
        }
        ("accumulatebykey", None) => Step::ByKey(ByKey::Sum),
        ("group", _) => Step::Group,
        ("reduce", Some(program)) => Step::Reduce(program),
        (kind, _) => return Err(format!("the operation {kind}")),
    }))
}
