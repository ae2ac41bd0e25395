//! The reader at the beginning of a gear.

use super::Checker;
use super::chain::given;
use crate::gear::table::{self, ReaderEntry};
use crate::gear::{Argument, value};
use crate::messages;
use crate::python::{self, ast, range};
use crate::suggest::nearest;

impl Checker<'_> {
    /// The reader at the beginning of the chain.
    pub(super) fn reader(
        &mut self,
        root: &ast::Expr,
    ) -> Option<(&'static ReaderEntry, Vec<Argument>, bool)> {
        let (function, call) = match root {
            ast::Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        let path = python::path(function);
        let name = path.as_deref().and_then(|path| match path {
            [(name, at)] => Some((name.clone(), at.clone())),
            [(module, _), (name, at)] if module == "redgrease" => Some((name.clone(), at.clone())),
            _ => None,
        });
        let Some((name, at)) = name else {
            self.out.push(messages::not_a_gear(
                "the last expression is no gear",
                range(root),
            ));
            return None;
        };
        let builder = matches!(name.as_str(), "GearsBuilder" | "GB");
        if !builder && table::reader(&name).is_none() {
            let known = table::READERS
                .iter()
                .map(|r| r.name)
                .chain(["GearsBuilder", "GB"]);
            let meant = nearest(&name, known);
            self.out
                .push(if meant.is_some() || name.ends_with("Reader") {
                    messages::unknown_reader(&name, meant, at)
                } else {
                    messages::not_a_gear("the last expression is no gear", range(root))
                });
            return None;
        }
        let Some(call) = call else {
            let what = format!("`{name}`");
            self.out.push(messages::missing_argument(
                &what,
                "()",
                &format!("{name}()"),
                at,
            ));
            return None;
        };
        if builder {
            return self.builder(&name, call);
        }
        let entry = table::reader(&name)?;
        let arguments = self.arguments(&name, entry.parameters, call, at);
        Some((entry, arguments, false))
    }

    /// `GearsBuilder('KeysReader', 'pattern')`.
    fn builder(
        &mut self,
        name: &str,
        call: &ast::ExprCall,
    ) -> Option<(&'static ReaderEntry, Vec<Argument>, bool)> {
        let mut arguments = self.arguments(name, table::BUILDER, call, range(&*call.func));
        let keywords: Vec<Option<&str>> = arguments.iter().map(|a| a.keyword.as_deref()).collect();
        let (bound, _) = table::bind(table::BUILDER, &keywords);
        let given = given(call);
        let Some(index) = bound[0] else {
            let renamed = rename_builder_arguments(arguments, &bound);
            return Some((&table::READERS[0], renamed, true));
        };
        let value = given
            .iter()
            .find(|g| self.text[range(g.value)] == *arguments[index].value.text)
            .map(|g| g.value)?;
        let constant = python::path(value).and_then(|path| match &path[..] {
            [.., (class, _), (name, _)] if class == "ReaderType" => Some(name.clone()),
            _ => None,
        });
        let Some(reader) = value::text(value).or(constant) else {
            // a value of another type was reported, and a script may say the name when it runs
            if self.native || value::literal(value).is_some() {
                return None;
            }
            self.out.push(messages::wrong_type(
                name,
                "reader",
                "the name of a reader in quotes",
                "an expression",
                range(value),
            ));
            return None;
        };
        let Some(entry) = table::reader(&reader) else {
            let meant = nearest(&reader, table::READERS.iter().map(|r| r.name));
            self.out
                .push(messages::unknown_reader(&reader, meant, range(value)));
            return None;
        };
        let (bound, _) = {
            let keywords: Vec<Option<&str>> =
                arguments.iter().map(|a| a.keyword.as_deref()).collect();
            table::bind(table::BUILDER, &keywords)
        };
        arguments = rename_builder_arguments(arguments, &bound);
        Some((entry, arguments, true))
    }
}

/// `GearsBuilder`'s names for what the readers call otherwise.
fn rename_builder_arguments(arguments: Vec<Argument>, bound: &[Option<usize>]) -> Vec<Argument> {
    let slot = |index: usize| bound.iter().position(|b| *b == Some(index));
    arguments
        .into_iter()
        .enumerate()
        .filter_map(|(index, mut argument)| match slot(index) {
            Some(0) | None => None,
            Some(1) => {
                argument.keyword = Some("defaultArg".into());
                Some(argument)
            }
            Some(_) => {
                argument.keyword = Some("desc".into());
                Some(argument)
            }
        })
        .collect()
}
