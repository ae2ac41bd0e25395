//! The statements of a script, told apart: imports, functions, gears, and everything else.

use crate::diag::Diagnostics;
use crate::python::{Layout, PyVersion, ast, range};
use crate::source::Source;

/// A statement of a script.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// `import …` or `from … import …`: its text and the names that it gives.
    Import {
        /// As it was written.
        text: String,
        /// The names that it defines.
        names: Vec<String>,
    },
    /// A function.
    Function {
        /// As it was written.
        text: String,
        /// Its name.
        name: String,
        /// Its only parameter, if it has one and nothing else before its body (no decorator, no
        /// default, no `async`).
        parameter: Option<String>,
        /// Its body as it was written, with its indentation.
        body: String,
    },
    /// A chain that ends in `.register(…)`, its value not kept.
    Registration {
        /// As it was written.
        text: String,
        /// What it is, where it is no more than `GB(reader).foreach(name).register(…)` (or `map`)
        /// with constants as arguments.
        event: Option<Event>,
    },
    /// Anything else, as it was written.
    Other(String),
}

/// A function that runs at events.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// `KeysReader`, `StreamReader` or `CommandReader`.
    pub reader: String,
    /// The name of the function.
    pub function: String,
    /// The arguments of `register`, the first one as `prefix`.
    pub arguments: Vec<(String, Constant)>,
}

/// A value that is written out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Constant {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `True` or `False`.
    Truth(bool),
    /// A list of texts.
    Texts(Vec<String>),
}

/// Takes a script apart; `None` when it has a syntax error.
///
/// ```
/// use redgrease_core::gear::script_parts::{Part, script_parts};
/// use redgrease_core::python::PyVersion;
/// use redgrease_core::source::Source;
///
/// let source = Source::new("import json\nGB('KeysReader').foreach(f).register('a:*')\n");
/// let parts = script_parts(&source, PyVersion::default()).expect("no syntax error");
/// assert!(matches!(&parts[0], Part::Import { names, .. } if names == &["json"]));
/// assert!(matches!(&parts[1], Part::Registration { event: Some(event), .. } if event.function == "f"));
/// ```
pub fn script_parts(source: &Source, python: PyVersion) -> Option<Vec<Part>> {
    let layout = Layout::new(source, python);
    let mut out = Diagnostics::new();
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    if out.has_errors() {
        return None;
    }
    let text = |node: &ast::Stmt| layout.text[range(node)].to_string();
    Some(
        parsed
            .body
            .iter()
            .map(|one| part(one, layout.text, text(one)))
            .collect(),
    )
}

fn part(statement: &ast::Stmt, whole: &str, text: String) -> Part {
    match statement {
        ast::Stmt::Import(import) => Part::Import {
            names: import.names.iter().map(bound).collect(),
            text,
        },
        ast::Stmt::ImportFrom(import)
            if import.names.iter().all(|one| one.name.as_str() != "*") =>
        {
            Part::Import {
                names: import.names.iter().map(bound).collect(),
                text,
            }
        }
        ast::Stmt::FunctionDef(function) => Part::Function {
            name: function.name.to_string(),
            parameter: only_parameter(function),
            body: body(function, whole),
            text,
        },
        ast::Stmt::Expr(expression) => match called(&expression.value, "register") {
            Some((on, call)) => Part::Registration {
                event: event(on, call),
                text,
            },
            None => Part::Other(text),
        },
        _ => Part::Other(text),
    }
}

/// The name that an import gives: of `import a.b`, `a`.
fn bound(alias: &ast::Alias) -> String {
    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    name.split('.').next().unwrap_or_default().to_string()
}

fn only_parameter(function: &ast::StmtFunctionDef) -> Option<String> {
    let arguments = &function.args;
    let [one] = arguments.args.as_slice() else {
        return None;
    };
    let is_plain = function.decorator_list.is_empty()
        && arguments.posonlyargs.is_empty()
        && arguments.kwonlyargs.is_empty()
        && arguments.vararg.is_none()
        && arguments.kwarg.is_none()
        && one.default.is_none();
    is_plain.then(|| one.def.arg.to_string())
}

/// The lines of the body; of one in the line of its `def`, what stands behind the colon.
fn body(function: &ast::StmtFunctionDef, whole: &str) -> String {
    let (Some(first), Some(last)) = (function.body.first(), function.body.last()) else {
        return String::new();
    };
    let (start, end) = (range(first).start, range(last).end);
    let line = whole[..start].rfind('\n').map_or(0, |at| at + 1);
    let start = if whole[line..start].trim().is_empty() {
        line
    } else {
        start
    };
    whole[start..end].to_string()
}

/// What a method is called on, and the call.
fn called<'a>(
    expression: &'a ast::Expr,
    method: &str,
) -> Option<(&'a ast::Expr, &'a ast::ExprCall)> {
    let ast::Expr::Call(call) = expression else {
        return None;
    };
    match &*call.func {
        ast::Expr::Attribute(attribute) if attribute.attr.as_str() == method => {
            Some((&attribute.value, call))
        }
        _ => None,
    }
}

fn event(on: &ast::Expr, register: &ast::ExprCall) -> Option<Event> {
    let (builder, step) = called(on, "foreach").or_else(|| called(on, "map"))?;
    let ([ast::Expr::Name(function)], []) = (step.args.as_slice(), step.keywords.as_slice()) else {
        return None;
    };
    let ast::Expr::Call(builder) = builder else {
        return None;
    };
    let ast::Expr::Name(name) = &*builder.func else {
        return None;
    };
    if !["GB", "GearsBuilder"].contains(&name.id.as_str()) || !builder.keywords.is_empty() {
        return None;
    }
    let reader = match builder.args.as_slice() {
        [] => "KeysReader".to_string(),
        [one] => match constant(one)? {
            Constant::Text(reader) => reader,
            _ => return None,
        },
        _ => return None,
    };
    let mut arguments = Vec::new();
    match register.args.as_slice() {
        [] => {}
        [prefix] => arguments.push(("prefix".to_string(), constant(prefix)?)),
        _ => return None,
    }
    for keyword in &register.keywords {
        let name = keyword.arg.as_ref()?.to_string();
        arguments.push((name, constant(&keyword.value)?));
    }
    Some(Event {
        reader,
        function: function.id.to_string(),
        arguments,
    })
}

fn constant(value: &ast::Expr) -> Option<Constant> {
    match value {
        ast::Expr::Constant(one) => match &one.value {
            ast::Constant::Str(text) => Some(Constant::Text(text.clone())),
            ast::Constant::Bool(truth) => Some(Constant::Truth(*truth)),
            ast::Constant::Int(number) => number.to_string().parse().ok().map(Constant::Number),
            _ => None,
        },
        ast::Expr::List(list) => {
            let texts = list.elts.iter().map(|one| match constant(one)? {
                Constant::Text(text) => Some(text),
                _ => None,
            });
            texts.collect::<Option<Vec<_>>>().map(Constant::Texts)
        }
        _ => None,
    }
}
