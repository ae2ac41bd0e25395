//! Checking Python text: syntax, names, versions. What the macros, the builder and the command
//! line tool share.

mod fstrings;
mod layout;
mod lines;
mod names;
mod parse;
mod recover;
mod rewrite;
mod rules;
mod runtime;
mod scope;
mod syntax;
mod version;
mod walk;

pub(crate) use layout::Layout;
pub use names::given_names;
pub(crate) use parse::{ast, range};
pub(crate) use recover::Parsed;
pub(crate) use rules::{is_generator, returns_value};
pub(crate) use scope::{Collector, Edit, Signature, lambda_signature, path};
pub(crate) use walk::Visitor;

use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
pub use crate::pyversion::PyVersion;
use crate::source::{Form, Source};

/// The body of a server-side function, to be checked.
#[derive(Debug, Clone, Copy)]
pub struct FunctionInput<'a> {
    /// The text of the body as it was written.
    pub source: &'a Source,
    /// The name of the function.
    pub name: &'a str,
    /// The names of its parameters.
    pub params: &'a [&'a str],
    /// The Python version it is written for.
    pub python: PyVersion,
}

/// A function without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFunction {
    /// The whole function, `def name(…):` first, its body indented by four blanks; of a file, all
    /// of its text.
    pub def: String,
    /// The line of the file on which the second line of `def` stands, from 1.
    pub line: u32,
    /// The names of the server and of redgrease that it uses.
    pub uses: Vec<String>,
    /// The methods of `cmd` that it calls; empty with `cmd` in `uses` means any.
    pub cmd_methods: Vec<String>,
}

/// Checks the body of a function. There is a function unless there is an error; warnings may come
/// with it.
///
/// ```
/// use redgrease_core::python::{FunctionInput, PyVersion, check_function};
/// use redgrease_core::source::Source;
///
/// let source = Source::new("return wdith * height");
/// let input = FunctionInput {
///     source: &source,
///     name: "area",
///     params: &["width", "height"],
///     python: PyVersion::default(),
/// };
/// let (function, diagnostics) = check_function(&input);
/// assert!(function.is_none());
/// assert_eq!(diagnostics[0].message, "undefined name `wdith`");
/// assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `width`?"));
/// ```
pub fn check_function(input: &FunctionInput<'_>) -> (Option<CheckedFunction>, Vec<Diagnostic>) {
    let mut out = Diagnostics::new();
    check_params(input.params, &mut out);
    let layout = Layout::new(input.source, input.python);
    if let Some(empty) = layout.empty() {
        out.push(empty);
        return (None, out.about(input.source.text()));
    }
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    if input.source.is(Form::File) {
        return check_file(input, &layout, &parsed, out);
    }
    layout.check_strings(&mut out);
    rules::check(layout.text, &parsed.body, true, &mut out);
    version::check(
        layout.text,
        &layout.scan,
        &parsed.body,
        None,
        input.python,
        &mut out,
    );
    let mut collector = Collector::function(layout.text, input.python, input.name, input.params);
    collector.statements(&parsed);
    let names = collector.finish(&mut out);
    let function = (!out.has_errors()).then(|| {
        let start = first_line(layout.text);
        let text = layout.reindent(start..layout.text.trim_end().len(), "    ", &names.edits);
        CheckedFunction {
            def: format!("def {}({}):\n{text}\n", input.name, input.params.join(", ")),
            line: input.source.line() + newlines(&layout.text[..start]),
            cmd_methods: names.cmd_methods(),
            uses: names.uses.into_iter().collect(),
        }
    });
    (function, out.about(input.source.text()))
}

/// Checks a Python file that has to define the function.
fn check_file(
    input: &FunctionInput<'_>,
    layout: &Layout<'_>,
    parsed: &Parsed,
    mut out: Diagnostics,
) -> (Option<CheckedFunction>, Vec<Diagnostic>) {
    check_module(layout, &parsed.body, None, input.python, &mut out);
    let mut collector = Collector::file(layout.text, input.python, input.name);
    collector.statements(parsed);
    let params = input.params.join(", ");
    match collector.signature(input.name) {
        Some(signature) if !signature.fits(input.params.len()) => {
            let at = collector.place(input.name).unwrap_or(0..0);
            out.push(messages::other_parameters(
                input.name,
                &params,
                &signature.takes(),
                at,
            ));
        }
        None if !collector.defines(input.name) => {
            out.push(messages::no_function(input.name, &params));
        }
        _ => {}
    }
    let names = collector.finish(&mut out);
    let function = (!out.has_errors()).then(|| CheckedFunction {
        def: layout.reindent(0..layout.text.len(), "", &names.edits),
        line: input.source.line() + 1,
        cmd_methods: names.cmd_methods(),
        uses: names.uses.into_iter().collect(),
    });
    (function, out.about(input.source.text()))
}

/// Checks the syntax of a whole Python script, and whether Python's compiler takes it; names are
/// not looked at.
///
/// ```
/// use redgrease_core::python::{PyVersion, check_syntax};
/// use redgrease_core::source::Source;
///
/// let source = Source::new("def f(x):\n    return x\n");
/// assert!(check_syntax(&source, PyVersion::default()).is_empty());
/// let source = Source::new("return 1\n");
/// assert_eq!(check_syntax(&source, PyVersion::default()).len(), 1);
/// ```
pub fn check_syntax(source: &Source, python: PyVersion) -> Vec<Diagnostic> {
    let mut out = Diagnostics::new();
    let layout = Layout::whole(source, python);
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    check_module(&layout, &parsed.body, None, python, &mut out);
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.statements(&parsed);
    collector.declarations(&mut out);
    out.about(source.text())
}

/// Whether `name` is a Python keyword, which cannot be the name of a parameter.
pub fn is_keyword(name: &str) -> bool {
    names::KEYWORDS.contains(&name)
}

/// Checks statements and an expression that stand outside of any function.
pub(crate) fn check_module(
    layout: &Layout<'_>,
    body: &[ast::Stmt],
    expression: Option<&ast::Expr>,
    python: PyVersion,
    out: &mut Diagnostics,
) {
    rules::check(layout.text, body, false, out);
    if let Some(expression) = expression {
        rules::check_expression(layout.text, expression, out);
    }
    version::check(layout.text, &layout.scan, body, expression, python, out);
}

fn check_params(params: &[&str], out: &mut Diagnostics) {
    for (index, name) in params.iter().enumerate() {
        if is_keyword(name) {
            out.push(messages::parameter_name(name).parameter(index));
        }
        if params[..index].contains(name) {
            out.push(messages::parameter_twice(name).parameter(index));
        }
    }
}

/// Where the first line with text begins.
pub(crate) fn first_line(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    text[..blank].rfind('\n').map_or(0, |i| i + 1)
}

pub(crate) fn newlines(text: &str) -> u32 {
    text.matches('\n').count() as u32
}
