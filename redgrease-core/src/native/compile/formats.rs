//! f-strings and `.format()`.

use std::ops::Range;

use super::{Refusal, Scope};
use crate::native::format::Spec;
use crate::native::tree::{Constant, Expr as Made, Part, Slot};
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(super) fn joined(
        &mut self,
        e: &'s ast::ExprJoinedStr,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let text = self.compiler.script.text.get(at.clone());
        if text.is_none_or(|text| text.contains('\n')) {
            return Err(Refusal::new("an f-string of several lines", "", at.clone()));
        }
        let outer = std::mem::replace(&mut self.one_line, true);
        let parts: Result<Vec<_>, _> = e.values.iter().map(|one| self.part(one, at)).collect();
        self.one_line = outer;
        parts.map(Made::Join)
    }

    fn part(&mut self, expression: &'s Expr, at: &Range<usize>) -> Result<Part, Refusal> {
        match expression {
            Expr::Constant(e) => match super::expression::constant(&e.value, at)? {
                Constant::Str(text) => Ok(Part::Text(text)),
                _ => Err(Refusal::new("this in an f-string", "", at.clone())),
            },
            Expr::FormattedValue(e) => {
                let value = self.expression(&e.value)?;
                let repr = match e.conversion {
                    ast::ConversionFlag::None | ast::ConversionFlag::Str => false,
                    ast::ConversionFlag::Repr => true,
                    ast::ConversionFlag::Ascii => {
                        return Err(Refusal::new("`!a` in an f-string", "", at.clone()));
                    }
                };
                let spec = match &e.format_spec {
                    None => None,
                    Some(spec) => self.spec(&literal(spec, at)?, at)?,
                };
                if matches!(e.conversion, ast::ConversionFlag::Str) && spec.is_some() {
                    return Err(Refusal::new("`!s` with a format", "", at.clone()));
                }
                self.shows(at.clone())?;
                Ok(Part::Value { value, repr, spec })
            }
            _ => Err(Refusal::new("this in an f-string", "", at.clone())),
        }
    }

    fn spec(&mut self, text: &str, at: &Range<usize>) -> Result<Option<Spec>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let Some(spec) = Spec::parse(text) else {
            return Err(Refusal::new("this format", text, at.clone()));
        };
        if !spec.is_total() {
            self.may_give_back("after an effect, this format", text, at.clone())?;
        }
        Ok(Some(spec))
    }

    /// `'…{}…'.format(…)`
    pub(super) fn formatted(
        &mut self,
        text: &str,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let mut arguments = Vec::new();
        let mut names: Vec<Option<&str>> = Vec::new();
        for argument in &call.args {
            arguments.push((self.fresh(), self.expression(argument)?));
            names.push(None);
        }
        for keyword in &call.keywords {
            let Some(name) = &keyword.arg else {
                return Err(Refusal::new("`**` in format()", "", at.clone()));
            };
            arguments.push((self.fresh(), self.expression(&keyword.value)?));
            names.push(Some(name));
        }
        let positional = call.args.len();
        let mut parts = Vec::new();
        let mut next = 0;
        let mut numbered = false;
        for piece in
            pieces(text).ok_or_else(|| Refusal::new("this text for format()", text, at.clone()))?
        {
            let (field, conversion, spec) = match piece {
                Piece::Text(text) => {
                    parts.push(Part::Text(text.as_str().into()));
                    continue;
                }
                Piece::Field(field, conversion, spec) => (field, conversion, spec),
            };
            let end = field.find(['.', '[']).unwrap_or(field.len());
            let (first, rest) = field.split_at(end);
            let index = if first.is_empty() {
                next += 1;
                next - 1
            } else if let Ok(number) = first.parse::<usize>() {
                numbered = true;
                number
            } else {
                names
                    .iter()
                    .position(|name| *name == Some(first))
                    .unwrap_or(usize::MAX)
            };
            let is_named = !first.is_empty() && first.parse::<usize>().is_err();
            if index >= arguments.len()
                || (!is_named && index >= positional)
                || (numbered && next > 0)
            {
                return Err(Refusal::new("this text for format()", text, at.clone()));
            }
            let slot: Slot = arguments[index].0;
            let value = indexed(Made::Local(slot), rest)
                .ok_or_else(|| Refusal::new("this text for format()", text, at.clone()))?;
            let repr = match conversion {
                None => false,
                Some('r') => true,
                Some(_) => {
                    return Err(Refusal::new(
                        "this conversion in format()",
                        text,
                        at.clone(),
                    ));
                }
            };
            let spec = self.spec(&spec, at)?;
            self.shows(at.clone())?;
            parts.push(Part::Value { value, repr, spec });
        }
        Ok(Made::Format(arguments, parts))
    }
}

/// `[key]` behind a name in a text for `format()`.
fn indexed(value: Made, rest: &str) -> Option<Made> {
    if rest.is_empty() {
        return Some(value);
    }
    let inner = rest.strip_prefix('[')?;
    let (key, rest) = inner.split_once(']')?;
    let made = match key.parse::<i64>() {
        Ok(number) if key.bytes().all(|b| b.is_ascii_digit()) => {
            Made::Index(Box::new((value, Made::Constant(Constant::Int(number)))))
        }
        _ if !key.is_empty() && !key.starts_with(['+', '-']) => {
            Made::Field(Box::new(value), key.into())
        }
        _ => return None,
    };
    indexed(made, rest)
}

/// The constant text of a format in an f-string.
fn literal(spec: &Expr, at: &Range<usize>) -> Result<String, Refusal> {
    let Expr::JoinedStr(e) = spec else {
        return Err(Refusal::new("a format that is computed", "", at.clone()));
    };
    let mut text = String::new();
    for one in &e.values {
        match one {
            Expr::Constant(c) => match &c.value {
                ast::Constant::Str(part) => text.push_str(part),
                _ => return Err(Refusal::new("a format that is computed", "", range(one))),
            },
            _ => return Err(Refusal::new("a format that is computed", "", at.clone())),
        }
    }
    Ok(text)
}

enum Piece {
    Text(String),
    Field(String, Option<char>, String),
}

/// The pieces of a text for `format()`.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' if characters.peek() == Some(&'{') => {
                characters.next();
                plain.push('{');
            }
            '}' => {
                characters.next_if_eq(&'}')?;
                plain.push('}');
            }
            '{' => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                let mut inside = String::new();
                loop {
                    match characters.next()? {
                        '}' => break,
                        '{' => return None,
                        other => inside.push(other),
                    }
                }
                let (field, spec) = inside.split_once(':').unwrap_or((&inside, ""));
                let (field, conversion) = match field.split_once('!') {
                    None => (field, None),
                    Some((field, conversion)) => {
                        let mut letters = conversion.chars();
                        let letter = letters.next()?;
                        if letters.next().is_some() {
                            return None;
                        }
                        (field, Some(letter))
                    }
                };
                pieces.push(Piece::Field(field.to_owned(), conversion, spec.to_owned()));
            }
            other => plain.push(other),
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Some(pieces)
}
