//! Whether a name that is read has to be there: code that never runs, and code that is ready for its absence.

use super::Collector;
use crate::python::parse::ast::{self, CmpOp, Constant, ExceptHandler, Expr, Stmt};
use crate::python::walk::Visitor as _;
use crate::pyversion::PyVersion;

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
        self.doubting(truth.when(true), |c| c.block(body));
        self.doubting(truth.when(false), |c| c.block(orelse));
    }

    /// `a if test else b`.
    pub(super) fn choice(&mut self, choice: &ast::ExprIfExp) {
        self.expression(&choice.test);
        let truth = truth(&choice.test);
        self.doubting(truth.when(true), |c| c.expression(&choice.body));
        self.doubting(truth.when(false), |c| c.expression(&choice.orelse));
    }

    /// `a and b`, `a or b`: what stands behind a value that decides is not looked at.
    pub(super) fn operands(&mut self, operation: &ast::ExprBoolOp) {
        let goes_on = operation.op == ast::BoolOp::And;
        let outer = self.doubt;
        for value in &operation.values {
            self.expression(value);
            self.doubt = self.doubt.max(truth(value).when(goes_on));
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

/// What a test comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Known(bool),
    /// It depends on the Python that runs it, so each side may be for another one.
    Version,
    Open,
}

impl Truth {
    /// The doubt about code that runs when the test comes to `value`.
    fn when(self, value: bool) -> Doubt {
        match self {
            Self::Known(known) if known != value => Doubt::Harmless,
            Self::Version => Doubt::Harmless,
            _ => Doubt::None,
        }
    }
}

fn truth(test: &Expr) -> Truth {
    match test {
        Expr::Constant(constant) => match &constant.value {
            Constant::None => Truth::Known(false),
            Constant::Bool(value) => Truth::Known(*value),
            Constant::Int(number) => Truth::Known(number.to_string() != "0"),
            Constant::Str(text) => Truth::Known(!text.is_empty()),
            _ => Truth::Open,
        },
        Expr::Name(name) if name.id.as_str() == "TYPE_CHECKING" => Truth::Known(false),
        Expr::Attribute(e) if e.attr.as_str() == "TYPE_CHECKING" => Truth::Known(false),
        Expr::UnaryOp(e) if e.op == ast::UnaryOp::Not => match truth(&e.operand) {
            Truth::Known(value) => Truth::Known(!value),
            other => other,
        },
        Expr::BoolOp(e) => {
            let decides = e.op == ast::BoolOp::Or;
            let mut parts = e.values.iter().map(truth);
            if parts.clone().any(|part| part == Truth::Known(decides)) {
                Truth::Known(decides)
            } else if parts.clone().all(|part| part == Truth::Known(!decides)) {
                Truth::Known(!decides)
            } else if parts.any(|part| part == Truth::Version) {
                Truth::Version
            } else {
                Truth::Open
            }
        }
        Expr::Compare(e) => match (&e.ops[..], &e.comparators[..]) {
            ([op], [right]) => compared(&e.left, *op, right),
            _ => Truth::Open,
        },
        _ => Truth::Open,
    }
}

/// A comparison with the version of Python, or with the system's name.
fn compared(left: &Expr, op: CmpOp, right: &Expr) -> Truth {
    let index = |e: &Expr| matches!(e, Expr::Constant(c) if c.value.as_int().is_some_and(|n| n.to_string() == "0"));
    let (value, part) = match left {
        Expr::Subscript(e) => (&*e.value, index(&e.slice)),
        Expr::Attribute(e) if e.attr.as_str() == "major" => (&*e.value, true),
        other => (other, false),
    };
    let Expr::Attribute(of) = value else {
        return Truth::Open;
    };
    match (of.attr.as_str(), right) {
        ("platform", Expr::Constant(name)) if name.value.as_str().is_some_and(|n| n == "win32") => {
            Truth::Known(op == CmpOp::NotEq)
        }
        ("name", Expr::Constant(name)) if name.value.as_str().is_some_and(|n| n == "nt") => {
            Truth::Known(op == CmpOp::NotEq)
        }
        ("version_info", Expr::Constant(number)) if part => {
            let Some(number) = number
                .value
                .as_int()
                .and_then(|n| n.to_string().parse().ok())
            else {
                return Truth::Open;
            };
            Truth::Known(match op {
                CmpOp::Eq => 3 == number,
                CmpOp::NotEq => 3 != number,
                CmpOp::Lt => 3 < number,
                CmpOp::LtE => 3 <= number,
                CmpOp::Gt => 3 > number,
                CmpOp::GtE => 3 >= number,
                _ => return Truth::Open,
            })
        }
        ("version_info", Expr::Tuple(tuple)) => {
            let number = |index: usize| {
                let Some(Expr::Constant(constant)) = tuple.elts.get(index) else {
                    return None;
                };
                constant.value.as_int()?.to_string().parse::<u8>().ok()
            };
            let Some(major) = number(0) else {
                return Truth::Open;
            };
            // everything from 3.7 on is newer than an older version, and at least as new as 3.7
            let least = PyVersion::new(major, number(1).unwrap_or(0)) <= PyVersion::OLDEST;
            match op {
                CmpOp::Gt | CmpOp::GtE if least => Truth::Known(true),
                CmpOp::Lt if least => Truth::Known(false),
                _ => Truth::Version,
            }
        }
        ("version_info", _) => Truth::Version,
        _ => Truth::Open,
    }
}
