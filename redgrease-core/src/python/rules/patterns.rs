//! Patterns of `match` statements.

use crate::diag::Diagnostics;
use crate::messages;
use crate::python::parse::ast::{self, Constant, Expr, Pattern};
use crate::python::parse::range;

/// Checks the cases of a `match` statement.
pub(super) fn check(cases: &[ast::MatchCase], out: &mut Diagnostics) {
    for (index, case) in cases.iter().enumerate() {
        let last = index + 1 == cases.len();
        if !last && case.guard.is_none() && catches_all(&case.pattern) {
            out.push(messages::unreachable_cases(range(&case.pattern)));
        }
        let mut names = Vec::new();
        pattern_names(&case.pattern, &mut names, out);
    }
}

fn catches_all(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchAs(p) => p.pattern.as_deref().is_none_or(catches_all),
        Pattern::MatchOr(p) => p.patterns.iter().any(catches_all),
        _ => false,
    }
}

/// The names a pattern binds; each only once, and every alternative the same.
fn pattern_names(pattern: &Pattern, names: &mut Vec<String>, out: &mut Diagnostics) {
    let mut bind = |name: &str, out: &mut Diagnostics| {
        if names.iter().any(|n| n == name) {
            out.push(messages::bound_twice(name, range(pattern)));
        } else {
            names.push(name.to_owned());
        }
    };
    match pattern {
        Pattern::MatchAs(p) => {
            if let Some(name) = &p.name {
                bind(name, out);
            }
            if let Some(inner) = &p.pattern {
                pattern_names(inner, names, out);
            }
        }
        Pattern::MatchStar(p) => {
            if let Some(name) = &p.name {
                bind(name, out);
            }
        }
        Pattern::MatchMapping(p) => {
            if let Some(name) = &p.rest {
                bind(name, out);
            }
            for (index, key) in p.keys.iter().enumerate() {
                let twice = |other: &Expr| match (key, other) {
                    (Expr::Constant(a), Expr::Constant(b)) => a.value == b.value,
                    _ => false,
                };
                if p.keys[..index].iter().any(twice) {
                    out.push(messages::key_twice(range(key)));
                }
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchSequence(p) => {
            let stars: Vec<&Pattern> = p.patterns.iter().filter(|p| p.is_match_star()).collect();
            if let [_, second, ..] = stars[..] {
                out.push(messages::two_stars(range(second)));
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchClass(p) => {
            for (index, name) in p.kwd_attrs.iter().enumerate() {
                if p.kwd_attrs[..index].contains(name) {
                    out.push(messages::bound_twice(name, range(pattern)));
                }
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
            p.kwd_patterns
                .iter()
                .for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchOr(p) => {
            let before = names.clone();
            let mut first: Option<Vec<String>> = None;
            for (index, alternative) in p.patterns.iter().enumerate() {
                let mut bound = before.clone();
                pattern_names(alternative, &mut bound, out);
                bound.sort_unstable();
                match &first {
                    None => first = Some(bound),
                    Some(names) if *names != bound => {
                        out.push(messages::alternatives_differ(range(alternative)));
                    }
                    Some(_) => {}
                }
                if index + 1 < p.patterns.len() && catches_all(alternative) {
                    out.push(messages::unreachable_cases(range(alternative)));
                }
            }
            *names = first.unwrap_or(before);
        }
        Pattern::MatchValue(p) => {
            if let Expr::BinOp(sum) = &*p.value
                && !matches!(&*sum.right, Expr::Constant(c) if matches!(c.value, Constant::Complex { .. }))
            {
                out.push(messages::no_complex(range(&*p.value)));
            }
        }
        Pattern::MatchSingleton(_) => {}
    }
}
