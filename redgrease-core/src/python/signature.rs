//! What can be called with what: parameters of functions, arguments of calls.

use std::ops::Range;

use crate::python::parse::ast::{self, Arguments, Expr, Stmt};
use crate::python::parse::range;
use crate::python::walk::{self, Visitor};

/// The parameters a callable takes by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) least: usize,
    /// `None` with `*args`.
    pub(crate) most: Option<usize>,
    /// Whether it gives back a coroutine or a `gearsFuture`.
    pub(crate) asynchronous: bool,
}

impl Signature {
    /// Whether it can be called with `count` arguments.
    pub(crate) fn fits(self, count: usize) -> bool {
        self.least <= count && self.most.is_none_or(|most| count <= most)
    }

    /// How many arguments it takes, in words.
    pub(crate) fn takes(self) -> String {
        match self.most {
            Some(0) => "none".to_owned(),
            Some(most) if most == self.least => most.to_string(),
            Some(most) => format!("{} to {most}", self.least),
            None => format!("at least {}", self.least),
        }
    }
}

/// What a call passes, as far as it can be known from the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallShape {
    pub(crate) range: Range<usize>,
    /// Positional arguments; `None` with `*arguments`.
    pub(crate) positional: Option<usize>,
    /// Keywords; `None` with `**arguments`.
    pub(crate) keywords: Option<Vec<String>>,
    /// The arguments that are texts, by place or by keyword.
    pub(crate) texts: Vec<(Key, String, Range<usize>)>,
}

/// How an argument is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Place(usize),
    Keyword(String),
}

/// `name.a.b` as its parts with their places; `None` when it does not begin with a name.
pub(crate) fn path(expression: &Expr) -> Option<Vec<(String, Range<usize>)>> {
    match expression {
        Expr::Name(e) => Some(vec![(e.id.to_string(), range(e))]),
        Expr::Attribute(e) => {
            let mut path = path(&e.value)?;
            let end = range(e).end;
            path.push((e.attr.to_string(), end.saturating_sub(e.attr.len())..end));
            Some(path)
        }
        _ => None,
    }
}

/// What a call passes.
pub(crate) fn call_shape(call: &ast::ExprCall) -> CallShape {
    let starred = call.args.iter().any(|a| matches!(a, Expr::Starred(_)));
    let places = call.args.iter().enumerate();
    let keywords = call.keywords.iter().filter_map(|k| {
        let name = k.arg.as_ref()?.to_string();
        Some((Key::Keyword(name), &k.value))
    });
    let texts = places
        .map(|(place, value)| (Key::Place(place), value))
        .chain(keywords)
        .filter_map(|(key, value)| match value {
            Expr::Constant(constant) => {
                let text = constant.value.as_str()?.clone();
                Some((key, text, range(value)))
            }
            _ => None,
        })
        .collect();
    CallShape {
        range: range(call),
        positional: (!starred).then_some(call.args.len()),
        keywords: call
            .keywords
            .iter()
            .map(|k| k.arg.as_ref().map(ToString::to_string))
            .collect(),
        texts,
    }
}

/// What a lambda takes.
pub(crate) fn lambda_signature(lambda: &ast::ExprLambda) -> Signature {
    let mut finder = Futures::default();
    finder.expression(&lambda.body);
    Signature {
        asynchronous: finder.found,
        ..signature(&lambda.args)
    }
}

/// Whether a function makes a `gearsFuture` itself.
pub(super) fn makes_future(body: &[Stmt]) -> bool {
    let mut finder = Futures::default();
    walk::walk_body(&mut finder, body);
    finder.found
}

#[derive(Default)]
struct Futures {
    found: bool,
}

impl Visitor for Futures {
    fn statement(&mut self, statement: &Stmt) {
        if !matches!(
            statement,
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_)
        ) {
            walk::walk_statement(self, statement);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Call(call) => {
                let path = path(&call.func);
                self.found |= path
                    .and_then(|path| path.last().map(|(name, _)| name == "gearsFuture"))
                    .unwrap_or(false);
                walk::walk_expression(self, expression);
            }
            other => walk::walk_expression(self, other),
        }
    }
}

/// The parameters that can be given by position; a keyword-only one without a default makes the
/// callable impossible to call that way, which is not known here.
pub(super) fn signature(arguments: &Arguments) -> Signature {
    let positional = || arguments.posonlyargs.iter().chain(&arguments.args);
    Signature {
        least: positional().filter(|a| a.default.is_none()).count(),
        most: arguments.vararg.is_none().then(|| positional().count()),
        asynchronous: false,
    }
}
