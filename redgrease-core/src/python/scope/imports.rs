//! Imports; those of redgrease become assignments, because the server has nothing to import.

use std::ops::Range;

use super::doubt::Doubt;
use super::{Collector, How};
use crate::python::layout::Edit;
use crate::python::modules;
use crate::python::parse::ast;
use crate::python::parse::range;

impl Collector<'_> {
    pub(super) fn import(&mut self, statement: &ast::StmtImport) {
        let mut edit = Vec::new();
        let mut ours = false;
        for alias in &statement.names {
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let bound = if alias.asname.is_some() {
                name.as_str()
            } else {
                name.split('.').next().unwrap_or(name)
            };
            let whole = match &alias.asname {
                Some(asname) => format!("import {} as {asname}", alias.name),
                None => format!("import {}", alias.name),
            };
            let module = redgrease_module(&alias.name);
            if let Some(module) = &module {
                ours = true;
                let meaning = if alias.asname.is_some() {
                    module.as_str()
                } else {
                    "redgrease"
                };
                edit.push(format!("{bound} = {}", hidden(meaning)));
                self.names.uses.insert("redgrease".to_owned());
                self.bind(bound, range(alias), How::Import).alias = Some(meaning.to_owned());
            } else {
                edit.push(whole);
                self.needs_module(&alias.name, range(alias));
                self.bind(bound, range(alias), How::Import);
            }
        }
        if ours {
            self.edit(range(statement), &edit.join("; "));
        }
    }

    pub(super) fn import_from(&mut self, statement: &ast::StmtImportFrom) {
        if statement.module.as_deref() == Some("__future__") {
            self.lazy_annotations |= statement.names.iter().any(|a| &a.name == "annotations");
        }
        let module = statement
            .module
            .as_deref()
            .filter(|_| statement.level.is_none_or(|level| level.to_u32() == 0))
            .and_then(redgrease_module);
        let mut edit = Vec::new();
        if let (Some(name), None) = (statement.module.as_deref(), &module) {
            self.needs_module(name, range(statement));
        }
        for alias in &statement.names {
            if &alias.name == "*" {
                self.anything |= module.is_none();
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let Some(module) = &module else {
                self.bind(name, range(alias), How::Import);
                if let (Some(from), 0) = (&statement.module, self.current) {
                    let whole = format!("{from}.{}", alias.name);
                    self.imported.insert(name.to_string(), whole);
                }
                continue;
            };
            let meaning = format!("{module}.{}", alias.name);
            if crate::table::reader(&alias.name).is_some() {
                // A reader is only named by the gear expression, which is not run as Python.
                continue;
            }
            self.names.uses.insert("redgrease".to_owned());
            let path: Vec<(String, Range<usize>)> = meaning
                .split('.')
                .map(|part| (part.to_owned(), range(alias)))
                .collect();
            let said = self.out.len();
            match alias.name.as_str() {
                // Which parts are needed is known where the name is used.
                "cmd" | "utils" => {
                    self.names.uses.insert(alias.name.to_string());
                }
                _ => self.use_runtime(&path, None),
            }
            edit.push(format!("{name} = {}", hidden(&meaning)));
            let known = self.out.len() == said;
            let binding = self.bind(name, range(alias), How::Import);
            if known {
                binding.alias = Some(meaning);
            }
        }
        if module.is_some() {
            let text = if edit.is_empty() {
                "pass".to_owned()
            } else {
                edit.join("; ")
            };
            self.edit(range(statement), &text);
        }
    }

    /// Notes a module; one whose absence is expected is nobody's mistake.
    fn needs_module(&mut self, name: &str, range: Range<usize>) {
        if self.doubt == Doubt::None && !self.in_try && !modules::is_there(name) {
            self.names.foreign.push((name.to_owned(), range));
        }
    }

    fn edit(&mut self, range: Range<usize>, text: &str) {
        self.names.edits.push(Edit {
            range,
            text: text.to_owned(),
        });
    }
}

fn redgrease_module(name: &str) -> Option<String> {
    match name {
        "redgrease" | "redgrease.runtime" | "redgrease.sugar" | "redgrease.readers"
        | "redgrease.reader" | "redgrease.gears" => Some("redgrease".to_owned()),
        "redgrease.utils" => Some("redgrease.utils".to_owned()),
        _ => None,
    }
}

/// The global name of the script under which redgrease is found even where a local name hides it.
fn hidden(meaning: &str) -> String {
    format!("_rg_{meaning}")
}
