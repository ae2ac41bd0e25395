//! The names of a function and what is assigned to them, wherever in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Integer, Types};
use crate::python::parse::ast::{self, ExceptHandler, Expr, Pattern, Stmt};
use crate::python::walk;

/// One way in which a name gets a value.
#[derive(Debug, Clone)]
pub(super) enum Given<'e> {
    /// By an assignment.
    Value(&'e Expr),
    /// As what a loop gives.
    Element(&'e Expr),
    /// By `name += value`, or `name = name + value`.
    Changed(ast::Operator, &'e Expr),
    /// As a function.
    Def(&'e [Stmt], &'e ast::Arguments),
    /// Of these types.
    Known(Types),
    /// As a number that a type of Rust holds.
    Number(Integer),
}

/// All that is given to each name of one scope.
#[derive(Debug, Default)]
pub(super) struct Names<'e> {
    pub(super) given: BTreeMap<&'e str, Vec<Given<'e>>>,
    /// The names that inner functions change.
    pub(super) shared: Vec<String>,
    /// The names of dictionaries that nothing changes: they are written out once, and after that only
    /// `name[…]` is read.
    pub(super) kept: BTreeSet<&'e str>,
}

impl<'e> Names<'e> {
    /// The names of a scope.
    pub(super) fn of(body: &'e [Stmt]) -> Self {
        let mut names = Self::default();
        names.body(body);
        names.keep(body);
        names
    }

    /// Finds the dictionaries that nothing changes.
    fn keep(&mut self, body: &'e [Stmt]) {
        let written_out = |given: &[Given<'_>]| matches!(given, [Given::Value(Expr::Dict(_))]);
        let all = self.given.iter().filter(|(_, given)| written_out(given));
        self.kept = all.map(|(name, _)| *name).collect();
        if !self.kept.is_empty() {
            walk::walk_body(&mut Others(&mut self.kept), body);
        }
    }

    pub(super) fn give(&mut self, name: &'e str, given: Given<'e>) {
        self.given.entry(name).or_default().push(given);
    }

    /// Gives `target`, which may be several names, what a loop or an assignment gives.
    pub(super) fn assign(&mut self, target: &'e Expr, given: &Given<'e>) {
        self.target(target, given);
    }

    /// Forgets what is in lists that may be changed where they are, or under another name.
    pub(super) fn forget_changed(&mut self, body: &'e [Stmt]) {
        let lists = |given: &Given<'_>| matches!(given, Given::Known(types) if types.has_list());
        let all = self.given.iter();
        let all = all.filter(|(_, given)| given.iter().any(lists));
        let mut only_read: BTreeSet<&str> = all.map(|(name, _)| *name).collect();
        if only_read.is_empty() {
            return;
        }
        walk::walk_body(&mut super::reading::Others(&mut only_read), body);
        for (name, all) in &mut self.given {
            for given in all {
                if let Given::Known(types) = given
                    && !only_read.contains(name)
                {
                    *types = types.without_elements();
                }
            }
        }
    }

    fn any(&mut self, name: &'e str) {
        self.give(name, Given::Known(Types::ANY));
    }

    fn body(&mut self, body: &'e [Stmt]) {
        body.iter().for_each(|statement| self.statement(statement));
    }

    fn target(&mut self, target: &'e Expr, given: &Given<'e>) {
        match target {
            Expr::Name(name) => self.give(&name.id, given.clone()),
            Expr::Tuple(e) => self.targets(&e.elts),
            Expr::List(e) => self.targets(&e.elts),
            Expr::Starred(e) => self.target(&e.value, &Given::Known(Types::ANY)),
            _ => {}
        }
    }

    fn targets(&mut self, targets: &'e [Expr]) {
        for target in targets {
            self.target(target, &Given::Known(Types::ANY));
        }
    }

    fn statement(&mut self, statement: &'e Stmt) {
        if let Some(function) = walk::function(statement) {
            let plain = function.decorators.is_empty() && !function.asynchronous;
            if plain {
                self.give(function.name, Given::Def(function.body, function.arguments));
            } else {
                self.any(function.name);
            }
            // what it declares nonlocal is changed from there
            self.nonlocals(function.body);
            return;
        }
        match statement {
            Stmt::ClassDef(s) => {
                self.any(&s.name);
                self.nonlocals(&s.body);
            }
            Stmt::Assign(s) => {
                let given = match (&s.targets[..], &*s.value) {
                    ([Expr::Name(name)], Expr::BinOp(e)) if is_name(&e.left, &name.id) => {
                        Given::Changed(e.op, &e.right)
                    }
                    _ => Given::Value(&s.value),
                };
                for target in &s.targets {
                    self.target(target, &given);
                }
            }
            Stmt::AugAssign(s) => {
                self.target(&s.target, &Given::Changed(s.op, &s.value));
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.target(&s.target, &Given::Value(value));
                }
            }
            Stmt::Delete(s) => self.targets(&s.targets),
            Stmt::TypeAlias(s) => self.target(&s.name, &Given::Known(Types::ANY)),
            Stmt::For(s) => {
                self.target(&s.target, &Given::Element(&s.iter));
                self.body(&s.body);
                self.body(&s.orelse);
            }
            Stmt::AsyncFor(s) => {
                self.target(&s.target, &Given::Known(Types::ANY));
                self.body(&s.body);
                self.body(&s.orelse);
            }
            Stmt::While(s) => {
                self.body(&s.body);
                self.body(&s.orelse);
            }
            Stmt::If(s) => {
                self.body(&s.body);
                self.body(&s.orelse);
            }
            Stmt::With(s) => self.with(&s.items, &s.body),
            Stmt::AsyncWith(s) => self.with(&s.items, &s.body),
            Stmt::Match(s) => {
                for case in &s.cases {
                    self.pattern(&case.pattern);
                    self.body(&case.body);
                }
            }
            Stmt::Try(s) => self.attempt(&s.body, &s.handlers, &s.orelse, &s.finalbody),
            Stmt::TryStar(s) => self.attempt(&s.body, &s.handlers, &s.orelse, &s.finalbody),
            Stmt::Import(s) => {
                for alias in &s.names {
                    let name = alias.asname.as_deref().unwrap_or(&alias.name);
                    self.any(name.split('.').next().unwrap_or(name));
                }
            }
            Stmt::ImportFrom(s) => {
                for alias in &s.names {
                    self.any(alias.asname.as_deref().unwrap_or(&alias.name));
                }
            }
            Stmt::Global(s) => s.names.iter().for_each(|name| self.any(name)),
            Stmt::Nonlocal(s) => s.names.iter().for_each(|name| self.any(name)),
            _ => {}
        }
    }

    fn with(&mut self, items: &'e [ast::WithItem], body: &'e [Stmt]) {
        for item in items {
            if let Some(target) = &item.optional_vars {
                self.target(target, &Given::Known(Types::ANY));
            }
        }
        self.body(body);
    }

    fn attempt(
        &mut self,
        body: &'e [Stmt],
        handlers: &'e [ExceptHandler],
        orelse: &'e [Stmt],
        finalbody: &'e [Stmt],
    ) {
        self.body(body);
        for ExceptHandler::ExceptHandler(handler) in handlers {
            if let Some(name) = &handler.name {
                self.any(name);
            }
            self.body(&handler.body);
        }
        self.body(orelse);
        self.body(finalbody);
    }

    fn pattern(&mut self, pattern: &'e Pattern) {
        match pattern {
            Pattern::MatchAs(p) => {
                if let Some(name) = &p.name {
                    self.any(name);
                }
                if let Some(inner) = &p.pattern {
                    self.pattern(inner);
                }
            }
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.any(name);
                }
            }
            Pattern::MatchMapping(p) => {
                if let Some(name) = &p.rest {
                    self.any(name);
                }
                p.patterns.iter().for_each(|p| self.pattern(p));
            }
            Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| self.pattern(p)),
            Pattern::MatchClass(p) => {
                p.patterns.iter().for_each(|p| self.pattern(p));
                p.kwd_patterns.iter().for_each(|p| self.pattern(p));
            }
            Pattern::MatchOr(p) => p.patterns.iter().for_each(|p| self.pattern(p)),
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        }
    }

    /// The names that inner functions declare nonlocal or global.
    fn nonlocals(&mut self, body: &'e [Stmt]) {
        struct Finder(Vec<String>);
        impl walk::Visitor for Finder {
            fn statement(&mut self, statement: &Stmt) {
                match statement {
                    Stmt::Nonlocal(s) => self.0.extend(s.names.iter().map(ToString::to_string)),
                    Stmt::Global(s) => self.0.extend(s.names.iter().map(ToString::to_string)),
                    _ => {}
                }
                walk::walk_statement(self, statement);
            }
        }
        let mut finder = Finder(Vec::new());
        walk::walk_body(&mut finder, body);
        for name in finder.0 {
            self.shared.push(name);
        }
    }
}

/// Takes names out of those whose parts alone are read, `name[…]`.
struct Others<'n, 'e>(&'n mut BTreeSet<&'e str>);
impl walk::Visitor for Others<'_, '_> {
    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Subscript(e) if e.ctx == ast::ExprContext::Load && e.value.is_name_expr() => {
                self.expression(&e.slice);
            }
            Expr::Name(e) if e.ctx == ast::ExprContext::Load => {
                self.0.remove(e.id.as_str());
            }
            _ => walk::walk_expression(self, expression),
        }
    }
}

/// Whether nothing but parts of a name are read in an expression.
pub(super) fn is_only_read(name: &str, expression: &Expr) -> bool {
    let mut left = BTreeSet::from([name]);
    walk::Visitor::expression(&mut Others(&mut left), expression);
    !left.is_empty()
}

fn is_name(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Name(e) if e.id.as_str() == name)
}

/// The expressions that stand directly in one.
pub(super) fn children<'e>(expression: &'e Expr, out: &mut Vec<&'e Expr>) {
    match expression {
        Expr::BoolOp(e) => out.extend(&e.values),
        Expr::NamedExpr(e) => out.push(&e.value),
        Expr::BinOp(e) => out.extend([&*e.left, &*e.right]),
        Expr::UnaryOp(e) => out.push(&e.operand),
        Expr::IfExp(e) => out.extend([&*e.test, &*e.body, &*e.orelse]),
        Expr::Dict(e) => {
            out.extend(e.keys.iter().flatten());
            out.extend(&e.values);
        }
        Expr::Set(e) => out.extend(&e.elts),
        Expr::List(e) => out.extend(&e.elts),
        Expr::Tuple(e) => out.extend(&e.elts),
        Expr::ListComp(e) => comprehension(&e.generators, &[&e.elt], out),
        Expr::SetComp(e) => comprehension(&e.generators, &[&e.elt], out),
        Expr::GeneratorExp(e) => comprehension(&e.generators, &[&e.elt], out),
        Expr::DictComp(e) => comprehension(&e.generators, &[&e.key, &e.value], out),
        Expr::Await(e) => out.push(&e.value),
        Expr::Yield(e) => out.extend(e.value.as_deref()),
        Expr::YieldFrom(e) => out.push(&e.value),
        Expr::Compare(e) => {
            out.push(&e.left);
            out.extend(&e.comparators);
        }
        Expr::Call(e) => {
            out.push(&e.func);
            out.extend(&e.args);
            out.extend(e.keywords.iter().map(|k| &k.value));
        }
        Expr::FormattedValue(e) => {
            out.push(&e.value);
            out.extend(e.format_spec.as_deref());
        }
        Expr::JoinedStr(e) => out.extend(&e.values),
        Expr::Attribute(e) => out.push(&e.value),
        Expr::Subscript(e) => out.extend([&*e.value, &*e.slice]),
        Expr::Starred(e) => out.push(&e.value),
        Expr::Slice(e) => {
            out.extend(e.lower.as_deref());
            out.extend(e.upper.as_deref());
            out.extend(e.step.as_deref());
        }
        Expr::Lambda(_) | Expr::Name(_) | Expr::Constant(_) => {}
    }
}

fn comprehension<'e>(
    generators: &'e [ast::Comprehension],
    elements: &[&'e Expr],
    out: &mut Vec<&'e Expr>,
) {
    for generator in generators {
        out.push(&generator.iter);
        out.extend(&generator.ifs);
    }
    out.extend(elements);
}
