//! Values of attribute arguments: Rust literals as the core and the expansion want them.

use proc_macro2::TokenStream;
use quote::quote;
use redgrease_core::gear::arguments::{Element, Literal, Sequence};
use redgrease_core::spec::Value;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

/// What the core checks; None for what is no literal. `index` is the place that findings name.
pub(crate) fn literal(value: &Expr, index: usize) -> Option<Literal> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(Literal::Text(text.value())),
            Lit::ByteStr(_) => Some(Literal::Bytes),
            Lit::Int(number) => Some(Literal::Int(number.base10_parse().ok())),
            Lit::Float(_) => Some(Literal::Float),
            Lit::Bool(yes) => Some(Literal::Bool(yes.value)),
            _ => None,
        },
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => match literal(expr, index)? {
            Literal::Int(number) => Some(Literal::Int(number.map(i64::wrapping_neg))),
            Literal::Float => Some(Literal::Float),
            _ => None,
        },
        Expr::Array(array) => {
            let elements = array.elems.iter().map(|element| {
                Some(Element {
                    range: index..index + 1,
                    literal: Some(literal(element, index)?),
                })
            });
            let elements: Option<Vec<Element>> = elements.collect();
            elements.map(|elements| Literal::Sequence(Sequence::List, elements))
        }
        _ => None,
    }
}

/// The value as the specification has it.
pub(crate) fn known(value: &Expr) -> Option<Value> {
    match literal(value, 0)? {
        Literal::Text(text) => Some(Value::Text(String::leak(text))),
        Literal::Int(number) => number.map(Value::Int),
        Literal::Bool(yes) => Some(Value::Bool(yes)),
        Literal::Sequence(_, elements) => {
            let texts = elements
                .into_iter()
                .filter_map(|element| match element.literal {
                    Some(Literal::Text(text)) => Some(&*String::leak(text)),
                    _ => None,
                });
            Some(Value::Texts(Vec::leak(texts.collect())))
        }
        _ => None,
    }
}

/// The value as a variant of `spec::Value`, without the path of the enum.
pub(crate) fn constant(value: &Expr) -> Option<TokenStream> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(quote!(Text(#text))),
            Lit::Int(number) => Some(quote!(Int(#number))),
            Lit::Bool(yes) => Some(quote!(Bool(#yes))),
            _ => None,
        },
        Expr::Unary(_) => Some(quote!(Int(#value))),
        Expr::Array(array) => {
            let elements = array.elems.iter();
            Some(quote!(Texts(&[#(#elements),*])))
        }
        _ => None,
    }
}
