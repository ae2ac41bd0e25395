//! Functions: their parameters, and what cannot stand in generators.

use super::{Function, Place, Rules};
use crate::messages;
use crate::python::parse::ast::{self, Expr, Stmt};
use crate::python::parse::range;
use crate::python::walk::{self, Visitor};

impl Rules<'_> {
    pub(super) fn def(&mut self, def: &walk::Function<'_>) {
        def.decorators.iter().for_each(|e| self.expression(e));
        walk::walk_arguments(self, def.arguments);
        self.argument_names(def.arguments);
        let iterated = std::mem::take(&mut self.iterated);
        let in_iterable = std::mem::take(&mut self.in_iterable);
        let function = if def.asynchronous {
            Function::Async
        } else {
            Function::Sync
        };
        self.within(Place::of(function), |rules| {
            walk::walk_body(rules, def.body);
        });
        if def.asynchronous {
            self.async_generator(def.body);
        }
        self.iterated = iterated;
        self.in_iterable = in_iterable;
    }

    pub(super) fn argument_names(&mut self, arguments: &ast::Arguments) {
        if let (Some(last), None, []) = (
            &arguments.kwarg,
            &arguments.vararg,
            &arguments.kwonlyargs[..],
        ) {
            // `*, **keywords` leaves no trace of its `*` in the tree.
            let before = self.text[..range(&**last).start].trim_end();
            let before = before.strip_suffix("**").unwrap_or(before).trim_end();
            let star = before.strip_suffix(',').map(str::trim_end);
            if star.is_some_and(|b| b.ends_with('*')) {
                let at = star.map_or(0, str::len);
                self.out.push(messages::bare_star(at - 1..at));
            }
        }
        for parameter in walk::parameters(arguments) {
            if &parameter.arg == "__debug__" {
                self.out
                    .push(messages::cannot_assign("`__debug__`", range(parameter)));
            }
        }
    }

    /// `return value` cannot stand in an async generator.
    fn async_generator(&mut self, body: &[Stmt]) {
        let mut finder = Yields::default();
        walk::walk_body(&mut finder, body);
        if finder.yields {
            for range in finder.returns {
                self.out.push(messages::misplaced(
                    "`return` with a value",
                    "in functions that are not async generators",
                    range,
                ));
            }
        }
    }
}

#[derive(Default)]
struct Yields {
    yields: bool,
    returns: Vec<std::ops::Range<usize>>,
}

impl Visitor for Yields {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(s) if s.value.is_some() => self.returns.push(range(s)),
            other => walk::walk_statement(self, other),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.yields = true;
                walk::walk_expression(self, expression);
            }
            other => walk::walk_expression(self, other),
        }
    }
}

/// Whether a function with this body is a generator.
pub(crate) fn is_generator(body: &[Stmt]) -> bool {
    let mut finder = Yields::default();
    walk::walk_body(&mut finder, body);
    finder.yields
}

/// Whether a function with this body gives a value back somewhere.
pub(crate) fn returns_value(body: &[Stmt]) -> bool {
    let mut finder = Yields::default();
    walk::walk_body(&mut finder, body);
    !finder.returns.is_empty()
}
