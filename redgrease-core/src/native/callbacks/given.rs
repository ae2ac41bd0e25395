//! What operations are given, as it stands in the text.

use std::ops::Range;

use crate::native::script::{Body, Found};
use crate::python::ast::{Constant, Expr, Stmt};
use crate::python::{Visitor, range, walk_expression, walk_statement};

/// The operations that take functions.
const OPERATIONS: &[&str] = &[
    "accumulate",
    "accumulateby",
    "aggregate",
    "aggregateby",
    "avg",
    "batchgroupby",
    "countby",
    "filter",
    "flatmap",
    "foreach",
    "groupby",
    "localgroupby",
    "map",
    "repartition",
];

/// A function as it stands in a call.
pub(super) enum Given {
    /// Where the lambda begins.
    Lambda(usize),
    Name(String),
    /// Nothing: a chain of operations begins, and whether it does with a `CommandReader`.
    Chain(bool),
    /// Nothing, to an operation that stands here and looks at the order of records.
    Order(Range<usize>),
}

impl Given {
    /// Its place among the functions of the script.
    pub(super) fn among(&self, functions: &[Found<'_>]) -> Option<usize> {
        match self {
            Self::Lambda(start) => functions.iter().position(|one| one.start == *start),
            Self::Name(name) => functions.iter().position(|one| {
                one.name == name && one.outer.is_none() && matches!(one.body, Body::Statements(_))
            }),
            Self::Chain(_) | Self::Order(_) => None,
        }
    }
}

/// Finds what operations are given.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) found: Vec<(String, Given)>,
    /// How many lambdas are around: in them are no chains.
    lambdas: usize,
}

impl Visitor for Calls {
    fn statement(&mut self, statement: &Stmt) {
        walk_statement(self, statement);
    }

    fn expression(&mut self, expression: &Expr) {
        // The first operation of a chain stands deepest.
        let is_lambda = matches!(expression, Expr::Lambda(_));
        self.lambdas += usize::from(is_lambda);
        walk_expression(self, expression);
        self.lambdas -= usize::from(is_lambda);
        let Expr::Call(call) = expression else { return };
        let Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let operation = attribute.attr.as_str();
        let follows = matches!(&*attribute.value, Expr::Call(call) if matches!(&*call.func, Expr::Attribute(_)));
        if !follows && self.lambdas == 0 {
            let chain = Given::Chain(is_trigger(&attribute.value));
            self.found.push((String::new(), chain));
        }
        if ["distinct", "sort"].contains(&operation) {
            let end = range(attribute).end;
            let given = Given::Order(end - operation.len()..end);
            self.found.push((operation.to_owned(), given));
        }
        if !OPERATIONS.contains(&operation) {
            return;
        }
        let values = call
            .args
            .iter()
            .chain(call.keywords.iter().map(|one| &one.value));
        for value in values {
            let given = match value {
                Expr::Lambda(e) => Given::Lambda(range(e).start),
                Expr::Name(name) => Given::Name(name.id.to_string()),
                _ => continue,
            };
            self.found.push((attribute.attr.to_string(), given));
        }
    }
}

/// Whether a builder is made for commands: `GB('CommandReader')`.
fn is_trigger(builder: &Expr) -> bool {
    let Expr::Call(call) = builder else {
        return false;
    };
    let named = call.keywords.iter();
    let named = named.filter(|one| one.arg.as_deref() == Some("reader"));
    let mut readers = call
        .args
        .first()
        .into_iter()
        .chain(named.map(|one| &one.value));
    readers.any(|reader| match reader {
        Expr::Constant(e) => matches!(&e.value, Constant::Str(name) if name == "CommandReader"),
        _ => false,
    })
}
