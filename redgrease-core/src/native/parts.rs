//! What statements and expressions consist of, borrowed for as long as the tree lives.

use crate::python::ast::{Comprehension, Expr, Stmt, WithItem};
use crate::python::blocks;

/// The expressions of a statement, without those of statements in it.
pub(super) fn expressions(statement: &Stmt) -> Vec<&Expr> {
    match statement {
        Stmt::Expr(s) => vec![&s.value],
        Stmt::Assign(s) => s.targets.iter().chain([&*s.value]).collect(),
        Stmt::AugAssign(s) => vec![&s.target, &s.value],
        Stmt::AnnAssign(s) => s.value.iter().map(|e| &**e).chain([&*s.target]).collect(),
        Stmt::Return(s) => s.value.iter().map(|e| &**e).collect(),
        Stmt::If(s) => vec![&s.test],
        Stmt::While(s) => vec![&s.test],
        Stmt::For(s) => vec![&s.iter, &s.target],
        Stmt::AsyncFor(s) => vec![&s.iter, &s.target],
        Stmt::With(s) => of_items(&s.items),
        Stmt::AsyncWith(s) => of_items(&s.items),
        Stmt::Raise(s) => s.exc.iter().chain(&s.cause).map(|e| &**e).collect(),
        Stmt::Assert(s) => [&*s.test]
            .into_iter()
            .chain(s.msg.iter().map(|e| &**e))
            .collect(),
        Stmt::Delete(s) => s.targets.iter().collect(),
        Stmt::FunctionDef(s) => s.decorator_list.iter().collect(),
        Stmt::AsyncFunctionDef(s) => s.decorator_list.iter().collect(),
        Stmt::ClassDef(s) => s.decorator_list.iter().collect(),
        _ => Vec::new(),
    }
}

/// The blocks of a statement.
pub(super) fn bodies(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(s) => vec![&s.body],
        Stmt::AsyncFunctionDef(s) => vec![&s.body],
        Stmt::ClassDef(s) => vec![&s.body],
        other => blocks(other),
    }
}

fn of_items(items: &[WithItem]) -> Vec<&Expr> {
    let mut parts = Vec::new();
    for item in items {
        parts.push(&item.context_expr);
        parts.extend(item.optional_vars.as_deref());
    }
    parts
}

fn of_clauses(clauses: &[Comprehension]) -> impl Iterator<Item = &Expr> {
    clauses.iter().flat_map(|clause| {
        [&clause.iter, &clause.target]
            .into_iter()
            .chain(&clause.ifs)
    })
}

/// The expressions of an expression.
pub(super) fn parts(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::BoolOp(e) => e.values.iter().collect(),
        Expr::NamedExpr(e) => vec![&e.target, &e.value],
        Expr::BinOp(e) => vec![&e.left, &e.right],
        Expr::UnaryOp(e) => vec![&e.operand],
        Expr::Lambda(e) => vec![&e.body],
        Expr::IfExp(e) => vec![&e.test, &e.body, &e.orelse],
        Expr::Dict(e) => e.keys.iter().flatten().chain(&e.values).collect(),
        Expr::Set(e) => e.elts.iter().collect(),
        Expr::ListComp(e) => of_clauses(&e.generators).chain([&*e.elt]).collect(),
        Expr::SetComp(e) => of_clauses(&e.generators).chain([&*e.elt]).collect(),
        Expr::GeneratorExp(e) => of_clauses(&e.generators).chain([&*e.elt]).collect(),
        Expr::DictComp(e) => of_clauses(&e.generators)
            .chain([&*e.key, &*e.value])
            .collect(),
        Expr::Await(e) => vec![&e.value],
        Expr::Yield(e) => e.value.iter().map(|e| &**e).collect(),
        Expr::YieldFrom(e) => vec![&e.value],
        Expr::Compare(e) => [&*e.left].into_iter().chain(&e.comparators).collect(),
        Expr::Call(e) => [&*e.func]
            .into_iter()
            .chain(&e.args)
            .chain(e.keywords.iter().map(|k| &k.value))
            .collect(),
        Expr::FormattedValue(e) => [&*e.value]
            .into_iter()
            .chain(e.format_spec.iter().map(|e| &**e))
            .collect(),
        Expr::JoinedStr(e) => e.values.iter().collect(),
        Expr::Attribute(e) => vec![&e.value],
        Expr::Subscript(e) => vec![&e.value, &e.slice],
        Expr::Starred(e) => vec![&e.value],
        Expr::List(e) => e.elts.iter().collect(),
        Expr::Tuple(e) => e.elts.iter().collect(),
        Expr::Slice(e) => e
            .lower
            .iter()
            .chain(&e.upper)
            .chain(&e.step)
            .map(|e| &**e)
            .collect(),
        Expr::Name(_) | Expr::Constant(_) => Vec::new(),
    }
}
