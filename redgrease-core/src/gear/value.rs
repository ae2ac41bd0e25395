//! Values whose type is known from the text.

use std::ops::Range;

use crate::python::{ast, range};

/// A value that is written out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Literal {
    /// A `str`.
    Text(String),
    /// A `bytes`.
    Bytes,
    /// An `int`; `None` when it does not fit.
    Int(Option<i64>),
    /// A `float` or a `complex`.
    Float,
    /// A `bool`.
    Bool(bool),
    /// `None`.
    None,
    /// A `list`, a `tuple` or a `set`.
    Sequence(Sequence, Vec<Element>),
    /// A `dict`.
    Dict,
    /// `...`.
    Ellipsis,
}

/// The type of a [`Literal::Sequence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sequence {
    /// `[…]`.
    List,
    /// `(…)`.
    Tuple,
    /// `{…}`.
    Set,
}

/// A part of a [`Literal::Sequence`].
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it is, if that is known.
    pub literal: Option<Literal>,
}

impl Literal {
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float | Self::Bool(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::Sequence(Sequence::List, _))
    }

    pub(crate) fn is_none(&self) -> bool {
        *self == Self::None
    }

    pub(crate) fn in_words(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Bytes => "bytes",
            Self::Int(_) => "an integer",
            Self::Float => "a float",
            Self::Bool(_) => "a bool",
            Self::None => "`None`",
            Self::Sequence(Sequence::List, _) => "a list",
            Self::Sequence(Sequence::Tuple, _) => "a tuple",
            Self::Sequence(Sequence::Set, _) => "a set",
            Self::Dict => "a dictionary",
            Self::Ellipsis => "`...`",
        }
    }
}

/// The literal that `value` is.
pub(crate) fn literal(value: &ast::Expr) -> Option<Literal> {
    Some(match value {
        ast::Expr::Constant(constant) => match &constant.value {
            ast::Constant::None => Literal::None,
            ast::Constant::Bool(value) => Literal::Bool(*value),
            ast::Constant::Str(text) => Literal::Text(text.clone()),
            ast::Constant::Bytes(_) => Literal::Bytes,
            ast::Constant::Int(number) => Literal::Int(number.to_string().parse().ok()),
            ast::Constant::Float(_) | ast::Constant::Complex { .. } => Literal::Float,
            ast::Constant::Tuple(_) => Literal::Sequence(Sequence::Tuple, Vec::new()),
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
        ast::Expr::List(e) => Literal::Sequence(Sequence::List, elements(&e.elts)),
        ast::Expr::Tuple(e) => Literal::Sequence(Sequence::Tuple, elements(&e.elts)),
        ast::Expr::Set(e) => Literal::Sequence(Sequence::Set, elements(&e.elts)),
        ast::Expr::Dict(_) => Literal::Dict,
        _ => return None,
    })
}

fn elements(list: &[ast::Expr]) -> Vec<Element> {
    list.iter()
        .map(|element| Element {
            range: range(element),
            literal: literal(element),
        })
        .collect()
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
    let Literal::Sequence(_, elements) = literal(value)? else {
        return None;
    };
    elements
        .into_iter()
        .map(|element| match element.literal {
            Some(Literal::Text(text)) => Some((text, element.range)),
            _ => None,
        })
        .collect()
}
