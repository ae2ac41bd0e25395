//! Comprehensions, and what else may run many times.

use std::sync::Arc;

use super::{Refusal, Scope};
use crate::native::tree::{Clause, Comprehension, Expr as Made, Made as Kind, Source, Target};
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    /// Compiles something that may run many times: what it may do outside, it may have done before.
    pub(super) fn repeated<T>(
        &mut self,
        mut inner: impl FnMut(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let left = std::mem::take(&mut self.state.left);
        let before = self.state.clone();
        let (count, hidden) = (self.hidden.len(), self.depth);
        let mut made = inner(self)?;
        if (self.state.effect || self.state.left) && !before.effect {
            self.hidden.truncate(count);
            self.depth = hidden;
            self.state = before;
            self.state.effect = true;
            made = inner(self)?;
        }
        self.state.left |= left;
        Ok(made)
    }

    pub(super) fn comprehension(
        &mut self,
        made: Kind,
        clauses: &'s [ast::Comprehension],
        element: &'s Expr,
        value: Option<&'s Expr>,
    ) -> Result<Made, Refusal> {
        self.loops();
        let before = self.before();
        let outer = self.hidden.len();
        let (clauses, (element, value)) = self.clauses(clauses, |scope| {
            let element = scope.expression(element)?;
            let value = value.map(|e| scope.expression(e)).transpose()?;
            Ok((element, value))
        })?;
        self.hidden.truncate(outer);
        self.state = self.state.perhaps(before);
        let frame = (self.minor() < 12).then(|| {
            Arc::from(match made {
                Kind::List => "<listcomp>",
                Kind::Set => "<setcomp>",
                Kind::Dict => "<dictcomp>",
            })
        });
        Ok(Made::Comprehension(Box::new(Comprehension {
            made,
            frame,
            clauses,
            element,
            value,
            line: self.line,
        })))
    }

    /// The loops of a comprehension, and what is innermost.
    pub(super) fn clauses<T>(
        &mut self,
        clauses: &'s [ast::Comprehension],
        inner: impl Fn(&mut Self) -> Result<T, Refusal>,
    ) -> Result<(Vec<Clause>, T), Refusal> {
        // The first iteration is opened before the loop, and outside of its frame.
        let first = self.source(&clauses[0].iter)?;
        let effect = self.state.effect;
        let (mut made, inner) = self.repeated(|scope| {
            let mut made = Vec::new();
            for (at, clause) in clauses.iter().enumerate() {
                // From 3.13 on the line is that of the iteration.
                if scope.minor() >= 13 && scope.other_line(&range(&clause.iter))?.is_some() {
                    return Err(Refusal::new(
                        "a comprehension of several lines",
                        "",
                        range(&clause.iter),
                    ));
                }
                if clause.is_async {
                    return Err(Refusal::new("`async for`", "", range(&clause.target)));
                }
                let source = if at == 0 {
                    None
                } else {
                    Some(scope.source(&clause.iter)?)
                };
                let target = scope.hidden_target(&clause.target)?;
                let conditions = clause
                    .ifs
                    .iter()
                    .map(|test| scope.expression(test))
                    .collect::<Result<Vec<_>, _>>()?;
                made.push((source, target, conditions));
            }
            Ok((made, inner(scope)?))
        })?;
        let mut first = Some(self.between(first, &clauses[0].iter, effect)?);
        let made = made
            .drain(..)
            .map(|(source, target, conditions)| Clause {
                source: source.or_else(|| first.take()).unwrap_or_else(nothing),
                target,
                conditions,
            })
            .collect();
        Ok((made, inner))
    }

    /// The variables of a comprehension.
    fn hidden_target(&mut self, target: &'s Expr) -> Result<Target, Refusal> {
        match target {
            Expr::Name(name) => Ok(Target::Slot(self.hide(&name.id))),
            Expr::Tuple(e) => self.hidden_targets(&e.elts),
            Expr::List(e) => self.hidden_targets(&e.elts),
            other => Err(Refusal::new(
                "a target of a comprehension that is no name",
                "",
                range(other),
            )),
        }
    }

    fn hidden_targets(&mut self, targets: &'s [Expr]) -> Result<Target, Refusal> {
        targets
            .iter()
            .map(|one| self.hidden_target(one))
            .collect::<Result<Vec<_>, _>>()
            .map(Target::Many)
    }
}

/// An iteration over nothing.
fn nothing() -> Source {
    Source::Value(Made::Tuple(Vec::new()))
}
