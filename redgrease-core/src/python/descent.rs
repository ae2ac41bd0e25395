//! A parser by recursive descent for what people write most, because the generated parser is the
//! price of a macro: without optimisation it takes ten times as long for the same tree.
//!
//! It decides nothing. Whatever it does not know, and whatever is wrong, it leaves to the
//! generated parser by giving no tree; a tree that it gives is the one that the generated parser
//! would give, which the tests below compare.

mod blocks;
mod brackets;
mod expressions;
mod parameters;
mod statements;

use rustpython_parser::lexer::{self, lex_starts_at};
use rustpython_parser::text_size::{TextRange, TextSize};
use rustpython_parser::{Mode, Tok};

use super::parse::ast::{Expr, Stmt};

/// How deep statements and expressions may stand in each other: what nests deeper is left to a
/// parser that needs no stack for it.
const DEPTH: usize = 60;

/// Parses statements.
pub(super) fn statements(text: &str, offset: TextSize) -> Option<Vec<Stmt>> {
    Parser::new(lex_starts_at(text, Mode::Module, offset), offset)?.program()
}

/// Parses one expression.
pub(super) fn expression(text: &str, offset: TextSize) -> Option<Expr> {
    let mut parser = Parser::new(lex_starts_at(text, Mode::Expression, offset), offset)?;
    let expression = parser.test_list()?;
    while parser.eat(&Tok::Newline) {}
    parser.peek().is_none().then_some(expression)
}

/// The tokens of a text, and how far they are read. A method that gives None has met what it does
/// not know; the tokens that it took are gone.
struct Parser {
    tokens: Vec<(Tok, TextRange)>,
    at: usize,
    /// The end of the last token.
    end: TextSize,
    depth: usize,
}

impl Parser {
    fn new(tokens: impl Iterator<Item = lexer::LexResult>, offset: TextSize) -> Option<Self> {
        let mut found = Vec::new();
        for token in tokens {
            found.push(token.ok()?);
        }
        Some(Self {
            tokens: found,
            at: 0,
            end: offset,
            depth: 0,
        })
    }

    fn peek(&self) -> Option<&Tok> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn second(&self) -> Option<&Tok> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    fn is(&self, token: &Tok) -> bool {
        self.peek() == Some(token)
    }

    /// Takes the next token.
    fn take(&mut self) -> Option<Tok> {
        let (token, range) = self.tokens.get_mut(self.at)?;
        self.at += 1;
        self.end = range.end();
        Some(std::mem::replace(token, Tok::Newline))
    }

    /// Takes the next token if it is `token`.
    fn eat(&mut self, token: &Tok) -> bool {
        let found = self.is(token);
        if found {
            self.end = self.tokens[self.at].1.end();
            self.at += 1;
        }
        found
    }

    /// Takes the next token, which has to be `token`.
    fn expect(&mut self, token: &Tok) -> Option<()> {
        self.eat(token).then_some(())
    }

    fn name(&mut self) -> Option<String> {
        match self.take()? {
            Tok::Name { name } => Some(name),
            _ => None,
        }
    }

    /// Where the next token begins.
    fn start(&self) -> TextSize {
        self.tokens
            .get(self.at)
            .map_or(self.end, |(_, range)| range.start())
    }

    /// From `start` to the last token.
    fn since(&self, start: TextSize) -> TextRange {
        TextRange::new(start, self.end.max(start))
    }

    /// Does `work` one level deeper.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEPTH {
            return None;
        }
        self.depth += 1;
        let found = work(self);
        self.depth -= 1;
        found
    }
}

#[cfg(test)]
mod tests;
