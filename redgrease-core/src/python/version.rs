//! Syntax that the target version of Python does not have yet.

use super::PyVersion;
use super::lines::Scan;
use super::parse::ast::{Arguments, Expr, Stmt};
use super::parse::range;
use super::walk::{self, Visitor};
use crate::diag::Diagnostics;
use crate::messages;

/// Reports what `target` does not have.
pub(crate) fn check(
    text: &str,
    scan: &Scan,
    body: &[Stmt],
    expression: Option<&Expr>,
    target: PyVersion,
    out: &mut Diagnostics,
) {
    let mut versions = Versions {
        text,
        target,
        in_finally: false,
        in_comprehension: false,
        out,
    };
    walk::walk_body(&mut versions, body);
    if let Some(expression) = expression {
        versions.expression(expression);
    }
    for later in &scan.rewrite.later {
        let since = PyVersion::new(3, later.since);
        if target < since {
            out.push(messages::too_new(
                later.what,
                since,
                target,
                later.range.clone(),
            ));
        }
    }
}

struct Versions<'a> {
    text: &'a str,
    target: PyVersion,
    in_finally: bool,
    /// Inside of a comprehension or a generator expression.
    in_comprehension: bool,
    out: &'a mut Diagnostics,
}

impl Versions<'_> {
    fn need(&mut self, minor: u8, what: &str, range: std::ops::Range<usize>) {
        let since = PyVersion::new(3, minor);
        if self.target < since {
            self.out
                .push(messages::too_new(what, since, self.target, range));
        }
    }

    fn arguments_since(&mut self, arguments: &Arguments) {
        if let Some(first) = arguments.posonlyargs.first() {
            self.need(8, "a positional-only parameter (`/`)", range(&first.def));
        }
        if let Some(vararg) = &arguments.vararg
            && let Some(annotation) = vararg.annotation.as_deref().filter(|a| a.is_starred_expr())
        {
            self.need(11, "a starred annotation of `*args`", range(annotation));
        }
    }

    /// Decorators were names and calls of names only.
    fn decorators(&mut self, list: &[Expr]) {
        for decorator in list {
            let inner = match decorator {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            let parenthesised = self.text[..range(decorator).start]
                .trim_end()
                .ends_with('(');
            if parenthesised || super::signature::path(inner).is_none() {
                self.need(9, "a decorator that is no name", range(decorator));
            }
        }
    }

    /// `return *a, b` without parentheses.
    fn bare_star(&mut self, value: &Expr, what: &str, minor: u8) {
        if let Expr::Tuple(tuple) = value {
            let bare = !self.text[range(tuple)].starts_with('(');
            if bare && tuple.elts.iter().any(Expr::is_starred_expr) {
                self.need(minor, what, range(tuple));
            }
        }
    }

    fn bare_walrus(&mut self, values: &[Expr], minor: u8, what: &str) {
        for value in values.iter().filter(|v| v.is_named_expr_expr()) {
            let at = range(value);
            if !self.text[..at.start].trim_end().ends_with('(') {
                self.need(minor, what, at);
            }
        }
    }

    /// `with (open(a) as f, open(b) as g):`.
    fn with_parentheses(&mut self, statement: std::ops::Range<usize>, first: &Expr, items: usize) {
        let head = &self.text[statement.start..range(first).start.max(statement.start)];
        let open = head.matches('(').count();
        if open == 0 {
            return;
        }
        // The parenthesis belongs to the list of items when it closes after an `as` or a comma.
        let mut depth = 0_usize;
        for (index, c) in self.text[statement.start..statement.end].char_indices() {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        let inside = &self.text[statement.start..statement.start + index];
                        let after = self.text[statement.start + index + 1..].trim_start();
                        let listed = items > 1 || inside.contains(" as ");
                        if listed && after.starts_with(':') {
                            let at = statement.start + head.find('(').unwrap_or(0);
                            self.need(9, "a parenthesis around the items of `with`", at..at + 1);
                        }
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}

impl Visitor for Versions<'_> {
    fn statement(&mut self, statement: &Stmt) {
        let at = range(statement);
        let keyword = |word: &str| at.start..at.start + word.len();
        if let Some(function) = walk::function(statement) {
            self.decorators(function.decorators);
            if let Some(parameter) = function.type_parameters.first() {
                self.need(12, "a type parameter", range(parameter));
            }
        }
        match statement {
            Stmt::Match(_) => self.need(10, "the `match` statement", keyword("match")),
            Stmt::TryStar(_) => {
                let star = self.text[at.clone()]
                    .find("except*")
                    .or_else(|| self.text[at.clone()].find("except"))
                    .map_or(at.start, |found| at.start + found);
                self.need(11, "`except*`", star..star + 6);
            }
            Stmt::TypeAlias(_) => self.need(12, "the `type` statement", keyword("type")),
            Stmt::ClassDef(s) => {
                self.decorators(&s.decorator_list);
                if let Some(parameter) = s.type_params.first() {
                    self.need(12, "a type parameter", range(parameter));
                }
            }
            Stmt::Return(s) => {
                if let Some(value) = &s.value {
                    self.bare_star(
                        value,
                        "a starred value after `return` without parentheses",
                        8,
                    );
                }
            }
            Stmt::For(s) => {
                self.bare_star(&s.iter, "a starred value after `in` without parentheses", 9);
            }
            Stmt::With(s) => {
                self.with_parentheses(at.clone(), &s.items[0].context_expr, s.items.len());
            }
            Stmt::AsyncWith(s) => {
                self.with_parentheses(at.clone(), &s.items[0].context_expr, s.items.len());
            }
            Stmt::Continue(s) if self.in_finally => {
                self.need(8, "`continue` in a `finally` block", range(s));
            }
            Stmt::Try(s) => {
                walk::walk_body(self, &s.body);
                s.handlers.iter().for_each(|h| self.handler(h));
                walk::walk_body(self, &s.orelse);
                let outer = std::mem::replace(&mut self.in_finally, true);
                walk::walk_body(self, &s.finalbody);
                self.in_finally = outer;
                return;
            }
            _ => {}
        }
        let leaves = matches!(
            statement,
            Stmt::FunctionDef(_)
                | Stmt::AsyncFunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::AsyncFor(_)
                | Stmt::While(_)
        );
        let outer = self.in_finally;
        self.in_finally &= !leaves;
        walk::walk_statement(self, statement);
        self.in_finally = outer;
    }

    fn arguments(&mut self, arguments: &Arguments) {
        self.arguments_since(arguments);
        walk::walk_arguments(self, arguments);
    }

    fn expression(&mut self, expression: &Expr) {
        let generators = match expression {
            Expr::ListComp(e) => Some((&e.generators, true)),
            Expr::SetComp(e) => Some((&e.generators, true)),
            Expr::DictComp(e) => Some((&e.generators, true)),
            Expr::GeneratorExp(e) => Some((&e.generators, false)),
            _ => None,
        };
        if let Some((generators, run)) = generators {
            if let Some(first) = generators
                .iter()
                .find(|g| g.is_async && run && self.in_comprehension)
            {
                self.need(
                    11,
                    "an asynchronous comprehension in another one",
                    range(&first.target),
                );
            }
            let outer = std::mem::replace(&mut self.in_comprehension, true);
            walk::walk_expression(self, expression);
            self.in_comprehension = outer;
            return;
        }
        match expression {
            Expr::NamedExpr(e) => self.need(8, "an assignment expression (`:=`)", range(e)),
            Expr::Set(e) => self.bare_walrus(&e.elts, 9, "`:=` without parentheses in a set"),
            Expr::Subscript(e) => {
                self.bare_walrus(
                    std::slice::from_ref(&*e.slice),
                    10,
                    "`:=` without parentheses in an index",
                );
                let starred = match &*e.slice {
                    Expr::Tuple(tuple) => {
                        !self.text[range(tuple)].starts_with('(')
                            && tuple.elts.iter().any(Expr::is_starred_expr)
                    }
                    slice => slice.is_starred_expr(),
                };
                if starred {
                    self.need(11, "a starred value in an index", range(&*e.slice));
                }
            }
            Expr::Yield(e) => {
                if let Some(value) = &e.value {
                    self.bare_star(
                        value,
                        "a starred value after `yield` without parentheses",
                        8,
                    );
                }
            }
            _ => {}
        }
        walk::walk_expression(self, expression);
    }
}
