//! Whether what is written out in a result fits its Rust type, part by part.

use super::RustType;
use super::infer::Infer;
use crate::messages;
use crate::python::parse::ast::Expr;
use crate::python::parse::range;

impl<'e> Infer<'e> {
    /// Says when a number is none that the type holds, or when a part that is written out cannot become
    /// what the type has in its place; whether nothing had to be said.
    pub(super) fn fits(&mut self, result: &RustType, value: &'e Expr) -> bool {
        match (result, value) {
            (RustType::Optional(inner), _) => self.fits(inner, value),
            (RustType::Integer(integer), _) => {
                let (span, holds) = (self.span(value), integer.span());
                let apart = span.is_apart(holds);
                if apart {
                    let number = span.in_words(holds);
                    let name = integer.name();
                    let found =
                        messages::wrong_number(&number, name, &integer.holds(), range(value));
                    self.say(found);
                }
                !apart
            }
            // the parts of an f-string in an f-string are a list to the parser
            (RustType::List(_) | RustType::Tuple(_), Expr::List(list))
                if self.text[range(value)].starts_with('[') =>
            {
                self.parts_fit(result, &list.elts)
            }
            (RustType::List(_) | RustType::Tuple(_), Expr::Tuple(tuple)) => {
                self.parts_fit(result, &tuple.elts)
            }
            (RustType::List(_), Expr::Set(set)) => self.parts_fit(result, &set.elts),
            _ => true,
        }
    }

    /// Says what is wrong with the first part of a list or a tuple that does not fit.
    fn parts_fit(&mut self, result: &RustType, parts: &'e [Expr]) -> bool {
        let starred = parts.iter().any(Expr::is_starred_expr);
        parts.iter().enumerate().all(|(place, part)| {
            let wanted = match result {
                RustType::List(inner) => inner,
                RustType::Tuple(types) if !starred && types.len() == parts.len() => &types[place],
                _ => return true,
            };
            if part.is_starred_expr() {
                return true;
            }
            let types = self.quietly(|infer| infer.expression(part));
            if wanted.may_take(&types) {
                return self.fits(wanted, part);
            }
            // What does not fit may be deeper in it, and is shown there.
            if self.fits(wanted, part) {
                let is_kind = types.never(|one| !wanted.is_kind_of(one));
                let range = range(part);
                self.say(if is_kind {
                    messages::wrong_elements(
                        &types.with_elements(),
                        &wanted.wanted_in_full(),
                        range,
                    )
                } else {
                    let made = wanted.made_of(&types);
                    messages::wrong_part(&types.to_string(), wanted.wanted(), made, range)
                });
            }
            false
        })
    }
}
