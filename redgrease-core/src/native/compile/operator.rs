//! Operators, and for which values the evaluator knows them.

use std::ops::Range;

use super::{Refusal, Scope};
use crate::native::number::Operator;
use crate::native::tree::{Comparison, Constant, Expr as Made};
use crate::native::value::Sign;
use crate::python::ast::{self, Expr};

impl<'s> Scope<'_, 's> {
    /// Operators that the evaluator does not know for all values.
    pub(super) fn check_operator(
        &self,
        operator: Operator,
        left: &Made,
        at: &Range<usize>,
    ) -> Result<(), Refusal> {
        match operator {
            Operator::Power => self.may_give_back("after an effect, `**`", "", at.clone()),
            Operator::Modulo => {
                let is_text = matches!(left, Made::Constant(Constant::Str(_)) | Made::Join(_));
                let is_number =
                    matches!(left, Made::Constant(Constant::Int(_) | Constant::Float(_)));
                if !is_number {
                    self.shows(at.clone())?;
                }
                if let (true, Made::Constant(Constant::Str(text))) = (is_text, left)
                    && (text.contains('a') || text.contains('c'))
                    && text.contains('%')
                    && unusual(text)
                {
                    return self.may_give_back("after an effect, `%a` or `%c`", "", at.clone());
                }
                if !is_text
                    && !is_number
                    && (self.has_bytes() || self.has_replies() || !gives_number(left))
                {
                    return self.may_give_back(
                        "after an effect, `%` of what may be text or bytes",
                        "",
                        at.clone(),
                    );
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn comparison(
        &mut self,
        e: &'s ast::ExprCompare,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        // `type(value) is str`
        if let (Expr::Call(call), [ast::CmpOp::Is | ast::CmpOp::Eq], [of]) =
            (&*e.left, e.ops.as_slice(), e.comparators.as_slice())
            && self.builtin(&call.func) == Some("type")
            && let ([value], []) = (call.args.as_slice(), call.keywords.as_slice())
            && let Some(of) = self.builtin(of).and_then(super::calls::type_name)
        {
            let name = Made::TypeName(Box::new(self.expression(value)?));
            let of = Made::Constant(Constant::Str(of.into()));
            return Ok(Made::Compare(Box::new(name), vec![(Comparison::Equal, of)]));
        }
        let left = self.expression(&e.left)?;
        let mut rest = Vec::new();
        let mut known = None;
        for (op, right) in e.ops.iter().zip(&e.comparators) {
            let made = self.expression(right)?;
            let state = known.get_or_insert_with(|| self.state.clone());
            state.effect |= self.state.effect;
            let singleton = matches!(made, Made::Constant(Constant::None | Constant::Bool(_)));
            let comparison = match op {
                ast::CmpOp::Eq => Comparison::Equal,
                ast::CmpOp::NotEq => Comparison::Different,
                ast::CmpOp::Lt => Comparison::Order(Sign::Less),
                ast::CmpOp::LtE => Comparison::Order(Sign::AtMost),
                ast::CmpOp::Gt => Comparison::Order(Sign::More),
                ast::CmpOp::GtE => Comparison::Order(Sign::AtLeast),
                ast::CmpOp::In => Comparison::In,
                ast::CmpOp::NotIn => Comparison::NotIn,
                ast::CmpOp::Is if singleton => Comparison::Is,
                ast::CmpOp::IsNot if singleton => Comparison::IsNot,
                ast::CmpOp::Is | ast::CmpOp::IsNot => {
                    return Err(Refusal::new(
                        "`is` with another than None, True, False",
                        "",
                        at.clone(),
                    ));
                }
            };
            rest.push((comparison, made));
        }
        if let Some(known) = known {
            self.state = known;
        }
        Ok(Made::Compare(Box::new(left), rest))
    }
}

/// Whether a text to be filled has conversions that the evaluator may give back.
fn unusual(text: &str) -> bool {
    let mut inside = false;
    for character in text.chars() {
        if !inside {
            inside = character == '%';
            continue;
        }
        if character.is_ascii_alphabetic() || character == '%' {
            if matches!(character, 'a' | 'c') {
                return true;
            }
            inside = false;
        }
    }
    false
}

/// Whether an expression gives a number, or raises.
fn gives_number(made: &Made) -> bool {
    match made {
        Made::Constant(Constant::Int(_) | Constant::Float(_)) => true,
        Made::Builtin(builtin, _) => {
            matches!(
                builtin.name(),
                "len" | "int" | "float" | "abs" | "ord" | "round"
            )
        }
        Made::At(_, inner) => gives_number(inner),
        Made::Unary(..) => true,
        _ => false,
    }
}

pub(super) fn operator(op: &ast::Operator, at: &Range<usize>) -> Result<Operator, Refusal> {
    Ok(match op {
        ast::Operator::Add => Operator::Add,
        ast::Operator::Sub => Operator::Subtract,
        ast::Operator::Mult => Operator::Multiply,
        ast::Operator::Div => Operator::Divide,
        ast::Operator::FloorDiv => Operator::FloorDivide,
        ast::Operator::Mod => Operator::Modulo,
        ast::Operator::Pow => Operator::Power,
        ast::Operator::LShift => Operator::ShiftLeft,
        ast::Operator::RShift => Operator::ShiftRight,
        ast::Operator::BitAnd => Operator::And,
        ast::Operator::BitOr => Operator::Or,
        ast::Operator::BitXor => Operator::Xor,
        ast::Operator::MatMult => return Err(Refusal::new("`@`", "", at.clone())),
    })
}
