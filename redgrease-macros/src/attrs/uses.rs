//! `uses = […]`: names of Python that functions share.

use quote::ToTokens;
use syn::{Expr, ExprArray, Lit, Path, Type};

use crate::messages;
use crate::report::Report;
use crate::types::python_name;

/// What is written behind `uses =`.
#[derive(Default)]
pub(crate) struct Uses {
    pub(crate) paths: Vec<Path>,
    /// Names in Python that are probably meant by what is no path, and was reported.
    meant: Vec<String>,
}

impl Uses {
    pub(crate) fn read(value: &Expr, report: &mut Report) -> Self {
        let mut uses = Self::default();
        let message =
            || messages::argument_value("uses", "a list of names", "[shop::total, shop::RATE]");
        let Expr::Array(ExprArray { elems, .. }) = value else {
            report.error_at(value, message());
            uses.guess(value);
            return uses;
        };
        for element in elems {
            match element {
                Expr::Path(path) if path.qself.is_none() => uses.paths.push(path.path.clone()),
                other => {
                    report.error_at(other, message());
                    uses.guess(other);
                }
            }
        }
        report.uses(uses.names());
        uses
    }

    /// The names in Python, of what is meant, too.
    pub(crate) fn names(&self) -> Vec<String> {
        let last = self.paths.iter().filter_map(|path| path.segments.last());
        let names = last.map(|last| python_name(&last.ident));
        names.chain(self.meant.iter().cloned()).collect()
    }

    /// Takes for a name what `value` ends with, so that the body has it.
    pub(crate) fn guess(&mut self, value: &Expr) {
        let text = match value {
            Expr::Lit(text) => match &text.lit {
                Lit::Str(text) => text.value(),
                _ => return,
            },
            // `shop::total as sum_of`
            Expr::Cast(cast) => match &*cast.ty {
                Type::Path(name) => name.to_token_stream().to_string(),
                _ => return,
            },
            Expr::Path(path) => path.to_token_stream().to_string(),
            Expr::Array(ExprArray { elems, .. }) => {
                elems.iter().for_each(|element| self.guess(element));
                return;
            }
            Expr::Tuple(tuple) => {
                tuple.elems.iter().for_each(|element| self.guess(element));
                return;
            }
            Expr::Paren(inner) => return self.guess(&inner.expr),
            _ => return,
        };
        let name = text.rsplit(':').next().unwrap_or_default();
        self.meant.push(name.trim().to_owned());
    }
}
