//! What can be assigned to.

use super::Rules;
use crate::messages;
use crate::python::parse::ast::{Constant, Expr};
use crate::python::parse::range;
use crate::python::walk::Visitor as _;

impl Rules<'_> {
    /// Checks what stands on the left of an assignment; `whole` is false inside of a tuple.
    pub(super) fn target(&mut self, target: &Expr, whole: bool) {
        match target {
            Expr::Name(name) if &name.id == "__debug__" => {
                self.out
                    .push(messages::cannot_assign("`__debug__`", range(name)));
            }
            Expr::Name(_) => {}
            Expr::Attribute(e) => {
                if &e.attr == "__debug__" {
                    self.out
                        .push(messages::cannot_assign("`__debug__`", range(e)));
                }
                self.expression(&e.value);
            }
            Expr::Subscript(e) => {
                self.expression(&e.value);
                self.expression(&e.slice);
            }
            Expr::Tuple(e) => self.targets(&e.elts),
            Expr::List(e) => self.targets(&e.elts),
            Expr::Starred(e) => {
                if whole {
                    self.out.push(messages::lone_star(range(e)));
                }
                self.target(&e.value, false);
            }
            other => self.refuse(other),
        }
    }

    fn targets(&mut self, list: &[Expr]) {
        let starred: Vec<&Expr> = list.iter().filter(|e| e.is_starred_expr()).collect();
        if let [_, second, ..] = starred[..] {
            self.out.push(messages::two_stars(range(second)));
        }
        for target in list {
            self.target(target, false);
        }
    }

    fn refuse(&mut self, expression: &Expr) {
        self.out
            .push(messages::cannot_assign(kind(expression), range(expression)));
        self.expression(expression);
    }

    pub(super) fn delete(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => self.target(target, true),
            Expr::Attribute(_) | Expr::Subscript(_) => self.target(target, true),
            Expr::Tuple(e) => e.elts.iter().for_each(|e| self.delete(e)),
            Expr::List(e) => e.elts.iter().for_each(|e| self.delete(e)),
            other => self
                .out
                .push(messages::cannot_delete(kind(other), range(other))),
        }
    }

    /// A value that stands alone: `*a` needs a list or a tuple around it.
    pub(super) fn lone_value(&mut self, value: &Expr) {
        if let Expr::Starred(e) = value {
            self.out.push(messages::lone_star(range(e)));
        }
    }
}

pub(super) fn collect_names(target: &Expr, names: &mut Vec<String>) {
    match target {
        Expr::Name(e) => names.push(e.id.to_string()),
        Expr::Tuple(e) => e.elts.iter().for_each(|e| collect_names(e, names)),
        Expr::List(e) => e.elts.iter().for_each(|e| collect_names(e, names)),
        Expr::Starred(e) => collect_names(&e.value, names),
        _ => {}
    }
}

/// What an expression is, for "cannot assign to …".
pub(super) fn kind(expression: &Expr) -> &'static str {
    match expression {
        Expr::Call(_) => "a function call",
        Expr::Constant(c) => match c.value {
            Constant::None => "`None`",
            Constant::Bool(true) => "`True`",
            Constant::Bool(false) => "`False`",
            Constant::Ellipsis => "`...`",
            _ => "a literal",
        },
        Expr::JoinedStr(_) | Expr::FormattedValue(_) => "an f-string",
        Expr::Compare(_) => "a comparison",
        Expr::Lambda(_) => "a lambda",
        Expr::IfExp(_) => "a conditional expression",
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => "a comprehension",
        Expr::GeneratorExp(_) => "a generator expression",
        Expr::Await(_) => "an `await` expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "a `yield` expression",
        Expr::Dict(_) => "a dictionary",
        Expr::Set(_) => "a set",
        Expr::NamedExpr(_) => "a `:=` expression",
        Expr::Tuple(_) => "a tuple",
        Expr::List(_) => "a list",
        Expr::Starred(_) => "a starred expression",
        _ => "an expression",
    }
}
