//! Arguments that functions of Python itself, and `join`, cannot take.

use super::infer::Infer;
use super::{Type, Types, operators};
use crate::messages;
use crate::python::parse::ast::{self, Expr, Operator};
use crate::python::parse::range;

impl<'e> Infer<'e> {
    /// Says when a builtin cannot take what it gets.
    pub(super) fn builtin(&mut self, name: &str, call: &'e ast::ExprCall, arguments: &[Types]) {
        let (Some(first), Some(value)) = (arguments.first(), call.args.first()) else {
            return;
        };
        let only = arguments.len() == 1 && call.keywords.is_empty();
        let whole: fn(&Type) -> bool = |t| matches!(t, Type::Int | Type::Bool);
        // each class of its own may say what it is as an index, a length, and so on
        let fits: fn(&Type) -> bool = match name {
            "len" if only => |t| match t {
                Type::Lazy(name, _) => *name == "range",
                Type::None | Type::Function => false,
                other => !other.is_number(),
            },
            "int" | "float" if only => |t| {
                t.is_number()
                    || matches!(
                        t,
                        Type::Str | Type::Bytes | Type::Record | Type::StreamRecord
                    )
            },
            "sum" => return self.sum(call, arguments),
            "sorted" | "list" | "set" | "frozenset" | "tuple" | "all" | "any" | "iter"
            | "enumerate" | "reversed" => loops,
            "max" | "min" if arguments.len() == 1 => loops,
            "next" => |t| match t {
                Type::Lazy(name, _) => *name != "range",
                other => matches!(other, Type::Record | Type::StreamRecord),
            },
            "abs" | "round" => |t| t.is_number() || matches!(t, Type::Record | Type::StreamRecord),
            "ord" => |t| matches!(t, Type::Str | Type::Bytes),
            "chr" | "bin" | "hex" | "oct" => whole,
            "range" | "zip" => {
                let fits = if name == "range" { whole } else { loops };
                let all = arguments.iter().zip(&call.args);
                return self.every(name, all, fits);
            }
            "map" | "filter" => {
                let others = arguments.iter().zip(&call.args).skip(1);
                return self.every(name, others, loops);
            }
            _ => return,
        };
        self.every(name, std::iter::once((first, value)), fits);
    }

    /// Says which argument does not fit; one of them.
    fn every<'a>(
        &mut self,
        name: &str,
        mut arguments: impl Iterator<Item = (&'a Types, &'e Expr)>,
        fits: fn(&Type) -> bool,
    ) {
        if let Some((types, value)) = arguments.find(|(types, _)| types.never(fits)) {
            let found = messages::no_argument(name, &types.to_string(), range(value));
            self.say(match name {
                "range" if types.never(|t| *t != Type::Str) => {
                    found.help("`int(…)` makes a number of a text")
                }
                _ => found,
            });
        }
    }

    /// `sum(values)` begins with 0, or with what is given, and adds one value after the other.
    fn sum(&mut self, call: &'e ast::ExprCall, arguments: &[Types]) {
        let named = call.keywords.first();
        let start = match (arguments, named) {
            ([_], None) => Type::Int.into(),
            ([_], Some(named)) if named.arg.is_some() => {
                self.quietly(|infer| infer.expression(&named.value))
            }
            ([_, start], None) => start.clone(),
            _ => return,
        };
        let (Some(values), Some(value)) = (arguments.first(), call.args.first()) else {
            return;
        };
        let Ok(elements) = operators::elements(values) else {
            return self.every("sum", std::iter::once((values, value)), loops);
        };
        // the sum of no texts is no text, either
        let text = |t: &Type| matches!(t, Type::Str | Type::Bytes);
        let texts = start.never(|t| !text(t));
        if texts || operators::binary(&start, Operator::Add, &elements).is_err() {
            let found = messages::no_sum(&start.to_string(), &elements.to_string(), range(value));
            self.say(match elements.never(|t| !text(t)) {
                true => found.help(
                    "`''.join(…)` joins texts, `sum(int(x) for x in …)` adds the numbers that they are",
                ),
                false => found,
            });
        }
    }

    /// `', '.join(values)` takes nothing but texts.
    pub(super) fn joined(&mut self, of: &Types, call: &'e ast::ExprCall, arguments: &[Types]) {
        let ([values], [value]) = (arguments, call.args.as_slice()) else {
            return;
        };
        let wanted = match of.known() {
            [Type::Str] => Type::Str,
            [Type::Bytes] => Type::Bytes,
            _ => return,
        };
        match operators::elements(values) {
            Err(()) => self.every("join", std::iter::once((values, value)), loops),
            Ok(elements) if elements.never(|t| *t == wanted) => {
                let found = messages::no_join(&elements.to_string(), wanted.name(), range(value));
                self.say(match wanted {
                    Type::Str => found.help("`str(x) for x in …` makes texts of the values"),
                    _ => found,
                });
            }
            Ok(_) => {}
        }
    }
}

/// Whether a loop may go over it.
fn loops(t: &Type) -> bool {
    !t.is_number() && *t != Type::None
}
