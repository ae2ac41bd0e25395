//! What Python's compiler refuses although the grammar takes it: targets that cannot be assigned
//! to, statements outside of their place.

mod atomic;
mod comprehensions;
mod functions;
mod future;
mod patterns;
mod targets;

pub(crate) use functions::{is_generator, returns_value};

use targets::kind;

use super::parse::ast::{ExceptHandler, Expr, Stmt};
use super::parse::range;
use super::walk::{self, Visitor};
use crate::diag::Diagnostics;
use crate::messages;

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

    fn within(&mut self, place: Place, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.place, place);
        work(self);
        self.place = outer;
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
                patterns::check(&s.cases, self.out);
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
            Expr::GeneratorExp(e) => self.generator_expression(e),
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
