//! `registrations!`: a list of functions, of which each is looked up where it stands in the list.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::spanned::Spanned;
use syn::{Attribute, Path, Token, parenthesized};

use crate::report::Report;

/// A function of the list.
struct Function {
    /// `#[cfg(…)]`.
    attributes: Vec<Attribute>,
    path: Path,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            path: input.call(Path::parse_mod_style)?,
        })
    }
}

/// The expression for `(path of the crate) functions`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let parse = |input: ParseStream<'_>| {
        let krate;
        parenthesized!(krate in input);
        let krate = krate.parse::<TokenStream>()?;
        Ok((krate, input.parse_terminated(Function::parse, Token![,])?))
    };
    let (krate, functions) = match parse.parse2(input) {
        Ok(parts) => parts,
        Err(error) => {
            let mut report = Report::default();
            report.syntax(&error);
            return report.into_tokens();
        }
    };
    let private = quote!(#krate::__private);
    let items = functions.iter().map(|Function { attributes, path }| {
        // A function without an attribute is no type. Where rustc says so, it names the macro that the
        // word comes from, whose name is the hint.
        let mut path = path.clone();
        // `$crate` means what it says only in its own place.
        let words = path
            .segments
            .iter_mut()
            .filter(|word| word.ident != "$crate");
        for segment in words {
            let place = segment.ident.span();
            segment.ident.set_span(Span::call_site().located_at(place));
        }
        let span = path.span();
        let item = quote_spanned!(span=> <#path as #private::Registrable>::ITEM);
        quote!(#(#attributes)* #item)
    });
    let list = Ident::new("LIST", Span::mixed_site());
    quote! {
        {
            const #list: &[#private::Item] = &[#(#items),*];
            const _: () = #private::assert_distinct(#list);
            #private::Registrations::new(#list)
        }
    }
}
