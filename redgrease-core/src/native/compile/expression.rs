//! Expressions.

use std::ops::Range;
use std::sync::Arc;

use super::operator::operator;
use super::scope::Named;
use super::{Meaning, Refusal, Scope};
use crate::native::tree::{Constant, Expr as Made, Made as Kind};
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(super) fn expression(&mut self, expression: &'s Expr) -> Result<Made, Refusal> {
        let at = range(expression);
        let Some(line) = self.other_line(&at)? else {
            return self.deeper(at, |scope| scope.on_line(expression));
        };
        let outer = std::mem::replace(&mut self.line, line);
        let made = self.deeper(at, |scope| scope.on_line(expression));
        self.line = outer;
        Ok(match made? {
            // These raise nothing.
            made @ (Made::Constant(_) | Made::Local(_)) => made,
            made => Made::At(line, Box::new(made)),
        })
    }

    pub(super) fn all(&mut self, expressions: &'s [Expr]) -> Result<Vec<Made>, Refusal> {
        expressions.iter().map(|one| self.expression(one)).collect()
    }

    fn on_line(&mut self, expression: &'s Expr) -> Result<Made, Refusal> {
        let at = range(expression);
        Ok(match expression {
            Expr::Constant(e) => Made::Constant(constant(&e.value, &at)?),
            Expr::Name(e) => return self.load(&e.id, &at),
            Expr::BinOp(e) => {
                let left = self.expression(&e.left)?;
                let right = self.expression(&e.right)?;
                let operator = operator(&e.op, &at)?;
                self.check_operator(operator, &left, &at)?;
                Made::Binary(operator, Box::new((left, right)))
            }
            Expr::UnaryOp(e) => {
                let operand = self.expression(&e.operand)?;
                match e.op {
                    ast::UnaryOp::Not => Made::Not(Box::new(operand)),
                    ast::UnaryOp::USub => match operand {
                        Made::Constant(Constant::Int(number)) if number != i64::MIN => {
                            Made::Constant(Constant::Int(-number))
                        }
                        Made::Constant(Constant::Float(number)) => {
                            Made::Constant(Constant::Float(-number))
                        }
                        operand => Made::Unary('-', Box::new(operand)),
                    },
                    ast::UnaryOp::UAdd => Made::Unary('+', Box::new(operand)),
                    ast::UnaryOp::Invert => Made::Unary('~', Box::new(operand)),
                }
            }
            Expr::BoolOp(e) => {
                if let Some(made) = self.known_logic(e)? {
                    return Ok(made);
                }
                let mut operands = Vec::new();
                let mut before = None;
                for operand in &e.values {
                    operands.push(if operands.is_empty() {
                        self.expression(operand)?
                    } else {
                        self.perhaps_evaluated(operand)?
                    });
                    // What is assigned behind the first is so only perhaps.
                    let known = before.get_or_insert_with(|| self.state.clone());
                    known.effect |= self.state.effect;
                }
                if let Some(known) = before {
                    self.state = known;
                }
                Made::Logic(matches!(e.op, ast::BoolOp::And), operands)
            }
            Expr::IfExp(e) => {
                if let Some(truth) = self.known_truth(&e.test) {
                    return self.expression(if truth { &e.body } else { &e.orelse });
                }
                let test = self.expression(&e.test)?;
                let before = self.state.clone();
                let then = self.perhaps_evaluated(&e.body)?;
                let after = std::mem::replace(&mut self.state, before);
                let otherwise = if matches!(then, Made::GiveBack(_)) {
                    self.expression(&e.orelse)?
                } else {
                    self.perhaps_evaluated(&e.orelse)?
                };
                self.state.merge(&after);
                Made::If(Box::new((test, then, otherwise)))
            }
            Expr::Compare(e) => return self.comparison(e, &at),
            Expr::Subscript(e) => {
                if let Expr::Constant(key) = &*e.slice
                    && let ast::Constant::Str(key) = &key.value
                    && let Some(field) = self.record_field(&e.value, key)
                {
                    return Ok(field);
                }
                let value = self.expression(&e.value)?;
                match &*e.slice {
                    Expr::Slice(slice) => {
                        let mut bound = |one: &'s Option<Box<Expr>>| {
                            one.as_deref().map(|e| self.expression(e)).transpose()
                        };
                        let bounds = [
                            bound(&slice.lower)?,
                            bound(&slice.upper)?,
                            bound(&slice.step)?,
                        ];
                        let are_plain = bounds.iter().flatten().all(|one| {
                            matches!(one, Made::Constant(Constant::Int(_) | Constant::None))
                        });
                        if self.minor() >= 12 && !are_plain {
                            self.may_give_back(
                                "after an effect, a slice of what may be a dictionary",
                                "",
                                at,
                            )?;
                        }
                        Made::Slice(Box::new((value, bounds)))
                    }
                    key => match self.expression(key)? {
                        Made::Constant(Constant::Str(key)) => Made::Field(Box::new(value), key),
                        key => Made::Index(Box::new((value, key))),
                    },
                }
            }
            Expr::List(e) => Made::List(self.all(&e.elts)?),
            Expr::Tuple(e) => Made::Tuple(self.all(&e.elts)?),
            Expr::Set(e) => {
                self.makes_sets();
                Made::Set(self.all(&e.elts)?)
            }
            Expr::Dict(e) => {
                let mut pairs = Vec::new();
                for (key, value) in e.keys.iter().zip(&e.values) {
                    let Some(key) = key else {
                        return Err(Refusal::new("** in a dictionary", "", at));
                    };
                    let key = self.expression(key)?;
                    pairs.push((key, self.expression(value)?));
                }
                Made::Dict(pairs)
            }
            Expr::ListComp(e) => {
                return self.comprehension(Kind::List, &e.generators, &e.elt, None);
            }
            Expr::SetComp(e) => {
                self.makes_sets();
                return self.comprehension(Kind::Set, &e.generators, &e.elt, None);
            }
            Expr::DictComp(e) => {
                return self.comprehension(Kind::Dict, &e.generators, &e.key, Some(&e.value));
            }
            Expr::JoinedStr(e) => return self.joined(e, &at),
            Expr::Call(e) => return self.called(e, &at),
            Expr::NamedExpr(e) => {
                let value = self.expression(&e.value)?;
                let Expr::Name(name) = &*e.target else {
                    return Err(Refusal::new("`:=` to what is no name", "", at));
                };
                if !self.hidden.is_empty() {
                    return Err(Refusal::new(
                        "`:=` inside of a comprehension or lambda",
                        "",
                        at,
                    ));
                }
                let Some(slot) = self.slot(&name.id) else {
                    return Err(Refusal::new("`:=` to this name", &name.id, at));
                };
                self.assign(slot);
                Made::Assign(slot, Box::new(value))
            }
            Expr::Attribute(e) => {
                // `type(value).__name__`
                if e.attr.as_str() == "__name__"
                    && let Expr::Call(call) = &*e.value
                    && self.builtin(&call.func) == Some("type")
                    && let [value] = call.args.as_slice()
                    && call.keywords.is_empty()
                {
                    return Ok(Made::TypeName(Box::new(self.expression(value)?)));
                }
                if let Some(field) = self.record_field(&e.value, &e.attr) {
                    return Ok(field);
                }
                return Err(Refusal::new("an attribute", &e.attr, at));
            }
            Expr::Lambda(_) => return Err(Refusal::new("a lambda as a value", "", at)),
            Expr::GeneratorExp(_) => {
                return Err(Refusal::new("a generator as a value", "", at));
            }
            Expr::Starred(_) => return Err(Refusal::new("`*` here", "", at)),
            Expr::Await(_) => return Err(Refusal::new("`await`", "", at)),
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                return Err(Refusal::new("`yield`", "", at));
            }
            Expr::Slice(_) | Expr::FormattedValue(_) => {
                return Err(Refusal::new("this expression here", "", at));
            }
        })
    }

    fn load(&mut self, name: &str, at: &Range<usize>) -> Result<Made, Refusal> {
        match self.named(name) {
            Named::Local(slot, _) if self.constant_of(slot).is_some() => Ok(Made::Constant(
                self.constant_of(slot).cloned().unwrap_or(Constant::None),
            )),
            Named::Local(slot, _) if self.records.contains(&slot) => {
                Err(Refusal::new("a record as a whole", name, at.clone()))
            }
            Named::Local(slot, true) => Ok(Made::Local(slot)),
            Named::Local(slot, false) => {
                if !self.hidden.is_empty() {
                    return Err(Refusal::new(
                        "a name that may have no value, in a comprehension or lambda",
                        name,
                        at.clone(),
                    ));
                }
                Ok(Made::Maybe(slot, Arc::from(name)))
            }
            Named::Cell(value) => Ok(Made::Constant(value)),
            Named::Global(_) => match self.global(name, at)? {
                Meaning::Constant(value) => Ok(Made::Constant(value.clone())),
                _ => Err(Refusal::new("a function as a value", name, at.clone())),
            },
            Named::Imported => Err(Refusal::new("what is imported", name, at.clone())),
            Named::Unknown => Err(Refusal::new("a name that is not known", name, at.clone())),
        }
    }
}

/// A constant.
pub(in crate::native) fn constant(
    value: &ast::Constant,
    at: &Range<usize>,
) -> Result<Constant, Refusal> {
    Ok(match value {
        ast::Constant::None => Constant::None,
        ast::Constant::Bool(value) => Constant::Bool(*value),
        ast::Constant::Int(number) => match i64::try_from(number) {
            Ok(small) => Constant::Int(small),
            Err(_) if number.bits() > 14_000 => {
                return Err(Refusal::new(
                    "a number of more than 4000 digits",
                    "",
                    at.clone(),
                ));
            }
            Err(_) => Constant::Big(Arc::new(number.clone())),
        },
        ast::Constant::Float(number) => Constant::Float(*number),
        ast::Constant::Str(text) => {
            // The parser puts this for what Rust's texts cannot hold.
            if text.contains('\u{fffd}') {
                return Err(Refusal::new("half a surrogate pair", "", at.clone()));
            }
            Constant::Str(text.as_str().into())
        }
        ast::Constant::Bytes(bytes) => Constant::Bytes(bytes.as_slice().into()),
        ast::Constant::Tuple(items) => Constant::Tuple(
            items
                .iter()
                .map(|one| constant(one, at))
                .collect::<Result<Vec<_>, _>>()?,
        ),
        ast::Constant::Complex { .. } => {
            return Err(Refusal::new("a complex number", "", at.clone()));
        }
        ast::Constant::Ellipsis => return Err(Refusal::new("`...`", "", at.clone())),
    })
}
