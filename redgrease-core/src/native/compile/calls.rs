//! Calls.

use std::ops::Range;
use std::sync::Arc;

use super::glue::{Decoding, is_record};
use super::scope::Named;
use super::{Meaning, Refusal, Scope, Version};
use crate::native::builtins::Builtin;
use crate::native::host::Service;
use crate::native::methods::Type;
use crate::native::program::{Sent, Start};
use crate::native::tree::{
    Argument, Constant, DecodedCall, Expr as Made, FunctionCall, Gather, Gatherer, Method,
    MethodCall, Ordering, Slot, Source,
};
use crate::python::ast::{self, Expr};
use crate::python::range;

/// The types that `isinstance` and the like take, by their builtins.
pub(super) fn type_name(builtin: &str) -> Option<&'static str> {
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
    pub(super) fn called(
        &mut self,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        match &*call.func {
            Expr::Attribute(attribute) => self.method(call, attribute, at),
            Expr::Name(name) => {
                if let Some(record) = self.record(&name.id, call, at)? {
                    return Ok(record);
                }
                if let Named::Unknown = self.named(&name.id) {
                    return Err(Refusal::new(
                        "a name that is not known",
                        &name.id,
                        at.clone(),
                    ));
                }
                match self.global(&name.id, &range(name))? {
                    Meaning::Builtin(builtin) => self.builtin_call(builtin, call, at),
                    Meaning::Server(service) => self.service(service, call, at),
                    Meaning::Function(number) => self.own(*number, call, at),
                    Meaning::Constant(_) => Err(Refusal::new(
                        "a call of what is no function",
                        &name.id,
                        at.clone(),
                    )),
                }
            }
            _ => Err(Refusal::new("a call of what is no name", "", at.clone())),
        }
    }

    /// Positional arguments and nothing else.
    fn plain<'a>(call: &'a ast::ExprCall, at: &Range<usize>) -> Result<&'a [Expr], Refusal> {
        if let Some(keyword) = call.keywords.first() {
            let name = keyword.arg.as_deref().unwrap_or("**");
            return Err(Refusal::new("an argument by name", name, at.clone()));
        }
        Ok(&call.args)
    }

    fn builtin_call(
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
                return Ok(Made::Binary(
                    crate::native::number::Operator::Power,
                    Box::new((left, right)),
                ));
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

    fn key(
        &mut self,
        expression: &'s Expr,
    ) -> Result<Option<crate::native::tree::Function>, Refusal> {
        if let Expr::Constant(e) = expression
            && e.value.is_none()
        {
            return Ok(None);
        }
        self.function(expression, 1).map(Some)
    }

    fn reverse(&mut self, expression: &'s Expr) -> Result<Made, Refusal> {
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

    fn method(
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
                Named::Global(Meaning::Builtin(_) | Meaning::Server(_)) | Named::Unknown
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
        if matches!(
            name,
            "join" | "extend" | "update" | "count" | "index" | "remove"
        ) {
            self.loops_over_elements();
        }
        Ok(Made::Method(Box::new(made)))
    }

    /// These go over all elements, but are quick.
    fn loops_over_elements(&self) {}

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

    fn service(
        &mut self,
        name: &str,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let Some(row) = Self::service_row(name) else {
            return Err(Refusal::new(
                "a function of the server that is not in the table",
                name,
                at.clone(),
            ));
        };
        let mut arguments = Vec::new();
        for argument in &call.args {
            arguments.push(match argument {
                Expr::Starred(e) => {
                    if row.service != Service::Execute && row.service != Service::CallNext {
                        return Err(Refusal::new("`*` in this call", name, at.clone()));
                    }
                    if self.is_only_source(&e.value) {
                        return Err(Refusal::new("`*` before an iteration", name, at.clone()));
                    }
                    self.may_give_back("after an effect, `*` in a call", "", at.clone())?;
                    Argument::Many(self.source(&e.value)?)
                }
                value => Argument::One(self.expression(value)?),
            });
        }
        for keyword in &call.keywords {
            let is_log = matches!(row.service, Service::Log | Service::LogAny);
            if is_log && keyword.arg.as_deref() == Some("level") && arguments.len() == 1 {
                arguments.push(Argument::One(self.expression(&keyword.value)?));
            } else {
                return Err(Refusal::new("an argument by name", name, at.clone()));
            }
        }
        let fits = match row.service {
            Service::Execute | Service::CallNext => true,
            Service::Log | Service::LogAny | Service::ConfigOr => matches!(arguments.len(), 1 | 2),
            Service::Hashtag | Service::Hashtag3 | Service::Command => arguments.is_empty(),
            Service::Config | Service::Override => arguments.len() == 1,
        };
        if !fits {
            return Err(Refusal::new(
                "this number of arguments for",
                name,
                at.clone(),
            ));
        }
        if matches!(row.service, Service::Execute | Service::CallNext) {
            let sent = match (row.service, arguments.as_slice()) {
                (
                    Service::Execute,
                    [
                        Argument::One(Made::Constant(Constant::Str(name))),
                        rest @ ..,
                    ],
                ) => Sent {
                    name: Some(Arc::clone(name)),
                    first: rest
                        .first()
                        .map_or_else(Start::unknown, |first| self.start_of(first)),
                },
                _ => Sent::any(),
            };
            self.compiler.sent.push(sent);
        }
        // Arguments are sent as text.
        self.shows(at.clone())?;
        if row.replies {
            self.sees_replies();
        }
        if row.has_effect {
            self.happens();
        }
        Ok(Made::Service(row.service, arguments))
    }

    pub(super) fn own(
        &mut self,
        number: usize,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let described = &self.compiler.described[number];
        let names = described.parameters.clone();
        let rest = described.rest;
        let plain = names.len() - usize::from(rest);
        let without_default = plain.saturating_sub(described.defaults.len());
        let defaults = described.defaults.clone();
        if let Some(Decoding {
            decoders,
            arguments,
        }) = self.decoded(call, at)?
        {
            if decoders.len() != names.len() {
                return Err(Refusal::new("too few arguments", "", at.clone()));
            }
            let (function, happens) = self
                .compiler
                .function(Version::new(number, false), at.clone())?;
            if happens {
                self.happens();
            }
            return Ok(Made::Decoded(Box::new(DecodedCall {
                function,
                decoders,
                arguments,
            })));
        }
        let mut given: Vec<Option<Made>> = Vec::new();
        given.resize_with(names.len(), || None);
        let mut order = Vec::new();
        if !rest && call.args.len() > names.len() {
            return Err(Refusal::new(
                "too many arguments",
                &described.name,
                at.clone(),
            ));
        }
        for (place, argument) in call.args.iter().take(plain).enumerate() {
            given[place] = Some(self.expression(argument)?);
            order.push(place);
        }
        if rest {
            let more = call.args.get(plain..).unwrap_or_default();
            given[plain] = Some(Made::Tuple(self.all(more)?));
            order.push(plain);
        }
        for keyword in &call.keywords {
            let place = keyword
                .arg
                .as_deref()
                .and_then(|name| names.iter().position(|one| one == name))
                .filter(|place| given[*place].is_none());
            let Some(place) = place else {
                return Err(Refusal::new("an argument by name", "", at.clone()));
            };
            given[place] = Some(self.expression(&keyword.value)?);
            order.push(place);
        }
        for (place, one) in given.iter_mut().enumerate() {
            if one.is_none() {
                let default = place
                    .checked_sub(without_default)
                    .and_then(|at| defaults.get(at))
                    .ok_or_else(|| Refusal::new("too few arguments", "", at.clone()))?;
                *one = Some(Made::Constant(default.clone()));
                order.push(place);
            }
        }
        let mut version = Version::new(number, self.state.effect);
        for (place, one) in given.iter().enumerate().take(64) {
            if one.as_ref().is_some_and(is_record) {
                version.records |= 1 << place;
            }
        }
        if number >= self.compiler.methods {
            // Most of what methods of `cmd` take is not given: what that does not send is left out.
            let known = given
                .iter()
                .enumerate()
                .filter_map(|(place, one)| match one {
                    Some(Made::Constant(value)) => {
                        Some((Slot::try_from(place).ok()?, value.clone()))
                    }
                    _ => None,
                });
            self.compiler.constants = known.collect();
            let starts = given.iter().enumerate().filter_map(|(place, one)| {
                Some((Slot::try_from(place).ok()?, Start::of(one.as_ref()?)))
            });
            self.compiler.starts = starts.collect();
            version.call = self.compiler.codes.len() + 1;
        }
        let (code, happens) = self.compiler.function(version, at.clone())?;
        if happens {
            self.happens();
        }
        Ok(Made::Call(Box::new(FunctionCall {
            function: code,
            arguments: given.into_iter().flatten().collect(),
            order,
        })))
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

/// Whether an expression gives a text for certain.
fn is_text(made: &Made) -> bool {
    receiver_type(made) == Some(Type::Str)
}

/// The type that an expression has for certain.
fn receiver_type(made: &Made) -> Option<Type> {
    Some(match made {
        Made::Constant(Constant::Str(_)) | Made::Join(_) | Made::Format(..) => Type::Str,
        Made::List(_) => Type::List,
        Made::Dict(_) => Type::Dict,
        Made::Builtin(builtin, _) if builtin.name() == "str" => Type::Str,
        Made::At(_, inner) => return receiver_type(inner),
        _ => return None,
    })
}
