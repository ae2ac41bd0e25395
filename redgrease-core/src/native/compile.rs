//! From the tree of the parser to that of instructions.
//!
//! The compiler takes what it knows to mean the same to the evaluator as to Python, and refuses the rest. Beyond that it
//! proves, for each function that does something outside, that nothing after the first effect gives the call back.

mod calls;
mod command;
mod comprehension;
mod described;
mod exception;
mod expression;
mod formats;
mod glue;
mod iteration;
mod operator;
mod part;
mod scope;
mod statement;

use std::collections::HashMap;
use std::ops::Range;

use super::program::{Import, InPart, Program, Sent, Start};
use super::script::{Body, Found, Script};
use super::tree::{Code, Constant, Slot};
use crate::python::ast::Arguments;
pub(super) use expression::constant;
pub(super) use scope::Scope;

pub use crate::refusal::Refusal;
pub use described::{Described, Meaning};

/// What the compiler may assume, found out by compiling again when it does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Assumed {
    /// Sets are made.
    sets: bool,
    /// Bytes are made.
    bytes: bool,
    /// Answers of the server are looked at, in which there may be arrays of bytes.
    replies: bool,
}

/// A function in one of the ways in which it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    /// Its number among those described.
    pub(super) number: usize,
    /// Whether something may have happened before.
    pub(super) effect: bool,
    /// Which of its parameters are records, one bit for each.
    pub(super) records: u64,
    /// Which call it is for, where some of its arguments are known.
    pub(super) call: usize,
}

impl Version {
    /// One without records.
    pub(super) fn new(number: usize, effect: bool) -> Self {
        Self {
            number,
            effect,
            records: 0,
            call: 0,
        }
    }
}

/// The compiler of one function and those that it calls.
pub(super) struct Compiler<'s> {
    script: &'s Script,
    functions: &'s [Found<'s>],
    described: &'s [Described],
    /// Where the methods of `cmd` begin among them.
    methods: usize,
    minor: u8,
    codes: Vec<Option<Code>>,
    /// Whether the program's argument is what a reader gives.
    read: bool,
    /// What parameters of the function that is compiled next are, by their places.
    constants: Vec<(Slot, Constant)>,
    /// What is known of the texts that its parameters are.
    starts: Vec<(Slot, Start)>,
    /// Of each version of a function the code, and whether something happens in it.
    made: HashMap<Version, (usize, bool)>,
    under_way: Vec<(Version, usize)>,
    assumed: Assumed,
    seen: Assumed,
    recursive: bool,
    has_effect: bool,
    has_loops: bool,
    changes_values: bool,
    sent: Vec<Sent>,
    /// Whether parts of the functions may be left to Python.
    in_part: bool,
    imports: Vec<Import>,
    /// Why a part of the program needs Python.
    needs_python: Option<Refusal>,
}

/// A function to be compiled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The function, then those that it may call.
    pub functions: Vec<Described>,
    /// Whether something may have happened outside before it is called: then it must never give back.
    pub after_effect: bool,
    /// Whether its arguments may be, or hold, sets.
    pub sets: bool,
    /// Whether its arguments may be, or hold, bytes.
    pub bytes: bool,
    /// Which of its parameters are records of redgrease, one bit for each.
    pub records: u64,
    /// Whether its argument is what a reader of keys or streams gives: a dictionary with its fields and no others.
    pub read: bool,
    /// Whether parts of it may be left to Python, if it does not run without otherwise.
    pub in_part: bool,
}

/// Compiles a function: all of it, or the parts before those that need Python.
pub(super) fn compile(
    script: &Script,
    functions: &[Found<'_>],
    wanted: &Wanted,
    minor: u8,
) -> Result<Program, Refusal> {
    let whole = compile_as(script, functions, wanted, minor, None);
    let Err(refusal) = whole else {
        return whole;
    };
    if wanted.in_part && !wanted.after_effect {
        let part = compile_as(script, functions, wanted, minor, Some(&refusal));
        if part.is_ok() {
            return part;
        }
    }
    Err(refusal)
}

/// Compiles a function; in part where it is known why all of it cannot be.
fn compile_as(
    script: &Script,
    functions: &[Found<'_>],
    wanted: &Wanted,
    minor: u8,
    in_part: Option<&Refusal>,
) -> Result<Program, Refusal> {
    let methods = wanted.functions.len();
    let mut all = wanted.functions.clone();
    all.extend(script.methods(functions));
    let described = all.as_slice();
    let mut assumed = Assumed {
        sets: wanted.sets,
        bytes: wanted.bytes,
        replies: wanted.bytes,
    };
    loop {
        let mut compiler = Compiler {
            script,
            functions,
            described,
            methods,
            minor,
            codes: Vec::new(),
            read: wanted.read,
            constants: Vec::new(),
            starts: Vec::new(),
            made: HashMap::new(),
            under_way: Vec::new(),
            assumed,
            seen: assumed,
            recursive: false,
            has_effect: false,
            has_loops: false,
            changes_values: false,
            sent: Vec::new(),
            in_part: in_part.is_some(),
            imports: Vec::new(),
            needs_python: None,
        };
        let first = Version {
            records: wanted.records,
            ..Version::new(0, wanted.after_effect)
        };
        compiler.function(first, 0..0)?;
        let guarded = compiler.has_effect || wanted.after_effect;
        if guarded && compiler.recursive {
            return Err(Refusal::new(
                "functions that call themselves and do something outside",
                "",
                0..0,
            ));
        }
        if compiler.seen != assumed {
            assumed = compiler.seen;
            continue;
        }
        let codes = compiler.codes.into_iter().flatten().collect();
        return Ok(Program {
            codes,
            minor,
            lambda: "<lambda>".into(),
            generator: "<genexpr>".into(),
            has_effect: compiler.has_effect,
            has_loops: compiler.has_loops || compiler.recursive,
            changes_values: compiler.changes_values,
            sent: compiler.sent,
            no_sets: guarded && !wanted.sets,
            no_bytes: guarded && !wanted.bytes,
            gives_bytes: assumed.bytes || assumed.replies,
            gives_sets: assumed.sets,
            in_part: in_part.map(|whole| {
                let needs_python = compiler.needs_python.unwrap_or_else(|| whole.clone());
                Box::new(InPart {
                    needs_python,
                    imports: compiler.imports,
                })
            }),
        });
    }
}

/// The most functions that one callback may consist of.
const MOST_FUNCTIONS: usize = 50;

impl<'s> Compiler<'s> {
    /// Compiles a function, if that was not done: its code, and whether something happens outside in it.
    pub(super) fn function(
        &mut self,
        version: Version,
        at: Range<usize>,
    ) -> Result<(usize, bool), Refusal> {
        if let Some(made) = self.made.get(&version) {
            return Ok(*made);
        }
        if let Some((_, code)) = self.under_way.iter().find(|(other, _)| *other == version) {
            self.recursive = true;
            return Ok((*code, false));
        }
        if self.codes.len() >= MOST_FUNCTIONS {
            return Err(Refusal::new("too many functions", "", at));
        }
        let described: &'s Described = self
            .described
            .get(version.number)
            .ok_or_else(|| Refusal::new("a function that is not described", "", at.clone()))?;
        let found = self.find(described, at.clone())?;
        let code = self.codes.len();
        if let Some(helper) = self.helper(&found, version.effect, &at)? {
            self.codes.push(Some(helper));
            self.made.insert(version, (code, false));
            return Ok((code, false));
        }
        self.codes.push(None);
        self.under_way.push((version, code));
        let mut scope = Scope::new(self, described, found, version)?;
        let body = match found.body {
            Body::Statements(body) => scope.statements(body)?,
            Body::Expression(value) => vec![scope.returned(value)?],
        };
        let (slots, parameters, happened) = scope.end(&body)?;
        self.under_way.pop();
        self.has_effect |= happened;
        let defaults: Vec<Option<Constant>> = {
            let without =
                parameters.saturating_sub(described.defaults.len() + usize::from(described.rest));
            std::iter::repeat_n(None, without)
                .chain(described.defaults.iter().cloned().map(Some))
                .chain(described.rest.then_some(None))
                .collect()
        };
        self.codes[code] = Some(Code {
            name: described.name.as_str().into(),
            slots,
            parameters,
            defaults,
            body,
        });
        self.made.insert(version, (code, happened));
        Ok((code, happened))
    }

    /// The place of a function in the script.
    fn find(&self, described: &Described, at: Range<usize>) -> Result<Found<'s>, Refusal> {
        let mut fitting: Vec<Found<'s>> = self
            .functions
            .iter()
            .filter(|found| {
                found.name == described.name
                    && self.script.line(found.start) == described.line
                    && fits(found.arguments, described)
            })
            .copied()
            .collect();
        if let (Some((line, column)), true) = (described.inner, fitting.len() > 1) {
            let inner = self.script.offset(line, column);
            fitting.retain(|found| match found.body {
                Body::Expression(value) => crate::python::range(value).start == inner,
                Body::Statements(_) => true,
            });
        }
        match fitting.as_slice() {
            [one] if one.decorated => Err(Refusal::new(
                "a function with decorators",
                &described.name,
                one.start..one.start,
            )),
            [one] => Ok(*one),
            [] => Err(Refusal::new(
                "a function that is not in the script's text",
                &described.name,
                at,
            )),
            _ => Err(Refusal::new(
                "several functions like this on one line",
                &described.name,
                at,
            )),
        }
    }
}

/// Whether the parameters are those.
fn fits(arguments: &Arguments, described: &Described) -> bool {
    let rest = arguments.vararg.iter().filter(|_| described.rest);
    let names = arguments
        .posonlyargs
        .iter()
        .chain(&arguments.args)
        .map(|one| one.def.arg.as_str())
        .chain(rest.map(|one| one.arg.as_str()));
    names.eq(described.parameters.iter().map(String::as_str))
}
