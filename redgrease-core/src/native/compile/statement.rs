//! Statements.

use std::ops::Range;
use std::sync::Arc;

use super::{Refusal, Scope};
use crate::native::number::Operator;
use crate::native::tree::{Expr as Made, Slot, Stmt as Out, StmtKind, Target};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(in crate::native) fn statements(&mut self, body: &'s [Stmt]) -> Result<Vec<Out>, Refusal> {
        let mut made = Vec::new();
        let mut marks = Vec::new();
        for statement in body {
            if self.compiler.in_part && self.state.dead {
                break;
            }
            marks.extend(self.mark());
            let at = range(statement);
            let outer = self.line;
            self.line = self.compiler.script.line(at.start);
            let line = self.line;
            match self.deeper(at, |scope| scope.statement(statement)) {
                Ok(kind) => made.push(Out { line, kind }),
                Err(refusal) => {
                    self.give_back(&mut made, &mut marks, refusal)?;
                    break;
                }
            }
            self.line = outer;
        }
        Ok(made)
    }

    /// The expression of a lambda, as a statement that returns it.
    pub(in crate::native) fn returned(&mut self, value: &'s Expr) -> Result<Out, Refusal> {
        self.line = self.compiler.script.line(range(value).start);
        let line = self.line;
        let value = self.expression(value)?;
        self.ends = true;
        Ok(Out {
            line,
            kind: StmtKind::Return(Some(value)),
        })
    }

    fn statement(&mut self, statement: &'s Stmt) -> Result<StmtKind, Refusal> {
        let at = range(statement);
        Ok(match statement {
            Stmt::Expr(s) => match &*s.value {
                Expr::Constant(_) => StmtKind::Pass,
                value => StmtKind::Expr(self.expression(value)?),
            },
            Stmt::Assign(s) => {
                let value = self.expression(&s.value)?;
                let targets = s
                    .targets
                    .iter()
                    .map(|target| self.target(target))
                    .collect::<Result<Vec<_>, _>>()?;
                StmtKind::Assign(targets, value)
            }
            Stmt::AnnAssign(s) => {
                let Expr::Name(_) = &*s.target else {
                    return Err(Refusal::new("an annotation of what is no name", "", at));
                };
                match &s.value {
                    Some(value) => {
                        let value = self.expression(value)?;
                        StmtKind::Assign(vec![self.target(&s.target)?], value)
                    }
                    None => StmtKind::Pass,
                }
            }
            Stmt::AugAssign(s) => return self.augmented(s, &at),
            Stmt::Return(s) => {
                let value = s.value.as_deref().map(|e| self.expression(e)).transpose()?;
                self.ends |= !self.state.dead;
                self.state.dead = true;
                StmtKind::Return(value)
            }
            Stmt::If(s) => {
                let test = self.expression(&s.test)?;
                let before = self.state.clone();
                let then = self.statements(&s.body)?;
                let after = std::mem::replace(&mut self.state, before);
                let otherwise = self.statements(&s.orelse)?;
                self.state.merge(&after);
                StmtKind::If(test, then, otherwise)
            }
            Stmt::For(s) => {
                self.loops();
                let source = self.source(&s.iter)?;
                if matches!(source, crate::native::tree::Source::Generator(_)) {
                    return Err(Refusal::new("`for` over a generator", "", at));
                }
                let before = self.before();
                let (target, body) = self.repeated(|scope| {
                    let target = scope.target(&s.target)?;
                    Ok((target, scope.statements(&s.body)?))
                })?;
                self.is_worth_it(&body)?;
                let source = self.between(source, &s.iter, before.effect)?;
                self.state = self.state.perhaps(before);
                let otherwise = self.maybe(&s.orelse)?;
                StmtKind::For(target, source, body, otherwise)
            }
            Stmt::While(s) => {
                self.loops();
                let before = self.before();
                let (test, body) = self.repeated(|scope| {
                    let test = scope.expression(&s.test)?;
                    Ok((test, scope.statements(&s.body)?))
                })?;
                self.is_worth_it(&body)?;
                self.state = self.state.perhaps(before);
                let otherwise = self.maybe(&s.orelse)?;
                StmtKind::While(test, body, otherwise)
            }
            Stmt::Break(_) => {
                self.state.dead = true;
                StmtKind::Break
            }
            Stmt::Continue(_) => {
                self.state.dead = true;
                StmtKind::Continue
            }
            Stmt::Pass(_) => StmtKind::Pass,
            Stmt::Try(s) => return self.tried(s),
            Stmt::Raise(s) => return self.raised(s, &at),
            Stmt::Assert(s) => {
                let test = self.expression(&s.test)?;
                let before = self.before();
                let message = s.msg.as_deref().map(|e| self.expression(e)).transpose()?;
                self.state = self.state.perhaps(before);
                StmtKind::Assert(test, message)
            }
            Stmt::Delete(s) => {
                let [one] = s.targets.as_slice() else {
                    return Err(Refusal::new("`del` of several", "", at));
                };
                match one {
                    Expr::Name(name) => {
                        let Some(slot) = self.slot(&name.id) else {
                            return Err(Refusal::new("`del` of", &name.id, at));
                        };
                        let maybe = self.maybe_unbound(slot, &name.id);
                        self.unassign(slot);
                        StmtKind::DeleteSlot(slot, maybe)
                    }
                    Expr::Subscript(e) if !matches!(&*e.slice, Expr::Slice(_)) => {
                        let container = self.expression(&e.value)?;
                        self.changes_values();
                        StmtKind::DeleteIndex(Box::new((container, self.expression(&e.slice)?)))
                    }
                    _ => return Err(Refusal::new("`del` of this", "", at)),
                }
            }
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) => {
                return Err(Refusal::new("a function inside of the function", "", at));
            }
            Stmt::ClassDef(_) => {
                return Err(Refusal::new("a class inside of the function", "", at));
            }
            Stmt::With(_) | Stmt::AsyncWith(_) => return Err(Refusal::new("`with`", "", at)),
            Stmt::AsyncFor(_) => return Err(Refusal::new("`async for`", "", at)),
            Stmt::Match(_) => return Err(Refusal::new("`match`", "", at)),
            Stmt::TryStar(_) => return Err(Refusal::new("`except*`", "", at)),
            Stmt::Import(_) | Stmt::ImportFrom(_) => return self.import(statement),
            Stmt::Global(_) => return Err(Refusal::new("`global`", "", at)),
            Stmt::Nonlocal(_) => return Err(Refusal::new("`nonlocal`", "", at)),
            Stmt::TypeAlias(_) => return Err(Refusal::new("`type`", "", at)),
        })
    }

    /// A block that may not run.
    fn maybe(&mut self, body: &'s [Stmt]) -> Result<Vec<Out>, Refusal> {
        let before = self.before();
        let made = self.statements(body)?;
        self.state = self.state.perhaps(before);
        Ok(made)
    }

    /// The name to say when a slot has no value, if that can be.
    fn maybe_unbound(&self, slot: Slot, name: &str) -> Option<Arc<str>> {
        (!self.is_assigned(slot)).then(|| Self::text(name))
    }

    fn target(&mut self, target: &'s Expr) -> Result<Target, Refusal> {
        let at = range(target);
        match target {
            Expr::Name(name) => {
                let Some(slot) = self.slot(&name.id) else {
                    return Err(Refusal::new("an assignment to", &name.id, at));
                };
                if self.records.contains(&slot) {
                    return Err(Refusal::new("a record as a whole", &name.id, at));
                }
                self.assign(slot);
                Ok(Target::Slot(slot))
            }
            Expr::Subscript(e) if !matches!(&*e.slice, Expr::Slice(_)) => {
                if self.other_line(&at)?.is_some() {
                    return Err(Refusal::new("an assignment on another line", "", at));
                }
                let container = self.expression(&e.value)?;
                self.changes_values();
                Ok(Target::Index(Box::new((
                    container,
                    self.expression(&e.slice)?,
                ))))
            }
            Expr::Tuple(e) => self.targets(&e.elts, at),
            Expr::List(e) => self.targets(&e.elts, at),
            Expr::Starred(_) => Err(Refusal::new("`*` in an assignment", "", at)),
            _ => Err(Refusal::new("an assignment to this", "", at)),
        }
    }

    fn targets(&mut self, targets: &'s [Expr], at: Range<usize>) -> Result<Target, Refusal> {
        if self.sets() {
            self.may_give_back(
                "after an effect, unpacking what may be a set",
                "",
                at.clone(),
            )?;
        }
        if self.other_line(&at)?.is_some() {
            return Err(Refusal::new("an assignment on another line", "", at));
        }
        targets
            .iter()
            .map(|one| self.target(one))
            .collect::<Result<Vec<_>, _>>()
            .map(Target::Many)
    }

    fn augmented(
        &mut self,
        s: &'s ast::StmtAugAssign,
        at: &Range<usize>,
    ) -> Result<StmtKind, Refusal> {
        let operator = super::operator::operator(&s.op, at)?;
        if matches!(operator, Operator::Or) {
            self.may_give_back("after an effect, `|=`", "", at.clone())?;
        }
        if matches!(operator, Operator::Add) && self.sets() {
            self.may_give_back("after an effect, `+=` of what may be a set", "", at.clone())?;
        }
        match &*s.target {
            Expr::Name(name) => {
                let Some(slot) = self.slot(&name.id) else {
                    return Err(Refusal::new("an assignment to", &name.id, at.clone()));
                };
                let maybe = self.maybe_unbound(slot, &name.id);
                // A number changes a list only by multiplying it.
                if operator == Operator::Multiply || !is_number(&s.value) {
                    self.changes_values();
                }
                if self.is_only_source(&s.value) {
                    if operator != Operator::Add {
                        return Err(Refusal::new("an iteration here", "", at.clone()));
                    }
                    self.may_give_back("after an effect, `+=` of an iteration", "", at.clone())?;
                    let source = self.source(&s.value)?;
                    return Ok(StmtKind::Extend(slot, maybe, source));
                }
                let value = self.expression(&s.value)?;
                self.check_operator(operator, &Made::Local(slot), at)?;
                self.assign(slot);
                Ok(StmtKind::AugmentSlot(slot, maybe, operator, value))
            }
            Expr::Subscript(e) if !matches!(&*e.slice, Expr::Slice(_)) => {
                self.changes_values();
                let container = self.expression(&e.value)?;
                let key = self.expression(&e.slice)?;
                let value = self.expression(&s.value)?;
                self.check_operator(operator, &Made::Tuple(Vec::new()), at)?;
                Ok(StmtKind::AugmentIndex(
                    Box::new((container, key)),
                    operator,
                    value,
                ))
            }
            _ => Err(Refusal::new("an assignment to this", "", at.clone())),
        }
    }
}

fn is_number(value: &Expr) -> bool {
    use ast::Constant::{Float, Int};
    matches!(value, Expr::Constant(constant) if matches!(constant.value, Int(_) | Float(_)))
}
