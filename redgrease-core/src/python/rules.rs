//! What Python's compiler refuses although the grammar takes it: targets that cannot be assigned
//! to, statements outside of their place.

use super::parse::ast::{self, Comprehension, Constant, ExceptHandler, Expr, Pattern, Stmt};
use super::parse::range;
use super::walk::{self, Visitor};
use crate::diag::Diagnostics;
use crate::messages;
use crate::suggest::nearest;

/// What can be imported from `__future__`.
const FUTURE: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

/// Where a statement stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    function: Function,
    looping: bool,
    /// Inside an `except*` block, which `break`, `continue` and `return` cannot leave.
    in_star: bool,
    class: bool,
    comprehension: bool,
    /// Inside of `with atomic()`.
    atomic: bool,
}

impl Place {
    /// The beginning of a function, or of a text outside of any.
    fn of(function: Function) -> Self {
        Self {
            function,
            looping: false,
            in_star: false,
            class: false,
            comprehension: false,
            atomic: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    None,
    Sync,
    Async,
}

/// Checks a body; `in_function` says whether it is one of a function.
pub(crate) fn check(text: &str, body: &[Stmt], in_function: bool, out: &mut Diagnostics) {
    let function = if in_function {
        Function::Sync
    } else {
        Function::None
    };
    let mut rules = Rules::new(text, function, out);
    rules.future_imports(body);
    walk::walk_body(&mut rules, body);
}

/// Checks an expression that stands outside of any function.
pub(crate) fn check_expression(text: &str, expression: &Expr, out: &mut Diagnostics) {
    Rules::new(text, Function::None, out).expression(expression);
}

struct Rules<'a> {
    text: &'a str,
    /// The imports from `__future__` that stand at the beginning.
    first_imports: Vec<std::ops::Range<usize>>,
    place: Place,
    /// The iteration variables of the comprehensions around the place.
    iterated: Vec<String>,
    /// Inside the iterable of a comprehension, where `:=` is not allowed.
    in_iterable: bool,
    out: &'a mut Diagnostics,
}

impl<'a> Rules<'a> {
    fn new(text: &'a str, function: Function, out: &'a mut Diagnostics) -> Self {
        Self {
            text,
            first_imports: Vec::new(),
            place: Place::of(function),
            iterated: Vec::new(),
            in_iterable: false,
            out,
        }
    }

    /// Imports from `__future__` have to come first.
    fn future_imports(&mut self, body: &[Stmt]) {
        for (index, statement) in body.iter().enumerate() {
            match statement {
                Stmt::Expr(e) if index == 0 && is_string(&e.value) => {}
                Stmt::ImportFrom(import) if import.module.as_deref() == Some("__future__") => {
                    if self.place.function == Function::None {
                        self.first_imports.push(range(import));
                    }
                }
                _ => return,
            }
        }
    }

    fn future_import(&mut self, import: &ast::StmtImportFrom) {
        if !self.first_imports.contains(&range(import)) {
            self.out.push(messages::misplaced(
                "`from __future__ import`",
                "at the beginning of a file",
                range(import),
            ));
        }
        for feature in &import.names {
            if !FUTURE.contains(&feature.name.as_str()) {
                let meant = nearest(&feature.name, FUTURE.iter().copied());
                self.out
                    .push(messages::no_future(&feature.name, meant, range(feature)));
            }
        }
    }

    fn within(&mut self, place: Place, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.place, place);
        work(self);
        self.place = outer;
    }

    fn def(&mut self, def: &walk::Function<'_>) {
        def.decorators.iter().for_each(|e| self.expression(e));
        walk::walk_arguments(self, def.arguments);
        self.argument_names(def.arguments);
        let iterated = std::mem::take(&mut self.iterated);
        let in_iterable = std::mem::take(&mut self.in_iterable);
        let function = if def.asynchronous {
            Function::Async
        } else {
            Function::Sync
        };
        self.within(Place::of(function), |rules| {
            walk::walk_body(rules, def.body);
        });
        if def.asynchronous {
            self.async_generator(def.body);
        }
        self.iterated = iterated;
        self.in_iterable = in_iterable;
    }

    fn argument_names(&mut self, arguments: &ast::Arguments) {
        if let (Some(last), None, []) = (
            &arguments.kwarg,
            &arguments.vararg,
            &arguments.kwonlyargs[..],
        ) {
            // `*, **keywords` leaves no trace of its `*` in the tree.
            let before = self.text[..range(&**last).start].trim_end();
            let before = before.strip_suffix("**").unwrap_or(before).trim_end();
            let star = before.strip_suffix(',').map(str::trim_end);
            if star.is_some_and(|b| b.ends_with('*')) {
                let at = star.map_or(0, str::len);
                self.out.push(messages::bare_star(at - 1..at));
            }
        }
        for parameter in walk::parameters(arguments) {
            if &parameter.arg == "__debug__" {
                self.out
                    .push(messages::cannot_assign("`__debug__`", range(parameter)));
            }
        }
    }

    /// `return value` cannot stand in an async generator.
    fn async_generator(&mut self, body: &[Stmt]) {
        let mut finder = Yields::default();
        walk::walk_body(&mut finder, body);
        if finder.yields {
            for range in finder.returns {
                self.out.push(messages::misplaced(
                    "`return` with a value",
                    "in functions that are not async generators",
                    range,
                ));
            }
        }
    }

    fn looped(&mut self, target: Option<&Expr>, body: &[Stmt], orelse: &[Stmt]) {
        if let Some(target) = target {
            self.target(target, true);
        }
        let place = Place {
            looping: true,
            in_star: false,
            ..self.place
        };
        self.within(place, |rules| walk::walk_body(rules, body));
        walk::walk_body(self, orelse);
    }

    fn need_async(&mut self, what: &str, range: std::ops::Range<usize>) {
        if self.place.function != Function::Async {
            self.out.push(messages::outside_async(what, range));
        } else if self.place.atomic {
            self.out.push(messages::await_in_atomic(what, range));
        }
    }

    fn need_function(&mut self, what: &str, range: std::ops::Range<usize>) {
        if self.place.function == Function::None || self.place.class {
            self.out
                .push(messages::misplaced(what, "inside of a function", range));
        }
    }

    fn leave(&mut self, what: &str, range: std::ops::Range<usize>) {
        if self.place.in_star {
            self.out.push(messages::misplaced(
                what,
                "outside of an `except*` block",
                range,
            ));
        } else if !self.place.looping {
            self.out
                .push(messages::misplaced(what, "inside of a loop", range));
        }
    }

    /// Checks what stands on the left of an assignment; `whole` is false inside of a tuple.
    fn target(&mut self, target: &Expr, whole: bool) {
        match target {
            Expr::Name(name) if &name.id == "__debug__" => {
                self.out
                    .push(messages::cannot_assign("`__debug__`", range(name)));
            }
            Expr::Name(_) => {}
            Expr::Attribute(e) => {
                if &e.attr == "__debug__" {
                    self.out
                        .push(messages::cannot_assign("`__debug__`", range(e)));
                }
                self.expression(&e.value);
            }
            Expr::Subscript(e) => {
                self.expression(&e.value);
                self.expression(&e.slice);
            }
            Expr::Tuple(e) => self.targets(&e.elts),
            Expr::List(e) => self.targets(&e.elts),
            Expr::Starred(e) => {
                if whole {
                    self.out.push(messages::lone_star(range(e)));
                }
                self.target(&e.value, false);
            }
            other => self.refuse(other),
        }
    }

    fn targets(&mut self, list: &[Expr]) {
        let starred: Vec<&Expr> = list.iter().filter(|e| e.is_starred_expr()).collect();
        if let [_, second, ..] = starred[..] {
            self.out.push(messages::two_stars(range(second)));
        }
        for target in list {
            self.target(target, false);
        }
    }

    fn refuse(&mut self, expression: &Expr) {
        self.out
            .push(messages::cannot_assign(kind(expression), range(expression)));
        self.expression(expression);
    }

    fn delete(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => self.target(target, true),
            Expr::Attribute(_) | Expr::Subscript(_) => self.target(target, true),
            Expr::Tuple(e) => e.elts.iter().for_each(|e| self.delete(e)),
            Expr::List(e) => e.elts.iter().for_each(|e| self.delete(e)),
            other => self
                .out
                .push(messages::cannot_delete(kind(other), range(other))),
        }
    }

    /// A value that stands alone: `*a` needs a list or a tuple around it.
    fn lone_value(&mut self, value: &Expr) {
        if let Expr::Starred(e) = value {
            self.out.push(messages::lone_star(range(e)));
        }
    }

    fn comprehension_expression(&mut self, generators: &[Comprehension], elements: &[&Expr]) {
        let names = self.iterated.len();
        let iterable = self.in_iterable;
        for (index, generator) in generators.iter().enumerate() {
            if generator.is_async && self.place.function != Function::Async {
                let at = range(&generator.target);
                self.out
                    .push(messages::outside_async("an asynchronous comprehension", at));
            }
            self.in_iterable = true;
            if index == 0 {
                self.expression(&generator.iter);
            } else {
                self.inside_comprehension(|rules| rules.expression(&generator.iter));
            }
            self.in_iterable = iterable;
            self.lone_value(&generator.iter);
            self.target(&generator.target, true);
            collect_names(&generator.target, &mut self.iterated);
        }
        self.inside_comprehension(|rules| {
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

    fn inside_comprehension(&mut self, work: impl FnOnce(&mut Self)) {
        let place = Place {
            comprehension: true,
            ..self.place
        };
        self.within(place, work);
    }

    fn yielded(&mut self, what: &str, at: std::ops::Range<usize>) {
        if self.place.comprehension {
            self.out
                .push(messages::misplaced(what, "outside of a comprehension", at));
        } else {
            self.need_function(what, at);
        }
    }

    fn handlers(&mut self, handlers: &[ExceptHandler]) {
        for (index, handler) in handlers.iter().enumerate() {
            let ExceptHandler::ExceptHandler(inner) = handler;
            if inner.type_.is_none() && index + 1 < handlers.len() {
                self.out.push(messages::misplaced(
                    "`except:` without a type",
                    "as the last one",
                    range(inner),
                ));
            }
            if inner.name.as_deref() == Some("__debug__") {
                self.out
                    .push(messages::cannot_assign("`__debug__`", range(inner)));
            }
        }
    }

    fn cases(&mut self, cases: &[ast::MatchCase]) {
        for (index, case) in cases.iter().enumerate() {
            let last = index + 1 == cases.len();
            if !last && case.guard.is_none() && catches_all(&case.pattern) {
                self.out
                    .push(messages::unreachable_cases(range(&case.pattern)));
            }
            let mut names = Vec::new();
            pattern_names(&case.pattern, &mut names, self.out);
        }
    }
}

impl Visitor for Rules<'_> {
    fn statement(&mut self, statement: &Stmt) {
        if let Some(function) = walk::function(statement) {
            return self.def(&function);
        }
        match statement {
            Stmt::ClassDef(s) => {
                s.decorator_list.iter().for_each(|e| self.expression(e));
                for base in &s.bases {
                    let at = range(base);
                    if base.is_generator_exp_expr() && !self.text[at.clone()].starts_with('(') {
                        self.out.push(messages::bare_generator(at));
                    }
                    self.expression(base);
                }
                s.keywords.iter().for_each(|k| self.expression(&k.value));
                let place = Place {
                    class: true,
                    ..Place::of(Function::None)
                };
                self.within(place, |rules| walk::walk_body(rules, &s.body));
            }
            Stmt::Return(s) => {
                self.need_function("`return`", range(s));
                if self.place.in_star {
                    self.leave("`return`", range(s));
                }
                if let Some(value) = &s.value {
                    self.lone_value(value);
                    self.expression(value);
                }
            }
            Stmt::Delete(s) => s.targets.iter().for_each(|e| self.delete(e)),
            Stmt::Assign(s) => {
                self.lone_value(&s.value);
                self.expression(&s.value);
                s.targets.iter().for_each(|e| self.target(e, true));
            }
            Stmt::AugAssign(s) => {
                self.lone_value(&s.value);
                self.expression(&s.value);
                match &*s.target {
                    e @ (Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_)) => {
                        self.target(e, true);
                    }
                    other => self
                        .out
                        .push(messages::cannot_augment(kind(other), range(other))),
                }
            }
            Stmt::AnnAssign(s) => {
                match &*s.target {
                    e @ (Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_)) => {
                        self.target(e, true);
                    }
                    other => self
                        .out
                        .push(messages::cannot_annotate(kind(other), range(other))),
                }
                self.expression(&s.annotation);
                if let Some(value) = &s.value {
                    self.lone_value(value);
                    self.expression(value);
                }
            }
            Stmt::For(s) => {
                self.lone_value(&s.iter);
                self.expression(&s.iter);
                self.looped(Some(&s.target), &s.body, &s.orelse);
            }
            Stmt::AsyncFor(s) => {
                self.need_async("`async for`", range(s));
                self.lone_value(&s.iter);
                self.expression(&s.iter);
                self.looped(Some(&s.target), &s.body, &s.orelse);
            }
            Stmt::While(s) => {
                self.expression(&s.test);
                self.looped(None, &s.body, &s.orelse);
            }
            Stmt::With(s) => self.with(&s.items, &s.body),
            Stmt::AsyncWith(s) => {
                self.need_async("`async with`", range(s));
                self.with(&s.items, &s.body);
            }
            Stmt::Break(s) => self.leave("`break`", range(s)),
            Stmt::Continue(s) => self.leave("`continue`", range(s)),
            Stmt::ImportFrom(s) => {
                if s.module.as_deref() == Some("__future__") {
                    self.future_import(s);
                }
                let star = s.names.iter().any(|a| &a.name == "*");
                if star && (self.place.function != Function::None || self.place.class) {
                    self.out.push(messages::misplaced(
                        "`import *`",
                        "outside of functions and classes",
                        range(s),
                    ));
                }
            }
            Stmt::Try(s) => {
                self.handlers(&s.handlers);
                walk::walk_statement(self, statement);
            }
            Stmt::TryStar(s) => {
                self.handlers(&s.handlers);
                walk::walk_body(self, &s.body);
                let place = Place {
                    in_star: true,
                    ..self.place
                };
                self.within(place, |rules| {
                    s.handlers.iter().for_each(|h| rules.handler(h));
                });
                walk::walk_body(self, &s.orelse);
                walk::walk_body(self, &s.finalbody);
            }
            Stmt::Match(s) => {
                self.cases(&s.cases);
                walk::walk_statement(self, statement);
            }
            Stmt::Expr(s) => {
                self.lone_value(&s.value);
                self.expression(&s.value);
            }
            other => walk::walk_statement(self, other),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Lambda(e) => {
                walk::walk_defaults(self, &e.args);
                self.argument_names(&e.args);
                let place = Place {
                    function: Function::Sync,
                    class: false,
                    comprehension: false,
                    ..self.place
                };
                let iterated = std::mem::take(&mut self.iterated);
                self.within(place, |rules| rules.expression(&e.body));
                self.iterated = iterated;
            }
            Expr::NamedExpr(e) => {
                match &*e.target {
                    Expr::Name(name) => {
                        if self.in_iterable {
                            self.out.push(messages::walrus_in_iterable(range(e)));
                        } else if self.iterated.iter().any(|n| n == name.id.as_str()) {
                            self.out.push(messages::rebound(&name.id, range(name)));
                        } else if self.place.class && self.place.comprehension {
                            self.out.push(messages::misplaced(
                                "`:=` in a comprehension",
                                "outside of a class body",
                                range(e),
                            ));
                        }
                        self.target(&e.target, true);
                    }
                    other => self
                        .out
                        .push(messages::cannot_assign(kind(other), range(other))),
                }
                self.expression(&e.value);
            }
            Expr::Await(e) => {
                self.need_async("`await`", range(e));
                self.expression(&e.value);
            }
            Expr::Yield(e) => {
                self.yielded("`yield`", range(e));
                if let Some(value) = &e.value {
                    self.lone_value(value);
                    self.expression(value);
                }
            }
            Expr::YieldFrom(e) => {
                self.yielded("`yield from`", range(e));
                if self.place.function == Function::Async {
                    self.out.push(messages::misplaced(
                        "`yield from`",
                        "in functions without `async`",
                        range(e),
                    ));
                }
                self.expression(&e.value);
            }
            Expr::ListComp(e) => self.comprehension_expression(&e.generators, &[&e.elt]),
            Expr::SetComp(e) => self.comprehension_expression(&e.generators, &[&e.elt]),
            Expr::GeneratorExp(e) => self.comprehension_expression(&e.generators, &[&e.elt]),
            Expr::DictComp(e) => {
                self.comprehension_expression(&e.generators, &[&e.key, &e.value]);
            }
            Expr::Call(e) => {
                let arguments = e.args.len() + e.keywords.len();
                for generator in e.args.iter().filter(|a| a.is_generator_exp_expr()) {
                    let at = range(generator);
                    let bare = !self.text[at.clone()].starts_with('(');
                    let comma = self.text[at.end..].trim_start().starts_with(',');
                    if bare && (arguments > 1 || comma) {
                        self.out.push(messages::bare_generator(at));
                    }
                }
                for keyword in &e.keywords {
                    if keyword.arg.as_deref() == Some("__debug__") {
                        self.out
                            .push(messages::cannot_assign("`__debug__`", range(keyword)));
                    }
                }
                walk::walk_expression(self, expression);
            }
            other => walk::walk_expression(self, other),
        }
    }
}

impl Rules<'_> {
    fn with(&mut self, items: &[ast::WithItem], body: &[Stmt]) {
        for item in items {
            self.expression(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.target(target, true);
            }
        }
        let atomic = items.iter().any(|item| is_atomic(&item.context_expr));
        let place = Place {
            atomic: self.place.atomic || atomic,
            ..self.place
        };
        self.within(place, |rules| walk::walk_body(rules, body));
    }
}

/// `atomic()` or `redgrease.atomic()`.
fn is_atomic(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    match &*call.func {
        Expr::Name(name) => &name.id == "atomic",
        Expr::Attribute(attribute) => &attribute.attr == "atomic",
        _ => false,
    }
}

#[derive(Default)]
struct Yields {
    yields: bool,
    returns: Vec<std::ops::Range<usize>>,
}

impl Visitor for Yields {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(s) if s.value.is_some() => self.returns.push(range(s)),
            other => walk::walk_statement(self, other),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Yield(_) => self.yields = true,
            other => walk::walk_expression(self, other),
        }
    }
}

/// Whether a function with this body is a generator.
pub(crate) fn is_generator(body: &[Stmt]) -> bool {
    let mut finder = Yields::default();
    walk::walk_body(&mut finder, body);
    finder.yields
}

fn collect_names(target: &Expr, names: &mut Vec<String>) {
    match target {
        Expr::Name(e) => names.push(e.id.to_string()),
        Expr::Tuple(e) => e.elts.iter().for_each(|e| collect_names(e, names)),
        Expr::List(e) => e.elts.iter().for_each(|e| collect_names(e, names)),
        Expr::Starred(e) => collect_names(&e.value, names),
        _ => {}
    }
}

fn is_string(expression: &Expr) -> bool {
    matches!(expression, Expr::Constant(c) if c.value.is_str())
}

fn catches_all(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchAs(p) => p.pattern.as_deref().is_none_or(catches_all),
        Pattern::MatchOr(p) => p.patterns.iter().any(catches_all),
        _ => false,
    }
}

/// The names a pattern binds; each only once, and every alternative the same.
fn pattern_names(pattern: &Pattern, names: &mut Vec<String>, out: &mut Diagnostics) {
    let mut bind = |name: &str, out: &mut Diagnostics| {
        if names.iter().any(|n| n == name) {
            out.push(messages::bound_twice(name, range(pattern)));
        } else {
            names.push(name.to_owned());
        }
    };
    match pattern {
        Pattern::MatchAs(p) => {
            if let Some(name) = &p.name {
                bind(name, out);
            }
            if let Some(inner) = &p.pattern {
                pattern_names(inner, names, out);
            }
        }
        Pattern::MatchStar(p) => {
            if let Some(name) = &p.name {
                bind(name, out);
            }
        }
        Pattern::MatchMapping(p) => {
            if let Some(name) = &p.rest {
                bind(name, out);
            }
            for (index, key) in p.keys.iter().enumerate() {
                let twice = |other: &Expr| match (key, other) {
                    (Expr::Constant(a), Expr::Constant(b)) => a.value == b.value,
                    _ => false,
                };
                if p.keys[..index].iter().any(twice) {
                    out.push(messages::key_twice(range(key)));
                }
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchSequence(p) => {
            let stars: Vec<&Pattern> = p.patterns.iter().filter(|p| p.is_match_star()).collect();
            if let [_, second, ..] = stars[..] {
                out.push(messages::two_stars(range(second)));
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchClass(p) => {
            for (index, name) in p.kwd_attrs.iter().enumerate() {
                if p.kwd_attrs[..index].contains(name) {
                    out.push(messages::bound_twice(name, range(pattern)));
                }
            }
            p.patterns.iter().for_each(|p| pattern_names(p, names, out));
            p.kwd_patterns
                .iter()
                .for_each(|p| pattern_names(p, names, out));
        }
        Pattern::MatchOr(p) => {
            let before = names.clone();
            let mut first: Option<Vec<String>> = None;
            for (index, alternative) in p.patterns.iter().enumerate() {
                let mut bound = before.clone();
                pattern_names(alternative, &mut bound, out);
                bound.sort_unstable();
                match &first {
                    None => first = Some(bound),
                    Some(names) if *names != bound => {
                        out.push(messages::alternatives_differ(range(alternative)));
                    }
                    Some(_) => {}
                }
                if index + 1 < p.patterns.len() && catches_all(alternative) {
                    out.push(messages::unreachable_cases(range(alternative)));
                }
            }
            *names = first.unwrap_or(before);
        }
        Pattern::MatchValue(p) => {
            if let Expr::BinOp(sum) = &*p.value
                && !matches!(&*sum.right, Expr::Constant(c) if matches!(c.value, Constant::Complex { .. }))
            {
                out.push(messages::no_complex(range(&*p.value)));
            }
        }
        Pattern::MatchSingleton(_) => {}
    }
}

/// What an expression is, for "cannot assign to …".
fn kind(expression: &Expr) -> &'static str {
    match expression {
        Expr::Call(_) => "a function call",
        Expr::Constant(c) => match c.value {
            Constant::None => "`None`",
            Constant::Bool(true) => "`True`",
            Constant::Bool(false) => "`False`",
            Constant::Ellipsis => "`...`",
            _ => "a literal",
        },
        Expr::JoinedStr(_) | Expr::FormattedValue(_) => "an f-string",
        Expr::Compare(_) => "a comparison",
        Expr::Lambda(_) => "a lambda",
        Expr::IfExp(_) => "a conditional expression",
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => "a comprehension",
        Expr::GeneratorExp(_) => "a generator expression",
        Expr::Await(_) => "an `await` expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "a `yield` expression",
        Expr::Dict(_) => "a dictionary",
        Expr::Set(_) => "a set",
        Expr::NamedExpr(_) => "a `:=` expression",
        Expr::Tuple(_) => "a tuple",
        Expr::List(_) => "a list",
        Expr::Starred(_) => "a starred expression",
        _ => "an expression",
    }
}
