//! A gear expression as a chain of calls.

use std::ops::Range;

use crate::python::{ast, range};

/// One `.name(…)` of the chain.
#[derive(Clone)]
pub(super) struct Link<'e> {
    pub(super) name: &'e str,
    pub(super) name_range: Range<usize>,
    pub(super) call: Option<&'e ast::ExprCall>,
}

/// An argument of a call with its place.
pub(super) struct Given<'e> {
    pub(super) keyword: Option<&'e str>,
    pub(super) keyword_range: Range<usize>,
    pub(super) value: &'e ast::Expr,
}

/// The expression at the beginning of a chain, and its links.
pub(super) fn chain(expression: &ast::Expr) -> (&ast::Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut at = expression;
    loop {
        let (attribute, call) = match at {
            ast::Expr::Call(call) => match &*call.func {
                ast::Expr::Attribute(attribute) => (attribute, Some(call)),
                _ => break,
            },
            ast::Expr::Attribute(attribute) => (attribute, None),
            _ => break,
        };
        if matches!(&*attribute.value, ast::Expr::Name(n) if &n.id == "redgrease") {
            break;
        }
        let end = range(attribute).end;
        links.push(Link {
            name: &attribute.attr,
            name_range: end.saturating_sub(attribute.attr.len())..end,
            call,
        });
        at = &attribute.value;
    }
    links.reverse();
    (at, links)
}

pub(super) fn given(call: &ast::ExprCall) -> Vec<Given<'_>> {
    let positional = call.args.iter().map(|value| Given {
        keyword: None,
        keyword_range: range(value),
        value,
    });
    let keywords = call.keywords.iter().filter_map(|keyword| {
        let name = keyword.arg.as_deref()?;
        let start = range(keyword).start;
        Some(Given {
            keyword: Some(name),
            keyword_range: start..start + name.len(),
            value: &keyword.value,
        })
    });
    positional.chain(keywords).collect()
}

pub(super) fn unpacked(call: &ast::ExprCall) -> Option<Range<usize>> {
    let starred = call.args.iter().find(|a| a.is_starred_expr()).map(range);
    let doubled = call.keywords.iter().find(|k| k.arg.is_none()).map(range);
    starred.or(doubled)
}
