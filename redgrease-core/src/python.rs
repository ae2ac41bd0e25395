//! Checking Python text: syntax, names, versions. What the macros, the builder and the command
//! line tool share.

mod fstrings;
mod input;
mod layout;
mod lines;
mod modules;
mod names;
mod parse;
mod recover;
mod rewrite;
mod rules;
mod runtime;
mod scope;
mod signature;
mod strings;
mod syntax;
mod truth;
mod types;
mod version;
mod walk;

pub use input::{FunctionInput, FunctionTypes, Promise};
pub(crate) use layout::Edit;
pub(crate) use layout::Layout;
pub use names::given_names;
pub(crate) use parse::{ast, range};
pub(crate) use recover::Parsed;
pub(crate) use rules::{is_generator, returns_value};
pub(crate) use scope::Collector;
pub(crate) use signature::{Signature, lambda_signature, path};
pub(crate) use truth::never;
use types::Called;
pub use types::{Integer, RustType};
pub(crate) use types::{Shape, asks, certain_result, check_module as check_types};
pub(crate) use walk::{Visitor, blocks, walk_expression, walk_statement};
pub(crate) use walk::{function, parameters, walk_defaults};

/// Parses statements as they stand; what cannot be parsed gives the offset at which the parser stopped.
pub(crate) fn statements(text: &str) -> Result<Vec<ast::Stmt>, usize> {
    parse::statements("", text, 0).map_err(|error| error.offset)
}

/// Parses statements that stand behind so many bytes of others.
pub(crate) fn statements_at(text: &str, start: usize) -> Result<Vec<ast::Stmt>, usize> {
    parse::statements("", text, start).map_err(|error| error.offset)
}

/// Whether Python's oldest version has a builtin of this name.
pub(crate) fn is_builtin_name(name: &str) -> bool {
    names::is_builtin(name, PyVersion::new(3, 7))
}

use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
pub use crate::pyversion::PyVersion;
use crate::source::{Form, Source};

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
    /// The global names of the script that it binds.
    pub globals: Vec<String>,
}

/// Python that several functions share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedModule {
    /// All of the text, at the beginning of its lines; empty after an error.
    pub text: String,
    /// The line of the file on which it begins, from 1.
    pub line: u32,
    /// The names that it binds, with the place of the first time.
    pub names: Vec<(String, std::ops::Range<usize>)>,
    /// Those of them that are imported.
    pub imports: Vec<String>,
    /// The modules that it imports and that a server has only with a package.
    pub foreign: Vec<String>,
    /// The names of the server and of redgrease that it uses.
    pub uses: Vec<String>,
    /// The methods of `cmd` that it calls; empty with `cmd` in `uses` means any.
    pub cmd_methods: Vec<String>,
}

/// Checks Python that several functions share: statements, whose names they use.
///
/// ```
/// use redgrease_core::python::{PyVersion, check_shared};
/// use redgrease_core::source::Source;
///
/// let source = Source::new("RATE = 0.2\n\ndef total(price):\n    return price * (1 + RATE)\n");
/// let (module, diagnostics) = check_shared(&source, PyVersion::default());
/// assert!(diagnostics.is_empty());
/// let names: Vec<&str> = module.names.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names, ["RATE", "total"]);
/// ```
pub fn check_shared(source: &Source, python: PyVersion) -> (CheckedModule, Vec<Diagnostic>) {
    let mut out = Diagnostics::new();
    let layout = Layout::new(source, python);
    if let Some(empty) = layout.empty() {
        out.push(empty);
        return (CheckedModule::default(), out.about(source.text()));
    }
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    if !source.is(Form::File) {
        layout.check_strings(&mut out);
    }
    check_module(&layout, &parsed.body, None, python, &mut out);
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.calls_all();
    collector.statements(&parsed);
    let bound = collector.bound();
    let imports = collector.imports();
    let names = collector.finish(&mut out);
    let start = first_line(layout.text);
    let mut module = CheckedModule {
        text: String::new(),
        line: source.line() + newlines(&layout.text[..start]),
        names: bound,
        imports,
        foreign: names.foreign(),
        cmd_methods: names.cmd_methods(),
        uses: names.uses.into_iter().collect(),
    };
    if !out.has_errors() {
        let text = layout.reindent(start..layout.text.trim_end().len(), "", &names.edits);
        module.text = text + "\n";
    }
    (module, out.about(source.text()))
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
    check_typed_function(input, &FunctionTypes::default())
}

/// Checks the body of a function whose signature is in Rust: what [`check_function`] does, and whether the values that
/// Python makes can be what the types say.
///
/// ```
/// use redgrease_core::python::{
///     FunctionInput, FunctionTypes, PyVersion, RustType, check_typed_function,
/// };
/// use redgrease_core::source::Source;
///
/// let source = Source::new("return cmd.get(name)");
/// let input = FunctionInput {
///     source: &source,
///     name: "stock",
///     params: &["name"],
///     python: PyVersion::default(),
/// };
/// let types = FunctionTypes::new(vec![RustType::Text], RustType::Int);
/// let (_, diagnostics) = check_typed_function(&input, &types);
/// assert_eq!(
///     diagnostics[0].message,
///     "this is a str or None, and the function's Rust type wants an int"
/// );
/// ```
pub fn check_typed_function(
    input: &FunctionInput<'_>,
    types: &FunctionTypes,
) -> (Option<CheckedFunction>, Vec<Diagnostic>) {
    let called = Called {
        name: input.name,
        params: input.params,
        types: &types.params,
        result: &types.result,
        known: &types.known,
    };
    let mut out = Diagnostics::new();
    check_params(input.params, &mut out);
    let layout = Layout::new(input.source, input.python);
    if let Some(empty) = layout.empty() {
        out.push(empty);
        return (None, out.about(input.source.text()));
    }
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    if input.source.is(Form::File) {
        return check_file(input, &called, types, &layout, &parsed, out);
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
    collector.give(&types.known);
    collector.statements(&parsed);
    let globals = collector.globals();
    let names = collector.finish(&mut out);
    if !types.packages {
        names.need_packages(&mut out);
    }
    if !out.has_errors() {
        let mut found = Diagnostics::new();
        types::check_body(layout.text, &names.shape, &parsed.body, &called, &mut found);
        names.take(found, &mut out);
    }
    if let (Some(promise), false) = (types.native, out.has_errors()) {
        let (body, records) = (&parsed.body, promise.records);
        let refusal = (promise.of_body)(layout.text, body, input.name, input.params, records);
        refusal
            .iter()
            .for_each(|one| out.push(messages::not_native(one)));
    }
    let function = (!out.has_errors()).then(|| {
        let start = first_line(layout.text);
        let text = layout.reindent(start..layout.text.trim_end().len(), "    ", &names.edits);
        CheckedFunction {
            def: format!("def {}({}):\n{text}\n", input.name, input.params.join(", ")),
            line: input.source.line() + newlines(&layout.text[..start]),
            cmd_methods: names.cmd_methods(),
            uses: names.uses.into_iter().collect(),
            globals,
        }
    });
    (function, out.about(input.source.text()))
}

/// Checks a Python file that has to define the function.
fn check_file(
    input: &FunctionInput<'_>,
    called: &Called<'_>,
    typed: &FunctionTypes,
    layout: &Layout<'_>,
    parsed: &Parsed,
    mut out: Diagnostics,
) -> (Option<CheckedFunction>, Vec<Diagnostic>) {
    check_module(layout, &parsed.body, None, input.python, &mut out);
    let mut collector = Collector::file(layout.text, input.python, input.name);
    collector.give(called.known);
    collector.statements(parsed);
    let globals = collector
        .bound()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
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
    if !typed.packages {
        names.need_packages(&mut out);
    }
    if !out.has_errors() {
        let mut found = Diagnostics::new();
        types::check_module(
            layout.text,
            &names.shape,
            &parsed.body,
            None,
            Some(called),
            &mut found,
        );
        names.take(found, &mut out);
    }
    if let (Some(promise), false) = (typed.native, out.has_errors()) {
        let (body, records) = (&parsed.body, promise.records);
        let refusal = (promise.of_module)(layout.text, body, input.name, records);
        refusal
            .iter()
            .for_each(|one| out.push(messages::not_native(one)));
    }
    let function = (!out.has_errors()).then(|| CheckedFunction {
        def: layout.reindent(0..layout.text.len(), "", &names.edits),
        line: input.source.line() + 1,
        cmd_methods: names.cmd_methods(),
        uses: names.uses.into_iter().collect(),
        globals,
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

/// Whether the statement has a scope of its own.
pub(crate) fn defines(statement: &ast::Stmt) -> bool {
    function(statement).is_some() || statement.is_class_def_stmt()
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
