//! What the body of a function gives back.

use super::infer::Infer;
use super::{Type, Types};
use crate::python::parse::ast::{ExceptHandler, Expr, Stmt};
use crate::python::walk::blocks;

/// What a function with this body gives, its scope being the innermost.
pub(super) fn result<'e>(infer: &mut Infer<'e>, body: &'e [Stmt]) -> Types {
    let mut returns = Vec::new();
    found_returns(body, &mut returns);
    let mut all: Option<Types> = None;
    for value in returns {
        let types = match value {
            Some(value) => infer.expression(value),
            None => Type::None.into(),
        };
        all = Some(match all {
            Some(before) => before.or(types),
            None => types,
        });
    }
    if !leaves(body) {
        all = Some(match all {
            Some(before) => before.or(Type::None.into()),
            None => Type::None.into(),
        });
    }
    all.unwrap_or(Types::ANY)
}

/// The values of the `return` statements of a function.
pub(super) fn found_returns<'e>(body: &'e [Stmt], out: &mut Vec<Option<&'e Expr>>) {
    for statement in body {
        if let Stmt::Return(s) = statement {
            out.push(s.value.as_deref());
        }
        for inner in blocks(statement) {
            found_returns(inner, out);
        }
    }
}

/// Whether the end of a block is certainly not reached.
pub(super) fn leaves(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_) => true,
        Stmt::If(s) => leaves(&s.body) && leaves(&s.orelse),
        // without a `break` nothing ends it; with one, it may
        Stmt::While(s) => matches!(&*s.test, Expr::Constant(c) if !c.value.is_none()),
        Stmt::With(s) => leaves(&s.body),
        Stmt::AsyncWith(s) => leaves(&s.body),
        Stmt::Try(s) => {
            let handled = s
                .handlers
                .iter()
                .all(|ExceptHandler::ExceptHandler(h)| leaves(&h.body));
            leaves(&s.finalbody) || handled && (leaves(&s.body) || leaves(&s.orelse))
        }
        // a match may be complete
        Stmt::Match(s) => s.cases.iter().all(|case| leaves(&case.body)),
        // whatever is called may never come back
        Stmt::Expr(s) => matches!(&*s.value, Expr::Call(call) if ends(&call.func)),
        _ => false,
    })
}

/// `flat_error(…)`, `sys.exit(…)`.
fn ends(function: &Expr) -> bool {
    let name = match function {
        Expr::Name(e) => e.id.as_str(),
        Expr::Attribute(e) => e.attr.as_str(),
        _ => return false,
    };
    matches!(name, "flat_error" | "exit" | "_exit" | "quit" | "abort")
}
