//! Values that are written out: their types and ranges.

use std::ops::Range;

use super::table::{Kind, Parameter};
use crate::diag::Diagnostics;
use crate::messages;
use crate::python::{ast, range};
use crate::suggest::nearest;

/// A value whose type is known from the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Bytes,
    /// `None` when it is too large to matter.
    Int(Option<i64>),
    Float,
    Bool,
    None,
    List,
    Tuple,
    Dict,
    Set,
    Ellipsis,
}

impl Literal {
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float | Self::Bool)
    }

    pub(crate) fn is_list(&self) -> bool {
        *self == Self::List
    }

    pub(crate) fn is_none(&self) -> bool {
        *self == Self::None
    }

    fn in_words(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Bytes => "bytes",
            Self::Int(_) => "an integer",
            Self::Float => "a float",
            Self::Bool => "a bool",
            Self::None => "`None`",
            Self::List => "a list",
            Self::Tuple => "a tuple",
            Self::Dict => "a dictionary",
            Self::Set => "a set",
            Self::Ellipsis => "`...`",
        }
    }
}

/// The literal that `value` is.
pub(crate) fn literal(value: &ast::Expr) -> Option<Literal> {
    Some(match value {
        ast::Expr::Constant(constant) => match &constant.value {
            ast::Constant::None => Literal::None,
            ast::Constant::Bool(_) => Literal::Bool,
            ast::Constant::Str(text) => Literal::Text(text.clone()),
            ast::Constant::Bytes(_) => Literal::Bytes,
            ast::Constant::Int(number) => Literal::Int(number.to_string().parse().ok()),
            ast::Constant::Float(_) | ast::Constant::Complex { .. } => Literal::Float,
            ast::Constant::Tuple(_) => Literal::Tuple,
            ast::Constant::Ellipsis => Literal::Ellipsis,
        },
        ast::Expr::UnaryOp(e) if matches!(e.op, ast::UnaryOp::USub | ast::UnaryOp::UAdd) => {
            match literal(&e.operand)? {
                Literal::Int(number) if e.op == ast::UnaryOp::USub => {
                    Literal::Int(number.map(i64::wrapping_neg))
                }
                number @ (Literal::Int(_) | Literal::Float) => number,
                _ => return None,
            }
        }
        ast::Expr::List(_) => Literal::List,
        ast::Expr::Tuple(_) => Literal::Tuple,
        ast::Expr::Dict(_) => Literal::Dict,
        ast::Expr::Set(_) => Literal::Set,
        _ => return None,
    })
}

/// The text that `value` is.
pub(crate) fn text(value: &ast::Expr) -> Option<String> {
    match literal(value)? {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn is_none(value: &ast::Expr) -> bool {
    literal(value).is_some_and(|l| l.is_none())
}

/// The texts of a list, a tuple or a set that is written out, with their places.
pub(crate) fn texts(value: &ast::Expr) -> Option<Vec<(String, Range<usize>)>> {
    elements(value)?
        .iter()
        .map(|element| Some((text(element)?, range(element))))
        .collect()
}

fn elements(value: &ast::Expr) -> Option<&[ast::Expr]> {
    match value {
        ast::Expr::List(e) => Some(&e.elts),
        ast::Expr::Tuple(e) => Some(&e.elts),
        ast::Expr::Set(e) => Some(&e.elts),
        _ => None,
    }
}

/// Checks a value that is no callback.
pub(crate) fn check(called: &str, parameter: &Parameter, value: &ast::Expr, out: &mut Diagnostics) {
    let Some(found) = literal(value) else {
        return;
    };
    if found.is_none() && !parameter.required {
        return;
    }
    let name = parameter.name;
    let wrong =
        |wanted: &str| messages::wrong_type(called, name, wanted, found.in_words(), range(value));
    match parameter.kind {
        Kind::Text | Kind::Glob | Kind::Prefix => {
            if !matches!(found, Literal::Text(_)) {
                out.push(wrong("a text"));
            }
        }
        Kind::Bool => {
            if found != Literal::Bool {
                out.push(wrong("`True` or `False`"));
            }
        }
        Kind::Int(least) => match found {
            Literal::Int(Some(number)) if number < least => {
                out.push(messages::out_of_range(
                    called,
                    name,
                    &format!("{least} or more"),
                    "give a larger number",
                    range(value),
                ));
            }
            Literal::Int(_) => {}
            _ => out.push(wrong("an integer")),
        },
        Kind::Choice(choices) => match &found {
            Literal::Text(text) => choice(called, name, text, choices, range(value), out),
            _ => out.push(wrong(&format!(
                "one of {}",
                messages::list(choices.iter().copied())
            ))),
        },
        Kind::Texts | Kind::Events | Kind::Choices(_) => {
            let Some(elements) = elements(value) else {
                let mut diagnostic = wrong("a list of texts");
                if let Literal::Text(text) = &found {
                    diagnostic = diagnostic.help(format!("write `[\"{text}\"]`"));
                }
                out.push(diagnostic);
                return;
            };
            for element in elements {
                match literal(element) {
                    Some(Literal::Text(text)) => {
                        if let Kind::Choices(choices) = parameter.kind {
                            choice(called, name, &text, choices, range(element), out);
                        }
                    }
                    Some(other) => out.push(messages::wrong_type(
                        called,
                        name,
                        "a list of texts",
                        &format!("{} in it", other.in_words()),
                        range(element),
                    )),
                    None => {}
                }
            }
        }
        Kind::Callback(_) | Kind::Generator | Kind::Requirements | Kind::Match | Kind::Any => {}
    }
}

/// The server compares without regard to case.
fn choice(
    called: &str,
    name: &str,
    found: &str,
    choices: &[&str],
    at: Range<usize>,
    out: &mut Diagnostics,
) {
    let fits = |c: &&str| {
        if name == "onFailedPolicy" {
            c.eq_ignore_ascii_case(found)
        } else {
            *c == found
        }
    };
    if !choices.iter().any(fits) {
        let meant = nearest(found, choices.iter().copied());
        out.push(messages::not_a_choice(
            called, name, found, meant, choices, at,
        ));
    }
}
