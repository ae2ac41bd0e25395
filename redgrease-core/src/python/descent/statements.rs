//! Simple statements, without `type`.

use rustpython_parser::Tok;

use super::Parser;
use crate::python::parse::ast::{
    Alias, Expr, ExprContext, Identifier, Int, Operator, Stmt, StmtAnnAssign, StmtAssert,
    StmtAssign, StmtAugAssign, StmtBreak, StmtContinue, StmtDelete, StmtExpr, StmtGlobal,
    StmtImport, StmtImportFrom, StmtNonlocal, StmtPass, StmtRaise, StmtReturn,
};

impl Parser {
    /// Simple statements up to the end of the line.
    pub(super) fn line(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        loop {
            body.push(self.simple()?);
            if self.eat(&Tok::Newline) {
                return Some(());
            }
            self.expect(&Tok::Semi)?;
            if self.eat(&Tok::Newline) {
                return Some(());
            }
        }
    }

    fn simple(&mut self) -> Option<Stmt> {
        let start = self.start();
        Some(match self.peek()? {
            Tok::Pass => {
                self.take();
                let range = self.since(start);
                Stmt::Pass(StmtPass { range })
            }
            Tok::Break => {
                self.take();
                let range = self.since(start);
                Stmt::Break(StmtBreak { range })
            }
            Tok::Continue => {
                self.take();
                let range = self.since(start);
                Stmt::Continue(StmtContinue { range })
            }
            Tok::Return => {
                self.take();
                let value = match self.at_expression() {
                    true => Some(Box::new(self.test_list()?)),
                    false => None,
                };
                let range = self.since(start);
                Stmt::Return(StmtReturn { value, range })
            }
            Tok::Raise => {
                self.take();
                let mut raised = StmtRaise {
                    exc: None,
                    cause: None,
                    range: self.since(start),
                };
                if self.at_expression() {
                    raised.exc = Some(Box::new(self.test()?));
                    if self.eat(&Tok::From) {
                        raised.cause = Some(Box::new(self.test()?));
                    }
                }
                raised.range = self.since(start);
                Stmt::Raise(raised)
            }
            Tok::Assert => {
                self.take();
                let test = Box::new(self.test()?);
                let msg = match self.eat(&Tok::Comma) {
                    true => Some(Box::new(self.test()?)),
                    false => None,
                };
                let range = self.since(start);
                Stmt::Assert(StmtAssert { test, msg, range })
            }
            Tok::Del => {
                self.take();
                let mut targets = Vec::new();
                while targets.is_empty() || self.eat(&Tok::Comma) && self.at_expression() {
                    let target = self.starred_or(Self::operation)?;
                    targets.push(set_context(target, ExprContext::Del));
                }
                let range = self.since(start);
                Stmt::Delete(StmtDelete { targets, range })
            }
            Tok::Global => {
                let names = self.declared()?;
                let range = self.since(start);
                Stmt::Global(StmtGlobal { names, range })
            }
            Tok::Nonlocal => {
                let names = self.declared()?;
                let range = self.since(start);
                Stmt::Nonlocal(StmtNonlocal { names, range })
            }
            Tok::Import => {
                self.take();
                let names = self.aliases(Self::dotted_name)?;
                let range = self.since(start);
                Stmt::Import(StmtImport { names, range })
            }
            Tok::From => self.import_from()?,
            Tok::Yield => {
                let value = Box::new(self.yielded()?);
                let range = self.since(start);
                Stmt::Expr(StmtExpr { value, range })
            }
            _ => self.expression_statement()?,
        })
    }

    /// An expression, or what is assigned to it.
    fn expression_statement(&mut self) -> Option<Stmt> {
        let start = self.start();
        let starred = self.is(&Tok::Star);
        let first = self.test_list()?;
        if let Some(op) = self.peek().and_then(augmented) {
            self.take();
            let target = Box::new(set_context(first, ExprContext::Store));
            let value = Box::new(self.assigned()?);
            let range = self.since(start);
            return Some(Stmt::AugAssign(StmtAugAssign {
                target,
                op,
                value,
                range,
            }));
        }
        if self.is(&Tok::Colon) {
            // A tuple without parentheses ends behind its last element or with a comma.
            if starred || matches!(&first, Expr::Tuple(tuple) if tuple.range == self.since(start)) {
                return None;
            }
            self.take();
            let simple = first.is_name_expr();
            let annotation = Box::new(self.test()?);
            let value = match self.eat(&Tok::Equal) {
                true => Some(Box::new(self.assigned()?)),
                false => None,
            };
            return Some(Stmt::AnnAssign(StmtAnnAssign {
                target: Box::new(set_context(first, ExprContext::Store)),
                annotation,
                value,
                simple,
                range: self.since(start),
            }));
        }
        if !self.is(&Tok::Equal) {
            let range = self.since(start);
            let value = Box::new(first);
            return Some(Stmt::Expr(StmtExpr { value, range }));
        }
        let mut targets = Vec::new();
        let mut last = first;
        while self.eat(&Tok::Equal) {
            let next = self.assigned()?;
            targets.push(set_context(last, ExprContext::Store));
            last = next;
        }
        Some(Stmt::Assign(StmtAssign {
            targets,
            value: Box::new(last),
            type_comment: None,
            range: self.since(start),
        }))
    }

    /// What stands to the right of a `=`.
    fn assigned(&mut self) -> Option<Expr> {
        match self.is(&Tok::Yield) {
            true => self.yielded(),
            false => self.test_list(),
        }
    }

    /// The names after `global` or `nonlocal`.
    fn declared(&mut self) -> Option<Vec<Identifier>> {
        self.take();
        let mut names = vec![Identifier::new(self.name()?)];
        while self.eat(&Tok::Comma) {
            names.push(Identifier::new(self.name()?));
        }
        Some(names)
    }

    fn dotted_name(&mut self) -> Option<String> {
        let mut path = self.name()?;
        while self.eat(&Tok::Dot) {
            path.push('.');
            path.push_str(&self.name()?);
        }
        Some(path)
    }

    /// `a as b, c`.
    fn aliases(&mut self, name: impl Fn(&mut Self) -> Option<String>) -> Option<Vec<Alias>> {
        let mut aliases = Vec::new();
        while aliases.is_empty() || self.eat(&Tok::Comma) {
            if !aliases.is_empty() && self.is(&Tok::Rpar) {
                break;
            }
            let start = self.start();
            let name = Identifier::new(name(self)?);
            let asname = match self.eat(&Tok::As) {
                true => Some(Identifier::new(self.name()?)),
                false => None,
            };
            let range = self.since(start);
            aliases.push(Alias {
                name,
                asname,
                range,
            });
        }
        Some(aliases)
    }

    fn import_from(&mut self) -> Option<Stmt> {
        let start = self.start();
        self.expect(&Tok::From)?;
        let mut level = 0;
        loop {
            if self.eat(&Tok::Dot) {
                level += 1;
            } else if self.eat(&Tok::Ellipsis) {
                level += 3;
            } else {
                break;
            }
        }
        let module = match level > 0 && self.is(&Tok::Import) {
            true => None,
            false => Some(Identifier::new(self.dotted_name()?)),
        };
        self.expect(&Tok::Import)?;
        let at = self.start();
        let names = if self.eat(&Tok::Star) {
            vec![Alias {
                name: Identifier::new("*"),
                asname: None,
                range: self.since(at),
            }]
        } else if self.eat(&Tok::Lpar) {
            let names = self.aliases(Self::name)?;
            self.expect(&Tok::Rpar)?;
            names
        } else {
            self.aliases(Self::name)?
        };
        Some(Stmt::ImportFrom(StmtImportFrom {
            level: Some(Int::new(level)),
            module,
            names,
            range: self.since(start),
        }))
    }
}

fn augmented(token: &Tok) -> Option<Operator> {
    Some(match token {
        Tok::PlusEqual => Operator::Add,
        Tok::MinusEqual => Operator::Sub,
        Tok::StarEqual => Operator::Mult,
        Tok::AtEqual => Operator::MatMult,
        Tok::SlashEqual => Operator::Div,
        Tok::PercentEqual => Operator::Mod,
        Tok::AmperEqual => Operator::BitAnd,
        Tok::VbarEqual => Operator::BitOr,
        Tok::CircumflexEqual => Operator::BitXor,
        Tok::LeftShiftEqual => Operator::LShift,
        Tok::RightShiftEqual => Operator::RShift,
        Tok::DoubleStarEqual => Operator::Pow,
        Tok::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

/// An expression as something that is assigned to or deleted.
pub(super) fn set_context(mut expression: Expr, context: ExprContext) -> Expr {
    put_context(&mut expression, context);
    expression
}

fn put_context(expression: &mut Expr, context: ExprContext) {
    match expression {
        Expr::Name(e) => e.ctx = context,
        Expr::Attribute(e) => e.ctx = context,
        Expr::Subscript(e) => e.ctx = context,
        Expr::Starred(e) => {
            e.ctx = context;
            put_context(&mut e.value, context);
        }
        Expr::Tuple(e) => {
            e.ctx = context;
            e.elts.iter_mut().for_each(|e| put_context(e, context));
        }
        Expr::List(e) => {
            e.ctx = context;
            e.elts.iter_mut().for_each(|e| put_context(e, context));
        }
        _ => {}
    }
}
