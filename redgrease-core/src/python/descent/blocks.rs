//! Statements with blocks, and the text as a whole; without `match` and type parameters.

use rustpython_parser::Tok;
use rustpython_parser::text_size::{TextRange, TextSize};

use super::Parser;
use super::statements::set_context;
use crate::python::parse::ast::{
    ExceptHandler, ExceptHandlerExceptHandler, Expr, ExprContext, Identifier, OptionalRange,
    Ranged as _, Stmt, StmtAsyncFor, StmtAsyncFunctionDef, StmtAsyncWith, StmtClassDef, StmtFor,
    StmtFunctionDef, StmtIf, StmtTry, StmtWhile, StmtWith, WithItem,
};

impl Parser {
    /// All statements of the text.
    pub(super) fn program(&mut self) -> Option<Vec<Stmt>> {
        let mut body = Vec::new();
        while self.peek().is_some() {
            if !self.eat(&Tok::Newline) {
                self.statement(&mut body)?;
            }
        }
        Some(body)
    }

    /// A statement with a block, or a line of simple ones.
    fn statement(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        let compound = match self.peek()? {
            Tok::If => self.conditional(&Tok::If)?,
            Tok::While => self.while_loop()?,
            Tok::For | Tok::With => self.for_or_with()?,
            Tok::Async => match self.second()? {
                Tok::Def => self.function(Vec::new())?,
                _ => self.for_or_with()?,
            },
            Tok::Try => self.try_block()?,
            Tok::Def => self.function(Vec::new())?,
            Tok::Class => self.class(Vec::new())?,
            Tok::At => self.decorated()?,
            _ => return self.line(body),
        };
        body.push(compound);
        Some(())
    }

    /// `:` and what belongs to it.
    fn block(&mut self) -> Option<Vec<Stmt>> {
        self.expect(&Tok::Colon)?;
        let mut body = Vec::new();
        if !self.eat(&Tok::Newline) {
            self.line(&mut body)?;
            return Some(body);
        }
        self.expect(&Tok::Indent)?;
        self.deeper(|parser| {
            while !parser.eat(&Tok::Dedent) {
                parser.statement(&mut body)?;
            }
            Some(body)
        })
    }

    /// The block after `word`, when it comes next; otherwise none.
    fn block_after(&mut self, word: &Tok) -> Option<Vec<Stmt>> {
        match self.eat(word) {
            true => self.block(),
            false => Some(Vec::new()),
        }
    }

    /// `if` or `elif` with what follows it.
    fn conditional(&mut self, word: &Tok) -> Option<Stmt> {
        let start = self.start();
        self.expect(word)?;
        let test = Box::new(self.named_test()?);
        let body = self.block()?;
        let orelse = if self.is(&Tok::Elif) {
            vec![self.deeper(|parser| parser.conditional(&Tok::Elif))?]
        } else {
            self.block_after(&Tok::Else)?
        };
        let range = TextRange::new(start, end_of(&[&orelse, &body])?);
        Some(Stmt::If(StmtIf {
            test,
            body,
            orelse,
            range,
        }))
    }

    fn while_loop(&mut self) -> Option<Stmt> {
        let start = self.start();
        self.expect(&Tok::While)?;
        let test = Box::new(self.named_test()?);
        let body = self.block()?;
        let orelse = self.block_after(&Tok::Else)?;
        let range = TextRange::new(start, end_of(&[&orelse, &body])?);
        Some(Stmt::While(StmtWhile {
            test,
            body,
            orelse,
            range,
        }))
    }

    fn for_or_with(&mut self) -> Option<Stmt> {
        let start = self.start();
        let is_async = self.eat(&Tok::Async);
        if self.is(&Tok::With) {
            return self.with(start, is_async);
        }
        self.expect(&Tok::For)?;
        let target = Box::new(set_context(self.target_list()?, ExprContext::Store));
        self.expect(&Tok::In)?;
        let iter = Box::new(self.test_list()?);
        let body = self.block()?;
        let orelse = self.block_after(&Tok::Else)?;
        let range = TextRange::new(start, end_of(&[&orelse, &body])?);
        let type_comment = None;
        Some(match is_async {
            true => Stmt::AsyncFor(StmtAsyncFor {
                target,
                iter,
                body,
                orelse,
                type_comment,
                range,
            }),
            false => Stmt::For(StmtFor {
                target,
                iter,
                body,
                orelse,
                type_comment,
                range,
            }),
        })
    }

    fn with(&mut self, start: TextSize, is_async: bool) -> Option<Stmt> {
        self.expect(&Tok::With)?;
        // Parentheses may belong to the first item or to all of them.
        if self.is(&Tok::Lpar) {
            return None;
        }
        let mut items = Vec::new();
        while items.is_empty() || self.eat(&Tok::Comma) {
            let start = self.start();
            let context_expr = self.test()?;
            let optional_vars = match self.eat(&Tok::As) {
                true => Some(Box::new(set_context(self.operation()?, ExprContext::Store))),
                false => None,
            };
            items.push(WithItem {
                context_expr,
                optional_vars,
                range: OptionalRange::<TextRange>::new(start, self.end),
            });
        }
        let body = self.block()?;
        let range = TextRange::new(start, end_of(&[&body])?);
        let type_comment = None;
        Some(match is_async {
            true => Stmt::AsyncWith(StmtAsyncWith {
                items,
                body,
                type_comment,
                range,
            }),
            false => Stmt::With(StmtWith {
                items,
                body,
                type_comment,
                range,
            }),
        })
    }

    fn try_block(&mut self) -> Option<Stmt> {
        let start = self.start();
        self.expect(&Tok::Try)?;
        let body = self.block()?;
        let mut handlers = Vec::new();
        while self.is(&Tok::Except) {
            handlers.push(self.handler()?);
        }
        // `else` needs a handler before it.
        let orelse = match handlers.is_empty() {
            true => Vec::new(),
            false => self.block_after(&Tok::Else)?,
        };
        let finalbody = self.block_after(&Tok::Finally)?;
        let end =
            end_of(&[&finalbody, &orelse]).or_else(|| handlers.last().map(ExceptHandler::end))?;
        Some(Stmt::Try(StmtTry {
            body,
            handlers,
            orelse,
            finalbody,
            range: TextRange::new(start, end),
        }))
    }

    fn handler(&mut self) -> Option<ExceptHandler> {
        let start = self.start();
        self.expect(&Tok::Except)?;
        let mut type_ = None;
        let mut name = None;
        if !self.is(&Tok::Colon) {
            type_ = Some(Box::new(self.test()?));
            if self.eat(&Tok::As) {
                name = Some(Identifier::new(self.name()?));
            }
        }
        let body = self.block()?;
        let range = TextRange::new(start, end_of(&[&body])?);
        Some(ExceptHandler::ExceptHandler(ExceptHandlerExceptHandler {
            type_,
            name,
            body,
            range,
        }))
    }

    fn decorated(&mut self) -> Option<Stmt> {
        let mut decorators = Vec::new();
        while self.eat(&Tok::At) {
            decorators.push(self.named_test()?);
            self.expect(&Tok::Newline)?;
        }
        match self.peek()? {
            Tok::Class => self.class(decorators),
            _ => self.function(decorators),
        }
    }

    fn function(&mut self, decorator_list: Vec<Expr>) -> Option<Stmt> {
        let start = self.start();
        let is_async = self.eat(&Tok::Async);
        self.expect(&Tok::Def)?;
        let name = Identifier::new(self.name()?);
        self.expect(&Tok::Lpar)?;
        let args = Box::new(self.parameters(&Tok::Rpar, true)?);
        self.expect(&Tok::Rpar)?;
        let returns = match self.eat(&Tok::Rarrow) {
            true => Some(Box::new(self.test()?)),
            false => None,
        };
        let body = self.block()?;
        let range = TextRange::new(start, end_of(&[&body])?);
        let (type_comment, type_params) = (None, Vec::new());
        Some(match is_async {
            true => Stmt::AsyncFunctionDef(StmtAsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
                range,
            }),
            false => Stmt::FunctionDef(StmtFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
                range,
            }),
        })
    }

    fn class(&mut self, decorator_list: Vec<Expr>) -> Option<Stmt> {
        let start = self.start();
        self.expect(&Tok::Class)?;
        let name = Identifier::new(self.name()?);
        let (bases, keywords) = match self.is(&Tok::Lpar) {
            true => self.call_arguments()?,
            false => (Vec::new(), Vec::new()),
        };
        let body = self.block()?;
        let range = TextRange::new(start, end_of(&[&body])?);
        Some(Stmt::ClassDef(StmtClassDef {
            name,
            bases,
            keywords,
            body,
            decorator_list,
            type_params: Vec::new(),
            range,
        }))
    }
}

/// The end of the first block that has statements.
fn end_of(blocks: &[&[Stmt]]) -> Option<TextSize> {
    blocks.iter().find_map(|block| block.last()).map(Stmt::end)
}
