//! A step of a gear: an operation and its arguments.

use super::Checker;
use super::chain::{Link, given};
use crate::gear::table::{self, Parameter, ReaderEntry};
use crate::gear::{Operation, Reader, Step, value};
use crate::messages;
use crate::python::{ast, range};
use crate::suggest::nearest;

impl Checker<'_> {
    pub(super) fn step(
        &mut self,
        entry: &'static ReaderEntry,
        builder: bool,
        index: usize,
        link: &Link<'_>,
        call: &ast::ExprCall,
    ) -> Option<Step> {
        // what the original's builder has for itself, a script may call
        if self.native && link.name == "__localAggregateby__" {
            self.visit(call);
            return None;
        }
        let Some(operation) = table::operation(link.name) else {
            let sugar = entry.sugar.iter().filter(|_| index == 0 && !builder);
            let names = table::OPERATIONS
                .iter()
                .filter(|o| !o.operation.is_sugar() || sugar.clone().any(|s| *s == o.operation))
                .map(|o| o.name)
                .chain(["run", "register"]);
            self.out.push(messages::unknown_operation(
                link.name,
                nearest(link.name, names),
                link.name_range.clone(),
            ));
            self.visit(call);
            return None;
        };
        if operation.operation.is_sugar() {
            let help = if !entry.sugar.contains(&operation.operation) {
                Some(format!("{} has no `{}`; use `map`", entry.name, link.name))
            } else if builder {
                Some(format!(
                    "GearsBuilder has the plain operations only; begin with `{}(…)`",
                    entry.name
                ))
            } else if index > 0 {
                Some(format!("`{}` has to be the first step", link.name))
            } else {
                None
            };
            if let Some(help) = help {
                self.out.push(messages::misplaced_sugar(
                    link.name,
                    entry.name,
                    &help,
                    link.name_range.clone(),
                ));
                self.visit(call);
                return None;
            }
        }
        let parameters = if operation.operation.is_sugar() && entry.reader == Reader::Stream {
            &[]
        } else {
            operation.parameters
        };
        if self.native
            && !table::is_named(operation.operation)
            && let Some(keyword) = given(call).into_iter().find(|g| g.keyword.is_some())
        {
            let name = keyword.keyword.unwrap_or_default();
            let at = keyword.keyword_range.clone();
            self.out.push(messages::by_place(link.name, name, at));
            self.visit(call);
            return None;
        }
        let native: Vec<Parameter>;
        let parameters = if self.native {
            native = table::native(operation);
            &native[..]
        } else {
            parameters
        };
        let arguments = self.arguments(link.name, parameters, call, link.name_range.clone());
        if !self.native {
            self.zero(operation.operation, operation.parameters, call);
        }
        Some(Step {
            operation: operation.operation,
            arguments,
        })
    }

    /// `aggregate` can guess its functions for a zero that is a number or a list only.
    fn zero(&mut self, operation: Operation, parameters: &[Parameter], call: &ast::ExprCall) {
        if !matches!(operation, Operation::Aggregate | Operation::AggregateBy) {
            return;
        }
        let given = given(call);
        let keywords: Vec<Option<&str>> = given.iter().map(|g| g.keyword).collect();
        let (bound, _) = table::bind(parameters, &keywords);
        let slot = |name: &str| parameters.iter().position(|p| p.name == name);
        let (Some(zero), Some(sequence)) = (slot("zero"), slot("seqOp")) else {
            return;
        };
        if let (Some(index), None) = (bound[zero], bound[sequence]) {
            let literal = value::literal(given[index].value);
            if literal.is_some_and(|l| !l.is_number() && !l.is_list() && !l.is_none()) {
                self.out.push(messages::missing_argument(
                    "an aggregation whose `zero` is neither a number nor a list",
                    "seqOp",
                    "aggregate(zero, lambda accumulator, record: …)",
                    range(given[index].value),
                ));
            }
        }
    }
}
