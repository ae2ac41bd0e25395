//! Walking the tree in the order of the text.

use super::parse::ast::{
    self, Arguments, Comprehension, ExceptHandler, Expr, Keyword, Pattern, Stmt, TypeParam,
};

/// Sees every node; an implementation calls the `walk_…` function of a node to go into it.
pub(crate) trait Visitor {
    fn statement(&mut self, statement: &Stmt) {
        walk_statement(self, statement);
    }
    fn expression(&mut self, expression: &Expr) {
        walk_expression(self, expression);
    }
    fn pattern(&mut self, pattern: &Pattern) {
        walk_pattern(self, pattern);
    }
    fn arguments(&mut self, arguments: &Arguments) {
        walk_arguments(self, arguments);
    }
    fn comprehension(&mut self, comprehension: &Comprehension) {
        walk_comprehension(self, comprehension);
    }
    fn handler(&mut self, handler: &ExceptHandler) {
        walk_handler(self, handler);
    }
}

pub(crate) fn walk_body<V: Visitor + ?Sized>(visitor: &mut V, body: &[Stmt]) {
    for statement in body {
        visitor.statement(statement);
    }
}

fn walk_all<V: Visitor + ?Sized>(visitor: &mut V, expressions: &[Expr]) {
    for expression in expressions {
        visitor.expression(expression);
    }
}

fn walk_option<V: Visitor + ?Sized>(visitor: &mut V, expression: Option<&Expr>) {
    if let Some(expression) = expression {
        visitor.expression(expression);
    }
}

fn walk_keywords<V: Visitor + ?Sized>(visitor: &mut V, keywords: &[Keyword]) {
    for keyword in keywords {
        visitor.expression(&keyword.value);
    }
}

/// The bounds of type parameters.
pub(crate) fn walk_type_parameters<V: Visitor + ?Sized>(visitor: &mut V, list: &[TypeParam]) {
    for parameter in list {
        if let TypeParam::TypeVar(variable) = parameter {
            walk_option(visitor, variable.bound.as_deref());
        }
    }
}

pub(crate) fn walk_statement<V: Visitor + ?Sized>(v: &mut V, statement: &Stmt) {
    if let Some(function) = function(statement) {
        walk_all(v, function.decorators);
        walk_type_parameters(v, function.type_parameters);
        v.arguments(function.arguments);
        walk_option(v, function.returns);
        walk_body(v, function.body);
        return;
    }
    match statement {
        Stmt::ClassDef(s) => {
            walk_all(v, &s.decorator_list);
            walk_type_parameters(v, &s.type_params);
            walk_all(v, &s.bases);
            walk_keywords(v, &s.keywords);
            walk_body(v, &s.body);
        }
        Stmt::Return(s) => walk_option(v, s.value.as_deref()),
        Stmt::Delete(s) => walk_all(v, &s.targets),
        Stmt::Assign(s) => {
            v.expression(&s.value);
            walk_all(v, &s.targets);
        }
        Stmt::TypeAlias(s) => {
            v.expression(&s.name);
            walk_type_parameters(v, &s.type_params);
            v.expression(&s.value);
        }
        Stmt::AugAssign(s) => {
            v.expression(&s.value);
            v.expression(&s.target);
        }
        Stmt::AnnAssign(s) => {
            walk_option(v, s.value.as_deref());
            v.expression(&s.annotation);
            v.expression(&s.target);
        }
        Stmt::For(s) => walk_for(v, &s.target, &s.iter, &s.body, &s.orelse),
        Stmt::AsyncFor(s) => walk_for(v, &s.target, &s.iter, &s.body, &s.orelse),
        Stmt::While(s) => {
            v.expression(&s.test);
            walk_body(v, &s.body);
            walk_body(v, &s.orelse);
        }
        Stmt::If(s) => {
            v.expression(&s.test);
            walk_body(v, &s.body);
            walk_body(v, &s.orelse);
        }
        Stmt::With(s) => walk_with(v, &s.items, &s.body),
        Stmt::AsyncWith(s) => walk_with(v, &s.items, &s.body),
        Stmt::Match(s) => {
            v.expression(&s.subject);
            for case in &s.cases {
                v.pattern(&case.pattern);
                walk_option(v, case.guard.as_deref());
                walk_body(v, &case.body);
            }
        }
        Stmt::Raise(s) => {
            walk_option(v, s.exc.as_deref());
            walk_option(v, s.cause.as_deref());
        }
        Stmt::Try(s) => walk_try(v, &s.body, &s.handlers, &s.orelse, &s.finalbody),
        Stmt::TryStar(s) => walk_try(v, &s.body, &s.handlers, &s.orelse, &s.finalbody),
        Stmt::Assert(s) => {
            v.expression(&s.test);
            walk_option(v, s.msg.as_deref());
        }
        Stmt::Expr(s) => v.expression(&s.value),
        Stmt::FunctionDef(_)
        | Stmt::AsyncFunctionDef(_)
        | Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::Global(_)
        | Stmt::Nonlocal(_)
        | Stmt::Pass(_)
        | Stmt::Break(_)
        | Stmt::Continue(_) => {}
    }
}

fn walk_for<V: Visitor + ?Sized>(
    v: &mut V,
    target: &Expr,
    iter: &Expr,
    body: &[Stmt],
    orelse: &[Stmt],
) {
    v.expression(iter);
    v.expression(target);
    walk_body(v, body);
    walk_body(v, orelse);
}

fn walk_with<V: Visitor + ?Sized>(v: &mut V, items: &[ast::WithItem], body: &[Stmt]) {
    for item in items {
        v.expression(&item.context_expr);
        walk_option(v, item.optional_vars.as_deref());
    }
    walk_body(v, body);
}

fn walk_try<V: Visitor + ?Sized>(
    v: &mut V,
    body: &[Stmt],
    handlers: &[ExceptHandler],
    orelse: &[Stmt],
    finalbody: &[Stmt],
) {
    walk_body(v, body);
    for handler in handlers {
        v.handler(handler);
    }
    walk_body(v, orelse);
    walk_body(v, finalbody);
}

pub(crate) fn walk_handler<V: Visitor + ?Sized>(v: &mut V, handler: &ExceptHandler) {
    let ExceptHandler::ExceptHandler(handler) = handler;
    walk_option(v, handler.type_.as_deref());
    walk_body(v, &handler.body);
}

pub(crate) fn walk_arguments<V: Visitor + ?Sized>(v: &mut V, arguments: &Arguments) {
    for argument in parameters(arguments) {
        walk_option(v, argument.annotation.as_deref());
    }
    walk_defaults(v, arguments);
}

/// The default values of parameters.
pub(crate) fn walk_defaults<V: Visitor + ?Sized>(v: &mut V, arguments: &Arguments) {
    for argument in arguments
        .posonlyargs
        .iter()
        .chain(&arguments.args)
        .chain(&arguments.kwonlyargs)
    {
        walk_option(v, argument.default.as_deref());
    }
}

/// The blocks of a statement that belong to the same function as it.
pub(crate) fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::For(s) => vec![&s.body, &s.orelse],
        Stmt::AsyncFor(s) => vec![&s.body, &s.orelse],
        Stmt::While(s) => vec![&s.body, &s.orelse],
        Stmt::If(s) => vec![&s.body, &s.orelse],
        Stmt::With(s) => vec![&s.body],
        Stmt::AsyncWith(s) => vec![&s.body],
        Stmt::Match(s) => s.cases.iter().map(|case| &case.body[..]).collect(),
        Stmt::Try(s) => blocks_of_try(&s.body, &s.handlers, &s.orelse, &s.finalbody),
        Stmt::TryStar(s) => blocks_of_try(&s.body, &s.handlers, &s.orelse, &s.finalbody),
        _ => Vec::new(),
    }
}

fn blocks_of_try<'e>(
    body: &'e [Stmt],
    handlers: &'e [ExceptHandler],
    orelse: &'e [Stmt],
    finalbody: &'e [Stmt],
) -> Vec<&'e [Stmt]> {
    let mut all = vec![body, orelse, finalbody];
    for ExceptHandler::ExceptHandler(handler) in handlers {
        all.push(&handler.body);
    }
    all
}

/// A `def` or an `async def`.
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a Arguments,
    pub(crate) decorators: &'a [Expr],
    pub(crate) returns: Option<&'a Expr>,
    pub(crate) type_parameters: &'a [TypeParam],
    pub(crate) body: &'a [Stmt],
    pub(crate) asynchronous: bool,
}

/// The function that a statement defines.
pub(crate) fn function(statement: &Stmt) -> Option<Function<'_>> {
    Some(match statement {
        Stmt::FunctionDef(s) => Function {
            name: &s.name,
            arguments: &s.args,
            decorators: &s.decorator_list,
            returns: s.returns.as_deref(),
            type_parameters: &s.type_params,
            body: &s.body,
            asynchronous: false,
        },
        Stmt::AsyncFunctionDef(s) => Function {
            name: &s.name,
            arguments: &s.args,
            decorators: &s.decorator_list,
            returns: s.returns.as_deref(),
            type_parameters: &s.type_params,
            body: &s.body,
            asynchronous: true,
        },
        _ => return None,
    })
}

/// All parameters, `*args` and `**kwargs` included.
pub(crate) fn parameters(arguments: &Arguments) -> impl Iterator<Item = &ast::Arg> {
    arguments
        .posonlyargs
        .iter()
        .chain(&arguments.args)
        .map(|a| &a.def)
        .chain(arguments.vararg.as_deref())
        .chain(arguments.kwonlyargs.iter().map(|a| &a.def))
        .chain(arguments.kwarg.as_deref())
}

pub(crate) fn walk_comprehension<V: Visitor + ?Sized>(v: &mut V, comprehension: &Comprehension) {
    v.expression(&comprehension.iter);
    v.expression(&comprehension.target);
    walk_all(v, &comprehension.ifs);
}

fn walk_comprehensions<V: Visitor + ?Sized>(v: &mut V, list: &[Comprehension]) {
    for comprehension in list {
        v.comprehension(comprehension);
    }
}

pub(crate) fn walk_expression<V: Visitor + ?Sized>(v: &mut V, expression: &Expr) {
    match expression {
        Expr::BoolOp(e) => walk_all(v, &e.values),
        Expr::NamedExpr(e) => {
            v.expression(&e.value);
            v.expression(&e.target);
        }
        Expr::BinOp(e) => {
            v.expression(&e.left);
            v.expression(&e.right);
        }
        Expr::UnaryOp(e) => v.expression(&e.operand),
        Expr::Lambda(e) => {
            v.arguments(&e.args);
            v.expression(&e.body);
        }
        Expr::IfExp(e) => {
            v.expression(&e.body);
            v.expression(&e.test);
            v.expression(&e.orelse);
        }
        Expr::Dict(e) => {
            for (key, value) in e.keys.iter().zip(&e.values) {
                walk_option(v, key.as_ref());
                v.expression(value);
            }
        }
        Expr::Set(e) => walk_all(v, &e.elts),
        Expr::ListComp(e) => {
            walk_comprehensions(v, &e.generators);
            v.expression(&e.elt);
        }
        Expr::SetComp(e) => {
            walk_comprehensions(v, &e.generators);
            v.expression(&e.elt);
        }
        Expr::DictComp(e) => {
            walk_comprehensions(v, &e.generators);
            v.expression(&e.key);
            v.expression(&e.value);
        }
        Expr::GeneratorExp(e) => {
            walk_comprehensions(v, &e.generators);
            v.expression(&e.elt);
        }
        Expr::Await(e) => v.expression(&e.value),
        Expr::Yield(e) => walk_option(v, e.value.as_deref()),
        Expr::YieldFrom(e) => v.expression(&e.value),
        Expr::Compare(e) => {
            v.expression(&e.left);
            walk_all(v, &e.comparators);
        }
        Expr::Call(e) => {
            v.expression(&e.func);
            walk_all(v, &e.args);
            walk_keywords(v, &e.keywords);
        }
        Expr::FormattedValue(e) => {
            v.expression(&e.value);
            walk_option(v, e.format_spec.as_deref());
        }
        Expr::JoinedStr(e) => walk_all(v, &e.values),
        Expr::Attribute(e) => v.expression(&e.value),
        Expr::Subscript(e) => {
            v.expression(&e.value);
            v.expression(&e.slice);
        }
        Expr::Starred(e) => v.expression(&e.value),
        Expr::List(e) => walk_all(v, &e.elts),
        Expr::Tuple(e) => walk_all(v, &e.elts),
        Expr::Slice(e) => {
            walk_option(v, e.lower.as_deref());
            walk_option(v, e.upper.as_deref());
            walk_option(v, e.step.as_deref());
        }
        Expr::Name(_) | Expr::Constant(_) => {}
    }
}

pub(crate) fn walk_pattern<V: Visitor + ?Sized>(v: &mut V, pattern: &Pattern) {
    match pattern {
        Pattern::MatchValue(p) => v.expression(&p.value),
        Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| v.pattern(p)),
        Pattern::MatchMapping(p) => {
            walk_all(v, &p.keys);
            p.patterns.iter().for_each(|p| v.pattern(p));
        }
        Pattern::MatchClass(p) => {
            v.expression(&p.cls);
            p.patterns.iter().for_each(|p| v.pattern(p));
            p.kwd_patterns.iter().for_each(|p| v.pattern(p));
        }
        Pattern::MatchAs(p) => {
            if let Some(pattern) = &p.pattern {
                v.pattern(pattern);
            }
        }
        Pattern::MatchOr(p) => p.patterns.iter().for_each(|p| v.pattern(p)),
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
    }
}
