//! What ends a gear: `run` and `register`.

use std::ops::Range;

use super::chain::{Link, given};
use super::{Checker, Gear, native};
use crate::gear::arguments::{self, Literal};
use crate::gear::table::{self, Parameter, ReaderEntry};
use crate::gear::{Action, Argument, Reader, value};
use crate::messages;
use crate::python::{ast, range};

impl Checker<'_> {
    /// A builder whose reader is PythonReader has to get its generator somewhere.
    pub(super) fn default_generator(
        &mut self,
        gear: &Gear,
        call: &ast::ExprCall,
        at: &Range<usize>,
    ) {
        let given = !call.args.first().is_none_or(native::is_nothing) || !call.keywords.is_empty();
        let default = |argument: &Argument| argument.keyword.as_deref() == Some("defaultArg");
        if self.native
            && gear.reader == Reader::Python
            && gear.action.is_some()
            && !given
            && !gear.reader_arguments.iter().any(default)
        {
            let usage = "run(generator)";
            self.out.push(messages::missing_argument(
                "`run` of PythonReader",
                "generator",
                usage,
                at.clone(),
            ));
        }
    }

    /// `register` has a prefix of its own, whatever the reader was given.
    pub(super) fn ignored_pattern(&mut self, arguments: &[Argument], root: &ast::Expr) {
        let ast::Expr::Call(call) = root else { return };
        let pattern = arguments.iter().find(|argument| {
            matches!(
                argument.keyword.as_deref(),
                None | Some("default_key_pattern" | "defaultArg")
            )
        });
        let Some(pattern) = pattern.filter(|p| p.value.text != "'*'" && p.value.text != "\"*\"")
        else {
            return;
        };
        let written = given(call)
            .into_iter()
            .map(|g| range(g.value))
            .find(|at| self.text[at.clone()] == *pattern.value.text);
        if let Some(at) = written {
            self.out.push(messages::ignored_pattern(at));
        }
    }

    pub(super) fn action(
        &mut self,
        entry: &'static ReaderEntry,
        link: &Link<'_>,
        call: &ast::ExprCall,
    ) -> Option<Action> {
        let parameters = if link.name == "run" {
            entry.run
        } else {
            entry.register
        };
        let Some(parameters) = parameters else {
            self.out.push(messages::unsupported_action(
                entry.name,
                link.name,
                link.name_range.clone(),
            ));
            return None;
        };
        let native: Vec<Parameter>;
        let parameters = if self.native {
            native = table::native_action(parameters);
            &native[..]
        } else {
            parameters
        };
        let arguments = self.arguments(link.name, parameters, call, link.name_range.clone());
        if link.name == "run" {
            return Some(Action::Run(arguments));
        }
        self.register_rules(entry, parameters, call, link.name_range.clone());
        Some(Action::Register(arguments))
    }

    /// What `register` needs as a whole.
    fn register_rules(
        &mut self,
        entry: &ReaderEntry,
        parameters: &[Parameter],
        call: &ast::ExprCall,
        at: Range<usize>,
    ) {
        let given = given(call);
        let keywords: Vec<Option<&str>> = given.iter().map(|g| g.keyword).collect();
        let (bound, _) = table::bind(parameters, &keywords);
        let literals: Vec<_> = given.iter().map(|g| value::literal(g.value)).collect();
        let get = |name: &str| {
            let slot = parameters.iter().position(|p| p.name == name)?;
            let index = bound[slot]?;
            let literal = literals[index].as_ref();
            if literal.is_some_and(Literal::is_none) {
                return None;
            }
            Some((parameters[slot].name, literal, range(given[index].value)))
        };
        arguments::together(&get, &mut self.out);
        if entry.reader == Reader::Command {
            let has = |name: &str| call.keywords.iter().any(|k| k.arg.as_deref() == Some(name));
            // one with another name was probably meant to be it, and is reported
            let known = |name: &str| parameters.iter().any(|p| p.name == name);
            let mut named = call.keywords.iter().map(|k| k.arg.as_deref());
            let misnamed =
                named.any(|name| name.is_none_or(|name| !known(name) && name != "regex"));
            if !has("trigger") && !has("hook") && !misnamed {
                self.out.push(messages::missing_argument(
                    "`register` of CommandReader",
                    "trigger",
                    "register(trigger=\"name\")",
                    at,
                ));
            }
        }
    }
}
