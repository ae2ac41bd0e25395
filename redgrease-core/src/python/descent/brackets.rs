//! What stands in brackets: tuples, lists, dictionaries, sets, comprehensions, arguments of calls
//! and subscripts.

use rustpython_parser::Tok;
use rustpython_parser::text_size::{TextRange, TextSize};

use super::Parser;
use super::statements::set_context;
use crate::python::parse::ast::{
    Comprehension, Expr, ExprContext, ExprDict, ExprDictComp, ExprGeneratorExp, ExprList,
    ExprListComp, ExprSet, ExprSetComp, ExprSlice, ExprStarred, ExprTuple, Identifier, Keyword,
    OptionalRange,
};

impl Parser {
    pub(super) fn parentheses(&mut self) -> Option<Expr> {
        let start = self.start();
        self.expect(&Tok::Lpar)?;
        if self.is(&Tok::Yield) {
            let value = self.yielded()?;
            self.expect(&Tok::Rpar)?;
            return Some(value);
        }
        let mut elts = Vec::new();
        let mut comma = false;
        while !self.eat(&Tok::Rpar) {
            if !elts.is_empty() && !comma {
                return None;
            }
            let starred = self.is(&Tok::Star);
            let element = self.starred_or(Self::named_test)?;
            if elts.is_empty() && !starred && self.at_comprehension() {
                let generators = self.generators()?;
                self.expect(&Tok::Rpar)?;
                return Some(Expr::GeneratorExp(ExprGeneratorExp {
                    elt: Box::new(element),
                    generators,
                    range: self.since(start),
                }));
            }
            elts.push(element);
            comma = self.eat(&Tok::Comma);
        }
        if elts.len() == 1 && !comma {
            let single = elts.pop()?;
            // `(*a)` is an error, `(*a,)` a tuple.
            return (!single.is_starred_expr()).then_some(single);
        }
        Some(Expr::Tuple(ExprTuple {
            elts,
            ctx: ExprContext::Load,
            range: self.since(start),
        }))
    }

    pub(super) fn square_brackets(&mut self) -> Option<Expr> {
        let start = self.start();
        self.expect(&Tok::Lsqb)?;
        let mut elts = Vec::new();
        let mut comma = true;
        while !self.eat(&Tok::Rsqb) {
            if !comma {
                return None;
            }
            let element = self.starred_or(Self::named_test)?;
            if elts.is_empty() && self.at_comprehension() {
                let generators = self.generators()?;
                self.expect(&Tok::Rsqb)?;
                return Some(Expr::ListComp(ExprListComp {
                    elt: Box::new(element),
                    generators,
                    range: self.since(start),
                }));
            }
            elts.push(element);
            comma = self.eat(&Tok::Comma);
        }
        Some(Expr::List(ExprList {
            elts,
            ctx: ExprContext::Load,
            range: self.since(start),
        }))
    }

    /// A dictionary or a set.
    pub(super) fn braces(&mut self) -> Option<Expr> {
        let start = self.start();
        self.expect(&Tok::Lbrace)?;
        if matches!(self.peek(), Some(Tok::Rbrace | Tok::DoubleStar)) {
            return self.dictionary(start, Vec::new(), Vec::new());
        }
        let plain = !self.at_walrus() && !self.is(&Tok::Star);
        let first = self.starred_or(Self::named_test)?;
        if self.is(&Tok::Colon) {
            if !plain {
                return None;
            }
            self.expect(&Tok::Colon)?;
            let value = self.test()?;
            if self.at_comprehension() {
                let generators = self.generators()?;
                self.expect(&Tok::Rbrace)?;
                return Some(Expr::DictComp(ExprDictComp {
                    key: Box::new(first),
                    value: Box::new(value),
                    generators,
                    range: self.since(start),
                }));
            }
            if !self.eat(&Tok::Comma) && !self.is(&Tok::Rbrace) {
                return None;
            }
            return self.dictionary(start, vec![Some(first)], vec![value]);
        }
        if !first.is_starred_expr() && self.at_comprehension() {
            let generators = self.generators()?;
            self.expect(&Tok::Rbrace)?;
            return Some(Expr::SetComp(ExprSetComp {
                elt: Box::new(first),
                generators,
                range: self.since(start),
            }));
        }
        let mut elts = vec![first];
        while self.eat(&Tok::Comma) && !self.is(&Tok::Rbrace) {
            elts.push(self.starred_or(Self::named_test)?);
        }
        self.expect(&Tok::Rbrace)?;
        Some(Expr::Set(ExprSet {
            elts,
            range: self.since(start),
        }))
    }

    /// The rest of a dictionary.
    fn dictionary(
        &mut self,
        start: TextSize,
        mut keys: Vec<Option<Expr>>,
        mut values: Vec<Expr>,
    ) -> Option<Expr> {
        while !self.is(&Tok::Rbrace) {
            if self.eat(&Tok::DoubleStar) {
                keys.push(None);
                values.push(self.operation()?);
            } else {
                keys.push(Some(self.test()?));
                self.expect(&Tok::Colon)?;
                values.push(self.test()?);
            }
            if !self.eat(&Tok::Comma) {
                break;
            }
        }
        self.expect(&Tok::Rbrace)?;
        Some(Expr::Dict(ExprDict {
            keys,
            values,
            range: self.since(start),
        }))
    }

    fn at_comprehension(&self) -> bool {
        match self.peek() {
            Some(Tok::For) => true,
            Some(Tok::Async) => matches!(self.second(), Some(Tok::For)),
            _ => false,
        }
    }

    /// `for a in b if c`, once or more.
    fn generators(&mut self) -> Option<Vec<Comprehension>> {
        let mut generators = Vec::new();
        while self.at_comprehension() {
            let start = self.start();
            let is_async = self.eat(&Tok::Async);
            self.expect(&Tok::For)?;
            let target = set_context(self.target_list()?, ExprContext::Store);
            self.expect(&Tok::In)?;
            let iter = self.or_test()?;
            let mut ifs = Vec::new();
            while self.eat(&Tok::If) {
                ifs.push(self.or_test()?);
            }
            generators.push(Comprehension {
                target,
                iter,
                ifs,
                is_async,
                range: OptionalRange::<TextRange>::new(start, self.end),
            });
        }
        Some(generators)
    }

    /// The arguments of a call or of a class, with their parentheses.
    pub(super) fn call_arguments(&mut self) -> Option<(Vec<Expr>, Vec<Keyword>)> {
        self.deeper(|parser| {
            parser.expect(&Tok::Lpar)?;
            let mut args = Vec::new();
            let mut keywords: Vec<Keyword> = Vec::new();
            while !parser.is(&Tok::Rpar) {
                parser.argument(&mut args, &mut keywords)?;
                if !parser.eat(&Tok::Comma) {
                    break;
                }
            }
            parser.expect(&Tok::Rpar)?;
            Some((args, keywords))
        })
    }

    fn argument(&mut self, args: &mut Vec<Expr>, keywords: &mut Vec<Keyword>) -> Option<()> {
        let start = self.start();
        let arg = if self.eat(&Tok::DoubleStar) {
            None
        } else if matches!(self.second(), Some(Tok::Equal)) {
            let name = Identifier::new(self.name()?);
            self.expect(&Tok::Equal)?;
            if keywords.iter().any(|k| k.arg.as_ref() == Some(&name)) {
                return None;
            }
            Some(name)
        } else {
            let value = if self.eat(&Tok::Star) {
                let value = Box::new(self.test()?);
                Expr::Starred(ExprStarred {
                    value,
                    ctx: ExprContext::Load,
                    range: self.since(start),
                })
            } else {
                let value = self.named_test()?;
                match self.at_comprehension() {
                    false => value,
                    true => Expr::GeneratorExp(ExprGeneratorExp {
                        elt: Box::new(value),
                        generators: self.generators()?,
                        range: self.since(start),
                    }),
                }
            };
            // After a keyword only `*a`, after `**a` nothing without a name.
            let allowed = match value {
                Expr::Starred(_) => keywords.iter().all(|keyword| keyword.arg.is_some()),
                _ => keywords.is_empty(),
            };
            args.push(value);
            return allowed.then_some(());
        };
        let value = self.test()?;
        keywords.push(Keyword {
            arg,
            value,
            range: self.since(start),
        });
        Some(())
    }

    /// What stands between the brackets of a subscript, with them.
    pub(super) fn subscript(&mut self) -> Option<Expr> {
        self.deeper(|parser| {
            parser.expect(&Tok::Lsqb)?;
            let start = parser.start();
            let first = parser.index()?;
            if parser.eat(&Tok::Rsqb) {
                return Some(first);
            }
            let mut elts = vec![first];
            while parser.eat(&Tok::Comma) && !parser.is(&Tok::Rsqb) {
                elts.push(parser.index()?);
            }
            let range = parser.since(start);
            parser.expect(&Tok::Rsqb)?;
            Some(Expr::Tuple(ExprTuple {
                elts,
                ctx: ExprContext::Load,
                range,
            }))
        })
    }

    /// An index or a slice.
    fn index(&mut self) -> Option<Expr> {
        let start = self.start();
        let mut lower = None;
        if !self.is(&Tok::Colon) {
            let plain = !self.at_walrus() && !self.is(&Tok::Star);
            let index = self.starred_or(Self::named_test)?;
            if !self.is(&Tok::Colon) {
                return Some(index);
            }
            if !plain {
                return None;
            }
            lower = Some(Box::new(index));
        }
        self.expect(&Tok::Colon)?;
        let upper = self.bound()?;
        let step = match self.eat(&Tok::Colon) {
            true => self.bound()?,
            false => None,
        };
        Some(Expr::Slice(ExprSlice {
            lower,
            upper,
            step,
            range: self.since(start),
        }))
    }

    /// An end of a slice, which may be left out.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether it is known"
    )]
    fn bound(&mut self) -> Option<Option<Box<Expr>>> {
        match self.peek()? {
            Tok::Colon | Tok::Comma | Tok::Rsqb => Some(None),
            _ => Some(Some(Box::new(self.test()?))),
        }
    }
}
