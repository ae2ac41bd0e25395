//! How deep a tree is: what walks it goes as deep, and has so much stack and no more.

use super::parts;
use crate::python::ast::{self, Arguments, Expr, Stmt};

/// A place in the tree.
enum Node<'a> {
    Statement(&'a Stmt),
    Expression(&'a Expr),
}

/// Whether statements, or what they consist of, lie deeper in each other than that.
pub(super) fn is_deeper(body: &[Stmt], most: usize) -> bool {
    let mut waiting: Vec<(Node<'_>, usize)> =
        body.iter().map(|one| (Node::Statement(one), 1)).collect();
    while let Some((node, depth)) = waiting.pop() {
        if depth > most {
            return true;
        }
        let mut expressions = Vec::new();
        match node {
            Node::Statement(statement) => {
                expressions.extend(parts::expressions(statement));
                expressions.extend(beside(statement));
                let inner = parts::bodies(statement).into_iter().flatten();
                waiting.extend(inner.map(|one| (Node::Statement(one), depth + 1)));
            }
            Node::Expression(expression) => {
                expressions.extend(parts::parts(expression));
                if let Expr::Lambda(e) = expression {
                    expressions.extend(of_arguments(&e.args));
                }
            }
        }
        let inner = expressions.into_iter();
        waiting.extend(inner.map(|one| (Node::Expression(one), depth + 1)));
    }
    false
}

fn of_arguments(arguments: &Arguments) -> Vec<&Expr> {
    let plain = arguments.posonlyargs.iter().chain(&arguments.args);
    let all = plain.chain(&arguments.kwonlyargs);
    let mut found: Vec<&Expr> = all
        .clone()
        .filter_map(|one| one.default.as_deref())
        .collect();
    let rest = arguments.vararg.iter().chain(&arguments.kwarg);
    let annotated = all.map(|one| &one.def).chain(rest.map(|one| &**one));
    found.extend(annotated.filter_map(|one| one.annotation.as_deref()));
    found
}

/// The expressions of a statement that matter to nobody but who walks all of them.
fn beside(statement: &Stmt) -> Vec<&Expr> {
    match statement {
        Stmt::FunctionDef(s) => of_arguments(&s.args)
            .into_iter()
            .chain(s.returns.as_deref())
            .collect(),
        Stmt::AsyncFunctionDef(s) => of_arguments(&s.args)
            .into_iter()
            .chain(s.returns.as_deref())
            .collect(),
        Stmt::ClassDef(s) => s
            .bases
            .iter()
            .chain(s.keywords.iter().map(|keyword| &keyword.value))
            .collect(),
        Stmt::AnnAssign(s) => vec![&s.annotation],
        Stmt::With(s) => s
            .items
            .iter()
            .filter_map(|item| item.optional_vars.as_deref())
            .collect(),
        Stmt::Try(s) => caught(&s.handlers),
        Stmt::TryStar(s) => caught(&s.handlers),
        Stmt::Match(s) => {
            let guards = s.cases.iter().filter_map(|case| case.guard.as_deref());
            guards.chain([&*s.subject]).collect()
        }
        _ => Vec::new(),
    }
}

fn caught(handlers: &[ast::ExceptHandler]) -> Vec<&Expr> {
    let types = handlers.iter().filter_map(|handler| {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref()
    });
    types.collect()
}
