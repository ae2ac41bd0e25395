//! Walking a tree and noting where names are bound and read.

use std::ops::Range;

use super::doubt::{self, Doubt};
use super::{Collector, How, Kind, Load, find_word};
use crate::messages;
use crate::python::parse::ast::{
    self, Arguments, Comprehension, ExceptHandler, Expr, Pattern, Stmt,
};
use crate::python::parse::range;
use crate::python::signature::{
    CallShape, Signature, call_shape, lambda_signature, makes_future, path, signature,
};
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
            doubt: self.doubt,
        });
        true
    }

    fn def(&mut self, statement: Range<usize>, function: &walk::Function<'_>) {
        for decorator in function.decorators {
            self.expression(decorator);
        }
        walk::walk_defaults(self, function.arguments);
        let known = function.decorators.is_empty().then(|| Signature {
            asynchronous: function.asynchronous || makes_future(function.body),
            ..signature(function.arguments)
        });
        let range = find_word(self.text, statement.start, function.name, "def");
        self.bind(function.name, range, How::Function).signature = known;
        let needed = self.needed(function.name);
        let around = self.type_parameters(function.type_parameters);
        for parameter in walk::parameters(function.arguments) {
            if let Some(annotation) = &parameter.annotation {
                self.annotation(annotation);
            }
        }
        if let Some(returns) = function.returns {
            self.annotation(returns);
        }
        let outer = self.enter(Kind::Function);
        self.scopes[self.current].place = statement;
        // what a decorator does with a function is not known
        self.scopes[self.current].needs = function.decorators.is_empty().then_some(needed);
        if let Some((name, scope)) = &mut self.called
            && outer == 0
            && name == function.name
        {
            *scope = Some(self.current);
        }
        self.bind_parameters(function.arguments);
        self.doubting(Doubt::None, |c| c.block(function.body));
        self.current = around;
    }

    fn class(&mut self, class: &ast::StmtClassDef) {
        class.decorator_list.iter().for_each(|e| self.expression(e));
        let name = find_word(self.text, range(class).start, &class.name, "class");
        self.bind(&class.name, name, How::Function);
        let needed = self.needed(&class.name);
        let around = self.type_parameters(&class.type_params);
        class.bases.iter().for_each(|e| self.expression(e));
        class
            .keywords
            .iter()
            .for_each(|k| self.expression(&k.value));
        self.enter(Kind::Class);
        let plain = class.decorator_list.is_empty() && class.keywords.is_empty();
        self.scopes[self.current].class = plain.then_some(needed);
        self.bind("__module__", 0..0, How::Other);
        self.bind("__qualname__", 0..0, How::Other);
        self.block(&class.body);
        self.current = around;
    }

    /// Goes into a scope for type parameters, if there are any; gives the scope around.
    fn type_parameters(&mut self, parameters: &[ast::TypeParam]) -> usize {
        if parameters.is_empty() {
            return self.current;
        }
        let outer = self.enter(Kind::Types);
        for parameter in parameters {
            let name = match parameter {
                ast::TypeParam::TypeVar(p) => &p.name,
                ast::TypeParam::ParamSpec(p) => &p.name,
                ast::TypeParam::TypeVarTuple(p) => &p.name,
            };
            self.bind(name, 0..0, How::Other);
        }
        // bounds are looked at when somebody asks for them
        self.doubting(Doubt::Harmless, |c| {
            walk::walk_type_parameters(c, parameters);
        });
        outer
    }

    fn annotation(&mut self, annotation: &Expr) {
        let doubt = if self.lazy_annotations {
            Doubt::Harmless
        } else {
            Doubt::None
        };
        self.doubting(doubt, |c| c.expression(annotation));
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda, name: Option<&str>) {
        walk::walk_defaults(self, &lambda.args);
        let needed = name.map(|name| self.needed(name));
        let outer = self.enter(Kind::Function);
        self.scopes[self.current].needs = needed;
        self.bind_parameters(&lambda.args);
        self.expression(&lambda.body);
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
                    .push(messages::declared_parameter(name, word, range));
                continue;
            } else if bound.is_some() || read {
                self.out.push(messages::declared_late(name, word, range));
                continue;
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
            Stmt::ClassDef(s) => self.class(s),
            Stmt::Assign(s) => {
                let named = match (&s.targets[..], &*s.value) {
                    ([Expr::Name(name)], Expr::Lambda(lambda)) => Some((name, lambda)),
                    _ => None,
                };
                match named {
                    Some((name, lambda)) => self.lambda(lambda, Some(&name.id)),
                    None => self.expression(&s.value),
                }
                for target in &s.targets {
                    self.bind_target(target, How::Assignment);
                }
                if let Some((name, lambda)) = named {
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
                // those of local names are never looked at
                let local = self.scopes[self.current].kind == Kind::Function;
                let doubt = if local && s.target.is_name_expr() {
                    Doubt::Harmless
                } else {
                    Doubt::None
                };
                self.doubting(doubt, |c| c.annotation(&s.annotation));
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
                self.bind_target(&s.name, How::Other);
                let around = self.type_parameters(&s.type_params);
                self.doubting(Doubt::Harmless, |c| c.expression(&s.value));
                self.current = around;
            }
            Stmt::If(s) => self.branches(&s.test, &s.body, &s.orelse),
            Stmt::While(s) => self.branches(&s.test, &s.body, &s.orelse),
            Stmt::Try(s) => {
                self.guarded(&s.body, &s.handlers);
                self.block(&s.orelse);
                self.block(&s.finalbody);
            }
            Stmt::TryStar(s) => {
                self.guarded(&s.body, &s.handlers);
                self.block(&s.orelse);
                self.block(&s.finalbody);
            }
            Stmt::For(s) => {
                self.expression(&s.iter);
                self.bind_target(&s.target, How::Other);
                self.block(&s.body);
                self.block(&s.orelse);
            }
            Stmt::AsyncFor(s) => {
                self.expression(&s.iter);
                self.bind_target(&s.target, How::Other);
                self.block(&s.body);
                self.block(&s.orelse);
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
            Expr::Lambda(e) => self.lambda(e, None),
            Expr::IfExp(e) => self.choice(e),
            Expr::BoolOp(e) => self.operands(e),
            Expr::ListComp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::SetComp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::GeneratorExp(e) => self.comprehensions(&e.generators, &[&e.elt]),
            Expr::DictComp(e) => self.comprehensions(&e.generators, &[&e.key, &e.value]),
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.names.shape.yields = true;
                walk::walk_expression(self, expression);
            }
            Expr::NamedExpr(e) => {
                if let Expr::Name(name) = &*e.target {
                    self.names.shape.walrus.push(name.id.to_string());
                }
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
        if let Some(classes) = &inner.type_ {
            self.expression(classes);
        }
        self.block(&inner.body);
    }
}

impl Collector<'_> {
    fn with(&mut self, items: &[ast::WithItem], body: &[Stmt]) {
        let mut doubt = Doubt::None;
        for item in items {
            self.expression(&item.context_expr);
            if let Expr::Call(call) = &item.context_expr {
                // `contextlib.suppress(NameError)`
                doubt = call
                    .args
                    .iter()
                    .map(doubt::expects)
                    .max()
                    .unwrap_or(doubt)
                    .max(doubt);
            }
            if let Some(target) = &item.optional_vars {
                self.bind_target(target, How::Other);
            }
        }
        self.doubting(doubt, |c| c.block(body));
    }
}
