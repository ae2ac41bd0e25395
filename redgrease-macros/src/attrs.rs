//! The arguments of `#[command(…)]`.

use proc_macro2::{Span, TokenStream};
use redgrease_core::pyversion::PyVersion;
use redgrease_core::spec::{Mode, Replace};
use redgrease_core::suggest::nearest;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprArray, ExprLit, Ident, Lit, LitBool, LitStr, Path, Token};

use crate::messages;
use crate::report::Report;

/// What stands between the brackets of an attribute such as `#[command(…)]`.
pub(crate) struct Arguments {
    pub(crate) on: Option<Expr>,
    pub(crate) trigger: Option<LitStr>,
    pub(crate) requirements: Vec<LitStr>,
    pub(crate) replace: Replace,
    pub(crate) mode: Mode,
    pub(crate) inorder: bool,
    pub(crate) python: PyVersion,
    /// The path of the `redgrease` crate.
    pub(crate) krate: Path,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            on: None,
            trigger: None,
            requirements: Vec::new(),
            replace: Replace::default(),
            mode: Mode::default(),
            inorder: false,
            python: PyVersion::default(),
            krate: default_crate(),
        }
    }
}

/// The path under which the facade is known unless `crate = …` says another.
pub(crate) fn default_crate() -> Path {
    let name = Ident::new("redgrease", Span::call_site());
    syn::parse_quote!(::#name)
}

/// What `#[command(…)]` takes.
pub(crate) const COMMAND_KEYS: &[&str] = &[
    "on",
    "trigger",
    "requirements",
    "replace",
    "mode",
    "inorder",
    "python",
    "crate",
];

/// What `#![…]` at the beginning of `gear!` takes.
pub(crate) const GEAR_KEYS: &[&str] = &["requirements", "python", "crate"];

/// `key = value`; the value is read when the key is known.
struct Pair {
    key: Ident,
    value: Expr,
}

impl Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            let message = messages::no_value(&key.to_string());
            return Err(syn::Error::new(key.span(), message));
        }
        input.parse::<Token![=]>()?;
        Ok(Self {
            key,
            value: input.parse()?,
        })
    }
}

/// Reads the arguments, whose keys are among `keys`; what is wrong with them goes to `report` and is left out.
pub(crate) fn parse(tokens: TokenStream, keys: &[&str], report: &mut Report) -> Arguments {
    let mut arguments = Arguments::default();
    let list = |input: ParseStream<'_>| input.parse_terminated(Pair::parse, Token![,]);
    let pairs = match list.parse2(tokens) {
        Ok(pairs) => pairs,
        Err(error) => {
            report.syntax(&error);
            return arguments;
        }
    };
    let mut seen: Vec<String> = Vec::new();
    for Pair { key, value } in pairs {
        let name = key.to_string();
        if !keys.contains(&name.as_str()) {
            let near = nearest(&name, keys.iter().copied());
            report.error(key.span(), messages::unknown_argument(&name, near, keys));
        } else if seen.contains(&name) {
            report.error(key.span(), messages::repeated_argument(&name));
        } else {
            arguments.set(&name, value, report);
            seen.push(name);
        }
    }
    arguments
}

impl Arguments {
    fn set(&mut self, name: &str, value: Expr, report: &mut Report) {
        match name {
            "on" => self.on = Some(value),
            "trigger" => {
                if let Some(text) = text(name, "\"name\"", &value, report) {
                    self.trigger = Some(text);
                }
            }
            "requirements" => self.requirements = texts(name, &value, report),
            "replace" => {
                if let Some(replace) = boolean(name, &value, report) {
                    self.replace = if replace {
                        Replace::Replace
                    } else {
                        Replace::Keep
                    };
                }
            }
            "mode" => {
                if let Some(mode) = text(name, "\"sync\"", &value, report) {
                    self.mode = read_mode(&mode, report).unwrap_or_default();
                }
            }
            "inorder" => self.inorder = boolean(name, &value, report).unwrap_or_default(),
            "python" => {
                if let Some(version) = text(name, "\"3.11\"", &value, report) {
                    self.python = read_version(&version, report).unwrap_or_default();
                }
            }
            _ => match value {
                Expr::Path(path) if path.qself.is_none() => self.krate = path.path,
                other => report.error_at(
                    other,
                    messages::argument_value("crate", "a path", "my_crate::redgrease"),
                ),
            },
        }
    }
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

fn boolean(name: &str, value: &Expr, report: &mut Report) -> Option<bool> {
    if let Expr::Lit(ExprLit {
        lit: Lit::Bool(LitBool { value, .. }),
        ..
    }) = value
    {
        return Some(*value);
    }
    report.error_at(
        value,
        messages::argument_value(name, "`true` or `false`", "true"),
    );
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

const MODES: &[&str] = &["async", "async_local", "sync"];

fn read_mode(literal: &LitStr, report: &mut Report) -> Option<Mode> {
    let found = literal.value();
    let mode = match found.as_str() {
        "async" => Mode::Async,
        "async_local" => Mode::AsyncLocal,
        "sync" => Mode::Sync,
        _ => {
            let near = nearest(&found, MODES.iter().copied());
            report.error(
                literal.span(),
                messages::argument_choice("mode", &found, near, MODES),
            );
            return None;
        }
    };
    Some(mode)
}

fn read_version(literal: &LitStr, report: &mut Report) -> Option<PyVersion> {
    let found = literal.value();
    let version = found.parse().ok();
    if version.is_none() {
        report.error(literal.span(), messages::python_version(&found));
    }
    version
}
