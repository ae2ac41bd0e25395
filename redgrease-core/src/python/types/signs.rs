//! Operators between expressions: what they give, and what is said when no possible values have them.

use std::ops::Range;

use super::infer::Infer;
use super::{Type, Types, operators};
use crate::messages;
use crate::python::parse::ast::{self, Expr, UnaryOp};
use crate::python::parse::range;

impl<'e> Infer<'e> {
    pub(super) fn operation(&mut self, e: &'e ast::ExprBinOp) -> Types {
        let left = self.expression(&e.left);
        let right = self.expression(&e.right);
        operators::binary(&left, e.op, &right).unwrap_or_else(|()| {
            let sign = sign(e.op);
            let hint = if left.known().contains(&Type::None) {
                Some("a missing key gives `None`: `… or 0` puts a value in its place")
            } else {
                None
            };
            let convert = conversion(&left, &right);
            let help = convert.or(hint.map(str::to_owned));
            let found =
                messages::no_operation(&left.to_string(), sign, &right.to_string(), range(e));
            self.say(match help {
                Some(help) => found.help(help),
                None => found,
            });
            Types::ANY
        })
    }

    /// Says when values that have no order, or contain nothing, are compared; whether they may be.
    pub(super) fn compared(
        &mut self,
        left: &Types,
        op: ast::CmpOp,
        right: &Types,
        at: Range<usize>,
    ) -> bool {
        use ast::CmpOp as C;
        let (sign, may) = match op {
            C::Lt => ("<", operators::may_compare(left, right)),
            C::LtE => ("<=", operators::may_compare(left, right)),
            C::Gt => (">", operators::may_compare(left, right)),
            C::GtE => (">=", operators::may_compare(left, right)),
            C::In => ("in", operators::may_contain(left, right)),
            C::NotIn => ("not in", operators::may_contain(left, right)),
            C::Eq | C::NotEq | C::Is | C::IsNot => return true,
        };
        if !may {
            let left_name = match left.is_any() {
                true => "value".to_owned(),
                false => left.to_string(),
            };
            let found = messages::no_operation(&left_name, sign, &right.to_string(), at);
            self.say(match conversion(left, right) {
                Some(help) => found.help(help),
                None => found,
            });
        }
        may
    }

    /// Says when `name += value` cannot be.
    pub(super) fn changed(&mut self, e: &'e ast::StmtAugAssign) {
        let value = self.expression(&e.value);
        let Expr::Name(name) = &*e.target else {
            return;
        };
        let mut before = self.name(&name.id);
        if self.asked.contains(&name.id.as_str()) {
            before = before.without_none();
        }
        if operators::in_place(&before, e.op, &value).is_err() {
            let sign = format!("{}=", sign(e.op));
            let at = range(&*e.target).start..range(&*e.value).end;
            let found = messages::no_operation(&before.to_string(), &sign, &value.to_string(), at);
            self.say(match conversion(&before, &value) {
                Some(help) => found.help(help),
                None => found,
            });
        }
    }

    pub(super) fn unary(&mut self, e: &'e ast::ExprUnaryOp) -> Types {
        let operand = self.expression(&e.operand);
        match e.op {
            UnaryOp::Not => Type::Bool.into(),
            _ if operand.is_any() => Types::ANY,
            op => {
                let signed = |t: &Type| match t {
                    Type::Bool | Type::Int => Some(Type::Int),
                    Type::Float if op != UnaryOp::Invert => Some(Type::Float),
                    _ => None,
                };
                if operand.never(|t| signed(t).is_some()) {
                    let found = operand.to_string();
                    self.say(messages::no_sign(&found, range(e)));
                }
                Types::of(operand.known().iter().filter_map(signed))
            }
        }
    }
}

/// How to make the sides of an operation alike, where one is a text and the other a number.
fn conversion(left: &Types, right: &Types) -> Option<String> {
    let text = |t: &Type| matches!(t, Type::Str | Type::Bytes | Type::None);
    match (left.never(|t| !text(t)), right.never(|t| !text(t))) {
        (true, false) if right.never(|t| !t.is_number()) && left.known().contains(&Type::Str) => {
            let value = if left.known().contains(&Type::None) {
                "int(… or 0)"
            } else {
                "int(…)"
            };
            Some(format!(
                "Redis keeps texts: `{value}` makes a number of one"
            ))
        }
        (false, true) if left.never(|t| !t.is_number()) => {
            Some("`str(…)` makes a text of a number, `int(…)` a number of a text".to_owned())
        }
        _ => None,
    }
}

fn sign(operator: ast::Operator) -> &'static str {
    use ast::Operator as O;
    match operator {
        O::Add => "+",
        O::Sub => "-",
        O::Mult => "*",
        O::MatMult => "@",
        O::Div => "/",
        O::Mod => "%",
        O::Pow => "**",
        O::LShift => "<<",
        O::RShift => ">>",
        O::BitOr => "|",
        O::BitXor => "^",
        O::BitAnd => "&",
        O::FloorDiv => "//",
    }
}
