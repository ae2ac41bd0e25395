//! Where names are found, and what is said of those that are not.

use std::ops::Range;

use super::doubt::Doubt;
use super::{Binding, Collector, How, Kind, Load};
use crate::diag::Diagnostic;
use crate::messages;
use crate::python::names;
use crate::suggest::nearest;

impl Collector<'_> {
    /// The function scope around `scope` that binds `name`.
    pub(super) fn enclosing(&self, scope: usize, name: &str) -> Option<usize> {
        let mut at = self.scopes[scope].parent;
        while let Some(index) = at {
            let scope = &self.scopes[index];
            if scope.kind == Kind::Function && scope.names.contains_key(name) {
                return Some(index);
            }
            at = scope.parent;
        }
        None
    }

    /// The scope in which `name`, read in `scope`, is found.
    pub(super) fn find(&self, scope: usize, name: &str) -> Option<usize> {
        if self.scopes[scope].globals.contains(name) {
            return self.scopes[0].names.contains_key(name).then_some(0);
        }
        let mut at = Some(scope);
        while let Some(index) = at {
            let candidate = &self.scopes[index];
            let own = index == scope
                || self.scopes[scope].kind == Kind::Types
                    && self.scopes[scope].parent == Some(index);
            let visible = own || candidate.kind != Kind::Class;
            if visible && candidate.names.contains_key(name) {
                return Some(index);
            }
            at = candidate.parent;
        }
        None
    }

    /// Looks a name up, and says less about it the less it is needed.
    pub(super) fn look_up(&mut self, load: Load) {
        let doubt = load.doubt;
        if doubt == Doubt::None {
            return self.resolve(load);
        }
        let said = std::mem::take(&mut self.out);
        self.resolve(load);
        let found = std::mem::replace(&mut self.out, said);
        if doubt == Doubt::Hidden {
            let found = found.into_vec().into_iter();
            self.out.extend(found.map(Diagnostic::into_warning));
        }
    }

    fn resolve(&mut self, load: Load) {
        let (name, range) = load.path[0].clone();
        if let Some(scope) = self.find(load.scope, &name) {
            if let Some(binding) = self.scopes[scope].names.get_mut(&name) {
                binding.used = true;
                let method = load.path.get(1).map(|(method, _)| method.as_str());
                binding.called |= match method {
                    Some("gears") => name == "cmd",
                    Some(method) => name == "cmd" && crate::cmd::lookup(method).is_some(),
                    None => load.call.is_some(),
                };
                if let Some(alias) = binding.alias.clone() {
                    let mut path: Vec<(String, Range<usize>)> = alias
                        .split('.')
                        .map(|part| (part.to_owned(), range.clone()))
                        .collect();
                    path.extend(load.path.into_iter().skip(1));
                    self.use_runtime(&path, load.call);
                }
            }
            return;
        }
        if self.is_doubtful(&name) {
            return;
        }
        if names::is_builtin(&name, self.python) {
            return;
        }
        if self.original && names::REDGREASE.contains(&name.as_str()) {
            self.out.push(messages::not_in_original(&name, range));
        } else if names::is_given(&name) {
            if name == "gearsFuture"
                && load.call.is_some()
                && !self.is_inside(load.scope, Kind::Function)
            {
                self.out.push(messages::future_outside(range.clone()));
            }
            self.use_runtime(&load.path, load.call);
        } else if name == "__class__" && self.is_inside(load.scope, Kind::Class) {
            // Python gives it to the methods of a class.
        } else if !self.anything {
            self.undefined(&name, range, load.scope);
        }
    }

    fn is_inside(&self, scope: usize, kind: Kind) -> bool {
        let mut at = Some(scope);
        while let Some(index) = at {
            if self.scopes[index].kind == kind {
                return true;
            }
            at = self.scopes[index].parent;
        }
        false
    }

    fn undefined(&mut self, name: &str, range: Range<usize>, scope: usize) {
        let diagnostic = if let Some(since) = names::builtin_since(name) {
            messages::too_new(&format!("`{name}`"), since, self.python, range)
        } else if let Some(python) = names::foreign(name) {
            messages::foreign_name(name, python, range)
        } else {
            let mut visible: Vec<&str> = Vec::new();
            let mut at = Some(scope);
            while let Some(index) = at {
                visible.extend(self.scopes[index].names.keys().map(String::as_str));
                at = self.scopes[index].parent;
            }
            let doubtful = self.doubtful.iter().copied();
            visible.extend(doubtful.filter(|word| !names::KEYWORDS.contains(word)));
            visible.sort_unstable();
            visible.extend(names::RUNTIME);
            visible.extend(names::builtins());
            messages::undefined_name(name, nearest(name, visible), range)
        };
        self.out.push(diagnostic);
    }

    pub(super) fn check_nonlocals(&mut self) {
        for index in 0..self.scopes.len() {
            for (name, range) in &self.scopes[index].nonlocals {
                let of_class = name == "__class__" && self.is_inside(index, Kind::Class);
                if !of_class && self.enclosing(index, name).is_none() && !self.is_doubtful(name) {
                    self.out
                        .push(messages::nonlocal_without(name, range.clone()));
                }
            }
        }
    }

    pub(super) fn warn(&mut self) {
        let called = self.called.as_ref().and_then(|(_, scope)| *scope);
        for (index, scope) in self.scopes.iter().enumerate() {
            for (name, binding) in &scope.names {
                if binding.range.is_empty() {
                    continue;
                }
                let value = match binding.how {
                    How::Assignment => binding.signature.is_none(),
                    How::Parameter => called == Some(index),
                    _ => false,
                };
                if value && binding.hides(name) && scope.kind != Kind::Class {
                    self.out
                        .push(messages::shadowed(name, binding.range.clone()));
                }
                let counts = match binding.how {
                    How::Assignment | How::Import | How::Function => true,
                    How::Parameter => called == Some(index),
                    How::Other => false,
                };
                let unused = counts && binding.is_unused(name) && !self.anything;
                if scope.kind == Kind::Function && unused {
                    self.out.push(messages::unused(name, binding.range.clone()));
                }
            }
        }
        for (index, name) in self.params.iter().enumerate() {
            let Some(binding) = self.scopes[1].names.get(name) else {
                continue;
            };
            if binding.hides(name) {
                self.out
                    .push(messages::shadowed(name, 0..0).parameter(index));
            }
            if binding.is_unused(name) && !self.anything {
                self.out.push(messages::unused(name, 0..0).parameter(index));
            }
        }
    }
}

impl Binding {
    /// Whether the name would stand for something of Python or of the server otherwise, and is used as if it did.
    fn hides(&self, name: &str) -> bool {
        let hidden = names::RUNTIME.contains(&name) || names::is_common_builtin(name);
        self.called && self.alias.is_none() && hidden
    }

    fn is_unused(&self, name: &str) -> bool {
        !self.used && !name.starts_with('_')
    }
}
