//! The arguments of the attributes and of `#![…]` in `gear!`.
//!
//! What `register` takes on the server comes from the core's table; here is only what belongs to
//! the Rust side.

mod macros;
mod uses;

pub(crate) use macros::Macro;
pub(crate) use uses::Uses;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens as _;
use redgrease_core::gear::Reader;
use redgrease_core::gear::arguments::{Given, check_register};
use redgrease_core::gear::table::{Kind, Parameter};
use redgrease_core::pyversion::PyVersion;
use redgrease_core::spec::{Mode, Replace};
use redgrease_core::suggest::nearest;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprArray, ExprLit, Ident, Lit, LitStr, Path, Token};

use crate::messages;
use crate::report::Report;
use crate::value;

/// The name of a command.
pub(crate) enum Trigger {
    Named(LitStr),
    /// `...`: one that nothing else has.
    Unique,
}

/// What stands between the brackets.
pub(crate) struct Arguments {
    pub(crate) on: Option<Expr>,
    pub(crate) trigger: Option<Trigger>,
    /// The name of a function that runs at events, in place of its path.
    pub(crate) name: Option<LitStr>,
    /// Names of Python that functions share.
    pub(crate) uses: Uses,
    pub(crate) requirements: Vec<LitStr>,
    pub(crate) replace: Replace,
    /// How many milliseconds a call may take.
    pub(crate) deadline: Option<u64>,
    pub(crate) mode: Mode,
    pub(crate) inorder: bool,
    /// Whether it has to run inside the server, without Python.
    pub(crate) native: bool,
    pub(crate) python: PyVersion,
    /// The file that holds the Python text.
    pub(crate) file: Option<LitStr>,
    /// The Python text that runs when the function was registered: `python! { … }` or a string.
    pub(crate) on_registered: Option<Expr>,
    /// Further arguments of `register`: the Python name and the value.
    pub(crate) others: Vec<(&'static str, Expr)>,
    /// The path of the `redgrease` crate.
    pub(crate) krate: Path,
}

impl Default for Arguments {
    fn default() -> Self {
        let name = Ident::new("redgrease", Span::call_site());
        Self {
            on: None,
            trigger: None,
            name: None,
            uses: Uses::default(),
            requirements: Vec::new(),
            replace: Replace::default(),
            deadline: None,
            mode: Mode::default(),
            inorder: false,
            native: false,
            python: PyVersion::default(),
            file: None,
            on_registered: None,
            others: Vec::new(),
            krate: syn::parse_quote!(::#name),
        }
    }
}

/// `key = value`.
struct Pair {
    /// None for a value that stands alone.
    key: Option<Ident>,
    /// None for `...`.
    value: Option<Expr>,
}

impl Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Ok(Self {
                key: None,
                value: Some(input.parse()?),
            });
        }
        let key = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            let message = messages::no_value(&key.to_string());
            return Err(syn::Error::new(key.span(), message));
        }
        input.parse::<Token![=]>()?;
        let unique = input.peek(Token![...]);
        if unique {
            input.parse::<Token![...]>()?;
        }
        Ok(Self {
            key: Some(key),
            value: if unique { None } else { Some(input.parse()?) },
        })
    }
}

/// Reads the arguments of `of`; what is wrong with them goes to `report` and is left out.
pub(crate) fn parse(tokens: TokenStream, of: Macro, report: &mut Report) -> Arguments {
    let mut arguments = Arguments::default();
    let list = |input: ParseStream<'_>| input.parse_terminated(Pair::parse, Token![,]);
    let pairs: Vec<Pair> = match list.parse2(tokens) {
        Ok(pairs) => pairs.into_iter().collect(),
        Err(error) => {
            report.syntax(&error);
            return arguments;
        }
    };
    let keys = of.keys();
    let mut seen: Vec<String> = Vec::new();
    let mut values: Vec<(&Parameter, String, &Expr)> = Vec::new();
    for Pair { key, value } in &pairs {
        let Some(key) = key else {
            let text = value.to_token_stream().to_string();
            let first = of.first().filter(|_| text.starts_with('"'));
            report.error_at(value, messages::no_name(first, &text, &keys));
            continue;
        };
        let name = key.to_string();
        let server_side = of
            .server_side()
            .find(|p| p.rust_name() == name || p.name == name);
        if seen.contains(&name) {
            report.error(key.span(), messages::repeated_argument(&name));
            continue;
        }
        seen.push(name.clone());
        match (server_side, value) {
            (Some(parameter), None) if parameter.name == "trigger" => {
                arguments.trigger = Some(Trigger::Unique);
            }
            (_, None) => report.error(key.span(), messages::dots(&name)),
            (Some(parameter), Some(value)) => values.push((parameter, name, value)),
            (None, Some(value)) if of.rust_side().contains(&name.as_str()) => {
                arguments.set(&name, value, report);
            }
            (None, Some(_)) => {
                if of.is_of_calls(&name) {
                    report.error(key.span(), messages::argument_of_calls(&name));
                    continue;
                }
                let near = of
                    .meant(&name)
                    .or_else(|| nearest(&name, keys.iter().map(String::as_str)));
                // whatever it is called, the names that it lists are meant to be there
                if let Some(value @ (Expr::Array(_) | Expr::Path(_) | Expr::Tuple(_))) = value {
                    arguments.uses.guess(value);
                }
                report.error(key.span(), messages::unknown_argument(&name, near, &keys));
            }
        }
    }
    if let Some(reader) = of.reader() {
        arguments.set_registration(reader, of, &values, report);
    }
    arguments
}

impl Arguments {
    /// Sets an argument of the Rust side.
    fn set(&mut self, name: &str, value: &Expr, report: &mut Report) {
        match name {
            "on" => self.on = Some(value.clone()),
            "file" => self.file = text(name, "\"script.py\"", value, report),
            "uses" => self.uses = Uses::read(value, report),
            "name" => {
                self.name = text(name, "\"orders/index\"", value, report);
                if let Some(empty) = self.name.take_if(|name| name.value().trim().is_empty()) {
                    let message = messages::argument_value(name, "a name", "\"orders/index\"");
                    report.error(empty.span(), message);
                }
            }
            "requirements" => self.requirements = texts(name, value, report),
            "deadline" => self.deadline = milliseconds(name, value, report),
            "replace" => match flag(name, value, report) {
                Some(true) => self.replace = Replace::Replace,
                Some(false) => self.replace = Replace::Keep,
                None => {}
            },
            "native" => self.native = flag(name, value, report).unwrap_or(false),
            "python" => {
                if let Some(version) = text(name, "\"3.11\"", value, report) {
                    match version.value().parse() {
                        Ok(version) => self.python = version,
                        Err(_) => {
                            let message = messages::python_version(&version.value());
                            report.error(version.span(), message);
                        }
                    }
                }
            }
            _ => match value {
                Expr::Path(path) if path.qself.is_none() => self.krate = path.path.clone(),
                other => report.error_at(
                    other,
                    messages::argument_value(name, "a path", "my_crate::redgrease"),
                ),
            },
        }
    }

    /// Sets the arguments of `register`, as far as they are right.
    fn set_registration(
        &mut self,
        reader: Reader,
        of: Macro,
        values: &[(&'static Parameter, String, &Expr)],
        report: &mut Report,
    ) {
        let mut given: Vec<Given<'_>> = Vec::new();
        for (index, (parameter, name, value)) in values.iter().enumerate() {
            if parameter.name == "onRegistered" {
                self.on_registered = Some((*value).clone());
                continue;
            }
            match value::literal(value, index) {
                Some(literal) => given.push(Given {
                    name,
                    value: literal,
                    range: index..index + 1,
                }),
                None => {
                    let (what, example) = expected(parameter.kind);
                    let message = messages::argument_value(name, what, example);
                    report.error_at(value, message);
                }
            }
        }
        for finding in check_register(reader, of.name(), &given) {
            let found = values.get(finding.range.start);
            match found {
                Some((_, _, value)) => report.finding_at(value, &finding),
                None => report.finding_at(TokenStream::new(), &finding),
            }
        }
        if report.has_errors() {
            return;
        }
        for (parameter, _, value) in values {
            match (parameter.name, value) {
                (
                    "trigger",
                    Expr::Lit(ExprLit {
                        lit: Lit::Str(text),
                        ..
                    }),
                ) => {
                    self.trigger = Some(Trigger::Named(text.clone()));
                }
                ("requirements", value) => self.requirements = texts("requirements", value, report),
                (
                    "mode",
                    Expr::Lit(ExprLit {
                        lit: Lit::Str(text),
                        ..
                    }),
                ) => {
                    self.mode = read_mode(&text.value());
                }
                (
                    "inorder",
                    Expr::Lit(ExprLit {
                        lit: Lit::Bool(yes),
                        ..
                    }),
                ) => {
                    self.inorder = yes.value;
                }
                ("onRegistered", _) => {}
                (name, value) => self.others.push((name, (*value).clone())),
            }
        }
    }
}

/// What a kind of argument takes in Rust, and an example.
fn expected(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bool => ("`true` or `false`", "true"),
        Kind::Int(_) => ("an integer", "10"),
        Kind::Requirements => (
            "a list of string literals",
            "[\"requests\", \"numpy>=1.20\"]",
        ),
        Kind::Texts | Kind::Events | Kind::Choices(_) => {
            ("a list of string literals", "[\"name\"]")
        }
        _ => ("a string literal", "\"name\""),
    }
}

fn flag(name: &str, value: &Expr, report: &mut Report) -> Option<bool> {
    if let Expr::Lit(ExprLit {
        lit: Lit::Bool(flag),
        ..
    }) = value
    {
        return Some(flag.value);
    }
    report.error_at(
        value,
        messages::argument_value(name, "`true` or `false`", "true"),
    );
    None
}

fn text(name: &str, example: &str, value: &Expr, report: &mut Report) -> Option<LitStr> {
    if let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = value
    {
        return Some(text.clone());
    }
    report.error_at(
        value,
        messages::argument_value(name, "a string literal", example),
    );
    None
}

fn milliseconds(name: &str, value: &Expr, report: &mut Report) -> Option<u64> {
    if let Expr::Lit(ExprLit {
        lit: Lit::Int(number),
        ..
    }) = value
        && number.suffix().is_empty()
        && let Ok(time @ 1..) = number.base10_parse()
    {
        return Some(time);
    }
    let what = "a whole number of milliseconds from 1 on";
    report.error_at(value, messages::argument_value(name, what, "250"));
    None
}

fn texts(name: &str, value: &Expr, report: &mut Report) -> Vec<LitStr> {
    let example = "[\"requests\", \"numpy>=1.20\"]";
    let Expr::Array(ExprArray { elems, .. }) = value else {
        report.error_at(
            value,
            messages::argument_value(name, "a list of string literals", example),
        );
        return Vec::new();
    };
    elems
        .iter()
        .filter_map(|element| text(name, example, element, report))
        .collect()
}

/// The core has checked that it is one of the three.
fn read_mode(name: &str) -> Mode {
    match name.to_ascii_lowercase().as_str() {
        "async" => Mode::Async,
        "sync" => Mode::Sync,
        _ => Mode::AsyncLocal,
    }
}
