//! What expressions mention.

use super::names::{self, Names};
use crate::python::parse::ast::{self, Expr};

/// Whether a test asks what a value is, so that what follows is for some of its types alone.
pub(crate) fn asks(test: &Expr) -> bool {
    // the usual tests ask nothing of the kind
    if matches!(test, Expr::Name(_) | Expr::Constant(_)) {
        return false;
    }
    let mut stack = vec![test];
    while let Some(one) = stack.pop() {
        if let Expr::Call(call) = one
            && let Expr::Name(name) = &*call.func
            && matches!(
                name.id.as_str(),
                "isinstance" | "hasattr" | "type" | "callable" | "issubclass"
            )
        {
            return true;
        }
        names::children(one, &mut stack);
    }
    false
}

/// The names that an expression mentions.
pub(super) fn names_in(expression: &Expr) -> Vec<&str> {
    let mut stack = vec![expression];
    let mut names = Vec::new();
    while let Some(one) = stack.pop() {
        if let Expr::Name(name) = one {
            names.push(name.id.as_str());
        }
        names::children(one, &mut stack);
    }
    names
}

/// Whether an expression mentions one of the names.
pub(super) fn mentions(expression: &Expr, names: &Names<'_>) -> bool {
    let mentioned = names_in(expression);
    mentioned.iter().any(|name| names.given.contains_key(name))
}

/// Whether a generator expression is asynchronous, or may be.
pub(super) fn waits(e: &ast::ExprGeneratorExp) -> bool {
    let mut stack = vec![&*e.elt];
    for generator in &e.generators {
        if generator.is_async {
            return true;
        }
        stack.push(&generator.iter);
        stack.extend(&generator.ifs);
    }
    while let Some(one) = stack.pop() {
        if one.is_await_expr() {
            return true;
        }
        names::children(one, &mut stack);
    }
    false
}
