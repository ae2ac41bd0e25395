//! The parameters of functions and lambdas.

use rustpython_parser::Tok;
use rustpython_parser::text_size::TextRange;

use super::Parser;
use crate::python::parse::ast::{Arg, ArgWithDefault, Arguments, Identifier, OptionalRange};

impl Parser {
    /// The parameters up to `close`; those of a function may be `typed`.
    pub(super) fn parameters(&mut self, close: &Tok, typed: bool) -> Option<Arguments> {
        let start = self.start();
        let mut found = Arguments::empty(OptionalRange::<TextRange>::new(start, start));
        let mut star = false;
        let mut bare = false;
        while !self.is(close) {
            if self.eat(&Tok::DoubleStar) {
                found.kwarg = Some(Box::new(self.parameter(typed)?));
                self.eat(&Tok::Comma);
                break;
            } else if self.eat(&Tok::Star) {
                if star {
                    return None;
                }
                star = true;
                bare = self.is(&Tok::Comma);
                if !bare {
                    found.vararg = Some(Box::new(self.parameter(typed)?));
                }
            } else if self.eat(&Tok::Slash) {
                if star || found.args.is_empty() || !found.posonlyargs.is_empty() {
                    return None;
                }
                found.posonlyargs = std::mem::take(&mut found.args);
            } else {
                let start = self.start();
                let def = self.parameter(typed)?;
                let range = OptionalRange::<TextRange>::new(start, self.end);
                let default = match self.eat(&Tok::Equal) {
                    true => Some(Box::new(self.test()?)),
                    false => None,
                };
                let list = if star {
                    &mut found.kwonlyargs
                } else {
                    &mut found.args
                };
                list.push(ArgWithDefault {
                    def,
                    default,
                    range,
                });
            }
            if !self.eat(&Tok::Comma) {
                break;
            }
        }
        if bare && found.kwonlyargs.is_empty() {
            return None;
        }
        found.range = OptionalRange::<TextRange>::new(start, self.end);
        is_right(&found).then_some(found)
    }

    fn parameter(&mut self, typed: bool) -> Option<Arg> {
        let start = self.start();
        let arg = Identifier::new(self.name()?);
        let annotation = match typed && self.eat(&Tok::Colon) {
            true => Some(Box::new(self.test()?)),
            false => None,
        };
        Some(Arg {
            arg,
            annotation,
            type_comment: None,
            range: self.since(start),
        })
    }
}

/// Whether no parameter stands there twice and none without a default follows one with a default.
fn is_right(arguments: &Arguments) -> bool {
    let positional = || arguments.posonlyargs.iter().chain(&arguments.args);
    let mut names: Vec<&str> = positional()
        .chain(&arguments.kwonlyargs)
        .map(|parameter| &parameter.def)
        .chain(arguments.vararg.as_deref())
        .chain(arguments.kwarg.as_deref())
        .map(|parameter| parameter.arg.as_str())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    let mut defaults = positional().skip_while(|parameter| parameter.default.is_none());
    names.len() == count && defaults.all(|parameter| parameter.default.is_some())
}
