//! A Rust function whose body is Python: what `#[command]`, `#[keys_reader]` and
//! `#[stream_reader]` have in common.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use redgrease_core::python::{
    CheckedFunction, FunctionInput, FunctionTypes, check_typed_function, is_keyword,
};
use redgrease_core::pyversion::PyVersion;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned;
use syn::{
    Attribute, Block, Expr, ExprLit, ExprMacro, FnArg, Lit, Macro, Pat, PatWild, Stmt, StmtMacro,
    Token, Visibility,
};

use crate::attrs::Arguments;
use crate::body::{Body, Lost};
use crate::comment;
use crate::known;
use crate::messages;
use crate::place;
use crate::report::Report;
use crate::scan::{close_gaps, scan};
use crate::types::{self, python_name};

/// The item below the attribute.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: syn::Signature,
    /// None for `fn name();`, whose text is in a file.
    block: Option<Group>,
}

impl Item {
    /// Reads the item, or gives back the tokens that say what is wrong.
    pub(crate) fn read(item: TokenStream, attribute: &str) -> Result<Self, TokenStream> {
        // The body is left as it is: to read it as Rust costs as much as to check it as Python.
        let mut head: Vec<TokenTree> = visible(item.clone()).into_iter().collect();
        let block = match head.pop().map(|last| block_of(last.into())) {
            Some(Ok(group)) => Some(group),
            Some(Err(end)) if end.to_string() == ";" => None,
            _ => return Err(Self::refused(item, attribute)),
        };
        let parse = |input: ParseStream<'_>| {
            Ok(Self {
                attributes: input.call(Attribute::parse_outer)?,
                visibility: input.parse()?,
                signature: input.parse()?,
                block,
            })
        };
        parse
            .parse2(head.into_iter().collect())
            .map_err(|_| Self::refused(item, attribute))
    }

    fn refused(item: TokenStream, attribute: &str) -> TokenStream {
        let mut report = Report::default();
        report.error(Span::call_site(), messages::not_a_function(attribute));
        let mut tokens = report.into_tokens();
        tokens.extend(item);
        tokens
    }

    /// What stands behind the signature.
    pub(crate) fn body(&self) -> TokenStream {
        match &self.block {
            Some(block) => block.to_token_stream(),
            None => quote::quote!(;),
        }
    }

    /// The attributes that belong to every item of the expansion.
    pub(crate) fn conditions(&self) -> Vec<TokenStream> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .map(ToTokens::to_token_stream)
            .collect()
    }
}

/// A checked Python function; empty after an error.
#[derive(Debug, Default)]
pub(crate) struct Python {
    pub(crate) name: String,
    pub(crate) params: Vec<String>,
    pub(crate) def: String,
    pub(crate) line: u32,
    pub(crate) uses: Vec<String>,
    pub(crate) cmd_methods: Vec<String>,
    /// The global names of the script that it binds.
    pub(crate) globals: Vec<String>,
    /// The file that the text stands in.
    pub(crate) file: String,
}

/// The Python text of the function; None when there is none to check.
pub(crate) fn body(item: &Item, arguments: &mut Arguments, report: &mut Report) -> Option<Body> {
    let anchor = item.signature.ident.span();
    let block = match (&item.block, &arguments.file) {
        (Some(block), None) => block,
        (None, Some(file)) => {
            let body = file_body(file, report);
            if body.is_none() {
                // rustc need not say again that it cannot be read.
                arguments.file = None;
            }
            return body;
        }
        (None, None) => {
            report.error(anchor, messages::NO_BODY);
            return None;
        }
        (Some(_), Some(file)) => {
            report.error(file.span(), messages::TWO_BODIES);
            return None;
        }
    };
    if let Some((name, text)) = python_macro(block) {
        return python_body(
            (text.span(), text.span_open()),
            text.stream(),
            name.span(),
            report,
        );
    }
    match syn::parse2::<Block>(block.to_token_stream()).map(|block| block.stmts) {
        Ok(statements) => match statements.as_slice() {
            [Stmt::Macro(StmtMacro { mac, .. })] => macro_body(mac, report),
            [Stmt::Expr(expression, _)] => expression_body(expression, anchor, report),
            several => {
                match several.iter().find(|statement| !is_python(statement)) {
                    Some(stray) => report.error_at(stray, messages::RUST_IN_BODY),
                    None => match several.get(1) {
                        Some(second) => report.error_at(second, messages::SECOND_PYTHON),
                        None => report.error(anchor, messages::BODY_FORM),
                    },
                }
                None
            }
        },
        Err(_) => {
            report.error(anchor, messages::BODY_FORM);
            None
        }
    }
}

/// `tokens` without the invisible brackets that a fragment of a `macro_rules` comes in.
fn visible(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            visible(group.stream())
        }
        _ => tokens,
    }
}

/// The block that `tokens` are, or `tokens`.
fn block_of(tokens: TokenStream) -> Result<Group, TokenStream> {
    let tokens = visible(tokens);
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Ok(group),
        _ => Err(tokens),
    }
}

/// `python` and the group behind it, when the block is `{ python! { … } }`.
fn python_macro(block: &Group) -> Option<(Ident, Group)> {
    let mut trees = visible(block.stream()).into_iter();
    match (trees.next(), trees.next(), trees.next(), trees.next()) {
        (
            Some(TokenTree::Ident(name)),
            Some(TokenTree::Punct(bang)),
            Some(TokenTree::Group(text)),
            None,
        ) if name == "python" && bang.as_char() == '!' => Some((name, text)),
        _ => None,
    }
}

/// Whether a statement is `python! { … }` or a string.
fn is_python(statement: &Stmt) -> bool {
    let is_python =
        |mac: &Macro| matches!(mac.path.segments.last(), Some(last) if last.ident == "python");
    match statement {
        Stmt::Macro(StmtMacro { mac, .. }) => is_python(mac),
        Stmt::Expr(Expr::Macro(ExprMacro { mac, .. }), _) => is_python(mac),
        Stmt::Expr(Expr::Lit(ExprLit { lit, .. }), _) => matches!(lit, Lit::Str(_)),
        _ => false,
    }
}

fn expression_body(expression: &Expr, anchor: Span, report: &mut Report) -> Option<Body> {
    match expression {
        Expr::Macro(ExprMacro { mac, .. }) => macro_body(mac, report),
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(Body::of_literal(text, anchor)),
        other => {
            report.error_at(other, messages::BODY_FORM);
            None
        }
    }
}

fn macro_body(mac: &Macro, report: &mut Report) -> Option<Body> {
    let last = mac.path.segments.last();
    match last.map(|last| last.ident.to_string()).as_deref() {
        Some("python") => {}
        Some("include_str" | "include" | "include_bytes") => {
            report.error_at(mac, messages::INCLUDED_BODY);
            return None;
        }
        _ => {
            report.error_at(mac, messages::BODY_FORM);
            return None;
        }
    }
    let brackets = mac.delimiter.span();
    let group = (brackets.join(), brackets.open());
    python_body(group, mac.tokens.clone(), mac.span(), report)
}

/// The text in `tokens`, which stand in brackets: the place of these, and that of the first.
pub(crate) fn python_body(
    (group, open): (Span, Span),
    tokens: TokenStream,
    anchor: Span,
    report: &mut Report,
) -> Option<Body> {
    let mut body = match Body::in_brackets(group, open, tokens) {
        Ok(body) => body,
        Err(why) => {
            report.lost(anchor, why);
            return None;
        }
    };
    let mut text = body.source.text().to_owned();
    let found = scan(&text);
    for range in &found.captures {
        let (first, last) = body.locate(range);
        report.error_between(first, last, messages::CAPTURE_IN_FUNCTION);
    }
    if !found.captures.is_empty() {
        return None;
    }
    close_gaps(&mut text, &found.gaps);
    body.set_text(text);
    Some(body)
}

pub(crate) fn file_body(file: &syn::LitStr, report: &mut Report) -> Option<Body> {
    match Body::of_file(file) {
        Ok(Some(body)) => Some(body),
        Ok(None) => {
            report.lost(file.span(), Lost::NoPositions);
            None
        }
        Err(error) => {
            let message = messages::file(&file.value(), &error.to_string());
            report.error(file.span(), message);
            None
        }
    }
}

/// Checks the text as the body of the function `name`, with parameters and a result of these types.
pub(crate) fn check(
    body: Option<&Body>,
    name: String,
    params: &[&Ident],
    types: &FunctionTypes,
    python: PyVersion,
    report: &mut Report,
) -> Python {
    let mut checked = Python {
        name,
        params: params.iter().map(|name| python_name(name)).collect(),
        ..Python::default()
    };
    let Some(body) = body else {
        return checked;
    };
    let names: Vec<&str> = checked.params.iter().map(String::as_str).collect();
    let input = FunctionInput {
        source: &body.source,
        name: &checked.name,
        params: &names,
        python,
    };
    let (function, findings) = check_typed_function(&input, types);
    for finding in comment::once(&body.source, &findings) {
        match finding.parameter {
            Some(index) => report.finding_at(params[index], finding),
            None => report.finding(body, finding),
        }
    }
    checked.file = body.source.file().to_owned();
    if let Some(CheckedFunction {
        def,
        line,
        uses,
        cmd_methods,
        globals,
    }) = function
    {
        checked.globals = globals;
        checked.def = def;
        checked.line = line;
        checked.uses = uses;
        checked.cmd_methods = cmd_methods;
    } else {
        checked.globals = declared(body.source.text());
    }
    checked
}

/// The names that a text with errors declares `global`, so that they are known where it would have made them.
fn declared(text: &str) -> Vec<String> {
    let statements = text.split(['\n', ';', ':']);
    let names = statements.filter_map(|statement| statement.trim().strip_prefix("global "));
    let names = names.flat_map(|names| names.split(','));
    names.map(|name| name.trim().to_owned()).collect()
}

/// The names that the body finds in its script: those of `uses`, and what `on_registered` made.
pub(crate) fn known(arguments: &Arguments, on_registered: Option<&Python>) -> Vec<String> {
    let mut known = arguments.uses.names();
    known.extend(
        on_registered
            .into_iter()
            .flat_map(|python| python.globals.clone()),
    );
    known
}

/// The parameters that Python sees. Those it cannot have, and those that stand there twice, were
/// reported at the parameter, by the macro or by rustc.
pub(crate) fn parameters<'a>(names: impl Iterator<Item = &'a Ident>) -> Vec<&'a Ident> {
    let mut found: Vec<&Ident> = Vec::new();
    for name in names {
        if !is_keyword(&python_name(name)) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Takes the names away that no parameter can have in Python: `None` is a value in Rust, too, of which
/// rustc would have to complain once more.
pub(crate) fn unname(item: &mut Item) {
    for input in &mut item.signature.inputs {
        if let FnArg::Typed(typed) = input
            && let Pat::Ident(name) = &*typed.pat
            && is_keyword(&python_name(&name.ident))
        {
            *typed.pat = Pat::Wild(PatWild {
                attrs: Vec::new(),
                underscore_token: Token![_](name.ident.span()),
            });
        }
    }
}

/// Whether every parameter has a name that Python can have. Without, what the body says of it would
/// be a second error about the same mistake.
pub(crate) fn has_names<'a>(mut names: impl Iterator<Item = Option<&'a Ident>>) -> bool {
    names.all(|name| name.is_some_and(|name| !is_keyword(&python_name(name))))
}

/// Checks what runs when the function was registered.
pub(crate) fn on_registered(
    item: &Item,
    arguments: &Arguments,
    report: &mut Report,
) -> Option<Python> {
    let expression = arguments.on_registered.as_ref()?;
    let body = expression_body(expression, expression.span(), report);
    let name = format!("{}_on_registered", python_name(&item.signature.ident));
    let types = known::nothing(!arguments.requirements.is_empty()).known(arguments.uses.names());
    let python = check(body.as_ref(), name, &[], &types, arguments.python, report);
    Some(python)
}

/// Whether the function stands where no type can stand beside it; complains about it, unless that
/// was done at its `self`.
pub(crate) fn is_misplaced(item: &Item, report: &mut Report) -> bool {
    if item.signature.receiver().is_some() {
        return true;
    }
    match place::enclosing(Span::call_site()) {
        Some(word) => {
            report.error(item.signature.ident.span(), messages::misplaced(word));
            true
        }
        None => false,
    }
}

/// Complains about a function name that Python cannot have.
pub(crate) fn check_name(item: &Item, report: &mut Report) {
    types::check_name(&item.signature.ident, report);
}
