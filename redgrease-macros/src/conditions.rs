//! `#[cfg(…)]` on parameters: rustc decides, so the function is written twice, with the parameter and
//! without, each under its condition.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Meta, Token};

use crate::attrs::{self, Macro};
use crate::function::Item;
use crate::report::Report;

/// Both forms of `item`, when a parameter of it has a condition. The next one is found when the
/// attribute is read again.
pub(crate) fn split(of: Macro, arguments: &TokenStream, item: &Item) -> Option<TokenStream> {
    let inputs = &item.signature.inputs;
    let index = inputs
        .iter()
        .position(|input| attributes(input).iter().any(is_condition))?;
    let mut with = item.signature.clone();
    let mut conditions: Vec<TokenStream> = Vec::new();
    let input = &mut with.inputs[index];
    let (FnArg::Typed(syn::PatType { attrs, .. }) | FnArg::Receiver(syn::Receiver { attrs, .. })) =
        input;
    attrs.retain_mut(|attribute| match &mut attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            conditions.push(list.tokens.clone());
            false
        }
        Meta::List(list) if list.path.is_ident("cfg_attr") => match conditional(&list.tokens) {
            Some((inner, rest)) if !inner.is_empty() => {
                conditions.extend(inner);
                list.tokens = rest.unwrap_or_default();
                !list.tokens.is_empty()
            }
            _ => true,
        },
        _ => true,
    });
    let mut without = item.signature.clone();
    without.inputs = inputs
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != index)
        .map(|(_, input)| input.clone())
        .collect();
    let krate = attrs::parse(arguments.clone(), of, &mut Report::default()).krate;
    let name = quote::format_ident!("{}", of.name());
    let (attributes, visibility) = (&item.attributes, &item.visibility);
    let body = item.body();
    Some(quote! {
        #[cfg(all(#(#conditions),*))]
        #[#krate::#name(#arguments)]
        #(#attributes)*
        #visibility #with #body

        #[cfg(not(all(#(#conditions),*)))]
        #[#krate::#name(#arguments)]
        #(#attributes)*
        #visibility #without #body
    })
}

fn attributes(input: &FnArg) -> &[Attribute] {
    match input {
        FnArg::Typed(typed) => &typed.attrs,
        FnArg::Receiver(receiver) => &receiver.attrs,
    }
}

fn is_condition(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            conditional(&list.tokens).is_some_and(|(conditions, _)| !conditions.is_empty())
        }
        meta => meta.path().is_ident("cfg"),
    }
}

/// The conditions that a `cfg_attr` with these tokens makes, and the tokens of one with its other
/// attributes: `cfg_attr(a, cfg(b))` is `cfg(any(not(a), b))`. Where it is none, rustc has its own words.
fn conditional(tokens: &TokenStream) -> Option<(Vec<TokenStream>, Option<TokenStream>)> {
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated;
    let mut parts = parts.parse2(tokens.clone()).ok()?.into_iter();
    let when = parts.next()?;
    let mut conditions = Vec::new();
    let mut others: Vec<TokenStream> = Vec::new();
    for part in parts {
        match &part {
            Meta::List(list) if list.path.is_ident("cfg") => {
                let condition = &list.tokens;
                conditions.push(quote!(any(not(#when), #condition)));
            }
            Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let (inner, rest) = conditional(&list.tokens)?;
                conditions.extend(inner.iter().map(|inner| quote!(any(not(#when), #inner))));
                others.extend(rest.map(|rest| quote!(cfg_attr(#rest))));
            }
            other => others.push(quote!(#other)),
        }
    }
    let rest = (!others.is_empty()).then(|| quote!(#when, #(#others),*));
    Some((conditions, rest))
}
