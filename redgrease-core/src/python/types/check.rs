//! Going through a function.

use std::ops::Range;

use super::infer::Infer;
use super::mentioned::asks;
use super::names::{Given, Names};
use super::returns::{found_returns, leaves, result};
use super::{RustType, Type, Types};
use crate::diag::Diagnostics;
use crate::messages;
use crate::python::parse::ast::{self, ExceptHandler, Expr, Stmt};
use crate::python::parse::range;
use crate::python::truth::truth;
use crate::python::walk;

/// What there is in a text that matters for all of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// Names may change in ways that the text does not show: `exec`, `import *`.
    pub(crate) dynamic: bool,
    /// The names that a `:=` gives a value.
    pub(crate) walrus: Vec<String>,
    /// There is a `yield`.
    pub(crate) yields: bool,
}

/// A function that is called from Rust.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'a> {
    pub(crate) name: &'a str,
    pub(crate) params: &'a [&'a str],
    /// The types of the parameters, as far as they are known.
    pub(crate) types: &'a [RustType],
    pub(crate) result: &'a RustType,
    /// The names that the script defines besides.
    pub(crate) known: &'a [String],
}

impl Called<'_> {
    /// What the parameters get.
    fn given<'e>(&self) -> impl Iterator<Item = Given<'e>> {
        let known = self.types.iter().map(|of| match of {
            RustType::Integer(integer) => Given::Number(*integer),
            other => Given::Known(other.seen()),
        });
        known.chain(std::iter::repeat_with(|| Given::Known(Types::ANY)))
    }
}

/// Says what is certainly wrong in the body of a function that is called from Rust.
pub(crate) fn check_body<'e>(
    text: &'e str,
    shape: &'e Shape,
    body: &'e [Stmt],
    called: &Called<'e>,
    out: &mut Diagnostics,
) {
    if shape.dynamic {
        return;
    }
    let mut names = Names::of(body);
    for (name, given) in called.params.iter().zip(called.given()) {
        names.give(name, given);
    }
    for name in called.known {
        names.give(name, Given::Known(Types::ANY));
    }
    names.forget_changed(body);
    let mut infer = Infer::new(text, &shape.walrus);
    let result = called.result;
    infer.within(names, |infer| Walk { infer, result }.block(body));
    gives_value(called, shape, body, &mut infer.out);
    out.extend(infer.out.into_vec());
}

/// Says what is certainly wrong in a module, of which a function may be called from Rust.
pub(crate) fn check_module<'e>(
    text: &'e str,
    shape: &'e Shape,
    body: &'e [Stmt],
    expression: Option<&'e Expr>,
    called: Option<&Called<'e>>,
    out: &mut Diagnostics,
) {
    if shape.dynamic {
        return;
    }
    let mut infer = Infer::new(text, &shape.walrus);
    let mut names = Names::of(body);
    for name in called.into_iter().flat_map(|called| called.known) {
        names.give(name, Given::Known(Types::ANY));
    }
    infer.within(names, |infer| {
        let result = &RustType::Any;
        Walk { infer, result }.block(body);
        if let Some(expression) = expression {
            infer.expression(expression);
        }
        let function = body.iter().filter_map(walk::function);
        let function = function
            .zip(called)
            .find(|(f, called)| f.name == called.name);
        if let Some((function, called)) = function
            && function.decorators.is_empty()
        {
            let mut names = Names::of(function.body);
            for (parameter, given) in walk::parameters(function.arguments).zip(called.given()) {
                names.give(&parameter.arg, given);
            }
            names.forget_changed(function.body);
            let result = called.result;
            infer.within(names, |infer| Walk { infer, result }.block(function.body));
            if !function.asynchronous {
                gives_value(called, shape, function.body, &mut infer.out);
            }
        }
    });
    out.extend(infer.out.into_vec());
}

/// The one type of what a function of a module certainly gives, its only parameter being of the type `types`: only those
/// that are as a text what they are as a result of that type.
pub(crate) fn certain_result<'e>(
    text: &'e str,
    shape: &'e Shape,
    module: &'e [Stmt],
    body: &'e [Stmt],
    parameter: (&'e str, &RustType),
) -> Option<RustType> {
    if shape.dynamic || shape.yields {
        return None;
    }
    let outer = Names::of(module);
    let mut names = Names::of(body);
    names.give(parameter.0, Given::Known(parameter.1.seen()));
    names.forget_changed(body);
    let mut infer = Infer::new(text, &shape.walrus);
    let mut found = Types::ANY;
    infer.within(outer, |infer| {
        infer.within(names, |infer| {
            found = infer.quietly(|infer| result(infer, body));
        });
    });
    match found.known() {
        [Type::Str] => Some(RustType::Text),
        [Type::Int] => Some(RustType::Int),
        [Type::Float] => Some(RustType::Float),
        _ => None,
    }
}

/// Says when a function gives nothing back, although its Rust type wants a value, or is a generator.
fn gives_value(called: &Called<'_>, shape: &Shape, body: &[Stmt], out: &mut Diagnostics) {
    if shape.yields
        && let Some(at) = first_yield(body)
    {
        out.push(messages::yields(called.name, at));
        return;
    }
    let wants = !matches!(
        called.result,
        RustType::Any | RustType::Unit | RustType::Optional(_)
    );
    let mut returns = Vec::new();
    found_returns(body, &mut returns);
    let gives = returns.iter().any(Option::is_some);
    if wants && !gives && (!returns.is_empty() || !leaves(body)) {
        let at = body.last().map_or(0..0, range);
        out.push(messages::no_result(called.name, called.result.wanted(), at));
    }
}

/// The first `yield` of a function.
fn first_yield(body: &[Stmt]) -> Option<Range<usize>> {
    struct Finder(Option<Range<usize>>);
    impl walk::Visitor for Finder {
        fn statement(&mut self, statement: &Stmt) {
            if walk::function(statement).is_none() && !statement.is_class_def_stmt() {
                walk::walk_statement(self, statement);
            }
        }
        fn expression(&mut self, expression: &Expr) {
            let yields = matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_));
            if yields && self.0.is_none() {
                self.0 = Some(range(expression));
            }
            if !expression.is_lambda_expr() {
                walk::walk_expression(self, expression);
            }
        }
    }
    let mut finder = Finder(None);
    walk::walk_body(&mut finder, body);
    finder.0
}

struct Walk<'w, 'e> {
    infer: &'w mut Infer<'e>,
    result: &'w RustType,
}

impl<'e> Walk<'_, 'e> {
    fn block(&mut self, body: &'e [Stmt]) {
        for statement in body {
            self.statement(statement);
            let leaves = matches!(
                statement,
                Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)
            );
            if leaves {
                break;
            }
        }
    }

    /// What a test decides about.
    fn branches(&mut self, test: &'e Expr, body: &'e [Stmt], orelse: &'e [Stmt]) {
        let guard = asks(test);
        self.infer.expression(test);
        let truth = truth(test);
        let Walk { infer, result } = self;
        infer.asking(test, |infer| {
            let mut walk = Walk { infer, result };
            walk.guarded(guard || truth.excludes(true), body);
            walk.guarded(guard || truth.excludes(false), orelse);
        });
    }

    /// A block that is for some values alone, or whose errors are expected.
    fn guarded(&mut self, guard: bool, body: &'e [Stmt]) {
        if guard {
            let Walk { infer, result } = self;
            infer.quietly(|infer| Walk { infer, result }.block(body));
        } else {
            self.block(body);
        }
    }

    fn statement(&mut self, statement: &'e Stmt) {
        if let Some(function) = walk::function(statement) {
            return self.def(&function);
        }
        match statement {
            Stmt::ClassDef(s) => {
                for function in s.body.iter().filter_map(walk::function) {
                    self.def(&function);
                }
            }
            Stmt::Return(s) => {
                if let Some(value) = &s.value {
                    let types = self.infer.expression(value);
                    self.returned(&types, value);
                }
            }
            Stmt::Expr(s) => drop(self.infer.expression(&s.value)),
            Stmt::Assign(s) => drop(self.infer.expression(&s.value)),
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.infer.expression(value);
                }
            }
            Stmt::AugAssign(s) => self.infer.changed(s),
            Stmt::Raise(s) => {
                if let Some(value) = &s.exc {
                    self.infer.expression(value);
                }
            }
            Stmt::Assert(s) => drop(self.infer.expression(&s.test)),
            Stmt::If(s) => {
                self.branches(&s.test, &s.body, &s.orelse);
            }
            Stmt::While(s) => {
                self.branches(&s.test, &s.body, &s.orelse);
            }
            Stmt::For(s) => {
                self.infer.looped(&s.iter);
                self.block(&s.body);
                self.block(&s.orelse);
            }
            Stmt::With(s) => self.with(&s.items, &s.body),
            Stmt::AsyncWith(s) => self.with(&s.items, &s.body),
            Stmt::AsyncFor(s) => {
                self.block(&s.body);
                self.block(&s.orelse);
            }
            Stmt::Match(s) => {
                self.infer.expression(&s.subject);
                for case in &s.cases {
                    self.guarded(true, &case.body);
                }
            }
            Stmt::Try(s) => self.attempt(&s.body, &s.handlers, &s.orelse, &s.finalbody),
            Stmt::TryStar(s) => self.attempt(&s.body, &s.handlers, &s.orelse, &s.finalbody),
            _ => {}
        }
    }

    fn with(&mut self, items: &'e [ast::WithItem], body: &'e [Stmt]) {
        let mut guard = false;
        for item in items {
            self.infer.expression(&item.context_expr);
            // `contextlib.suppress(TypeError)`
            guard |= matches!(&item.context_expr, Expr::Call(call) if !call.args.is_empty());
        }
        self.guarded(guard, body);
    }

    fn attempt(
        &mut self,
        body: &'e [Stmt],
        handlers: &'e [ExceptHandler],
        orelse: &'e [Stmt],
        finalbody: &'e [Stmt],
    ) {
        self.guarded(!handlers.is_empty(), body);
        for ExceptHandler::ExceptHandler(handler) in handlers {
            self.block(&handler.body);
        }
        self.block(orelse);
        self.block(finalbody);
    }

    /// A function in the function: its parameters may be anything.
    fn def(&mut self, function: &walk::Function<'e>) {
        let mut names = Names::of(function.body);
        for parameter in walk::parameters(function.arguments) {
            names.give(&parameter.arg, Given::Known(Types::ANY));
        }
        let result = RustType::Any;
        self.infer.within(names, |infer| {
            Walk {
                infer,
                result: &result,
            }
            .block(function.body);
        });
    }

    fn returned(&mut self, types: &Types, value: &'e Expr) {
        let at = range(value);
        if !self.result.may_take(types) {
            let inside = types.never(|one| !self.result.is_kind_of(one));
            let found = if inside {
                let wanted = self.result.wanted_in_full();
                messages::wrong_elements(&types.with_elements(), &wanted, at)
            } else {
                messages::wrong_result(
                    &types.to_string(),
                    self.result.wanted(),
                    types.known() == [Type::None],
                    self.result.made_of(types),
                    at,
                )
            };
            self.infer.say(found);
        } else {
            self.infer.fits(self.result, value);
        }
    }
}
