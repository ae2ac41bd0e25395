//! Callbacks: what is known about them from the text, and whether a step can call them.

mod no_function;

use super::table::{Kind, Parameter};
use super::{Code, value};
use crate::cmd;
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::python::{
    self, Collector, Layout, PyVersion, Signature, Visitor as _, ast, lambda_signature, range,
};
use crate::source::Source;

pub(crate) use no_function::no_function;

/// What is known about an expression that is given as a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Callback {
    /// A lambda or the name of a `def`: a real Python function.
    Function(Signature),
    /// Something that can be called, such as `int`.
    Callable(Option<Signature>),
    /// A function is called instead of given.
    Called(String),
    /// A value that cannot be called.
    Value,
}

/// How many arguments Python's builtin callables take by position.
const BUILTINS: &[(&str, usize, Option<usize>)] = &[
    ("abs", 1, Some(1)),
    ("all", 1, Some(1)),
    ("any", 1, Some(1)),
    ("ascii", 1, Some(1)),
    ("bin", 1, Some(1)),
    ("bool", 0, Some(1)),
    ("bytearray", 0, Some(3)),
    ("bytes", 0, Some(3)),
    ("callable", 1, Some(1)),
    ("chr", 1, Some(1)),
    ("complex", 0, Some(2)),
    ("dict", 0, Some(1)),
    ("divmod", 2, Some(2)),
    ("enumerate", 1, Some(2)),
    ("filter", 2, Some(2)),
    ("float", 0, Some(1)),
    ("format", 1, Some(2)),
    ("frozenset", 0, Some(1)),
    ("hash", 1, Some(1)),
    ("hex", 1, Some(1)),
    ("id", 1, Some(1)),
    ("int", 0, Some(2)),
    ("isinstance", 2, Some(2)),
    ("issubclass", 2, Some(2)),
    ("iter", 1, Some(2)),
    ("len", 1, Some(1)),
    ("list", 0, Some(1)),
    ("max", 1, None),
    ("min", 1, None),
    ("next", 1, Some(2)),
    ("oct", 1, Some(1)),
    ("ord", 1, Some(1)),
    ("pow", 2, Some(3)),
    ("print", 0, None),
    ("range", 1, Some(3)),
    ("repr", 1, Some(1)),
    ("reversed", 1, Some(1)),
    ("round", 1, Some(2)),
    ("set", 0, Some(1)),
    ("sorted", 1, Some(1)),
    ("str", 0, Some(3)),
    ("sum", 1, Some(2)),
    ("tuple", 0, Some(1)),
    ("type", 1, Some(3)),
    ("zip", 0, None),
];

/// What the text says about `value`.
pub(crate) fn look_at(value: &ast::Expr, names: &Collector<'_>) -> Callback {
    match value {
        ast::Expr::Lambda(lambda) => Callback::Function(lambda_signature(lambda)),
        ast::Expr::Name(name) => {
            if let Some(signature) = names.signature(&name.id) {
                return Callback::Function(signature);
            }
            if names.defines(&name.id) {
                return Callback::Callable(None);
            }
            let known = BUILTINS.iter().find(|(n, _, _)| *n == name.id.as_str());
            Callback::Callable(known.map(|(_, least, most)| Signature {
                least: *least,
                most: *most,
                asynchronous: false,
            }))
        }
        ast::Expr::Call(call) => {
            if let (ast::Expr::Name(name), true) = (&*call.func, call.args.is_empty()) {
                let signature = names.signature(&name.id);
                if call.keywords.is_empty() && signature.is_some_and(|s| s.least > 0) {
                    return Callback::Called(name.id.to_string());
                }
            }
            Callback::Callable(None)
        }
        ast::Expr::Attribute(_) => Callback::Callable(command(value, names)),
        other if value::literal(other).is_some() => Callback::Value,
        ast::Expr::JoinedStr(_)
        | ast::Expr::ListComp(_)
        | ast::Expr::SetComp(_)
        | ast::Expr::DictComp(_)
        | ast::Expr::GeneratorExp(_)
        | ast::Expr::Compare(_) => Callback::Value,
        _ => Callback::Callable(None),
    }
}

/// A function around a callable.
pub(crate) fn around(parameter: &Parameter, text: &str) -> String {
    let names: &[&str] = match parameter.kind {
        Kind::Callback(names) => names,
        _ => &[],
    };
    let names = names.join(", ");
    let lambda = if names.is_empty() {
        "lambda".to_owned()
    } else {
        format!("lambda {names}")
    };
    match text {
        "None" => format!("{lambda}: …"),
        text => format!("{lambda}: {text}({names})"),
    }
}

/// What a method of `cmd` takes by position.
fn command(value: &ast::Expr, names: &Collector<'_>) -> Option<Signature> {
    let path = python::path(value)?;
    let parts: Vec<&str> = path.iter().map(|(part, _)| part.as_str()).collect();
    let method = match parts[..] {
        ["cmd", ref method @ ..] | ["redgrease", "cmd", ref method @ ..]
            if !names.defines(parts[0]) =>
        {
            method.join(".")
        }
        _ => return None,
    };
    let entry = cmd::lookup(&method).filter(|entry| entry.refused.is_none())?;
    let fits = |count: &usize| entry.check_call(*count, &[], false, false).is_ok();
    let least = (0..=MANY).find(fits)?;
    let most = (0..=MANY).rev().find(fits)?;
    Some(Signature {
        least,
        most: (most < MANY).then_some(most),
        asynchronous: false,
    })
}

/// More arguments than any callback gets.
const MANY: usize = 32;

/// Reports a callback that `parameter` cannot take.
pub(crate) fn check(
    called: &str,
    parameter: &Parameter,
    value: &ast::Expr,
    callback: &Callback,
    out: &mut Diagnostics,
) {
    let wanted: &[&str] = match parameter.kind {
        Kind::Callback(names) => names,
        _ => &[],
    };
    match callback {
        Callback::Value => {
            let example = lambda(wanted);
            out.push(messages::not_callable(
                called,
                parameter.name,
                &example,
                range(value),
            ));
        }
        Callback::Called(name) => {
            out.push(messages::called_callback(name, called, range(value)));
        }
        Callback::Function(signature) | Callback::Callable(Some(signature)) => {
            if signature.asynchronous && !parameter.asynchronous {
                out.push(messages::coroutine(called, parameter.name, head(value)));
            }
            if wanted.contains(&"*arguments") || signature.fits(wanted.len()) {
                return;
            }
            out.push(messages::arity(
                called,
                parameter.name,
                &in_words(wanted),
                &signature.takes(),
                &match value {
                    ast::Expr::Name(name) if matches!(callback, Callback::Function(_)) => {
                        format!("def {}({}):", name.id, wanted.join(", "))
                    }
                    _ => lambda(wanted),
                },
                head(value),
            ));
        }
        Callback::Callable(None) => {}
    }
}

/// A lambda with the right parameters.
fn lambda(names: &[&str]) -> String {
    match names {
        [] => "lambda: …".to_owned(),
        names => format!("lambda {}: …", names.join(", ")),
    }
}

fn in_words(names: &[&str]) -> String {
    match names {
        [] => "no arguments".to_owned(),
        names => format!(
            "{}: {}",
            messages::count(names.len(), "argument"),
            names.join(", ")
        ),
    }
}

/// The part of a callback to underline: a lambda up to its colon, else all of it.
fn head(value: &ast::Expr) -> std::ops::Range<usize> {
    let whole = range(value);
    match value {
        ast::Expr::Lambda(lambda) => whole.start..range(&*lambda.body).start.max(whole.start + 1),
        _ => whole,
    }
}

/// A callback on its own, to be checked.
#[derive(Debug, Clone, Copy)]
pub struct CallbackInput<'a> {
    /// The text as it was written.
    pub source: &'a Source,
    /// The Python names that captures define.
    pub captures: &'a [&'a str],
    /// The Python version it is written for.
    pub python: PyVersion,
}

/// A callback without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCallback {
    /// Statements that define it; empty for an expression.
    pub prelude: Option<Code>,
    /// The Python expression.
    pub code: Code,
    /// Whether it is a real Python function, which the server takes as it is.
    pub function: bool,
    /// The fewest arguments it can be called with; `None` when that is not known.
    pub least: Option<usize>,
    /// The most arguments it can be called with; `None` when there is no limit or it is not known.
    pub most: Option<usize>,
    /// The names of the server and of redgrease that it uses.
    pub uses: Vec<String>,
    /// The methods of `cmd` that it calls; empty with `cmd` in `uses` means any.
    pub cmd_methods: Vec<String>,
}

/// Checks what stands in `py!`: an expression that can be called, or statements that end with one
/// `def`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::callback::{CallbackInput, check_callback};
/// use redgrease::check::PyVersion;
/// use redgrease::check::Source;
///
/// let source = Source::new("lambda a, x: a + x");
/// let input = CallbackInput { source: &source, captures: &[], python: PyVersion::default() };
/// let (callback, _) = check_callback(&input);
/// assert_eq!(callback.and_then(|c| c.most), Some(2));
/// ```
pub fn check_callback(input: &CallbackInput<'_>) -> (Option<CheckedCallback>, Vec<Diagnostic>) {
    let mut out = Diagnostics::new();
    let layout = Layout::new(input.source, input.python);
    if let Some(empty) = layout.empty() {
        out.push(empty);
        return (None, out.about(input.source.text()));
    }
    layout.check_strings(&mut out);
    let start = layout.scan.lines[0].start;
    let end = layout.text.trim_end().trim_end_matches(';').len();
    let mut collector = Collector::module(layout.text, input.python, input.captures);
    let at = |offset: usize| input.source.line() + python::newlines(&layout.text[..offset]);
    let code = |text: String, line: u32| Code {
        text: text.into(),
        file: input.source.file().to_owned().into(),
        line,
    };
    let (callback, expression, body) = match layout.expression(start..end) {
        Ok(expression) => {
            python::check_module(&layout, &[], Some(&expression), input.python, &mut out);
            collector.expression(&expression);
            let callback = look_at(&expression, &collector);
            if callback == Callback::Value {
                out.push(messages::not_callable(
                    "`py!`",
                    "callback",
                    "lambda record: …",
                    range(&expression),
                ));
            }
            let text = code(layout.text[range(&expression)].to_owned(), at(start));
            (callback, text, false)
        }
        Err(error) => {
            let body = layout.statements(0..layout.text.len());
            let (body, name) = match &body {
                Ok(body) => match body.last() {
                    Some(ast::Stmt::FunctionDef(def)) => (body, def.name.to_string()),
                    Some(ast::Stmt::AsyncFunctionDef(def)) => (body, def.name.to_string()),
                    _ => {
                        out.push(layout.explain(&error));
                        return (None, out.about(input.source.text()));
                    }
                },
                Err(inner) => {
                    let first = if inner.offset > error.offset {
                        inner
                    } else {
                        &error
                    };
                    out.push(layout.explain(first));
                    return (None, out.about(input.source.text()));
                }
            };
            python::check_module(&layout, body, None, input.python, &mut out);
            collector.body(body);
            collector.calls(&name);
            let callback = collector
                .signature(&name)
                .map_or(Callback::Callable(None), Callback::Function);
            (callback, code(name, at(start)), true)
        }
    };
    let names = collector.finish(&mut out);
    let (function, known) = match callback {
        Callback::Function(signature) => (true, Some(signature)),
        Callback::Callable(signature) => (false, signature),
        Callback::Called(_) | Callback::Value => (false, None),
    };
    let checked = (!out.has_errors()).then(|| {
        let first = python::first_line(layout.text);
        CheckedCallback {
            prelude: body.then(|| code(layout.reindent(first..end, "", &names.edits), at(first))),
            code: expression,
            function,
            least: known.map(|s| s.least),
            most: known.and_then(|s| s.most),
            cmd_methods: names.cmd_methods(),
            uses: names.uses.into_iter().collect(),
        }
    });
    (checked, out.about(input.source.text()))
}
