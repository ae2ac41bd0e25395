//! Where a gear may be wrong without consequence: in code that never runs, and where errors are expected.

use std::ops::Range;

use crate::diag::Diagnostic;
use crate::python::{self, Visitor, ast, range};

/// The places of a script at which a mistake is none, or is expected.
#[derive(Debug, Default)]
pub(super) struct Places {
    never: Vec<Range<usize>>,
    expected: Vec<Range<usize>>,
}

impl Places {
    /// Those of the statements.
    pub(super) fn of(body: &[ast::Stmt]) -> Self {
        let mut places = Self::default();
        body.iter().for_each(|one| places.statement(one));
        places
    }

    /// What is left of a finding.
    pub(super) fn judge(&self, found: Diagnostic) -> Option<Diagnostic> {
        let within = |places: &[Range<usize>]| {
            let at = found.range.start;
            places.iter().any(|place| place.contains(&at))
        };
        match (within(&self.never), within(&self.expected)) {
            (true, _) => None,
            (false, true) => Some(found.into_warning()),
            (false, false) => Some(found),
        }
    }

    /// Places that are reached when a test has come to true, and to false.
    fn decided(&mut self, test: &ast::Expr, yes: Option<Range<usize>>, no: Option<Range<usize>>) {
        for (value, place) in [(true, yes), (false, no)] {
            if python::never(test, value) {
                self.never.extend(place);
            } else if python::asks(test) {
                self.expected.extend(place);
            }
        }
    }
}

impl Visitor for Places {
    fn statement(&mut self, statement: &ast::Stmt) {
        match statement {
            ast::Stmt::If(s) => self.decided(&s.test, whole(&s.body), whole(&s.orelse)),
            ast::Stmt::While(s) => self.decided(&s.test, whole(&s.body), whole(&s.orelse)),
            ast::Stmt::Try(s) if !s.handlers.is_empty() => self.expected.extend(whole(&s.body)),
            ast::Stmt::TryStar(s) => self.expected.extend(whole(&s.body)),
            // `contextlib.suppress(Exception)`
            ast::Stmt::With(s) => {
                let mut managers = s.items.iter().map(|item| &item.context_expr);
                if managers.any(|one| one.as_call_expr().is_some_and(|call| !call.args.is_empty()))
                {
                    self.expected.extend(whole(&s.body));
                }
            }
            _ => {}
        }
        python::walk_statement(self, statement);
        let function = python::function(statement).map(|function| function.body);
        for body in python::blocks(statement).into_iter().chain(function) {
            if let Some(leaves) = body.iter().position(leaves) {
                self.never.extend(whole(&body[leaves + 1..]));
            }
        }
    }

    fn expression(&mut self, expression: &ast::Expr) {
        match expression {
            ast::Expr::IfExp(e) => {
                self.decided(&e.test, Some(range(&*e.body)), Some(range(&*e.orelse)));
            }
            ast::Expr::BoolOp(e) => {
                let goes_on = e.op == ast::BoolOp::And;
                for (index, value) in e.values.iter().enumerate() {
                    let rest = &e.values[index + 1..];
                    let rest = rest.first().zip(rest.last());
                    let rest = rest.map(|(first, last)| range(first).start..range(last).end);
                    match goes_on {
                        true => self.decided(value, rest, None),
                        false => self.decided(value, None, rest),
                    }
                }
            }
            _ => {}
        }
        python::walk_expression(self, expression);
    }
}

/// Whether nothing behind it in its block runs.
fn leaves(statement: &ast::Stmt) -> bool {
    matches!(
        statement,
        ast::Stmt::Return(_) | ast::Stmt::Raise(_) | ast::Stmt::Continue(_) | ast::Stmt::Break(_)
    )
}

/// All of some statements.
fn whole(body: &[ast::Stmt]) -> Option<Range<usize>> {
    let (first, last) = body.first().zip(body.last())?;
    Some(range(first).start..range(last).end)
}
