//! The names that functions bind.

use std::ops::Range;

use crate::native::parts::{bodies, expressions, parts};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Visitor, range, walk_expression, walk_statement};
use crate::refusal::Refusal;

/// The names that statements bind, each as often as they do; those in loops twice. Whether all are known.
pub(in crate::native) fn all_bindings(body: &[Stmt], names: &mut Vec<String>) -> bool {
    for statement in body {
        let mut locals = Locals::default();
        if locals.add(statement).is_err() {
            return false;
        }
        if matches!(
            statement,
            Stmt::For(_) | Stmt::While(_) | Stmt::AugAssign(_) | Stmt::Try(_)
        ) {
            names.extend(locals.names.iter().cloned());
        }
        names.append(&mut locals.names);
    }
    true
}

/// The names that the statements of a function bind.
#[derive(Default)]
pub(in crate::native) struct Locals {
    pub(in crate::native) names: Vec<String>,
    /// Those that are bound by imports.
    pub(in crate::native) imported: Vec<String>,
    /// Whether there may be any.
    may_import: bool,
}

impl Locals {
    /// Those of a function; `in_part` where some of its statements need not be known.
    ///
    /// # Errors
    /// Why it is left to Python.
    pub(in crate::native) fn of(body: &[Stmt], in_part: bool) -> Result<Self, Refusal> {
        if in_part {
            let mut unfit = Unfit::default();
            body.iter().for_each(|one| unfit.statement(one));
            unfit.refusal.map_or(Ok(()), Err)?;
        }
        let mut locals = Self {
            may_import: in_part,
            ..Self::default()
        };
        body.iter().try_for_each(|one| locals.add(one))?;
        Ok(locals)
    }

    fn add(&mut self, statement: &Stmt) -> Result<(), Refusal> {
        let imports = |names: &[ast::Alias]| {
            let bound = |alias: &ast::Alias| {
                let first = alias.name.split('.').next().unwrap_or_default();
                let name = alias.asname.as_ref();
                name.map_or_else(|| first.to_owned(), ToString::to_string)
            };
            names.iter().map(bound).collect::<Vec<_>>()
        };
        let imported = match statement {
            Stmt::Global(s) => {
                return Err(Refusal::new("`global`", "", range(s)));
            }
            Stmt::Nonlocal(s) => {
                return Err(Refusal::new("`nonlocal`", "", range(s)));
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) if !self.may_import => {
                return Err(Refusal::new(
                    "an import inside of the function",
                    "",
                    range(statement),
                ));
            }
            Stmt::Import(s) => imports(&s.names),
            Stmt::ImportFrom(s) => imports(&s.names),
            Stmt::FunctionDef(s) => {
                self.names.push(s.name.to_string());
                Vec::new()
            }
            Stmt::ClassDef(s) => {
                self.names.push(s.name.to_string());
                Vec::new()
            }
            Stmt::AsyncFunctionDef(s) => {
                self.names.push(s.name.to_string());
                Vec::new()
            }
            Stmt::Try(s) => {
                for handler in &s.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(name) = &handler.name {
                        self.names.push(name.to_string());
                    }
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.names.extend(imported.iter().cloned());
        self.imported.extend(imported);
        for expression in expressions(statement) {
            stored(expression, &mut self.names);
        }
        if !matches!(
            statement,
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::AsyncFunctionDef(_)
        ) {
            for body in bodies(statement) {
                body.iter().try_for_each(|one| self.add(one))?;
            }
        }
        Ok(())
    }
}

/// What makes a function another one wherever it stands, or binds names in ways that [`Locals`] does not follow.
#[derive(Default)]
struct Unfit {
    refusal: Option<Refusal>,
    /// Inside of another function or a class.
    inner: usize,
}

impl Unfit {
    fn note(&mut self, what: &'static str, at: Range<usize>) {
        self.refusal.get_or_insert(Refusal::new(what, "", at));
    }

    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        self.inner += 1;
        walk(self);
        self.inner -= 1;
    }
}

impl Visitor for Unfit {
    fn statement(&mut self, statement: &Stmt) {
        let at = || range(statement);
        match statement {
            Stmt::Match(_) => self.note("`match`", at()),
            Stmt::TryStar(_) => self.note("`except*`", at()),
            Stmt::TypeAlias(_) => self.note("`type`", at()),
            Stmt::AsyncFor(_) | Stmt::AsyncWith(_) => self.note("`async`", at()),
            _ => {}
        }
        if matches!(
            statement,
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_)
        ) {
            self.inside(|unfit| walk_statement(unfit, statement));
        } else {
            walk_statement(self, statement);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        let at = || range(expression);
        match expression {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.note("`yield`", at()),
            Expr::Await(_) => self.note("`await`", at()),
            Expr::NamedExpr(_) if self.inner > 0 => {
                self.note("`:=` inside of a comprehension or lambda", at());
            }
            _ => {}
        }
        if matches!(expression, Expr::Lambda(_)) {
            self.inside(|unfit| walk_expression(unfit, expression));
        } else {
            walk_expression(self, expression);
        }
    }
}

fn stored(expression: &Expr, names: &mut Vec<String>) {
    match expression {
        Expr::Name(name) if !matches!(name.ctx, ast::ExprContext::Load) => {
            names.push(name.id.to_string());
        }
        // Their variables are their own.
        Expr::Lambda(_) => {}
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::GeneratorExp(_) => {
            for part in parts(expression) {
                walrus(part, names);
            }
        }
        _ => {
            for part in parts(expression) {
                stored(part, names);
            }
        }
    }
}

fn walrus(expression: &Expr, names: &mut Vec<String>) {
    if let Expr::NamedExpr(e) = expression
        && let Expr::Name(name) = &*e.target
    {
        names.push(name.id.to_string());
    }
    for part in parts(expression) {
        walrus(part, names);
    }
}
