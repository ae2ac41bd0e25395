//! Functions of which a part needs Python: where they come to it, they give the call back.
//!
//! That is possible as long as nothing has happened outside. Commands that change nothing count for nothing here: they run
//! again with the call.

use super::scope::State;
use super::{Assumed, Refusal, Scope};
use crate::native::host::{Service, is_read};
use crate::native::program::Import;
use crate::native::tree::{Expr as Made, Stmt as Out, StmtKind};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::range;

/// A point of a function to which its compilation can go back.
pub(super) struct Mark {
    state: State,
    hidden: usize,
    caught: usize,
    handling: usize,
    depth: usize,
    one_line: bool,
    late: bool,
    line: u32,
    happened: bool,
    ends: bool,
    codes: usize,
    under_way: usize,
    sent: usize,
    imports: usize,
    has_effect: bool,
    has_loops: bool,
    recursive: bool,
    seen: Assumed,
}

impl<'s> Scope<'_, 's> {
    /// Where it is now, if the call can be given back from here.
    pub(super) fn mark(&self) -> Option<Mark> {
        let compiler = &*self.compiler;
        (compiler.in_part && !self.state.effect).then(|| Mark {
            state: self.state.clone(),
            hidden: self.hidden.len(),
            caught: self.caught.len(),
            handling: self.handling,
            depth: self.depth,
            one_line: self.one_line,
            late: self.late,
            line: self.line,
            happened: self.happened,
            ends: self.ends,
            codes: compiler.codes.len(),
            under_way: compiler.under_way.len(),
            sent: compiler.sent.len(),
            imports: compiler.imports.len(),
            has_effect: compiler.has_effect,
            has_loops: compiler.has_loops,
            recursive: compiler.recursive,
            seen: compiler.seen,
        })
    }

    /// Goes back there: from here on Python is needed, and why.
    fn gives_back(&mut self, mark: Mark, refusal: Refusal) -> &'static str {
        self.state = mark.state;
        self.hidden.truncate(mark.hidden);
        self.caught.truncate(mark.caught);
        self.handling = mark.handling;
        self.depth = mark.depth;
        self.one_line = mark.one_line;
        self.late = mark.late;
        self.line = mark.line;
        self.happened = mark.happened;
        self.ends = mark.ends;
        let compiler = &mut *self.compiler;
        compiler.codes.truncate(mark.codes);
        compiler.made.retain(|_, (code, _)| *code < mark.codes);
        compiler.under_way.truncate(mark.under_way);
        compiler.constants.clear();
        compiler.starts.clear();
        compiler.sent.truncate(mark.sent);
        compiler.imports.truncate(mark.imports);
        compiler.has_effect = mark.has_effect;
        compiler.has_loops = mark.has_loops;
        compiler.recursive = mark.recursive;
        compiler.seen = mark.seen;
        let reason = refusal.reason;
        self.needs_python.get_or_insert(refusal);
        reason
    }

    /// Ends a block where its last statement needs Python: before the first statement of the block after which that would be
    /// too late, and before imports that nothing else is there for. `marks` has one for each statement where it is not.
    ///
    /// # Errors
    /// The same, when it is too late for the whole block.
    pub(super) fn give_back(
        &mut self,
        made: &mut Vec<Out>,
        marks: &mut Vec<Mark>,
        refusal: Refusal,
    ) -> Result<(), Refusal> {
        let is_import = |at: usize| {
            let before = at.checked_sub(1).and_then(|at| made.get(at));
            before.is_some_and(|one| matches!(one.kind, StmtKind::Import))
        };
        while marks.len() > 1 && is_import(marks.len() - 1) {
            marks.pop();
        }
        let Some(mark) = marks.pop() else {
            return Err(refusal);
        };
        made.truncate(marks.len());
        let line = self.compiler.script.line(refusal.range.start);
        let reason = self.gives_back(mark, refusal);
        self.state.dead = true;
        made.push(Out {
            line,
            kind: StmtKind::GiveBack(reason),
        });
        Ok(())
    }

    /// An expression that is not always evaluated.
    pub(super) fn perhaps_evaluated(&mut self, expression: &'s Expr) -> Result<Made, Refusal> {
        let mark = self.mark();
        match (self.expression(expression), mark) {
            (Err(refusal), Some(mark)) => Ok(Made::GiveBack(self.gives_back(mark, refusal))),
            (made, _) => made,
        }
    }

    /// Refuses a block that begins with needing Python: what is around it does so, then.
    pub(super) fn is_worth_it(&self, body: &[Out]) -> Result<(), Refusal> {
        let first = body
            .iter()
            .find(|one| !matches!(one.kind, StmtKind::Pass | StmtKind::Import));
        match (first.map(|one| &one.kind), &self.needs_python) {
            (Some(StmtKind::GiveBack(_)), Some(refusal)) => Err(refusal.clone()),
            _ => Ok(()),
        }
    }

    /// How a command runs.
    pub(super) fn executes(&self, command: &str) -> Service {
        if self.compiler.in_part && is_read(command) {
            Service::Read
        } else {
            Service::Execute
        }
    }

    /// A statement that imports: nothing is done where that is known to be there.
    pub(super) fn import(&mut self, statement: &Stmt) -> Result<StmtKind, Refusal> {
        let refused = || {
            let what = "an import inside of the function";
            Refusal::new(what, "", range(statement))
        };
        if !self.compiler.in_part {
            return Err(refused());
        }
        let text = |alias: &ast::Alias| alias.name.to_string();
        match statement {
            Stmt::Import(s) => {
                let all = s.names.iter().map(|alias| Import {
                    module: text(alias),
                    names: Vec::new(),
                });
                self.compiler.imports.extend(all);
            }
            Stmt::ImportFrom(s) => {
                let is_absolute = s.level.is_none_or(|level| level.to_u32() == 0);
                let module = s.module.as_ref().filter(|_| is_absolute);
                self.compiler.imports.push(Import {
                    module: module.ok_or_else(refused)?.to_string(),
                    names: s.names.iter().map(text).collect(),
                });
            }
            _ => return Err(refused()),
        }
        Ok(StmtKind::Import)
    }
}
