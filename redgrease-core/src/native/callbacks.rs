//! The callbacks of a script, and what the engine will do with each: seen from the text alone.
//!
//! A worker describes live functions; here the text has to say what names stand for. What it does not say for certain is
//! left to Python here, and may be native all the same.

mod given;

use std::ops::Range;

use super::compile::{Described, Meaning, Refusal, Wanted};
use super::host::SERVICES;
use super::names::Names;
use super::program::Program;
use super::script::{Body, Found, Script};
use super::tree::Constant;
use crate::python::ast::{self, Arguments, Expr, Stmt};
use crate::python::{Visitor, is_builtin_name, range};
use given::{Calls, Given};

/// The most functions that one callback may consist of.
const MOST: usize = 50;

/// A function that a script gives to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The operation: `map`, `filter`, …
    pub operation: String,
    /// Its name; `<lambda>` for those without.
    pub name: String,
    /// Where the operation gets it.
    pub range: Range<usize>,
    /// Why it is left to Python, if it is.
    pub refusal: Option<Refusal>,
    /// From where on it is, where what comes before runs without.
    pub in_part: Option<Refusal>,
}

impl Script {
    /// The callbacks of the script, in its order, for all of these minor versions of Python 3.
    #[must_use]
    pub fn callbacks(&self, minors: &[u8]) -> Vec<Callback> {
        let functions = self.functions();
        let mut callbacks = Vec::new();
        let mut is_trigger = false;
        for (operation, argument) in self.given() {
            if let Given::Chain(of_trigger) = argument {
                is_trigger = of_trigger;
            }
            let Some(at) = argument.among(&functions) else {
                continue;
            };
            let found = functions[at];
            let refusal = self.refusal(&functions, at, minors, 0);
            let in_part = refusal.as_ref().filter(|_| is_trigger);
            callbacks.push(Callback {
                operation,
                name: found.name.to_owned(),
                range: found.start..found.start + 1,
                in_part: in_part.and_then(|_| self.in_part(&functions, at, minors)),
                refusal,
            });
        }
        callbacks
    }

    /// What operations are given, in the order in which they stand.
    fn given(&self) -> Vec<(String, Given)> {
        let mut finder = Calls::default();
        for statement in &self.body {
            finder.statement(statement);
        }
        finder.found
    }

    /// What in chains of operations that do something outside would have to begin again in Python.
    fn after_effects(&self, minors: &[u8]) -> Vec<Refusal> {
        let functions = self.functions();
        let mut refusals = Vec::new();
        let mut effect = false;
        for (operation, given) in self.given() {
            match given {
                Given::Chain(_) => effect = false,
                Given::Order(at) if effect => {
                    let reason = match operation.as_str() {
                        "sort" => "after an effect, sorting",
                        _ => "after an effect, a set",
                    };
                    refusals.push(Refusal::new(reason, &operation, at));
                }
                Given::Order(_) => {}
                Given::Lambda(_) | Given::Name(_) => {
                    let Some(at) = given.among(&functions) else {
                        continue;
                    };
                    match self.compiled(&functions, at, minors, 0, effect) {
                        Ok(has_effect) => effect |= has_effect,
                        Err(refusal) => refusals.push(refusal),
                    }
                }
            }
        }
        refusals
    }

    /// The callbacks that need no Python, compiled for a minor version of Python 3.
    #[must_use]
    pub fn programs(&self, minor: u8) -> Vec<Program> {
        let functions = self.functions();
        let numbers = 0..functions.len();
        numbers
            .filter_map(|at| {
                let wanted = Wanted {
                    functions: self.describe(&functions, at).ok()?,
                    ..Wanted::default()
                };
                super::compile::compile(self, &functions, &wanted, minor).ok()
            })
            .collect()
    }

    /// Why one of the functions is left to Python.
    fn refusal(
        &self,
        functions: &[Found<'_>],
        at: usize,
        minors: &[u8],
        records: u64,
    ) -> Option<Refusal> {
        self.compiled(functions, at, minors, records, false).err()
    }

    /// Why a part of one of the functions is left to Python, and no more than that.
    fn in_part(&self, functions: &[Found<'_>], at: usize, minors: &[u8]) -> Option<Refusal> {
        let wanted = Wanted {
            functions: self.describe(functions, at).ok()?,
            in_part: true,
            ..Wanted::default()
        };
        let mut needs_python = None;
        for minor in minors {
            let program = super::compile::compile(self, functions, &wanted, *minor).ok()?;
            needs_python = program.in_part().map(|part| part.needs_python.clone());
        }
        needs_python
    }

    /// Whether one of the functions does something outside; `effect` says whether something was done before.
    fn compiled(
        &self,
        functions: &[Found<'_>],
        at: usize,
        minors: &[u8],
        records: u64,
        effect: bool,
    ) -> Result<bool, Refusal> {
        let wanted = Wanted {
            functions: self.describe(functions, at)?,
            records,
            after_effect: effect,
            ..Wanted::default()
        };
        let mut has_effect = false;
        for minor in minors {
            has_effect |= super::compile::compile(self, functions, &wanted, *minor)?.has_effect();
        }
        Ok(has_effect)
    }

    /// A function and those that it may call, as a worker would describe them.
    fn describe(&self, functions: &[Found<'_>], at: usize) -> Result<Vec<Described>, Refusal> {
        let mut numbers = vec![at];
        let mut described = Vec::new();
        while let Some(at) = numbers.get(described.len()).copied() {
            let found = functions[at];
            let mut names = Names::default();
            match found.body {
                Body::Statements(body) => body.iter().for_each(|one| names.statement(one)),
                Body::Expression(value) => names.expression(value),
            }
            let mut meanings = Vec::new();
            for name in names.0 {
                if let Some(meaning) = self.meaning(&name, functions, &mut numbers) {
                    meanings.push((name, meaning));
                }
            }
            described.push(Described {
                name: found.name.to_owned(),
                line: self.line(found.start),
                inner: self.inner(found),
                parameters: parameters(found.arguments),
                defaults: defaults(found.arguments)?,
                names: meanings,
                cells: Vec::new(),
                rest: false,
            });
        }
        Ok(described)
    }

    /// A method of `cmd`; nothing when its parameters are others than functions may have.
    pub(super) fn described_method(&self, found: Found<'_>) -> Option<Described> {
        let (Body::Statements(body), true) = (found.body, found.arguments.kwonlyargs.is_empty())
        else {
            return None;
        };
        let mut names = Names::default();
        body.iter().for_each(|one| names.statement(one));
        let meanings = names.0.into_iter().filter_map(|name| {
            let meaning = self.meaning(&name, &[], &mut Vec::new())?;
            Some((name, meaning))
        });
        let rest = found.arguments.vararg.iter();
        let mut parameters = parameters(found.arguments);
        parameters.extend(rest.map(|one| one.arg.to_string()));
        Some(Described {
            name: found.name.to_owned(),
            line: self.line(found.start),
            inner: None,
            parameters,
            defaults: defaults(found.arguments).ok()?,
            names: meanings.collect(),
            cells: Vec::new(),
            rest: found.arguments.vararg.is_some(),
        })
    }

    fn inner(&self, found: Found<'_>) -> Option<(u32, u32)> {
        let Body::Expression(value) = found.body else {
            return None;
        };
        let start = range(value).start;
        let line = self.line(start);
        let column = start.checked_sub(self.offset(line, 0))?;
        Some((line, u32::try_from(column).ok()?))
    }

    /// What a global name stands for, if the text says so.
    fn meaning(
        &self,
        name: &str,
        functions: &[Found<'_>],
        numbers: &mut Vec<usize>,
    ) -> Option<Meaning> {
        match self.times_bound(name) {
            0 if SERVICES.iter().any(|row| row.name == name) => {
                Some(Meaning::Server(name.to_owned()))
            }
            0 if is_builtin_name(name) => Some(Meaning::Builtin(name.to_owned())),
            1 => self.body.iter().find_map(|statement| match statement {
                Stmt::FunctionDef(s) if s.name.as_str() == name => {
                    let at = functions
                        .iter()
                        .position(|one| std::ptr::eq(one.arguments, &*s.args))?;
                    let number = numbers.iter().position(|one| *one == at).or_else(|| {
                        (numbers.len() < MOST).then(|| {
                            numbers.push(at);
                            numbers.len() - 1
                        })
                    })?;
                    Some(Meaning::Function(number))
                }
                Stmt::Assign(s) => match s.targets.as_slice() {
                    [Expr::Name(target)] if target.id.as_str() == name => {
                        fold(&s.value).map(Meaning::Constant)
                    }
                    _ => None,
                },
                Stmt::ImportFrom(s) if s.module.as_deref() == Some("redgrease") => {
                    let alias = s.names.iter().find(|alias| {
                        alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name
                    })?;
                    imported(&alias.name).map(|name| Meaning::Server(name.to_owned()))
                }
                _ => None,
            }),
            _ => None,
        }
    }
}

/// The versions for which a promise holds. Python 3.7 does not say enough of expressions of several lines.
pub(super) const PROMISED: &[u8] = &[8, 9, 10, 11, 12, 13];

/// Why a function is left to Python whose body stands alone, if it is: its names and those of its parameters come from
/// elsewhere. `records` are the parameters that are records, one bit for each.
pub(crate) fn of_body(
    text: &str,
    body: &[Stmt],
    name: &str,
    parameters: &[&str],
    records: u64,
) -> Option<Refusal> {
    let head = format!("def {name}({}): pass", parameters.join(", "));
    let head = crate::python::statements(&head).ok()?;
    let [Stmt::FunctionDef(head)] = head.as_slice() else {
        return None;
    };
    let script = match Script::of_body(text, body) {
        Ok(script) => script,
        Err(refusal) => return Some(refusal),
    };
    let found = Found {
        name,
        arguments: &head.args,
        body: Body::Statements(body),
        outer: None,
        decorated: false,
        start: body.first().map_or(0, |first| range(first).start),
    };
    let mut functions = vec![found];
    functions.extend(script.functions());
    script.refusal(&functions, 0, PROMISED, records)
}

/// The same for a function of a text that defines it.
pub(crate) fn of_module(text: &str, body: &[Stmt], name: &str, records: u64) -> Option<Refusal> {
    let script = match Script::of_module(text, body.to_vec()) {
        Ok(script) => script,
        Err(refusal) => return Some(refusal),
    };
    let functions = script.functions();
    let at = functions
        .iter()
        .position(|one| one.name == name && one.outer.is_none())?;
    script.refusal(&functions, at, PROMISED, records)
}

/// Why callbacks of statements and an expression are left to Python.
pub(crate) fn of_gear(text: &str, body: &[Stmt], expression: Option<&Expr>) -> Vec<Refusal> {
    let mut body = body.to_vec();
    body.extend(expression.map(|value| {
        Stmt::Expr(ast::StmtExpr {
            range: ast::Ranged::range(value),
            value: Box::new(value.clone()),
        })
    }));
    match Script::of_module(text, body) {
        Ok(script) => script.after_effects(PROMISED),
        Err(refusal) => vec![refusal],
    }
}

/// The service that the module `redgrease` has under a name.
fn imported(name: &str) -> Option<&'static str> {
    let wanted = if name == "log" { "redgrease.log" } else { name };
    SERVICES
        .iter()
        .map(|row| row.name)
        .find(|service| *service == wanted)
}

fn parameters(arguments: &Arguments) -> Vec<String> {
    let all = arguments.posonlyargs.iter().chain(&arguments.args);
    all.map(|one| one.def.arg.to_string()).collect()
}

fn defaults(arguments: &Arguments) -> Result<Vec<Constant>, Refusal> {
    let all = arguments.posonlyargs.iter().chain(&arguments.args);
    all.filter_map(|one| one.default.as_deref())
        .map(|value| {
            fold(value)
                .ok_or_else(|| Refusal::new("a default that is no constant", "", range(value)))
        })
        .collect()
}

/// The constant that an expression is.
fn fold(expression: &Expr) -> Option<Constant> {
    match expression {
        Expr::Constant(e) => super::compile::constant(&e.value, &range(e)).ok(),
        Expr::Tuple(e) => e
            .elts
            .iter()
            .map(fold)
            .collect::<Option<_>>()
            .map(Constant::Tuple),
        Expr::UnaryOp(e) if matches!(e.op, ast::UnaryOp::USub) => match fold(&e.operand)? {
            Constant::Int(number) => number.checked_neg().map(Constant::Int),
            Constant::Float(number) => Some(Constant::Float(-number)),
            _ => None,
        },
        _ => None,
    }
}
