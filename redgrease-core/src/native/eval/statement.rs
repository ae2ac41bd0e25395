//! Statements.

use std::sync::Arc;

use super::Vm;
use crate::native::index;
use crate::native::number::Operator;
use crate::native::operate;
use crate::native::tree::{Expr, Slot, Source, Stmt, StmtKind, Target};
use crate::native::value::{Fail, Kind, Value};

/// How a block ends.
#[derive(Debug)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl<'a> Vm<'a> {
    /// The statements of a function; gives what it returns.
    pub(super) fn body(&mut self, statements: &'a [Stmt]) -> Result<Value, Fail> {
        let depth = self.handled.len();
        let flow = self.block(statements);
        self.handled.truncate(depth);
        Ok(match flow? {
            Flow::Return(value) => value,
            _ => Value::None,
        })
    }

    pub(super) fn block(&mut self, statements: &'a [Stmt]) -> Result<Flow, Fail> {
        for statement in statements {
            self.line = statement.line;
            match self.statement(statement)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'a Stmt) -> Result<Flow, Fail> {
        match &statement.kind {
            StmtKind::Expr(value) => {
                self.eval(value)?;
            }
            StmtKind::Assign(targets, value) => {
                let value = self.eval(value)?;
                match targets.as_slice() {
                    [Target::Slot(slot)] => *self.slot(*slot) = value,
                    many => {
                        for target in many {
                            self.assign(target, value.clone())?;
                        }
                    }
                }
            }
            StmtKind::AugmentSlot(slot, name, operator, value) => {
                self.augment_slot(*slot, name.as_ref(), *operator, value)?;
            }
            StmtKind::AugmentIndex(place, operator, value) => {
                let container = self.eval(&place.0)?;
                let key = self.eval(&place.1)?;
                let old = index::index(&container, &key, self.minor())?;
                let value = self.eval(value)?;
                let new = self.augmented(*operator, old, &value)?;
                self.store(&container, key, new)?;
            }
            StmtKind::Extend(slot, name, source) => {
                self.extend_slot(*slot, name.as_ref(), source)?;
            }
            StmtKind::Return(value) => {
                self.unsplit = false;
                return Ok(Flow::Return(match value {
                    Some(value) if self.takes_texts && self.depth == 1 => self.unsplit(value)?,
                    Some(value) => self.eval(value)?,
                    None => Value::None,
                }));
            }
            StmtKind::If(test, then, otherwise) => {
                let branch = if self.eval(test)?.is_true() {
                    then
                } else {
                    otherwise
                };
                return self.block(branch);
            }
            StmtKind::For(target, source, body, otherwise) => {
                return self.for_loop(statement.line, target, source, body, otherwise);
            }
            StmtKind::While(test, body, otherwise) => {
                while {
                    self.line = statement.line;
                    self.eval(test)?.is_true()
                } {
                    self.tick()?;
                    match self.block(body)? {
                        Flow::Break => return Ok(Flow::Next),
                        flow @ Flow::Return(_) => return Ok(flow),
                        Flow::Next | Flow::Continue => {}
                    }
                }
                return self.block(otherwise);
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Pass | StmtKind::Import => {}
            StmtKind::GiveBack(reason) => return Err(Fail::GiveBack(reason)),
            StmtKind::Try(parts) => return self.try_block(parts),
            StmtKind::Raise(raise) => return Err(self.raise(raise)),
            StmtKind::Assert(test, message) => {
                if !self.eval(test)?.is_true() {
                    let arguments = match message {
                        Some(message) => vec![self.eval(message)?],
                        None => Vec::new(),
                    };
                    return Err(Fail::with(Kind::AssertionError, arguments));
                }
            }
            StmtKind::DeleteSlot(slot, name) => {
                if let (Value::Unbound, Some(name)) = (self.local(*slot), name) {
                    return Err(self.unbound(name));
                }
                *self.slot(*slot) = Value::Unbound;
            }
            StmtKind::DeleteIndex(place) => {
                let container = self.eval(&place.0)?;
                let key = self.eval(&place.1)?;
                index::delete(&container, &key)?;
            }
        }
        Ok(Flow::Next)
    }

    fn for_loop(
        &mut self,
        line: u32,
        target: &'a Target,
        source: &'a Source,
        body: &'a [Stmt],
        otherwise: &'a [Stmt],
    ) -> Result<Flow, Fail> {
        let mut cursor = self.open(source)?;
        loop {
            self.line = line;
            let Some(item) = self.next(&mut cursor)? else {
                break;
            };
            self.tick()?;
            self.assign(target, item)?;
            match self.block(body)? {
                Flow::Break => return Ok(Flow::Next),
                flow @ Flow::Return(_) => return Ok(flow),
                Flow::Next | Flow::Continue => {}
            }
        }
        self.block(otherwise)
    }

    /// Puts a value where a target says.
    pub(super) fn assign(&mut self, target: &'a Target, value: Value) -> Result<(), Fail> {
        match target {
            Target::Slot(slot) => {
                *self.slot(*slot) = value;
                Ok(())
            }
            Target::Index(place) => {
                let container = self.eval(&place.0)?;
                let key = self.eval(&place.1)?;
                self.store(&container, key, value)
            }
            Target::Many(targets) => self.unpack(targets, &value),
        }
    }

    fn unpack(&mut self, targets: &'a [Target], value: &Value) -> Result<(), Fail> {
        let mut cursor = match self.iterate(value) {
            Ok(cursor) => cursor,
            Err(Fail::Raise(_)) => {
                return Err(Fail::type_error(format!(
                    "cannot unpack non-iterable {} object",
                    value.type_name()
                )));
            }
            Err(other) => return Err(other),
        };
        let mut items = Vec::with_capacity(targets.len());
        while items.len() < targets.len() {
            match self.next(&mut cursor)? {
                Some(item) => items.push(item),
                None => {
                    return Err(Fail::value_error(format!(
                        "not enough values to unpack (expected {}, got {})",
                        targets.len(),
                        items.len()
                    )));
                }
            }
        }
        if self.next(&mut cursor)?.is_some() {
            return Err(Fail::value_error(format!(
                "too many values to unpack (expected {})",
                targets.len()
            )));
        }
        for (target, item) in targets.iter().zip(items) {
            self.assign(target, item)?;
        }
        Ok(())
    }

    fn store(&mut self, container: &Value, key: Value, value: Value) -> Result<(), Fail> {
        self.suspect(container, &value);
        self.charge(64)?;
        index::store(container, key, value, self.minor())
    }

    fn augmented(&mut self, operator: Operator, old: Value, value: &Value) -> Result<Value, Fail> {
        if let (Operator::Add, Value::List(list)) = (operator, &old) {
            let more = match value {
                Value::List(more) => more.items.borrow().clone(),
                other => {
                    let cursor = self.iterate(other)?;
                    self.collect(cursor)?
                }
            };
            self.charge(24 * more.len())?;
            for item in &more {
                self.suspect(&old, item);
            }
            list.items.borrow_mut().extend(more);
            return Ok(old);
        }
        let made = operate::in_place(operator, old, value, self.minor())?;
        match &made {
            Value::Dict(_) | Value::Set(_) => {
                if let (Value::Dict(more) | Value::Set(more), flagged) = (value, &made) {
                    let suspects = more.dict.borrow().holds_others();
                    if suspects {
                        self.suspect(flagged, value);
                    }
                }
            }
            other => self.charge_for(other)?,
        }
        Ok(made)
    }

    fn augment_slot(
        &mut self,
        slot: Slot,
        name: Option<&Arc<str>>,
        operator: Operator,
        value: &'a Expr,
    ) -> Result<(), Fail> {
        let old = self.local(slot).clone();
        if let (Value::Unbound, Some(name)) = (&old, name) {
            return Err(self.unbound(name));
        }
        let value = self.eval(value)?;
        let new = self.augmented(operator, old, &value)?;
        *self.slot(slot) = new;
        Ok(())
    }

    /// `name += iteration`
    fn extend_slot(
        &mut self,
        slot: Slot,
        name: Option<&Arc<str>>,
        source: &'a Source,
    ) -> Result<(), Fail> {
        let old = self.local(slot).clone();
        match (&old, name) {
            (Value::Unbound, Some(name)) => return Err(self.unbound(name)),
            (Value::List(_), _) => {}
            _ => return Err(Fail::GiveBack("+= of an iteration")),
        }
        self.iterated(&old, "extend", source)?;
        Ok(())
    }
}
