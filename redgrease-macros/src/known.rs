//! What the types of a signature say about Python's values, as far as their text tells.

use redgrease_core::python::{FunctionTypes, Integer, RustType};
use syn::{FnArg, Ident, Pat, ReturnType, Type};

use crate::types::{first_type, is_bytes, name};

/// The types of the parameters `params` and of the result; `packages` says whether any are required.
pub(crate) fn types(
    signature: &syn::Signature,
    params: &[&Ident],
    packages: bool,
) -> FunctionTypes {
    let of = |wanted: &Ident| {
        let mut typed = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        });
        let found =
            typed.find(|typed| matches!(&*typed.pat, Pat::Ident(pat) if pat.ident == *wanted));
        found.map_or(RustType::Any, |typed| known(&typed.ty))
    };
    let result = match &signature.output {
        ReturnType::Default => RustType::Unit,
        ReturnType::Type(_, ty) if is_plain(ty) && name(ty) == "Result" => {
            first_type(ty).map_or(RustType::Any, known)
        }
        ReturnType::Type(_, ty) => known(ty),
    };
    let params = params.iter().map(|name| of(name)).collect();
    FunctionTypes::new(params, result).packages(packages)
}

/// What a type is for Python; a name that is not Rust's own may mean anything.
fn known(ty: &Type) -> RustType {
    match ty {
        Type::Reference(reference) => return known(&reference.elem),
        Type::Paren(inner) => return known(&inner.elem),
        Type::Group(inner) => return known(&inner.elem),
        Type::Tuple(tuple) if !tuple.elems.is_empty() => {
            return RustType::Tuple(tuple.elems.iter().map(known).collect());
        }
        _ if is_bytes(ty) => return RustType::Bytes,
        Type::Slice(slice) => return RustType::List(Box::new(known(&slice.elem))),
        Type::Array(array) => return RustType::List(Box::new(known(&array.elem))),
        _ if !is_plain(ty) => return RustType::Any,
        _ => {}
    }
    match (name(ty).as_str(), first_type(ty)) {
        ("()", None) => RustType::Unit,
        ("bool", None) => RustType::Bool,
        ("f32" | "f64", None) => RustType::Float,
        ("str" | "String" | "char", None) => RustType::Text,
        ("Option", Some(inner)) => RustType::Optional(Box::new(known(inner))),
        ("Vec", Some(inner)) => RustType::List(Box::new(known(inner))),
        ("HashMap" | "BTreeMap", Some(_)) => RustType::Map,
        ("Record", None) => RustType::Record,
        ("StreamRecord", None) => RustType::StreamRecord,
        (name, None) => Integer::named(name).map_or(RustType::Any, RustType::Integer),
        _ => RustType::Any,
    }
}

/// Whether a type is named by one word, as those that everybody has are.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.qself.is_none() && path.path.segments.len() == 1,
        Type::Tuple(_) => true,
        _ => false,
    }
}

/// The types of a function that nobody calls with arguments.
pub(crate) fn nothing(packages: bool) -> FunctionTypes {
    FunctionTypes::default().packages(packages)
}
