//! Imports from `__future__`.

use super::{Function, Rules};
use crate::messages;
use crate::python::parse::ast::{self, Expr, Stmt};
use crate::python::parse::range;
use crate::suggest::nearest;

/// What can be imported from `__future__`.
const FUTURE: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

impl Rules<'_> {
    /// Imports from `__future__` have to come first.
    pub(super) fn future_imports(&mut self, body: &[Stmt]) {
        for (index, statement) in body.iter().enumerate() {
            match statement {
                Stmt::Expr(e) if index == 0 && is_string(&e.value) => {}
                Stmt::ImportFrom(import) if import.module.as_deref() == Some("__future__") => {
                    if self.place.function == Function::None {
                        self.first_imports.push(range(import));
                    }
                }
                _ => return,
            }
        }
    }

    pub(super) fn future_import(&mut self, import: &ast::StmtImportFrom) {
        if !self.first_imports.contains(&range(import)) {
            self.out.push(messages::misplaced(
                "`from __future__ import`",
                "at the beginning of a file",
                range(import),
            ));
        }
        for feature in &import.names {
            if !FUTURE.contains(&feature.name.as_str()) {
                let meant = nearest(&feature.name, FUTURE.iter().copied());
                self.out
                    .push(messages::no_future(&feature.name, meant, range(feature)));
            }
        }
    }
}

fn is_string(expression: &Expr) -> bool {
    matches!(expression, Expr::Constant(c) if c.value.is_str())
}
