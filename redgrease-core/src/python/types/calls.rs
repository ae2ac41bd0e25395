//! Calls: what they give, and what cannot be called or given.

use super::infer::{DEEPEST, Infer};
use super::names::{Given, Names};
use super::{Type, Types, attributes};
use crate::cmd;
use crate::messages;
use crate::python::parse::ast::{self, Expr};
use crate::python::parse::range;
use crate::python::walk;

impl<'e> Infer<'e> {
    pub(super) fn call(&mut self, e: &'e ast::ExprCall) -> Types {
        let record = record_of(e);
        let arguments: Vec<Types> = e
            .args
            .iter()
            .map(|argument| match (argument, &record) {
                (Expr::Lambda(lambda), Some(record)) => self.lambda(lambda, Some(record)),
                _ => self.expression(argument),
            })
            .collect();
        for keyword in &e.keywords {
            self.expression(&keyword.value);
        }
        match &*e.func {
            Expr::Name(name) if self.is_python(&name.id) => {
                self.builtin(&name.id, e, &arguments);
                if name.id.as_str() == "int" && e.args.is_empty() && e.keywords.is_empty() {
                    return Type::Int.into();
                }
                attributes::builtin(&name.id)
            }
            Expr::Name(name) => {
                let value = self.expression(&e.func);
                self.called(&value, &e.func);
                self.result_of(&name.id)
            }
            Expr::Attribute(attribute) => {
                if let Some(types) = self.command(attribute, e) {
                    return types;
                }
                let (_, value) = self.attribute(attribute);
                if attribute.attr.as_str() == "join" {
                    self.joined(&value, e, &arguments);
                }
                let mut all = value.known().iter().map(|t| {
                    let has = t
                        .attributes()
                        .is_none_or(|all| all.contains(&attribute.attr.as_str()));
                    has.then(|| t.method(&attribute.attr))
                });
                // the others fail
                let first = all.by_ref().flatten().next().unwrap_or(Types::ANY);
                all.flatten().fold(first, Types::or)
            }
            other => {
                let value = self.expression(other);
                self.called(&value, other);
                Types::ANY
            }
        }
    }

    /// Says when what is called cannot be.
    fn called(&mut self, value: &Types, at: &Expr) {
        if value.never(|t| matches!(t, Type::Function | Type::Record | Type::StreamRecord)) {
            self.say(messages::no_call(&value.to_string(), range(at)));
        }
    }

    /// What a function gives that is defined once, around the place.
    fn result_of(&mut self, name: &'e str) -> Types {
        let found = self
            .scopes
            .iter()
            .rposition(|scope| scope.given.contains_key(name));
        let Some(level) = found else {
            return Types::ANY;
        };
        let [Given::Def(body, arguments)] = self.scopes[level].given[name][..] else {
            return Types::ANY;
        };
        let key = (level, name);
        if self.changes(level, name) || self.open.len() > DEEPEST || !self.open.insert(key) {
            return Types::ANY;
        }
        let inner = self.scopes.split_off(level + 1);
        let mut names = Names::of(body);
        for parameter in walk::parameters(arguments) {
            names.give(&parameter.arg, Given::Known(Types::ANY));
        }
        let result = if crate::python::is_generator(body) {
            Type::lazy("generator", Types::ANY).into()
        } else {
            self.scopes.push(names);
            let result = self.quietly(|infer| super::returns::result(infer, body));
            self.scopes.pop();
            self.known.retain(|(scope, _), _| *scope <= level);
            result
        };
        self.scopes.extend(inner);
        self.open.remove(&key);
        result
    }

    /// What a method of `cmd` gives.
    fn command(&mut self, function: &'e ast::ExprAttribute, call: &ast::ExprCall) -> Option<Types> {
        let first = match &*function.value {
            Expr::Name(name) if name.id.as_str() == "cmd" => "cmd",
            Expr::Attribute(inner) if inner.attr.as_str() == "cmd" => match &*inner.value {
                Expr::Name(name) if name.id.as_str() == "redgrease" => "redgrease",
                _ => return None,
            },
            _ => return None,
        };
        if !self.is_python(first) {
            return None;
        }
        let method = function.attr.as_str();
        let known = self.commands.iter().find(|(name, _)| *name == method);
        let types = match known {
            Some((_, types)) => types.clone(),
            None => {
                let entry = cmd::lookup(method)?;
                let types = attributes::command(entry.reply.value);
                self.commands.push((method, types.clone()));
                types
            }
        };
        let plain = call.keywords.iter().all(|keyword| keyword.arg.is_some());
        Some(if plain { types } else { Types::ANY })
    }
}

/// What the step of a gear gets whose records are redgrease's objects: those of `records()`, as long as no other step
/// has made something else of them.
fn record_of(call: &ast::ExprCall) -> Option<Type> {
    let step = call.func.as_attribute_expr()?;
    if !matches!(
        step.attr.as_str(),
        "map" | "filter" | "flatmap" | "foreach" | "repartition" | "countby"
    ) {
        return None;
    }
    let mut at = &step.value;
    if let Some(record) = first_record(at) {
        return Some(record);
    }
    loop {
        let before = at.as_call_expr()?.func.as_attribute_expr()?;
        match before.attr.as_str() {
            "records" => {
                let Expr::Call(reader) = &*before.value else {
                    return None;
                };
                let name = match &*reader.func {
                    Expr::Name(name) => name.id.to_string(),
                    Expr::Attribute(name) => name.attr.to_string(),
                    _ => return None,
                };
                return match name.as_str() {
                    "KeysReader" => Some(Type::Record),
                    "StreamReader" => Some(Type::StreamRecord),
                    _ => None,
                };
            }
            "filter" | "foreach" | "limit" | "collect" => at = &before.value,
            _ => return None,
        }
    }
}

/// What a reader gives to the first step: a dictionary with these keys, some of which may be missing.
fn first_record(reader: &Expr) -> Option<Type> {
    let call = reader.as_call_expr()?;
    let name = call.func.as_name_expr()?.id.as_str();
    let name = match (name, call.args.as_slice()) {
        ("GB" | "GearsBuilder", _) if !call.keywords.is_empty() => return None,
        ("GB" | "GearsBuilder", []) => "KeysReader",
        ("GB" | "GearsBuilder", [Expr::Constant(reader), ..]) => reader.value.as_str()?,
        (name, _) => name,
    };
    let keys: &[&str] = match name {
        "KeysReader" => &["key", "value", "type", "event"],
        "StreamReader" => &["key", "id", "value"],
        _ => return None,
    };
    let keys = keys.iter().map(|key| (*key).to_owned());
    Some(Type::Dict(Some(keys.collect())))
}
