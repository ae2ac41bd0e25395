//! Taking the text of a gear apart: statements, then the gear expression.

use crate::diag::Diagnostics;
use crate::messages;
use crate::python::{Layout, Parsed, ast, range};

/// The text taken apart.
pub(super) struct Parts {
    pub(super) prelude: Parsed,
    /// Where the gear expression begins.
    pub(super) start: usize,
    /// None when it does not parse.
    pub(super) expression: Option<ast::Expr>,
}

/// Finds the gear expression: the last statement, which may go on in lines that begin with a dot.
pub(super) fn split(layout: &Layout<'_>, out: &mut Diagnostics) -> Option<Parts> {
    let lines = &layout.scan.lines;
    if lines.is_empty() {
        out.push(messages::not_a_gear("the gear is empty", 0..0));
        return None;
    }
    let goes_on = |start: usize| layout.text[start..].starts_with(['.', ')', ']', '}']);
    let line = lines
        .iter()
        .rev()
        .find(|l| l.indent <= layout.base && !goes_on(l.start))
        .unwrap_or(&lines[0]);
    let mut end = layout.text.trim_end().len();
    let mut start = line.start;
    for semicolon in line.semicolons.iter().rev() {
        if layout.text[semicolon + 1..end].trim().is_empty() {
            end = *semicolon;
        } else {
            let rest = &layout.text[semicolon + 1..end];
            start = semicolon + 1 + (rest.len() - rest.trim_start().len());
            break;
        }
    }
    let prelude = layout.parse(0..start, out);
    let expression = layout.expression(start..end).map_err(|error| {
        let whole = layout.statements(0..layout.text.len());
        out.push(match whole.as_ref().map(|body| body.last()) {
            Ok(Some(last)) => {
                let at = range(last);
                messages::not_a_gear(
                    "the last statement is no gear expression",
                    at.start..layout.text[..at.end].trim_end().len(),
                )
            }
            _ => layout.explain(&error),
        });
    });
    Some(Parts {
        prelude,
        start,
        expression: expression.ok(),
    })
}
