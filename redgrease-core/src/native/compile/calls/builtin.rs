//! Calls of builtins.

use std::ops::Range;

use crate::native::builtins::Builtin;
use crate::native::compile::{Refusal, Scope};
use crate::native::number::Operator;
use crate::native::tree::{Constant, Expr as Made, Function, Gather, Gatherer, Ordering, Source};
use crate::python::ast::{self, Expr};
use crate::python::range;

/// The types that `isinstance` and the like take, by their builtins.
pub(in crate::native::compile) fn type_name(builtin: &str) -> Option<&'static str> {
    Some(match builtin {
        "str" => "str",
        "bytes" => "bytes",
        "bytearray" => "bytearray",
        "int" => "int",
        "float" => "float",
        "bool" => "bool",
        "list" => "list",
        "tuple" => "tuple",
        "dict" => "dict",
        "set" => "set",
        _ => return None,
    })
}

impl<'s> Scope<'_, 's> {
    pub(super) fn builtin_call(
        &mut self,
        name: &'s str,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        if let Some(what) = gatherer(name)
            && !call.args.is_empty()
            && (call.args.len() == 1 || name == "sum")
        {
            return self.gathered(what, call, at);
        }
        match (name, call.args.as_slice()) {
            ("list", []) if call.keywords.is_empty() => return Ok(Made::List(Vec::new())),
            ("tuple", []) if call.keywords.is_empty() => return Ok(Made::Tuple(Vec::new())),
            ("set", []) if call.keywords.is_empty() => {
                self.makes_sets();
                return Ok(Made::Set(Vec::new()));
            }
            ("dict", []) => {
                let mut pairs = Vec::new();
                for keyword in &call.keywords {
                    let Some(key) = &keyword.arg else {
                        return Err(Refusal::new("`**` in a call", "", at.clone()));
                    };
                    let key = Made::Constant(Constant::Str(key.as_str().into()));
                    pairs.push((key, self.expression(&keyword.value)?));
                }
                return Ok(Made::Dict(pairs));
            }
            ("isinstance", [value, types]) if call.keywords.is_empty() => {
                let value = self.expression(value)?;
                let types = match types {
                    Expr::Tuple(e) => e.elts.iter().collect(),
                    one => vec![one],
                };
                let types = types
                    .into_iter()
                    .map(|one| {
                        self.builtin(one).and_then(type_name).ok_or_else(|| {
                            Refusal::new("isinstance() with this type", "", range(one))
                        })
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                return Ok(Made::IsInstance(Box::new(value), types));
            }
            ("len", [one]) if call.keywords.is_empty() => {
                // `len(d.keys())`
                if let Expr::Call(inner) = one
                    && self.is_only_source(one)
                    && matches!(&*inner.func, Expr::Attribute(_))
                {
                    self.may_give_back("after an effect, len() of a view", "", at.clone())?;
                }
            }
            ("pow", [left, right]) if call.keywords.is_empty() => {
                let left = self.expression(left)?;
                let right = self.expression(right)?;
                self.may_give_back("after an effect, pow()", "", at.clone())?;
                return Ok(Made::Binary(Operator::Power, Box::new((left, right))));
            }
            _ => {}
        }
        let arguments = Self::plain(call, at)?;
        let Some(builtin) = Builtin::named(name) else {
            return Err(Refusal::new(
                "a builtin that is not in the table",
                name,
                at.clone(),
            ));
        };
        if !builtin.takes(arguments.len()) {
            return Err(Refusal::new(
                "this number of arguments for",
                name,
                at.clone(),
            ));
        }
        let arguments = self.all(arguments)?;
        let of_bytes =
            name == "float" && self.minor() < 10 && (self.has_bytes() || self.has_replies());
        if of_bytes || !builtin.is_total(arguments.len(), self.sets()) {
            self.may_give_back("after an effect", name, at.clone())?;
        }
        Ok(Made::Builtin(builtin, arguments))
    }

    fn gathered(
        &mut self,
        what: Gatherer,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        self.loops();
        if what == Gatherer::Set {
            self.makes_sets();
        }
        let source = self.source(&call.args[0])?;
        let effect = self.state.effect;
        let mut order = Ordering::default();
        let mut extra = None;
        if let Some(start) = call.args.get(1) {
            if what != Gatherer::Sum || call.args.len() > 2 {
                return Err(Refusal::new("these arguments", "", at.clone()));
            }
            extra = Some(self.expression(start)?);
        }
        let has_key = matches!(what, Gatherer::Sorted | Gatherer::Min | Gatherer::Max);
        for keyword in &call.keywords {
            match (keyword.arg.as_deref(), what) {
                (Some("key"), _) if has_key => {
                    order.key = self.key(&keyword.value)?;
                }
                (Some("reverse"), Gatherer::Sorted) => {
                    order.reverse = Some(self.reverse(&keyword.value)?);
                }
                (Some("default"), Gatherer::Min | Gatherer::Max) => {
                    extra = Some(self.expression(&keyword.value)?);
                }
                (Some("start"), Gatherer::Sum) if self.minor() >= 8 && extra.is_none() => {
                    extra = Some(self.expression(&keyword.value)?);
                }
                (name, _) => {
                    return Err(Refusal::new(
                        "an argument by name",
                        name.unwrap_or("**"),
                        at.clone(),
                    ));
                }
            }
        }
        let source = self.between(source, &call.args[0], effect)?;
        if call.keywords.len() > 1 && extra.is_some() {
            // They would be evaluated in another order.
            return Err(Refusal::new(
                "these arguments by name together",
                "",
                at.clone(),
            ));
        }
        match (what, &extra) {
            (Gatherer::Sorted, _) => {
                self.may_give_back("after an effect, sorting", "", at.clone())?;
            }
            (Gatherer::Sum, Some(start))
                if !matches!(start, Made::Constant(Constant::Int(_)) | Made::List(_)) =>
            {
                self.may_give_back("after an effect, a start of", "sum", at.clone())?;
            }
            _ => {}
        }
        if matches!(source, Source::Generator(_)) && what == Gatherer::Sum && extra.is_some() {
            return Err(Refusal::new(
                "sum() of a generator with a start",
                "",
                at.clone(),
            ));
        }
        Ok(Made::Gather(Box::new(Gather {
            what,
            source,
            order,
            extra,
        })))
    }

    pub(super) fn key(&mut self, expression: &'s Expr) -> Result<Option<Function>, Refusal> {
        if let Expr::Constant(e) = expression
            && e.value.is_none()
        {
            return Ok(None);
        }
        self.function(expression, 1).map(Some)
    }

    pub(super) fn reverse(&mut self, expression: &'s Expr) -> Result<Made, Refusal> {
        let made = self.expression(expression)?;
        if !matches!(made, Made::Constant(Constant::Bool(_))) {
            self.may_give_back(
                "after an effect, a reverse= that is computed",
                "",
                range(expression),
            )?;
        }
        Ok(made)
    }
}

fn gatherer(name: &str) -> Option<Gatherer> {
    Some(match name {
        "list" => Gatherer::List,
        "tuple" => Gatherer::Tuple,
        "set" => Gatherer::Set,
        "dict" => Gatherer::Dict,
        "sum" => Gatherer::Sum,
        "any" => Gatherer::Any,
        "all" => Gatherer::All,
        "min" => Gatherer::Min,
        "max" => Gatherer::Max,
        "sorted" => Gatherer::Sorted,
        _ => return None,
    })
}
