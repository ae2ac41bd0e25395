//! `#[cfg(…)]` on parameters: rustc decides, so the function is written twice, with the parameter and
//! without, each under its condition.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, Meta};

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
    attrs.retain(|attribute| {
        if let (true, Meta::List(list)) = (is_condition(attribute), &attribute.meta) {
            conditions.push(list.tokens.clone());
        }
        !is_condition(attribute)
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
    attribute.path().is_ident("cfg")
}
