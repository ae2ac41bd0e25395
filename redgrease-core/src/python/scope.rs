//! Names: where they are bound, whether they are known, which of the server's names they use.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::PyVersion;
use super::names;
use super::parse::ast::{self, Arguments, Comprehension, ExceptHandler, Expr, Pattern, Stmt};
use super::parse::range;
use super::runtime;
use super::walk::{self, Visitor};
use crate::diag::Diagnostics;
use crate::messages;
use crate::suggest::nearest;

/// How a name came to be; decides whether leaving it unused is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Parameter,
    Assignment,
    Import,
    Function,
    Other,
}

/// The parameters a callable takes by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) least: usize,
    /// `None` with `*args`.
    pub(crate) most: Option<usize>,
    /// Whether it gives back a coroutine or a `gearsFuture`.
    pub(crate) asynchronous: bool,
}

impl Signature {
    /// Whether it can be called with `count` arguments.
    pub(crate) fn fits(self, count: usize) -> bool {
        self.least <= count && self.most.is_none_or(|most| count <= most)
    }

    /// How many arguments it takes, in words.
    pub(crate) fn takes(self) -> String {
        match self.most {
            Some(0) => "none".to_owned(),
            Some(most) if most == self.least => most.to_string(),
            Some(most) => format!("{} to {most}", self.least),
            None => format!("at least {}", self.least),
        }
    }
}

#[derive(Debug)]
struct Binding {
    range: Range<usize>,
    how: How,
    times: usize,
    used: bool,
    /// What a name that was imported from redgrease stands for, such as `redgrease.cmd`.
    alias: Option<String>,
    signature: Option<Signature>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Function,
    Class,
    Comprehension,
}

#[derive(Debug)]
struct Scope {
    kind: Kind,
    parent: Option<usize>,
    names: HashMap<String, Binding>,
    globals: HashSet<String>,
    nonlocals: HashSet<String>,
}

/// A name that is read, with the attributes after it: `redgrease.cmd.get`.
#[derive(Debug)]
struct Load {
    scope: usize,
    path: Vec<(String, Range<usize>)>,
    /// The call that the path is the function of.
    call: Option<CallShape>,
}

/// What a call passes, as far as it can be known from the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallShape {
    pub(crate) range: Range<usize>,
    /// Positional arguments; `None` with `*arguments`.
    pub(crate) positional: Option<usize>,
    /// Keywords; `None` with `**arguments`.
    pub(crate) keywords: Option<Vec<String>>,
    /// The arguments that are texts, by place or by keyword.
    pub(crate) texts: Vec<(Key, String, Range<usize>)>,
}

/// How an argument is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Place(usize),
    Keyword(String),
}

/// A change of the text: an import of redgrease becomes assignments, because there is nothing to
/// import on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// What the names of a text say.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The server's and redgrease's names that are used; those of `redgrease.utils` as
    /// `utils.compose`.
    pub(crate) uses: BTreeSet<String>,
    cmd_methods: BTreeSet<String>,
    /// `cmd` is used as a value, so that any method may be called.
    pub(crate) any_cmd: bool,
    pub(crate) edits: Vec<Edit>,
}

impl Names {
    /// The methods of `cmd` that the script needs; empty when it needs all or none.
    pub(crate) fn cmd_methods(&self) -> Vec<String> {
        if self.any_cmd {
            return Vec::new();
        }
        self.cmd_methods.iter().cloned().collect()
    }
}

/// Collects the names of one text: statements, expressions, in the order in which they come.
pub(crate) struct Collector<'a> {
    text: &'a str,
    python: PyVersion,
    scopes: Vec<Scope>,
    current: usize,
    loads: Vec<Load>,
    names: Names,
    /// `from x import *` was seen, or `exec`: any name may be there.
    anything: bool,
    out: Diagnostics,
}

impl<'a> Collector<'a> {
    /// A module in which `given` is defined already.
    pub(crate) fn module(text: &'a str, python: PyVersion, given: &[&str]) -> Self {
        let mut collector = Self {
            text,
            python,
            scopes: Vec::new(),
            current: 0,
            loads: Vec::new(),
            names: Names::default(),
            anything: false,
            out: Diagnostics::new(),
        };
        collector.enter(Kind::Module);
        for name in given {
            collector.bind(name, 0..0, How::Other);
        }
        collector
    }

    /// Goes into the function `name` of a module, with the parameters `params`.
    pub(crate) fn function(text: &'a str, python: PyVersion, name: &str, params: &[&str]) -> Self {
        let mut collector = Self::module(text, python, &[name]);
        collector.enter(Kind::Function);
        for name in params {
            collector.bind(name, 0..0, How::Parameter);
        }
        collector
    }

    pub(crate) fn body(&mut self, body: &[Stmt]) {
        walk::walk_body(self, body);
    }

    /// What a name of the module takes when it is called, if it is bound once and known.
    pub(crate) fn signature(&self, name: &str) -> Option<Signature> {
        let binding = self.scopes[0].names.get(name)?;
        binding.signature.filter(|_| binding.times == 1)
    }

    /// Where the module binds `name` first.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        Some(self.scopes[0].names.get(name)?.range.clone())
    }

    /// Reports what is wrong with `global` and `nonlocal` alone.
    pub(crate) fn declarations(mut self, out: &mut Diagnostics) {
        self.check_nonlocals();
        let said = self.out.into_vec();
        out.extend(said.into_iter().filter(|d| d.code == messages::DECLARATION));
    }

    /// Whether the module binds `name`.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.scopes[0].names.contains_key(name)
    }

    /// Looks every name up and reports what is unknown or unused.
    pub(crate) fn finish(mut self, out: &mut Diagnostics) -> Names {
        for load in std::mem::take(&mut self.loads) {
            self.resolve(load);
        }
        self.check_nonlocals();
        self.warn();
        out.extend(self.out.into_vec());
        self.names
    }

    fn enter(&mut self, kind: Kind) -> usize {
        let parent = self.current;
        self.scopes.push(Scope {
            kind,
            parent: (!self.scopes.is_empty()).then_some(parent),
            names: HashMap::new(),
            globals: HashSet::new(),
            nonlocals: HashSet::new(),
        });
        self.current = self.scopes.len() - 1;
        parent
    }

    fn bind(&mut self, name: &str, range: Range<usize>, how: How) -> &mut Binding {
        let mut scope = self.current;
        if self.scopes[scope].globals.contains(name) {
            scope = 0;
        } else if self.scopes[scope].nonlocals.contains(name) {
            scope = self.enclosing(scope, name).unwrap_or(scope);
        }
        let binding = self.scopes[scope]
            .names
            .entry(name.to_owned())
            .or_insert(Binding {
                range,
                how,
                times: 0,
                used: false,
                alias: None,
                signature: None,
            });
        binding.times += 1;
        binding
    }

    /// The function scope around `scope` that binds `name`.
    fn enclosing(&self, scope: usize, name: &str) -> Option<usize> {
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
    fn find(&self, scope: usize, name: &str) -> Option<usize> {
        if self.scopes[scope].globals.contains(name) {
            return self.scopes[0].names.contains_key(name).then_some(0);
        }
        let mut at = Some(scope);
        while let Some(index) = at {
            let candidate = &self.scopes[index];
            let visible = index == scope || candidate.kind != Kind::Class;
            if visible && candidate.names.contains_key(name) {
                return Some(index);
            }
            at = candidate.parent;
        }
        None
    }

    fn resolve(&mut self, load: Load) {
        let (name, range) = load.path[0].clone();
        if let Some(scope) = self.find(load.scope, &name) {
            if let Some(binding) = self.scopes[scope].names.get_mut(&name) {
                binding.used = true;
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
        if names::RUNTIME.contains(&name.as_str()) {
            if name == "gearsFuture" && load.call.is_some() && !self.in_function(load.scope) {
                self.out.push(messages::future_outside(range.clone()));
            }
            self.use_runtime(&load.path, load.call);
        } else if !names::is_builtin(&name, self.python) && !self.anything {
            self.undefined(&name, range, load.scope);
        }
    }

    fn in_function(&self, scope: usize) -> bool {
        let mut at = Some(scope);
        while let Some(index) = at {
            if self.scopes[index].kind == Kind::Function {
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
            visible.sort_unstable();
            visible.extend(names::RUNTIME);
            visible.extend(names::builtins());
            messages::undefined_name(name, nearest(name, visible), range)
        };
        self.out.push(diagnostic);
    }

    /// Notes the use of a name of the server, and checks what follows `redgrease.`.
    fn use_runtime(&mut self, path: &[(String, Range<usize>)], call: Option<CallShape>) {
        let Some(((first, _), rest)) = path.split_first() else {
            return;
        };
        match first.as_str() {
            "redgrease" => {
                self.names.uses.insert("redgrease".to_owned());
                let Some((attribute, range)) = rest.first() else {
                    self.names.uses.insert("redgrease.*".to_owned());
                    return;
                };
                match attribute.as_str() {
                    "runtime" | "sugar" if rest.len() > 1 => {
                        self.use_runtime(&[&path[..1], &rest[1..]].concat(), call);
                    }
                    "runtime" | "sugar" => {
                        self.names.uses.insert("redgrease.*".to_owned());
                    }
                    "utils" => self.use_utils(&rest[1..]),
                    name if names::REDGREASE.contains(&name) => self.use_runtime(rest, call),
                    name => {
                        let meant = nearest(name, names::REDGREASE.iter().copied());
                        self.out
                            .push(messages::unknown_redgrease(name, meant, range.clone()));
                    }
                }
            }
            "cmd" => {
                self.names.uses.insert("cmd".to_owned());
                match rest.first() {
                    Some((method, range)) => {
                        let call = call.filter(|_| rest.len() == 1);
                        runtime::method(method, range, call.as_ref(), &mut self.out);
                        self.names.cmd_methods.insert(method.clone());
                    }
                    None => self.names.any_cmd = true,
                }
            }
            name => {
                if let Some(call) = call.filter(|_| rest.is_empty()) {
                    runtime::call(name, &call, &mut self.out);
                }
                self.names.uses.insert(name.to_owned());
            }
        }
    }

    fn use_utils(&mut self, rest: &[(String, Range<usize>)]) {
        match rest.first() {
            Some((name, _)) if names::UTILS.contains(&name.as_str()) => {
                self.names.uses.insert(format!("utils.{name}"));
            }
            Some((name, range)) => {
                let meant = nearest(name, names::UTILS.iter().copied());
                let name = format!("utils.{name}");
                self.out
                    .push(messages::unknown_redgrease(&name, meant, range.clone()));
            }
            None => {
                self.names.uses.insert("utils.*".to_owned());
            }
        }
    }

    fn check_nonlocals(&mut self) {
        for index in 0..self.scopes.len() {
            let mut missing: Vec<String> = self.scopes[index]
                .nonlocals
                .iter()
                .filter(|name| self.enclosing(index, name).is_none())
                .cloned()
                .collect();
            missing.sort_unstable();
            for name in missing {
                let range = find_word(self.text, 0, &name, "nonlocal");
                self.out.push(messages::nonlocal_without(&name, range));
            }
        }
    }

    fn warn(&mut self) {
        for scope in &self.scopes {
            for (name, binding) in &scope.names {
                if binding.range.is_empty() {
                    continue;
                }
                let hides = names::RUNTIME.contains(&name.as_str()) && binding.alias.is_none()
                    || names::is_common_builtin(name);
                if hides && scope.kind != Kind::Class {
                    self.out
                        .push(messages::shadowed(name, binding.range.clone()));
                }
                let counts = matches!(binding.how, How::Assignment | How::Import | How::Function);
                if scope.kind == Kind::Function
                    && counts
                    && !binding.used
                    && !name.starts_with('_')
                    && !self.anything
                {
                    self.out.push(messages::unused(name, binding.range.clone()));
                }
            }
        }
    }

    fn load(&mut self, expression: &Expr, call: Option<CallShape>) -> bool {
        let Some(path) = path(expression) else {
            return false;
        };
        if matches!(
            path[0].0.as_str(),
            "exec" | "eval" | "locals" | "vars" | "globals"
        ) {
            self.anything = true;
        }
        self.loads.push(Load {
            scope: self.current,
            path,
            call,
        });
        true
    }

    fn def(&mut self, statement: Range<usize>, function: &walk::Function<'_>) {
        for decorator in function.decorators {
            self.expression(decorator);
        }
        walk::walk_arguments(self, function.arguments);
        if let Some(returns) = function.returns {
            self.expression(returns);
        }
        let known = function.decorators.is_empty().then(|| Signature {
            asynchronous: function.asynchronous || makes_future(function.body),
            ..signature(function.arguments)
        });
        let range = find_word(self.text, statement.start, function.name, "def");
        self.bind(function.name, range, How::Function).signature = known;
        let outer = self.enter(Kind::Function);
        self.bind_parameters(function.arguments);
        walk::walk_body(self, function.body);
        self.current = outer;
    }

    fn bind_parameters(&mut self, arguments: &Arguments) {
        for parameter in walk::parameters(arguments) {
            self.bind(&parameter.arg, range(parameter), How::Parameter);
        }
    }

    fn bind_target(&mut self, target: &Expr, how: How) {
        match target {
            Expr::Name(name) => {
                self.bind(&name.id, range(name), how);
            }
            Expr::Tuple(e) => e.elts.iter().for_each(|e| self.bind_target(e, How::Other)),
            Expr::List(e) => e.elts.iter().for_each(|e| self.bind_target(e, How::Other)),
            Expr::Starred(e) => self.bind_target(&e.value, How::Other),
            other => self.expression(other),
        }
    }

    fn comprehensions(&mut self, generators: &[Comprehension], elements: &[&Expr]) {
        let Some(first) = generators.first() else {
            return;
        };
        self.expression(&first.iter);
        let outer = self.enter(Kind::Comprehension);
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.expression(&generator.iter);
            }
            self.bind_target(&generator.target, How::Other);
            for test in &generator.ifs {
                self.expression(test);
            }
        }
        for element in elements {
            self.expression(element);
        }
        self.current = outer;
    }

    fn import(&mut self, statement: &ast::StmtImport) {
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
                self.bind(bound, range(alias), How::Import);
            }
        }
        if ours {
            self.edit(range(statement), &edit.join("; "));
        }
    }

    fn import_from(&mut self, statement: &ast::StmtImportFrom) {
        let module = statement
            .module
            .as_deref()
            .filter(|_| statement.level.is_none_or(|level| level.to_u32() == 0))
            .and_then(redgrease_module);
        let mut edit = Vec::new();
        for alias in &statement.names {
            if &alias.name == "*" {
                self.anything |= module.is_none();
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let Some(module) = &module else {
                self.bind(name, range(alias), How::Import);
                continue;
            };
            let meaning = format!("{module}.{}", alias.name);
            if crate::gear::table::reader(&alias.name).is_some() {
                // A reader is only named by the gear expression, which is not run as Python.
                continue;
            }
            self.names.uses.insert("redgrease".to_owned());
            let path: Vec<(String, Range<usize>)> = meaning
                .split('.')
                .map(|part| (part.to_owned(), range(alias)))
                .collect();
            match alias.name.as_str() {
                // Which parts are needed is known where the name is used.
                "cmd" | "utils" => {
                    self.names.uses.insert(alias.name.to_string());
                }
                _ => self.use_runtime(&path, None),
            }
            edit.push(format!("{name} = {}", hidden(&meaning)));
            self.bind(name, range(alias), How::Import).alias = Some(meaning);
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

    fn edit(&mut self, range: Range<usize>, text: &str) {
        self.names.edits.push(Edit {
            range,
            text: text.to_owned(),
        });
    }

    fn declare(&mut self, names: &[ast::Identifier], statement: Range<usize>, global: bool) {
        let word = if global { "global" } else { "nonlocal" };
        for name in names {
            let range = find_word(self.text, statement.start, name, word);
            let scope = &self.scopes[self.current];
            if !global && scope.kind == Kind::Module {
                self.out.push(messages::nonlocal_without(name, range));
                continue;
            }
            {
                let bound = scope.names.get(name.as_str()).map(|b| b.how);
                let read = self
                    .loads
                    .iter()
                    .any(|l| l.scope == self.current && l.path[0].0 == name.as_str());
                if bound == Some(How::Parameter) {
                    self.out
                        .push(messages::declared_parameter(name, word, range));
                } else if bound.is_some() || read {
                    self.out.push(messages::declared_late(name, word, range));
                }
            }
            let scope = &mut self.scopes[self.current];
            if global {
                scope.globals.insert(name.to_string());
            } else {
                scope.nonlocals.insert(name.to_string());
            }
        }
    }
}

impl Visitor for Collector<'_> {
    fn statement(&mut self, statement: &Stmt) {
        if let Some(function) = walk::function(statement) {
            return self.def(range(statement), &function);
        }
        match statement {
            Stmt::ClassDef(s) => {
                s.decorator_list.iter().for_each(|e| self.expression(e));
                s.bases.iter().for_each(|e| self.expression(e));
                s.keywords.iter().for_each(|k| self.expression(&k.value));
                let name = find_word(self.text, range(s).start, &s.name, "class");
                self.bind(&s.name, name, How::Function);
                let outer = self.enter(Kind::Class);
                self.bind("__module__", 0..0, How::Other);
                self.bind("__qualname__", 0..0, How::Other);
                walk::walk_body(self, &s.body);
                self.current = outer;
            }
            Stmt::Assign(s) => {
                self.expression(&s.value);
                for target in &s.targets {
                    self.bind_target(target, How::Assignment);
                }
                if let ([Expr::Name(name)], Expr::Lambda(lambda)) = (&s.targets[..], &*s.value) {
                    let known = lambda_signature(lambda);
                    if let Some(binding) = self.scopes[self.current].names.get_mut(name.id.as_str())
                    {
                        binding.signature = Some(known);
                    }
                }
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.expression(value);
                }
                self.expression(&s.annotation);
                self.bind_target(&s.target, How::Assignment);
            }
            Stmt::AugAssign(s) => {
                self.expression(&s.value);
                self.expression(&s.target);
                self.bind_target(&s.target, How::Other);
            }
            Stmt::TypeAlias(s) => {
                self.expression(&s.value);
                self.bind_target(&s.name, How::Other);
            }
            Stmt::For(s) => {
                self.expression(&s.iter);
                self.bind_target(&s.target, How::Other);
                walk::walk_body(self, &s.body);
                walk::walk_body(self, &s.orelse);
            }
            Stmt::AsyncFor(s) => {
                self.expression(&s.iter);
                self.bind_target(&s.target, How::Other);
                walk::walk_body(self, &s.body);
                walk::walk_body(self, &s.orelse);
            }
            Stmt::With(s) => self.with(&s.items, &s.body),
            Stmt::AsyncWith(s) => self.with(&s.items, &s.body),
            Stmt::Import(s) => self.import(s),
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::Global(s) => self.declare(&s.names, range(s), true),
            Stmt::Nonlocal(s) => self.declare(&s.names, range(s), false),
            other => walk::walk_statement(self, other),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(_) => {
                self.load(expression, None);
            }
            Expr::Attribute(e) => {
                if !self.load(expression, None) {
                    self.expression(&e.value);
                }
            }
            Expr::Call(e) => {
                if !self.load(&e.func, Some(call_shape(e))) {
                    self.expression(&e.func);
                }
                e.args.iter().for_each(|e| self.expression(e));
                e.keywords.iter().for_each(|k| self.expression(&k.value));
            }
            Expr::Lambda(e) => {
                walk::walk_defaults(self, &e.args);
                let outer = self.enter(Kind::Function);
                self.bind_parameters(&e.args);
                self.expression(&e.body);
                self.current = outer;
            }
            Expr::ListComp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::SetComp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::GeneratorExp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::DictComp(e) => self.comprehensions(&e.generators, &[&e.key, &e.value]),
            Expr::NamedExpr(e) => {
                self.expression(&e.value);
                let inner = self.current;
                while self.scopes[self.current].kind == Kind::Comprehension {
                    self.current = self.scopes[self.current].parent.unwrap_or(0);
                }
                self.bind_target(&e.target, How::Other);
                self.current = inner;
            }
            other => walk::walk_expression(self, other),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let name = match pattern {
            Pattern::MatchAs(p) => p.name.as_ref(),
            Pattern::MatchStar(p) => p.name.as_ref(),
            Pattern::MatchMapping(p) => p.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, range(pattern), How::Other);
        }
        walk::walk_pattern(self, pattern);
    }

    fn handler(&mut self, handler: &ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name, 0..0, How::Other);
        }
        walk::walk_handler(self, handler);
    }
}

impl Collector<'_> {
    fn with(&mut self, items: &[ast::WithItem], body: &[Stmt]) {
        for item in items {
            self.expression(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.bind_target(target, How::Other);
            }
        }
        walk::walk_body(self, body);
    }
}

/// `name.a.b` as its parts with their places; `None` when it does not begin with a name.
pub(crate) fn path(expression: &Expr) -> Option<Vec<(String, Range<usize>)>> {
    match expression {
        Expr::Name(e) => Some(vec![(e.id.to_string(), range(e))]),
        Expr::Attribute(e) => {
            let mut path = path(&e.value)?;
            let end = range(e).end;
            path.push((e.attr.to_string(), end.saturating_sub(e.attr.len())..end));
            Some(path)
        }
        _ => None,
    }
}

/// What a call passes.
pub(crate) fn call_shape(call: &ast::ExprCall) -> CallShape {
    let starred = call.args.iter().any(|a| matches!(a, Expr::Starred(_)));
    let places = call.args.iter().enumerate();
    let keywords = call.keywords.iter().filter_map(|k| {
        let name = k.arg.as_ref()?.to_string();
        Some((Key::Keyword(name), &k.value))
    });
    let texts = places
        .map(|(place, value)| (Key::Place(place), value))
        .chain(keywords)
        .filter_map(|(key, value)| match value {
            Expr::Constant(constant) => {
                let text = constant.value.as_str()?.clone();
                Some((key, text, range(value)))
            }
            _ => None,
        })
        .collect();
    CallShape {
        range: range(call),
        positional: (!starred).then_some(call.args.len()),
        keywords: call
            .keywords
            .iter()
            .map(|k| k.arg.as_ref().map(ToString::to_string))
            .collect(),
        texts,
    }
}

/// What a lambda takes.
pub(crate) fn lambda_signature(lambda: &ast::ExprLambda) -> Signature {
    let mut finder = Futures::default();
    finder.expression(&lambda.body);
    Signature {
        asynchronous: finder.found,
        ..signature(&lambda.args)
    }
}

/// Whether a function makes a `gearsFuture` itself.
fn makes_future(body: &[Stmt]) -> bool {
    let mut finder = Futures::default();
    walk::walk_body(&mut finder, body);
    finder.found
}

#[derive(Default)]
struct Futures {
    found: bool,
}

impl Visitor for Futures {
    fn statement(&mut self, statement: &Stmt) {
        if !matches!(
            statement,
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_)
        ) {
            walk::walk_statement(self, statement);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Call(call) => {
                let path = path(&call.func);
                self.found |= path
                    .and_then(|path| path.last().map(|(name, _)| name == "gearsFuture"))
                    .unwrap_or(false);
                walk::walk_expression(self, expression);
            }
            other => walk::walk_expression(self, other),
        }
    }
}

/// The parameters that can be given by position; a keyword-only one without a default makes the
/// callable impossible to call that way, which is not known here.
fn signature(arguments: &Arguments) -> Signature {
    let positional = || arguments.posonlyargs.iter().chain(&arguments.args);
    Signature {
        least: positional().filter(|a| a.default.is_none()).count(),
        most: arguments.vararg.is_none().then(|| positional().count()),
        asynchronous: false,
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

/// The place of the word `name` after `keyword`, at or after `from`.
fn find_word(text: &str, from: usize, name: &str, keyword: &str) -> Range<usize> {
    let from = from.min(text.len());
    let start = text[from..]
        .find(keyword)
        .map_or(from, |at| from + at + keyword.len());
    let mut at = start;
    while let Some(found) = text[at..].find(name) {
        let begin = at + found;
        let end = begin + name.len();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let before = text[..begin].chars().next_back().is_some_and(is_part);
        let after = text[end..].chars().next().is_some_and(is_part);
        if !before && !after {
            return begin..end;
        }
        at = end;
    }
    from..from
}
