//! What the elements of a comprehension can be.

use super::Infer;
use crate::python::parse::ast::{self, Expr};
use crate::python::types::Types;
use crate::python::types::mentioned::{asks, mentions, names_in};
use crate::python::types::names::{Given, Names};

impl<'e> Infer<'e> {
    pub(super) fn comprehension(
        &mut self,
        generators: &'e [ast::Comprehension],
        elements: &[&'e Expr],
    ) -> Types {
        let mut names = Names::default();
        for generator in generators {
            let value = Given::Element(&generator.iter);
            names.assign(&generator.target, &value);
        }
        let mut last = Types::ANY;
        if let Some(first) = generators.first() {
            self.looped(&first.iter);
        }
        // the first iterable stands outside, but names it alone cannot be told apart from the others
        let own = generators.iter().any(|g| mentions(&g.iter, &names));
        if own {
            for given in names.given.values_mut() {
                *given = vec![Given::Known(Types::ANY)];
            }
        }
        self.within(names, |infer| {
            let mut checked = false;
            let asked = infer.asked.len();
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
                    infer.looped(&generator.iter);
                }
                for test in &generator.ifs {
                    infer.expression(test);
                    checked |= asks(test);
                    infer.asked.extend(names_in(test));
                }
            }
            infer.quiet += usize::from(checked);
            for element in elements {
                last = infer.expression(element);
            }
            infer.quiet -= usize::from(checked);
            infer.asked.truncate(asked);
        });
        last
    }
}
