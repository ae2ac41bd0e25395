//! Walking a tree and noting where names are bound and read.

use std::ops::Range;

use super::signature::{
    CallShape, Signature, call_shape, lambda_signature, makes_future, path, signature,
};
use super::{Collector, How, Kind, Load, find_word};
use crate::messages;
use crate::python::parse::ast::{
    self, Arguments, Comprehension, ExceptHandler, Expr, Pattern, Stmt,
};
use crate::python::parse::range;
use crate::python::walk::{self, Visitor};

impl Collector<'_> {
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
        if let Some((name, scope)) = &mut self.called
            && outer == 0
            && name == function.name
        {
            *scope = Some(self.current);
        }
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

    fn declare(&mut self, names: &[ast::Identifier], statement: Range<usize>, global: bool) {
        let word = if global { "global" } else { "nonlocal" };
        for name in names {
            let range = find_word(self.text, statement.start, name, word);
            let scope = &self.scopes[self.current];
            if !global && scope.kind == Kind::Module {
                self.out.push(messages::nonlocal_without(name, range));
                continue;
            }
            let bound = scope.names.get(name.as_str()).map(|b| b.how);
            let read = self
                .loads
                .iter()
                .any(|l| l.scope == self.current && l.path[0].0 == name.as_str());
            if bound == Some(How::Parameter) {
                self.out
                    .push(messages::declared_parameter(name, word, range.clone()));
            } else if bound.is_some() || read {
                self.out
                    .push(messages::declared_late(name, word, range.clone()));
            }
            let scope = &mut self.scopes[self.current];
            if global {
                scope.globals.insert(name.to_string());
            } else {
                scope.nonlocals.insert(name.to_string(), range);
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
            Stmt::Delete(s) => {
                for target in &s.targets {
                    self.expression(target);
                    self.bind_target(target, How::Other);
                }
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
