//! A script as the compiler sees it: its functions, and what its names are bound to.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::depth;
use super::names::Bindings;
use crate::cmd;
use crate::helpers;
use crate::python::ast::{self, Arguments, Expr, Stmt};
use crate::python::{Visitor, range, statements, walk_expression};
use crate::refusal::Refusal;

/// Longer texts are left to Python.
const LONGEST: usize = 256 << 10;
/// So deep may brackets lie in each other.
const DEEPEST: usize = 60;

/// So deep may statements and expressions.
const DEEPEST_TREE: usize = 1000;

/// A parsed script.
#[derive(Debug)]
pub struct Script {
    /// Where its lines begin.
    lines: Vec<usize>,
    pub(super) text: String,
    pub(super) body: Vec<Stmt>,
    /// How often each global name is bound; what may be bound again and again counts twice.
    bound: HashMap<String, usize>,
    /// Names that functions bind from inside.
    rebound: HashSet<String>,
    /// Whether it is the body of a function and nothing else.
    pub(super) is_body: bool,
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
        if depth::is_deeper(&body, DEEPEST_TREE) {
            return Err(Refusal::new("code nested too deeply", "", 0..0));
        }
        Self::of_module(text, body)
    }

    /// A text that was parsed.
    pub(super) fn of_module(text: &str, body: Vec<Stmt>) -> Result<Self, Refusal> {
        let mut bindings = Bindings::default();
        for statement in &body {
            match statement {
                // What redgrease writes into scripts is known.
                Stmt::FunctionDef(s) if is_helper(text.get(range(s))) => bindings.bind(&s.name),
                Stmt::ClassDef(s) if is_helper(text.get(range(s))) || is_cmd(text, s) => {
                    bindings.bind(&s.name);
                }
                other => bindings.statement(other),
            }
        }
        bindings.refusal()?;
        Ok(Self {
            lines: line_starts(text),
            text: text.to_owned(),
            body,
            bound: bindings.bound,
            rebound: bindings.rebound,
            is_body: false,
        })
    }

    /// The body of a function that stands alone: nothing around it binds names.
    pub(super) fn of_body(text: &str, body: &[Stmt]) -> Result<Self, Refusal> {
        let mut bindings = Bindings::default();
        bindings.inside(body);
        bindings.refusal()?;
        let mut methods = Methods::default();
        body.iter()
            .for_each(|statement| methods.statement(statement));
        let mut whole = text.to_owned();
        let mut around = Vec::new();
        if !methods.0.is_empty() {
            // What is written before the function.
            let used = methods.0.iter().map(String::as_str).collect();
            let class = cmd::python_source(&used);
            whole.push('\n');
            around = crate::python::statements_at(&class, whole.len()).unwrap_or_default();
            whole.push_str(&class);
            bindings.bind("_rg_cmd");
            bindings.bind("cmd");
        }
        Ok(Self {
            lines: line_starts(&whole),
            text: whole,
            body: around,
            bound: bindings.bound,
            rebound: bindings.rebound,
            is_body: true,
        })
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

fn is_helper(text: Option<&str>) -> bool {
    text.is_some_and(|text| helpers::is_helper(text.trim_end()))
}

/// Whether a class is the one behind `cmd`.
fn is_cmd(text: &str, class: &ast::StmtClassDef) -> bool {
    class.name.as_str() == "_rg_cmd"
        && class.body.iter().all(|statement| match statement {
            Stmt::FunctionDef(s) => text
                .get(range(s))
                .is_some_and(|text| cmd::is_part(&s.name, text.trim_end())),
            _ => false,
        })
}

/// The methods of `cmd` that code names.
#[derive(Default)]
struct Methods(BTreeSet<String>);

impl Visitor for Methods {
    fn expression(&mut self, expression: &Expr) {
        if let Expr::Attribute(e) = expression
            && matches!(&*e.value, Expr::Name(name) if name.id.as_str() == "cmd")
        {
            self.0.insert(e.attr.to_string());
        }
        walk_expression(self, expression);
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
