//! Calls of methods.

use std::ops::Range;

use crate::native::compile::scope::Named;
use crate::native::compile::{Meaning, Refusal, Scope};
use crate::native::methods::Type;
use crate::native::tree::{Constant, Expr as Made, Method, MethodCall, Ordering};
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(super) fn method(
        &mut self,
        call: &'s ast::ExprCall,
        attribute: &'s ast::ExprAttribute,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        if let Some(made) = self.of_cmd(call, attribute, at)? {
            return Ok(made);
        }
        let name = attribute.attr.as_str();
        // Where the name stands on another line than the value, versions differ in the line of an error.
        let script = self.compiler.script;
        if !self.one_line && script.line(range(attribute).end) != script.line(at.start) {
            return Err(Refusal::new(
                "a method on a line of its own",
                name,
                at.clone(),
            ));
        }
        if let (Expr::Constant(text), "format") = (&*attribute.value, name)
            && let ast::Constant::Str(text) = &text.value
        {
            return self.formatted(text, call, at);
        }
        if let Expr::Name(module) = &*attribute.value
            && matches!(
                self.named(&module.id),
                Named::Global(Meaning::Builtin(_) | Meaning::Server(_))
                    | Named::Imported
                    | Named::Unknown
            )
        {
            return Err(Refusal::new(
                "what belongs to a module or type",
                &module.id,
                at.clone(),
            ));
        }
        let Some(method) = Method::named(name) else {
            return Err(Refusal::new(
                "a method that is not in the table",
                name,
                at.clone(),
            ));
        };
        if method.changes() {
            self.changes_values();
        }
        let receiver = self.expression(&attribute.value)?;
        let mut made = MethodCall {
            receiver,
            method,
            arguments: Vec::new(),
            iterated: None,
            order: None,
        };
        let mut count = call.args.len();
        match (name, call.args.as_slice()) {
            ("sort", []) => {
                let mut order = Ordering::default();
                for keyword in &call.keywords {
                    match keyword.arg.as_deref() {
                        Some("key") => order.key = self.key(&keyword.value)?,
                        Some("reverse") => order.reverse = Some(self.reverse(&keyword.value)?),
                        other => {
                            return Err(Refusal::new(
                                "an argument by name",
                                other.unwrap_or("**"),
                                at.clone(),
                            ));
                        }
                    }
                }
                self.loops();
                self.may_give_back("after an effect, sorting", "", at.clone())?;
                made.order = Some(order);
                return Ok(Made::Method(Box::new(made)));
            }
            ("join" | "extend" | "update", [one])
                if call.keywords.is_empty() && self.is_only_source(one) =>
            {
                if name != "join" {
                    self.may_give_back(
                        "after an effect, this with an iteration",
                        name,
                        at.clone(),
                    )?;
                }
                self.loops();
                made.iterated = Some(self.source(one)?);
            }
            ("split" | "rsplit", arguments) if !call.keywords.is_empty() => {
                made.arguments = self.split_arguments(arguments, call, at)?;
                count = made.arguments.len();
            }
            (_, arguments) => {
                Self::plain(call, at)?;
                made.arguments = self.all(arguments)?;
            }
        }
        if !method.takes(count) {
            return Err(Refusal::new(
                "this number of arguments for",
                name,
                at.clone(),
            ));
        }
        let (sets, bytes, replies) = (self.sets(), self.has_bytes(), self.has_replies());
        let known = receiver_type(&made.receiver);
        let possible = |of: Type| match known {
            Some(known) => of == known,
            None => match of {
                Type::Set => sets,
                Type::Bytes => bytes,
                Type::ByteArray => replies || bytes,
                _ => true,
            },
        };
        let are_texts = made.arguments.iter().all(is_text);
        if !method.is_total(count, are_texts, possible) {
            self.may_give_back("after an effect, this method", name, at.clone())?;
        }
        if name == "encode" {
            self.makes_bytes();
        }
        if name == "join" && self.sets() {
            self.may_give_back(
                "after an effect, join() of what may be a set",
                "",
                at.clone(),
            )?;
        }
        Ok(Made::Method(Box::new(made)))
    }

    fn split_arguments(
        &mut self,
        arguments: &'s [Expr],
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Vec<Made>, Refusal> {
        let mut made = self.all(arguments)?;
        for keyword in &call.keywords {
            match (keyword.arg.as_deref(), made.len()) {
                (Some("sep"), 0) => made.push(self.expression(&keyword.value)?),
                (Some("maxsplit"), 0) => {
                    made.push(Made::Constant(Constant::None));
                    made.push(self.expression(&keyword.value)?);
                }
                (Some("maxsplit"), 1) => made.push(self.expression(&keyword.value)?),
                (name, _) => {
                    return Err(Refusal::new(
                        "an argument by name",
                        name.unwrap_or("**"),
                        at.clone(),
                    ));
                }
            }
        }
        Ok(made)
    }
}

/// Whether an expression gives a text for certain.
fn is_text(made: &Made) -> bool {
    receiver_type(made) == Some(Type::Str)
}

/// The type that an expression has for certain.
fn receiver_type(made: &Made) -> Option<Type> {
    Some(match made {
        Made::Constant(Constant::Str(_)) | Made::Join(_) | Made::Format(..) => Type::Str,
        Made::Constant(Constant::Bytes(_)) => Type::Bytes,
        Made::List(_) => Type::List,
        Made::Dict(_) => Type::Dict,
        Made::Builtin(builtin, _) if builtin.name() == "str" => Type::Str,
        Made::At(_, inner) => return receiver_type(inner),
        _ => return None,
    })
}
