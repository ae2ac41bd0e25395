//! What may stand before the Python text of `gear!`: `#![key = value]`, which Python would take
//! for a comment.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Token, bracketed};

use crate::attrs::{self, Arguments};
use crate::report::Report;

/// The header and what comes after it.
pub(crate) struct Header {
    pub(crate) arguments: Arguments,
    /// The first token of the Python text, when there is a header before it.
    pub(crate) end: Option<Span>,
    pub(crate) rest: TokenStream,
}

impl Header {
    pub(crate) fn read(input: TokenStream, report: &mut Report) -> Self {
        if !begins(&input) {
            return Self {
                arguments: Arguments::default(),
                end: None,
                rest: input,
            };
        }
        match parse.parse2(input) {
            Ok((arguments, rest)) => {
                let arguments = attrs::parse(arguments, attrs::Macro::Header, report);
                let end = rest.clone().into_iter().next().map(|tree| tree.span());
                Self {
                    arguments,
                    end,
                    rest,
                }
            }
            Err(error) => {
                report.syntax(&error);
                Self {
                    arguments: Arguments::default(),
                    end: None,
                    rest: TokenStream::new(),
                }
            }
        }
    }
}

/// Whether the input begins with `#!`.
fn begins(input: &TokenStream) -> bool {
    let mut tokens = input.clone().into_iter();
    let mut punct = |character| matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == character);
    punct('#') && punct('!')
}

fn parse(input: ParseStream<'_>) -> syn::Result<(TokenStream, TokenStream)> {
    input.parse::<Token![#]>()?;
    input.parse::<Token![!]>()?;
    let content;
    bracketed!(content in input);
    Ok((content.parse()?, input.parse()?))
}
