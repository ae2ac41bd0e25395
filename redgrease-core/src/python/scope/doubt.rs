//! Whether a name that is read has to be there: code that never runs, and code that is ready for its absence.

use super::Collector;
use crate::python::parse::ast::{self, ExceptHandler, Expr, Stmt};
use crate::python::truth::{Truth, truth};
use crate::python::walk::Visitor as _;

/// What follows when a name is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// The code fails.
    None,
    /// It may never be noticed: in a function that nothing calls, or under `except Exception`.
    Hidden,
    /// Nothing: the code never runs, or expects it.
    Harmless,
}

impl Doubt {
    /// That of code which runs when a test comes to `value`.
    fn at(test: Truth, value: bool) -> Self {
        if test.excludes(value) {
            Self::Harmless
        } else {
            Self::None
        }
    }
}

impl Collector<'_> {
    pub(super) fn doubting(&mut self, doubt: Doubt, work: impl FnOnce(&mut Self)) {
        let outer = self.doubt;
        self.doubt = outer.max(doubt);
        work(self);
        self.doubt = outer;
    }

    /// Statements one after the other; what follows one that leaves never runs.
    pub(super) fn block(&mut self, body: &[Stmt]) {
        let outer = self.doubt;
        for statement in body {
            self.statement(statement);
            let leaves = matches!(
                statement,
                Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)
            );
            if leaves {
                self.doubt = Doubt::Harmless;
            }
        }
        self.doubt = outer;
    }

    pub(super) fn branches(&mut self, test: &Expr, body: &[Stmt], orelse: &[Stmt]) {
        self.expression(test);
        let truth = truth(test);
        self.doubting(Doubt::at(truth, true), |c| c.block(body));
        self.doubting(Doubt::at(truth, false), |c| c.block(orelse));
    }

    /// `a if test else b`.
    pub(super) fn choice(&mut self, choice: &ast::ExprIfExp) {
        self.expression(&choice.test);
        let truth = truth(&choice.test);
        self.doubting(Doubt::at(truth, true), |c| c.expression(&choice.body));
        self.doubting(Doubt::at(truth, false), |c| c.expression(&choice.orelse));
    }

    /// `a and b`, `a or b`: what stands behind a value that decides is not looked at.
    pub(super) fn operands(&mut self, operation: &ast::ExprBoolOp) {
        let goes_on = operation.op == ast::BoolOp::And;
        let outer = self.doubt;
        for value in &operation.values {
            self.expression(value);
            self.doubt = self.doubt.max(Doubt::at(truth(value), goes_on));
        }
        self.doubt = outer;
    }

    pub(super) fn guarded(&mut self, body: &[Stmt], handlers: &[ExceptHandler]) {
        let doubt = handlers.iter().map(catches).max().unwrap_or(Doubt::None);
        let outer = self.in_try;
        self.in_try |= !handlers.is_empty();
        self.doubting(doubt, |c| c.block(body));
        self.in_try = outer;
        for handler in handlers {
            self.handler(handler);
        }
    }
}

/// What a handler does to a name that is not there.
fn catches(handler: &ExceptHandler) -> Doubt {
    let ExceptHandler::ExceptHandler(handler) = handler;
    handler.type_.as_deref().map_or(Doubt::Hidden, expects)
}

/// What a class of exceptions, or a tuple of such, says about a name that is not there.
pub(super) fn expects(classes: &Expr) -> Doubt {
    match classes {
        Expr::Tuple(tuple) => tuple.elts.iter().map(expects).max().unwrap_or(Doubt::None),
        Expr::Name(name) => match name.id.as_str() {
            "NameError" => Doubt::Harmless,
            "Exception" | "BaseException" | "StandardError" => Doubt::Hidden,
            _ => Doubt::None,
        },
        _ => Doubt::None,
    }
}
