//! Callables that are no functions written in Python, which is all that the server's own builder takes.

use super::BUILTINS;
use crate::python::{self, Collector, ast};

/// Modules whose functions are all written in C.
const IN_C: &[&str] = &["cmath", "itertools", "math", "operator", "time"];

/// What a callable of a script with the statements `module` is, if it is certainly no such function.
pub(crate) fn no_function(
    value: &ast::Expr,
    names: &Collector<'_>,
    module: &[ast::Stmt],
) -> Option<&'static str> {
    let builtin = |name: &str| {
        let known = BUILTINS.iter().any(|(known, _, _)| *known == name);
        known && !names.defines(name)
    };
    match value {
        ast::Expr::Name(name) if builtin(&name.id) => Some("a builtin"),
        ast::Expr::Name(name) => match defined(&name.id, names, module)? {
            ast::Stmt::ClassDef(_) => Some("a class"),
            ast::Stmt::FunctionDef(def) if def.decorator_list.iter().any(|d| caches(d, names)) => {
                Some("a function with a cache")
            }
            _ => None,
        },
        ast::Expr::Attribute(attribute) => match &*attribute.value {
            ast::Expr::Name(class) if builtin(&class.id) => Some("a method of a builtin"),
            ast::Expr::Name(of) if in_c(&of.id, names) => Some("a function written in C"),
            ast::Expr::Constant(_) | ast::Expr::JoinedStr(_) => Some("a method of a value"),
            ast::Expr::Call(call) => {
                let method = |statement: &ast::Stmt| match python::function(statement) {
                    Some(def) => def.name == attribute.attr.as_str() && def.decorators.is_empty(),
                    None => false,
                };
                let class = class_of(call, names, module)?;
                let is_method = class.body.iter().any(method);
                is_method.then_some("a method of an object")
            }
            _ => None,
        },
        ast::Expr::Call(call) if class_of(call, names, module).is_some() => Some("an object"),
        ast::Expr::Call(call) => match &*imported(&call.func, names)? {
            "functools.partial" => Some("a `partial`"),
            "operator.itemgetter" | "operator.attrgetter" | "operator.methodcaller" => {
                Some("an object of `operator`")
            }
            "partial" if !names.defines("partial") => Some("a `partial`"),
            _ => None,
        },
        ast::Expr::Constant(constant) if constant.value.is_none() => Some("`None`"),
        _ => None,
    }
}

/// The path of a name as it was imported: `functools.partial`.
fn imported(value: &ast::Expr, names: &Collector<'_>) -> Option<String> {
    let path = python::path(value)?;
    let words: Vec<&str> = path.iter().map(|(word, _)| word.as_str()).collect();
    let written = words.join(".");
    Some(names.imported(&written).map_or(written, str::to_owned))
}

fn in_c(module: &str, names: &Collector<'_>) -> bool {
    IN_C.contains(&module) && names.imports().iter().any(|import| import == module)
}

/// The only statement of the module that gives `name` a value, if it is a definition.
fn defined<'m>(
    name: &str,
    names: &Collector<'_>,
    module: &'m [ast::Stmt],
) -> Option<&'m ast::Stmt> {
    let is_it = |statement: &&ast::Stmt| match statement {
        ast::Stmt::ClassDef(class) => class.name.as_str() == name,
        other => python::function(other).is_some_and(|def| def.name == name),
    };
    module
        .iter()
        .find(is_it)
        .filter(|_| names.is_bound_once(name))
}

/// The class of the module that a call makes an object of.
fn class_of<'m>(
    call: &ast::ExprCall,
    names: &Collector<'_>,
    module: &'m [ast::Stmt],
) -> Option<&'m ast::StmtClassDef> {
    let name = call.func.as_name_expr()?;
    let ast::Stmt::ClassDef(class) = defined(&name.id, names, module)? else {
        return None;
    };
    // what they and a base may give is not known
    let makes = |statement: &ast::Stmt| {
        python::function(statement).is_some_and(|def| def.name == "__new__")
    };
    let plain = class.decorator_list.is_empty() && class.keywords.is_empty();
    (plain && class.bases.is_empty() && !class.body.iter().any(makes)).then_some(class)
}

/// `@lru_cache`, `@functools.cache`, with arguments or without.
fn caches(decorator: &ast::Expr, names: &Collector<'_>) -> bool {
    let decorator = match decorator {
        ast::Expr::Call(call) => &call.func,
        other => other,
    };
    let path = imported(decorator, names);
    path.is_some_and(|path| matches!(&*path, "functools.lru_cache" | "functools.cache"))
}
