//! Chains of calls: a builder, its operations, and how it ends.

use super::PartKind;
use crate::python::{ast, range};
use crate::table;

/// A function that runs at events.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// `KeysReader`, `StreamReader` or `CommandReader`.
    pub reader: String,
    /// `map` or `foreach`.
    pub operation: String,
    /// The name of the function.
    pub function: String,
    /// The arguments of `register`, the first one as `prefix`.
    pub arguments: Vec<(String, Constant)>,
}

/// A gear that is registered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Registration {
    /// What it is, where it is no more than `GB(reader).foreach(name).register(…)` (or `map`) with
    /// constants as arguments.
    pub event: Option<Event>,
    /// What stands behind its text's last character but one, so that the results of a gear are texts,
    /// as those of a script are: `, convertToStr=True`; `""` where it says something itself.
    pub as_texts: String,
}

/// A value that is written out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Constant {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `True` or `False`.
    Truth(bool),
    /// A list of texts.
    Texts(Vec<String>),
}

/// A builder and what is called on it, in order.
pub(super) struct Chain<'e> {
    reader: &'e ast::ExprCall,
    name: &'e str,
    calls: Vec<(&'e str, &'e ast::ExprCall)>,
}

/// The chain that an expression is, if it begins with a builder.
pub(super) fn chain(expression: &ast::Expr) -> Option<Chain<'_>> {
    let ast::Expr::Call(call) = expression else {
        return None;
    };
    match &*call.func {
        ast::Expr::Name(name) => is_builder(&name.id).then(|| Chain {
            reader: call,
            name: &name.id,
            calls: Vec::new(),
        }),
        ast::Expr::Attribute(attribute) => match &*attribute.value {
            ast::Expr::Name(module) if module.id.as_str() == "redgrease" => {
                is_builder(&attribute.attr).then(|| Chain {
                    reader: call,
                    name: &attribute.attr,
                    calls: Vec::new(),
                })
            }
            on => {
                let mut chain = chain(on)?;
                chain.calls.push((&attribute.attr, call));
                Some(chain)
            }
        },
        _ => None,
    }
}

fn is_builder(name: &str) -> bool {
    ["GB", "GearsBuilder"].contains(&name) || table::reader(name).is_some()
}

impl<'e> Chain<'e> {
    /// Takes up the calls of `name.map(…).filter(…)`.
    pub(super) fn go_on(&mut self, expression: &'e ast::Expr) {
        if let ast::Expr::Call(call) = expression
            && let ast::Expr::Attribute(attribute) = &*call.func
        {
            self.go_on(&attribute.value);
            self.calls.push((&attribute.attr, call));
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        let last = self.calls.last();
        last.is_some_and(|(name, _)| ["register", "run"].contains(name))
    }

    /// What it is, once it has ended.
    pub(super) fn kind(&self, text: &str) -> Option<PartKind> {
        let (&(last, call), calls) = self.calls.split_last()?;
        match last {
            "register" => Some(PartKind::Registration(Registration {
                event: self.event(calls, call),
                as_texts: as_texts(call, text),
            })),
            "run" => Some(PartKind::Run),
            _ => None,
        }
    }

    fn event(&self, calls: &[(&str, &ast::ExprCall)], register: &ast::ExprCall) -> Option<Event> {
        let [(operation @ ("foreach" | "map"), step)] = calls else {
            return None;
        };
        let ([ast::Expr::Name(function)], []) = (step.args.as_slice(), step.keywords.as_slice())
        else {
            return None;
        };
        let mut arguments = Vec::new();
        match register.args.as_slice() {
            [] => {}
            [prefix] => arguments.push(("prefix".to_string(), constant(prefix)?)),
            _ => return None,
        }
        for keyword in &register.keywords {
            let name = keyword.arg.as_ref()?.to_string();
            arguments.push((name, constant(&keyword.value)?));
        }
        Some(Event {
            reader: self.reader()?,
            operation: (*operation).to_string(),
            function: function.id.to_string(),
            arguments,
        })
    }

    fn reader(&self) -> Option<String> {
        let is_original = ["GB", "GearsBuilder"].contains(&self.name);
        match self.reader.args.as_slice() {
            _ if !self.reader.keywords.is_empty() => None,
            [] if is_original => Some("KeysReader".to_string()),
            [] => Some(self.name.to_string()),
            [one] if is_original => match constant(one)? {
                Constant::Text(reader) => Some(reader),
                _ => None,
            },
            _ => None,
        }
    }
}

fn as_texts(register: &ast::ExprCall, text: &str) -> String {
    const ARGUMENT: &str = "convertToStr";
    let names = |keyword: &ast::Keyword| keyword.arg.as_deref().is_none_or(|name| name == ARGUMENT);
    if register.keywords.iter().any(names) {
        return String::new();
    }
    let values = register.keywords.iter().map(|keyword| &keyword.value);
    let last = register
        .args
        .iter()
        .chain(values)
        .map(|value| range(value).end);
    let last = last.max();
    let start = last.unwrap_or(range(&*register.func).end);
    // brackets, commas and comments
    let rest = &text[start..range(register).end];
    let has_comma = rest
        .lines()
        .any(|line| line.split('#').next().unwrap_or(line).contains(','));
    let has_lines = rest.contains('\n');
    match last {
        None => format!("{ARGUMENT}=True"),
        Some(_) if has_comma && has_lines => format!("\n    {ARGUMENT}=True,\n"),
        Some(_) if has_comma => format!(" {ARGUMENT}=True"),
        // behind a comment
        Some(_) if rest.contains('#') => format!("\n, {ARGUMENT}=True"),
        Some(_) => format!(", {ARGUMENT}=True"),
    }
}

fn constant(value: &ast::Expr) -> Option<Constant> {
    match value {
        ast::Expr::Constant(one) => match &one.value {
            ast::Constant::Str(text) => Some(Constant::Text(text.clone())),
            ast::Constant::Bool(truth) => Some(Constant::Truth(*truth)),
            ast::Constant::Int(number) => number.to_string().parse().ok().map(Constant::Number),
            _ => None,
        },
        ast::Expr::List(list) => {
            let texts = list.elts.iter().map(|one| match constant(one)? {
                Constant::Text(text) => Some(text),
                _ => None,
            });
            texts.collect::<Option<Vec<_>>>().map(Constant::Texts)
        }
        _ => None,
    }
}

/// Whether an expression is a value that nothing can change: a number, a text, a tuple of these.
pub(super) fn is_written_out(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Constant(_) => true,
        ast::Expr::UnaryOp(negative) => negative.operand.is_constant_expr(),
        ast::Expr::Tuple(tuple) => tuple.elts.iter().all(is_written_out),
        _ => false,
    }
}
