//! A script as the compiler sees it: its functions, and what its names are bound to.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::compile::Refusal;
use crate::python::ast::{self, Arguments, Expr, Stmt};
use crate::python::{Visitor, range, statements, walk_expression, walk_statement};

/// Longer texts are left to Python.
const LONGEST: usize = 256 << 10;
/// So deep may brackets lie in each other.
const DEEPEST: usize = 60;

/// Who says one of these may change what the compiler relies on.
const DANGEROUS: &[&str] = &[
    "__builtins__",
    "__closure__",
    "__code__",
    "__defaults__",
    "__dict__",
    "__globals__",
    "__import__",
    "__kwdefaults__",
    "_getframe",
    "builtins",
    "compile",
    "ctypes",
    "delattr",
    "eval",
    "exec",
    "f_globals",
    "f_locals",
    "gc",
    "globals",
    "importlib",
    "inspect",
    "locals",
    "modules",
    "setattr",
    "setprofile",
    "settrace",
    "vars",
];

/// A parsed script.
#[derive(Debug)]
pub(super) struct Script {
    /// Where its lines begin.
    lines: Vec<usize>,
    pub(super) text: String,
    pub(super) body: Vec<Stmt>,
    /// How often each global name is bound; what may be bound again and again counts twice.
    bound: HashMap<String, usize>,
    /// Names that functions bind from inside.
    rebound: HashSet<String>,
}

/// A function of a script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'s> {
    pub(super) name: &'s str,
    pub(super) arguments: &'s Arguments,
    pub(super) body: Body<'s>,
    /// The function around it.
    pub(super) outer: Option<&'s Stmt>,
    pub(super) decorated: bool,
    pub(super) start: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'s> {
    Statements(&'s [Stmt]),
    Expression(&'s Expr),
}

impl Script {
    /// Parses a script.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::new("a script of more than 256 kB", "", 0..0));
        }
        if nesting(text) > DEEPEST {
            return Err(Refusal::new("brackets nested too deeply", "", 0..0));
        }
        let body = statements(text).map_err(|error| {
            Refusal::new("syntax that the parser does not know", "", error..error)
        })?;
        let mut script = Self {
            lines: line_starts(text),
            text: text.to_owned(),
            body,
            bound: HashMap::new(),
            rebound: HashSet::new(),
        };
        let mut bindings = Bindings::default();
        let body = std::mem::take(&mut script.body);
        for statement in &body {
            bindings.statement(statement);
        }
        script.body = body;
        if let Some((name, at)) = bindings.dangerous {
            return Err(Refusal::new(
                "a script that may change names from outside of what it says",
                &name,
                at,
            ));
        }
        script.bound = bindings.bound;
        script.rebound = bindings.rebound;
        Ok(script)
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> u32 {
        let line = self.lines.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The offset of a byte of a line.
    pub(super) fn offset(&self, line: u32, column: u32) -> usize {
        let start = (line as usize)
            .checked_sub(1)
            .and_then(|line| self.lines.get(line));
        start.map_or(usize::MAX, |start| start + column as usize)
    }

    /// How often a global name is bound.
    pub(super) fn times_bound(&self, name: &str) -> usize {
        if self.rebound.contains(name) {
            return 2;
        }
        self.bound.get(name).copied().unwrap_or(0)
    }

    /// All functions.
    pub(super) fn functions(&self) -> Vec<Found<'_>> {
        let mut finder = Finder {
            found: Vec::new(),
            around: Vec::new(),
        };
        find_all(&self.body, &mut finder);
        finder.found
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            starts.push(at + 1);
        }
    }
    starts
}

/// How deep brackets lie in each other, and blocks, at most; strings are not looked at closely.
fn nesting(text: &str) -> usize {
    let mut deepest = 0;
    let mut depth = 0usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Collects what binds global names.
#[derive(Debug, Default)]
struct Bindings {
    bound: HashMap<String, usize>,
    rebound: HashSet<String>,
    /// Inside of a function: names are its own.
    function: usize,
    /// Inside of a loop: names may be bound more than once.
    repeated: usize,
    dangerous: Option<(String, Range<usize>)>,
}

impl Bindings {
    fn bind(&mut self, name: &str) {
        if self.function == 0 {
            let times = if self.repeated > 0 { 2 } else { 1 };
            *self.bound.entry(name.to_owned()).or_default() += times;
        }
    }

    fn check(&mut self, name: &str, at: Range<usize>) {
        if DANGEROUS.contains(&name) && self.dangerous.is_none() {
            self.dangerous = Some((name.to_owned(), at));
        }
    }

    fn inside(&mut self, body: &[Stmt]) {
        self.function += 1;
        for statement in body {
            self.statement(statement);
        }
        self.function -= 1;
    }

    fn names(&mut self, names: &[ast::Alias], whole: bool, at: &Range<usize>) {
        for alias in names {
            self.check(&alias.name, at.clone());
            if &*alias.name == "*" {
                self.dangerous
                    .get_or_insert_with(|| ("import *".to_owned(), at.clone()));
                continue;
            }
            let name = match (&alias.asname, whole) {
                (Some(name), _) => name.as_str(),
                (None, true) => alias.name.split('.').next().unwrap_or(&alias.name),
                (None, false) => alias.name.as_str(),
            };
            self.bind(name);
        }
    }
}

impl Visitor for Bindings {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(s) => {
                self.bind(&s.name);
                s.decorator_list.iter().for_each(|e| self.expression(e));
                crate::python::walk_defaults(self, &s.args);
                self.inside(&s.body);
            }
            Stmt::AsyncFunctionDef(s) => {
                self.bind(&s.name);
                s.decorator_list.iter().for_each(|e| self.expression(e));
                crate::python::walk_defaults(self, &s.args);
                self.inside(&s.body);
            }
            Stmt::ClassDef(s) => {
                self.bind(&s.name);
                s.decorator_list.iter().for_each(|e| self.expression(e));
                s.bases.iter().for_each(|e| self.expression(e));
                s.keywords.iter().for_each(|k| self.expression(&k.value));
                self.inside(&s.body);
            }
            Stmt::Global(s) => {
                for name in &s.names {
                    self.rebound.insert(name.to_string());
                }
            }
            Stmt::Import(s) => self.names(&s.names, true, &range(s)),
            Stmt::ImportFrom(s) => {
                if let Some(module) = &s.module {
                    self.check(module, range(s));
                }
                self.names(&s.names, false, &range(s));
            }
            Stmt::AugAssign(_) => {
                self.repeated += 1;
                walk_statement(self, statement);
                self.repeated -= 1;
            }
            Stmt::For(_) | Stmt::AsyncFor(_) | Stmt::While(_) => {
                self.repeated += 1;
                walk_statement(self, statement);
                self.repeated -= 1;
            }
            Stmt::Try(s) => {
                for handler in &s.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(name) = &handler.name {
                        self.repeated += 1;
                        self.bind(name);
                        self.repeated -= 1;
                    }
                }
                walk_statement(self, statement);
            }
            _ => walk_statement(self, statement),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(e) => {
                self.check(&e.id, range(e));
                if !matches!(e.ctx, ast::ExprContext::Load) {
                    if matches!(e.ctx, ast::ExprContext::Del) {
                        self.repeated += 1;
                    }
                    self.bind(&e.id);
                    if matches!(e.ctx, ast::ExprContext::Del) {
                        self.repeated -= 1;
                    }
                }
            }
            Expr::Attribute(e) => {
                self.check(&e.attr, range(e));
                walk_expression(self, expression);
            }
            Expr::Lambda(e) => {
                crate::python::walk_defaults(self, &e.args);
                self.function += 1;
                self.expression(&e.body);
                self.function -= 1;
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::GeneratorExp(_) => {
                // Its own names are not those of the script; a walrus in it is rare enough.
                self.function += 1;
                walk_expression(self, expression);
                self.function -= 1;
            }
            Expr::NamedExpr(e) => {
                if let Expr::Name(name) = &*e.target {
                    self.rebound.insert(name.id.to_string());
                }
                walk_expression(self, expression);
            }
            _ => walk_expression(self, expression),
        }
    }
}

struct Finder<'s> {
    found: Vec<Found<'s>>,
    around: Vec<&'s Stmt>,
}

fn find_all<'s>(body: &'s [Stmt], finder: &mut Finder<'s>) {
    for statement in body {
        find_in(statement, finder);
    }
}

fn find_in<'s>(statement: &'s Stmt, finder: &mut Finder<'s>) {
    if let Stmt::FunctionDef(s) = statement {
        let start = s
            .decorator_list
            .first()
            .map_or_else(|| range(s).start, |d| range(d).start);
        finder.found.push(Found {
            name: &s.name,
            arguments: &s.args,
            body: Body::Statements(&s.body),
            outer: finder.around.last().copied(),
            decorated: !s.decorator_list.is_empty(),
            start,
        });
        finder.around.push(statement);
        find_all(&s.body, finder);
        finder.around.pop();
        return;
    }
    for expression in super::parts::expressions(statement) {
        lambdas(expression, finder);
    }
    let around = matches!(statement, Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_));
    if around {
        finder.around.push(statement);
    }
    for body in super::parts::bodies(statement) {
        find_all(body, finder);
    }
    if around {
        finder.around.pop();
    }
}

fn lambdas<'s>(expression: &'s Expr, finder: &mut Finder<'s>) {
    if let Expr::Lambda(e) = expression {
        finder.found.push(Found {
            name: "<lambda>",
            arguments: &e.args,
            body: Body::Expression(&e.body),
            outer: finder.around.last().copied(),
            decorated: false,
            start: range(e).start,
        });
    }
    for part in super::parts::parts(expression) {
        lambdas(part, finder);
    }
}
