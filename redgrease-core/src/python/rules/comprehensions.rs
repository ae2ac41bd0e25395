//! Comprehensions and generator expressions.

use super::targets::collect_names;
use super::{Function, Place, Rules};
use crate::messages;
use crate::python::parse::ast::{Comprehension, Expr, ExprGeneratorExp};
use crate::python::parse::range;
use crate::python::walk::Visitor as _;

impl Rules<'_> {
    pub(super) fn comprehension_expression(
        &mut self,
        generators: &[Comprehension],
        elements: &[&Expr],
    ) {
        for generator in generators.iter().filter(|g| g.is_async) {
            let at = range(&generator.target);
            self.need_async("an asynchronous comprehension", at);
        }
        self.generators(generators, elements, self.place.function);
    }

    /// A generator expression may be asynchronous wherever it stands: it is not run there.
    pub(super) fn generator_expression(&mut self, generator: &ExprGeneratorExp) {
        self.generators(&generator.generators, &[&generator.elt], Function::Async);
    }

    fn generators(&mut self, generators: &[Comprehension], elements: &[&Expr], inside: Function) {
        let names = self.iterated.len();
        let iterable = self.in_iterable;
        for (index, generator) in generators.iter().enumerate() {
            self.in_iterable = true;
            if index == 0 {
                self.expression(&generator.iter);
            } else {
                self.inside_comprehension(inside, |rules| {
                    rules.expression(&generator.iter);
                });
            }
            self.in_iterable = iterable;
            self.lone_value(&generator.iter);
            self.target(&generator.target, true);
            collect_names(&generator.target, &mut self.iterated);
        }
        self.inside_comprehension(inside, |rules| {
            for generator in generators {
                for test in &generator.ifs {
                    rules.expression(test);
                }
            }
            for element in elements {
                if let Expr::Starred(e) = element {
                    rules.out.push(messages::star_in_comprehension(range(e)));
                }
                rules.expression(element);
            }
        });
        self.iterated.truncate(names);
    }

    fn inside_comprehension(&mut self, function: Function, work: impl FnOnce(&mut Self)) {
        let place = Place {
            function,
            comprehension: true,
            ..self.place
        };
        self.within(place, work);
    }
}
