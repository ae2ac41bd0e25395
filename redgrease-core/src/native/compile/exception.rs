//! `try` and `raise`.

use std::ops::Range;

use super::{Meaning, Refusal, Scope};
use crate::native::tree::{From, Handler, Raise, StmtKind, Try};
use crate::native::value::Kind;
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(super) fn tried(&mut self, s: &'s ast::StmtTry) -> Result<StmtKind, Refusal> {
        let left = std::mem::take(&mut self.state.left);
        let before = self.state.clone();
        let body = self.statements(&s.body)?;
        self.is_worth_it(&body)?;
        let after_body = self.state.clone();
        // A handler begins anywhere in the body.
        let at_handler = after_body.perhaps(before);
        let otherwise = self.statements(&s.orelse)?;
        let mut end = self.state.clone();
        let mut handlers = Vec::new();
        for handler in &s.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.state = at_handler.clone();
            handlers.push(self.handler(handler)?);
            end.merge(&self.state);
        }
        self.state = end;
        let mut finally = Vec::new();
        if !s.finalbody.is_empty() {
            // It begins anywhere in all of that.
            let after = self.state.clone();
            self.state = after.clone().perhaps(at_handler);
            self.state.dead = false;
            finally = self.statements(&s.finalbody)?;
            let dead = self.state.dead || after.dead;
            let effect = self.state.effect;
            self.state.merge(&after);
            self.state.effect |= effect;
            self.state.dead = dead;
        }
        self.state.left |= left;
        Ok(StmtKind::Try(Box::new(Try {
            body,
            handlers,
            otherwise,
            finally,
        })))
    }

    fn handler(
        &mut self,
        handler: &'s ast::ExceptHandlerExceptHandler,
    ) -> Result<Handler, Refusal> {
        let kinds = match handler.type_.as_deref() {
            None => None,
            Some(Expr::Tuple(e)) => Some(
                e.elts
                    .iter()
                    .map(|one| self.kind(one))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Some(one) => Some(vec![self.kind(one)?]),
        };
        let slot = match &handler.name {
            None => None,
            Some(name) => {
                let Some(slot) = self.slot(name) else {
                    return Err(Refusal::new(
                        "this name for an exception",
                        name,
                        range(handler),
                    ));
                };
                self.assign(slot);
                Some(slot)
            }
        };
        self.handling += 1;
        self.caught.extend(slot);
        let body = self.statements(&handler.body)?;
        self.handling -= 1;
        if let Some(slot) = slot {
            self.unassign(slot);
            self.caught.pop();
        }
        Ok(Handler { kinds, slot, body })
    }

    /// The type of exceptions that an expression names.
    fn kind(&self, expression: &Expr) -> Result<Kind, Refusal> {
        let at = range(expression);
        let Expr::Name(name) = expression else {
            return Err(Refusal::new("an exception that is no builtin", "", at));
        };
        match self.global(&name.id, &at)? {
            Meaning::Builtin(builtin) => Kind::named(builtin)
                .ok_or_else(|| Refusal::new("an exception that is not in the table", builtin, at)),
            _ => Err(Refusal::new(
                "an exception that is no builtin",
                &name.id,
                at,
            )),
        }
    }

    pub(super) fn raised(
        &mut self,
        s: &'s ast::StmtRaise,
        at: &Range<usize>,
    ) -> Result<StmtKind, Refusal> {
        let from = match s.cause.as_deref() {
            None => From::Context,
            Some(Expr::Constant(e)) if e.value.is_none() => From::Nothing,
            Some(Expr::Name(name)) => match self.slot(&name.id) {
                Some(slot) if self.caught.contains(&slot) && self.is_assigned(slot) => {
                    From::Caught(slot)
                }
                _ => return Err(Refusal::new("`raise … from`", &name.id, at.clone())),
            },
            Some(_) => return Err(Refusal::new("`raise … from` this", "", at.clone())),
        };
        let raise = match s.exc.as_deref() {
            None if self.handling > 0 => Raise::Again,
            None => return Err(Refusal::new("`raise` outside of a handler", "", at.clone())),
            Some(Expr::Call(call)) => {
                let kind = self.kind(&call.func)?;
                if !call.keywords.is_empty()
                    || !kind.is_plain()
                    || self.other_line(&range(call))?.is_some()
                {
                    return Err(Refusal::new("this exception", kind.name(), at.clone()));
                }
                Raise::New(kind, self.all(&call.args)?, from)
            }
            Some(one) => {
                let kind = self.kind(one)?;
                if !kind.is_plain() {
                    return Err(Refusal::new("this exception", kind.name(), at.clone()));
                }
                Raise::New(kind, Vec::new(), from)
            }
        };
        if let Raise::New(_, arguments, _) = &raise
            && !arguments.is_empty()
        {
            // Their text is made at the end.
            self.shows(at.clone())?;
        }
        self.ends |= !self.state.dead;
        self.state.dead = true;
        Ok(StmtKind::Raise(raise))
    }
}
