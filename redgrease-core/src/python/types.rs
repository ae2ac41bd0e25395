//! What values an expression can have, as far as that is certain: from the Rust types of parameters, from what Python's
//! own types and the server's functions give, through locals, branches, calls and comprehensions.
//!
//! A value whose type is not known may be of any, and nothing is said about it; an error needs that no possible type fits.

mod attributes;
mod builtins;
mod calls;
mod check;
mod fields;
mod fits;
mod infer;
mod mentioned;
mod names;
mod numbers;
mod operators;
mod reading;
mod results;
mod returns;
mod signs;

use std::fmt;

pub(crate) use check::{Called, Shape, certain_result, check_body, check_module};
pub(crate) use mentioned::asks;
pub use numbers::Integer;
pub use results::RustType;

/// A type of Python, as far as it matters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    None,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    List(Box<Types>),
    /// Its elements, if their number is known.
    Tuple(Option<Vec<Types>>),
    Set,
    /// Its keys, if all of them are texts that are known.
    Dict(Option<Vec<String>>),
    /// What gives its elements one after the other, once, by the name of its class: `generator`, `map`, `zip`. A `range` may be asked again.
    Lazy(&'static str, Box<Types>),
    /// A `def`, a lambda or a method.
    Function,
    /// What `#[keys_reader]` passes.
    Record,
    /// What `#[stream_reader]` passes.
    StreamRecord,
}

/// The types that a value can have; empty for any.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Types(Vec<Type>);

/// More possibilities than are worth telling apart.
const MOST: usize = 8;

impl Types {
    pub(crate) const ANY: Self = Self(Vec::new());

    pub(crate) fn of(types: impl IntoIterator<Item = Type>) -> Self {
        let mut all = Vec::new();
        for one in types {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        Self(all)
    }

    pub(crate) fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// The possible types; none when any is possible.
    pub(crate) fn known(&self) -> &[Type] {
        &self.0
    }

    /// What is of one or of the other.
    pub(crate) fn or(mut self, other: Self) -> Self {
        if self.is_any() || other.is_any() || self.0.len() + other.0.len() > MOST {
            return Self::ANY;
        }
        for one in other.0 {
            if !self.0.contains(&one) {
                self.0.push(one);
            }
        }
        self
    }

    /// Whether it is certain that no possible type is one that `fits`.
    pub(crate) fn never(&self, fits: impl Fn(&Type) -> bool) -> bool {
        !self.is_any() && !self.0.iter().any(fits)
    }

    pub(crate) fn has_list(&self) -> bool {
        self.0.iter().any(|one| matches!(one, Type::List(_)))
    }

    /// The same for lists and dictionaries that may have been changed.
    pub(crate) fn without_elements(&self) -> Self {
        let all = self.0.iter().map(|one| match one {
            Type::List(_) => Type::list(Self::ANY),
            Type::Tuple(Some(parts)) => {
                Type::Tuple(Some(parts.iter().map(Self::without_elements).collect()))
            }
            Type::Dict(_) => Type::Dict(None),
            Type::Lazy(name, _) => Type::lazy(name, Self::ANY),
            other => other.clone(),
        });
        Self(all.collect())
    }

    pub(crate) fn without_none(&self) -> Self {
        let others: Vec<Type> = self
            .0
            .iter()
            .filter(|t| **t != Type::None)
            .cloned()
            .collect();
        // nothing is left of a value that is always None
        Self(others)
    }
}

impl From<Type> for Types {
    fn from(one: Type) -> Self {
        Self(vec![one])
    }
}

impl Type {
    pub(crate) fn list(of: Types) -> Self {
        Self::List(Box::new(of))
    }

    pub(crate) fn lazy(name: &'static str, of: Types) -> Self {
        Self::Lazy(name, Box::new(of))
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Bool | Self::Int | Self::Float)
    }

    /// How Python calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Str => "str",
            Self::Bytes => "bytes",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set => "set",
            Self::Dict(_) => "dict",
            Self::Lazy(name, _) => name,
            Self::Function => "function",
            Self::Record => "Record",
            Self::StreamRecord => "StreamRecord",
        }
    }
}

impl Types {
    /// With what is in them: `list of str`, `tuple (int, str)`.
    fn with_elements(&self) -> String {
        if self.is_any() {
            return "any".to_owned();
        }
        self.in_words(|one| match one {
            Type::List(of) if !of.is_any() => format!("list of {}", of.with_elements()),
            Type::Tuple(Some(parts)) if !parts.is_empty() => {
                let parts: Vec<String> = parts.iter().map(Self::with_elements).collect();
                format!("tuple ({})", parts.join(", "))
            }
            other => other.name().to_owned(),
        })
    }

    fn in_words(&self, name: impl Fn(&Type) -> String) -> String {
        let mut names: Vec<String> = self.0.iter().map(name).collect();
        names.dedup();
        // what is always a text but for bytes that are none is called a text
        if names.iter().any(|name| name == "str") {
            names.retain(|name| name != "bytes");
        }
        names.join(" or ")
    }
}

/// The types in words: `str or None`.
impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(|one| one.name().to_owned()))
    }
}
