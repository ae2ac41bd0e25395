//! Names that code says and binds: those of a script, and those of a function.

mod locals;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Visitor, range, walk_expression, walk_statement};
use crate::refusal::Refusal;
pub(super) use locals::{Locals, all_bindings};

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

/// The names that code says.
#[derive(Default)]
pub(super) struct Names(pub(super) Vec<String>);

impl Visitor for Names {
    fn expression(&mut self, expression: &Expr) {
        if let Expr::Name(name) = expression
            && !self.0.iter().any(|known| known == name.id.as_str())
        {
            self.0.push(name.id.to_string());
        }
        walk_expression(self, expression);
    }

    fn handler(&mut self, handler: &ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.type_.iter().for_each(|e| self.expression(e));
        inner.body.iter().for_each(|one| self.statement(one));
    }
}

/// Collects what binds global names.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    /// How often each global name is bound; what may be bound again and again counts twice.
    pub(super) bound: HashMap<String, usize>,
    /// Names that functions bind from inside.
    pub(super) rebound: HashSet<String>,
    /// Inside of a function: names are its own.
    function: usize,
    /// Inside of a loop: names may be bound more than once.
    repeated: usize,
    dangerous: Option<(String, Range<usize>)>,
}

impl Bindings {
    pub(super) fn bind(&mut self, name: &str) {
        if self.function == 0 {
            let times = if self.repeated > 0 { 2 } else { 1 };
            *self.bound.entry(name.to_owned()).or_default() += times;
        }
    }

    /// That something is said with which names can be changed from outside of what is said.
    pub(super) fn refusal(&self) -> Result<(), Refusal> {
        match &self.dangerous {
            None => Ok(()),
            Some((name, at)) => Err(Refusal::new(
                "a script that may change names from outside of what it says",
                name,
                at.clone(),
            )),
        }
    }

    fn check(&mut self, name: &str, at: Range<usize>) {
        if DANGEROUS.contains(&name) && self.dangerous.is_none() {
            self.dangerous = Some((name.to_owned(), at));
        }
    }

    pub(super) fn inside(&mut self, body: &[Stmt]) {
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
                // What a name stands for is no longer what it was.
                if let (Expr::Name(name), false) =
                    (&*e.value, matches!(e.ctx, ast::ExprContext::Load))
                {
                    self.rebound.insert(name.id.to_string());
                }
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
