//! Statements.

use std::sync::Arc;

use super::{Expr, Slot, Source};
use crate::native::number::Operator;
use crate::native::value::Kind;

#[derive(Debug)]
pub(in crate::native) enum Target {
    Slot(Slot),
    Index(Box<(Expr, Expr)>),
    Many(Vec<Target>),
}

/// A statement and its line.
#[derive(Debug)]
pub(in crate::native) struct Stmt {
    pub(in crate::native) line: u32,
    pub(in crate::native) kind: StmtKind,
}

#[derive(Debug)]
pub(in crate::native) enum StmtKind {
    Expr(Expr),
    Assign(Vec<Target>, Expr),
    /// `name operator= value`
    AugmentSlot(Slot, Option<Arc<str>>, Operator, Expr),
    /// `container[key] operator= value`
    AugmentIndex(Box<(Expr, Expr)>, Operator, Expr),
    Extend(Slot, Option<Arc<str>>, Source),
    Return(Option<Expr>),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    For(Target, Source, Vec<Stmt>, Vec<Stmt>),
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    Break,
    Continue,
    Pass,
    Try(Box<Try>),
    Raise(Raise),
    Assert(Expr, Option<Expr>),
    DeleteSlot(Slot, Option<Arc<str>>),
    DeleteIndex(Box<(Expr, Expr)>),
    /// An import of what is there for certain.
    Import,
    /// Python has to run the call from the beginning, for this reason.
    GiveBack(&'static str),
}

#[derive(Debug)]
pub(in crate::native) struct Try {
    pub(in crate::native) body: Vec<Stmt>,
    pub(in crate::native) handlers: Vec<Handler>,
    pub(in crate::native) otherwise: Vec<Stmt>,
    pub(in crate::native) finally: Vec<Stmt>,
}

#[derive(Debug)]
pub(in crate::native) struct Handler {
    /// Without one, everything.
    pub(in crate::native) kinds: Option<Vec<Kind>>,
    pub(in crate::native) slot: Option<Slot>,
    pub(in crate::native) body: Vec<Stmt>,
}

#[derive(Debug)]
pub(in crate::native) enum Raise {
    /// What is handled now, once more.
    Again,
    New(Kind, Vec<Expr>, From),
}

/// What stands behind `raise … from`.
#[derive(Debug)]
pub(in crate::native) enum From {
    /// Nothing does: what is handled.
    Context,
    /// `None`
    Nothing,
    /// A caught exception.
    Caught(Slot),
}
