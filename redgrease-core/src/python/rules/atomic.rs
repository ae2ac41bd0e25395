//! `with`, and what `with atomic()` does not allow inside.

use super::{Place, Rules};
use crate::python::parse::ast::{Expr, Stmt, WithItem};
use crate::python::walk::{self, Visitor as _};

impl Rules<'_> {
    pub(super) fn with(&mut self, items: &[WithItem], body: &[Stmt]) {
        for item in items {
            self.expression(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.target(target, true);
            }
        }
        let atomic = items.iter().any(|item| is_atomic(&item.context_expr));
        let place = Place {
            atomic: self.place.atomic || atomic,
            ..self.place
        };
        self.within(place, |rules| walk::walk_body(rules, body));
    }
}

/// `atomic()` or `redgrease.atomic()`.
fn is_atomic(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    match &*call.func {
        Expr::Name(name) => &name.id == "atomic",
        Expr::Attribute(attribute) => &attribute.attr == "atomic",
        _ => false,
    }
}
