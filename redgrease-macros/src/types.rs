//! The signature of a server-side function: its parameters and what it returns.
//!
//! What a type means for Python is decided by traits, so that aliases work. What can be seen in
//! the text alone is checked here, with the better message.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, GenericParam, Ident, Pat, PathArguments, ReturnType, Type};

use crate::messages;
use crate::report::Report;

/// A parameter of the Rust function and of the Python function.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
    /// Whether rustc can be asked about the type; what was refused here is not looked at again.
    pub(crate) named: bool,
}

/// How many arguments a type takes, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Single,
    Optional,
    Variadic,
    /// A name that may be an alias.
    Unknown,
}

/// What the function returns.
pub(crate) struct Reply {
    /// The type that Python's result becomes.
    pub(crate) value: TokenStream,
    /// The `Result` around it, when the user wrote one.
    pub(crate) written: Option<Type>,
    /// Where errors about it are shown.
    pub(crate) span: Span,
}

pub(crate) struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    /// Names in patterns, which were refused: Python knows them, so that nothing else is said.
    hidden: Vec<Ident>,
    pub(crate) reply: Reply,
}

impl Signature {
    /// Reads `signature`; what a server-side function cannot have goes to `report`.
    pub(crate) fn read(signature: &syn::Signature, report: &mut Report) -> Self {
        check_qualifiers(signature, report);
        let mut parameters = Vec::new();
        let mut hidden = Vec::new();
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => report.error_at(receiver, messages::RECEIVER),
                FnArg::Typed(typed) => {
                    let named = check_type(&typed.ty, report) && !is_generic(&typed.ty, signature);
                    let Pat::Ident(pat) = &*typed.pat else {
                        report.error_at(&typed.pat, messages::PATTERN);
                        hidden.extend(names_in(typed.pat.to_token_stream()));
                        continue;
                    };
                    if pat.by_ref.is_some() || pat.mutability.is_some() || pat.subpat.is_some() {
                        report.error_at(pat, messages::PATTERN);
                    }
                    let named = check_parameter(&pat.ident, report) && named;
                    parameters.push(Parameter {
                        name: pat.ident.clone(),
                        shape: shape(&typed.ty),
                        ty: (*typed.ty).clone(),
                        named,
                    });
                }
            }
        }
        check_order(&parameters, report);
        if are_twice(&mut parameters) {
            report.told_by_rustc();
        }
        Self {
            parameters,
            hidden,
            reply: reply(signature, report),
        }
    }

    /// The names that Python sees.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        let parameters = self.parameters.iter().map(|parameter| &parameter.name);
        parameters.chain(&self.hidden)
    }
}

/// Whether a name stands there twice; nothing is done with those that do.
fn are_twice(parameters: &mut [Parameter]) -> bool {
    let names: Vec<Ident> = parameters.iter().map(|one| one.name.clone()).collect();
    let times = |name: &Ident| names.iter().filter(|other| *other == name).count();
    let mut found = false;
    for parameter in parameters {
        if times(&parameter.name) > 1 {
            parameter.named = false;
            found = true;
        }
    }
    found
}

/// The names that a pattern binds, as far as its text tells.
pub(crate) fn names_in(pattern: TokenStream) -> Vec<Ident> {
    let mut names = Vec::new();
    for tree in pattern {
        match tree {
            TokenTree::Group(group) => names.extend(names_in(group.stream())),
            TokenTree::Ident(name) => {
                let text = name.to_string();
                if text.starts_with(|c: char| c.is_lowercase()) && text != "mut" && text != "ref" {
                    names.push(name);
                }
            }
            _ => {}
        }
    }
    names
}

/// The name that Python sees.
pub(crate) fn python_name(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// Complains about a name that no parameter can have in Python; whether it can have this one.
pub(crate) fn check_parameter(name: &Ident, report: &mut Report) -> bool {
    let word = python_name(name);
    if redgrease_core::python::is_keyword(&word) {
        report.finding_at(name, &redgrease_core::messages::parameter_name(&word));
        return false;
    }
    true
}

/// Complains about a name that no function can have in Python.
pub(crate) fn check_name(name: &Ident, report: &mut Report) {
    let word = python_name(name);
    if redgrease_core::python::is_keyword(&word) {
        report.error(name.span(), messages::keyword(&word));
    }
}

/// Complains about words and type parameters that only Rust functions have.
pub(crate) fn check_qualifiers(signature: &syn::Signature, report: &mut Report) {
    if let Some(word) = &signature.constness {
        report.error_at(word, messages::QUALIFIER);
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        report.error_at(&signature.safety, messages::QUALIFIER);
    }
    if let Some(abi) = &signature.abi {
        report.error_at(abi, messages::QUALIFIER);
    }
    for parameter in &signature.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            report.error_at(parameter, messages::GENERIC);
        }
    }
}

/// Whether the type is one that has a name.
fn check_type(ty: &Type, report: &mut Report) -> bool {
    let named = !matches!(ty, Type::ImplTrait(_));
    if !named {
        report.error_at(ty, messages::IMPL_TRAIT);
    }
    named
}

/// Whether a type names a type parameter, which was reported where it stands.
fn is_generic(ty: &Type, signature: &syn::Signature) -> bool {
    let text = ty.to_token_stream().to_string();
    signature.generics.type_params().any(|parameter| {
        let name = parameter.ident.to_string();
        text.split(|c: char| !(c == '_' || c.is_alphanumeric()))
            .any(|word| word == name)
    })
}

fn check_order(parameters: &[Parameter], report: &mut Report) {
    let Some((last, before)) = parameters.split_last() else {
        return;
    };
    for parameter in before {
        match parameter.shape {
            Shape::Variadic => report.error_at(&parameter.ty, messages::VARIADIC_NOT_LAST),
            Shape::Optional if last.shape == Shape::Variadic => {
                report.error_at(&parameter.ty, messages::OPTION_BEFORE_VARIADIC);
            }
            _ => {}
        }
    }
}

fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Reference(reference) => shape(&reference.elem),
        Type::Paren(inner) => shape(&inner.elem),
        Type::Group(inner) => shape(&inner.elem),
        _ if is_bytes(ty) => Shape::Single,
        Type::Slice(_) | Type::Array(_) => Shape::Variadic,
        _ => match (name(ty).as_str(), first_type(ty)) {
            ("Option", _) => Shape::Optional,
            ("Vec", Some(_)) => Shape::Variadic,
            ("str" | "String" | "char" | "bool" | "f32" | "f64" | "u8", _) => Shape::Single,
            (name, _) if is_integer(name) => Shape::Single,
            _ => Shape::Unknown,
        },
    }
}

/// The last word of a path, `()` for the empty tuple, nothing for other types.
pub(crate) fn name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string())
            .unwrap_or_default(),
        Type::Tuple(tuple) if tuple.elems.is_empty() => "()".to_owned(),
        _ => String::new(),
    }
}

pub(crate) fn is_integer(name: &str) -> bool {
    matches!(
        name,
        "i8" | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
    )
}

/// Whether it is a list of `u8`, which is one argument: bytes.
pub(crate) fn is_bytes(ty: &Type) -> bool {
    let element = match ty {
        Type::Reference(reference) => return is_bytes(&reference.elem),
        Type::Slice(slice) => Some(&*slice.elem),
        Type::Array(array) => Some(&*array.elem),
        _ if name(ty) == "Vec" => first_type(ty),
        _ => None,
    };
    element.is_some_and(|element| name(element) == "u8")
}

/// The first type between angle brackets.
pub(crate) fn first_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The second type between angle brackets: the error of a `Result`.
pub(crate) fn error_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(1)
}

/// What is in a reference, a list or an `Option`.
pub(crate) fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => innermost(&reference.elem),
        Type::Slice(slice) => innermost(&slice.elem),
        Type::Array(array) => innermost(&array.elem),
        _ => match first_type(ty) {
            Some(inner) if matches!(name(ty).as_str(), "Vec" | "Option") => innermost(inner),
            _ => ty,
        },
    }
}

fn reply(signature: &syn::Signature, report: &mut Report) -> Reply {
    let nothing = Reply {
        value: quote!(()),
        written: None,
        span: signature.ident.span(),
    };
    let ReturnType::Type(_, ty) = &signature.output else {
        return nothing;
    };
    if !check_type(ty, report) || is_generic(ty, signature) {
        return nothing;
    }
    let written = first_type(ty).filter(|_| name(ty) == "Result");
    let value = written.unwrap_or(ty);
    Reply {
        span: value.span(),
        value: value.to_token_stream(),
        written: written.map(|_| (**ty).clone()),
    }
}

/// `ty` with every named lifetime inferred, for places where the function's are not known.
pub(crate) fn without_lifetimes(ty: impl ToTokens) -> TokenStream {
    let mut quoted = false;
    ty.into_token_stream()
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_lifetimes(group.stream()));
                inner.set_span(group.span());
                inner.into()
            }
            TokenTree::Ident(name) if quoted && name != "static" => {
                quoted = false;
                Ident::new("_", name.span()).into()
            }
            tree => {
                quoted = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '\'');
                tree
            }
        })
        .collect()
}
