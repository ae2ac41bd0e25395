//! `#[command]`: from a function with a Python body to a function that runs in Redis.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use redgrease_core::python::{CheckedFunction, FunctionInput, check_function};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, ExprLit, ExprMacro, Lit, Macro, Stmt, StmtMacro, Visibility};

use crate::attrs::{self, Arguments};
use crate::body::{Body, Lost};
use crate::report::Report;
use crate::scan::{Scan, close_gaps, scan};
use crate::types::{self, Signature};
use crate::{expand, messages, print};

/// The item below the attribute.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: syn::Signature,
    block: Block,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            block: input.parse()?,
        })
    }
}

/// What `#[command]` found out.
pub(crate) struct Command {
    pub(crate) arguments: Arguments,
    pub(crate) item: Item,
    pub(crate) signature: Signature,
    /// The checked Python; empty after an error.
    pub(crate) function: CheckedFunction,
    /// The Rust file of the Python text.
    pub(crate) file: String,
}

/// The items for `#[command(arguments)] item`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let item: Item = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(_) => {
            report.error(Span::call_site(), messages::NOT_A_FUNCTION);
            let mut tokens = report.into_tokens();
            tokens.extend(item);
            return tokens;
        }
    };
    let command = read(arguments, item, &mut report);
    let tokens = expand::command(&command, report);
    print::tokens(&tokens);
    tokens
}

fn read(arguments: TokenStream, item: Item, report: &mut Report) -> Command {
    let arguments = attrs::parse(arguments, attrs::COMMAND_KEYS, report);
    let signature = Signature::read(&item.signature, report);
    types::check_name(&item.signature.ident, report);
    if let (Some(word), None) = (&item.signature.asyncness, &arguments.on) {
        report.error(word.span(), messages::ASYNC_WITHOUT_ON);
    }
    let body = read_body(&item, report);
    let mut command = Command {
        arguments,
        signature,
        function: CheckedFunction {
            def: String::new(),
            line: 0,
            uses: Vec::new(),
            cmd_methods: Vec::new(),
        },
        file: String::new(),
        item,
    };
    if let Some(body) = body {
        check(&mut command, &body, report);
    }
    command
}

fn check(command: &mut Command, body: &Body, report: &mut Report) {
    let name = types::python_name(&command.item.signature.ident);
    let mut params: Vec<String> = Vec::new();
    for parameter in &command.signature.parameters {
        let name = types::python_name(&parameter.name);
        // Such names were reported at the parameter, by the macro or by rustc.
        if !redgrease_core::python::is_keyword(&name) && !params.contains(&name) {
            params.push(name);
        }
    }
    let params: Vec<&str> = params.iter().map(String::as_str).collect();
    let (function, findings) = check_function(&FunctionInput {
        source: &body.source,
        name: &name,
        params: &params,
        python: command.arguments.python,
    });
    report.findings(body, &findings);
    command.file = body.source.file().to_owned();
    if let Some(function) = function {
        command.function = function;
        if !report.has_errors() {
            print::command(&body.source, command);
        }
    }
}

/// The Python text of the function; None when there is none to check.
fn read_body(item: &Item, report: &mut Report) -> Option<Body> {
    let anchor = item.signature.ident.span();
    let expression = match item.block.stmts.as_slice() {
        [Stmt::Macro(StmtMacro { mac, .. })] => return read_macro(mac, report),
        [Stmt::Expr(expression, _)] => expression,
        _ => {
            report.error(anchor, messages::BODY_FORM);
            return None;
        }
    };
    match expression {
        Expr::Macro(ExprMacro { mac, .. }) => read_macro(mac, report),
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

fn read_macro(mac: &Macro, report: &mut Report) -> Option<Body> {
    let named_python = mac.path.segments.last();
    if named_python.is_none_or(|last| last.ident != "python") {
        report.error_at(mac, messages::BODY_FORM);
        return None;
    }
    let group = mac.delimiter.span().join();
    match Body::in_brackets(group, mac.tokens.clone()) {
        Ok(mut body) => {
            let mut text = body.source.text().to_owned();
            let found = scan(&text);
            close_gaps(&mut text, &found.gaps);
            if refuse_captures(&body, &found, report) {
                return None;
            }
            body.set_text(text);
            Some(body)
        }
        Err(Lost::NoPositions) => None,
        Err(Lost::Made) => {
            report.error(mac.span(), messages::BODY_MADE);
            None
        }
    }
}

fn refuse_captures(body: &Body, found: &Scan, report: &mut Report) -> bool {
    for range in &found.captures {
        let (first, last) = body.locate(range);
        report.error_between(first, last, messages::CAPTURE_IN_FUNCTION);
    }
    !found.captures.is_empty()
}

impl Command {
    /// The name of the trigger.
    pub(crate) fn trigger(&self) -> String {
        match &self.arguments.trigger {
            Some(trigger) => trigger.value(),
            None => types::python_name(&self.item.signature.ident),
        }
    }

    /// The attributes that belong to every item of the expansion.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = TokenStream> {
        self.item
            .attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .map(ToTokens::to_token_stream)
    }
}
