//! What may stand before the Python text of `gear!`: `#![key = value]`, which Python would take
//! for a comment, and the type of the results between angle brackets.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Token, Type, bracketed};

use crate::attrs::{self, Arguments};
use crate::messages;
use crate::report::Report;

/// The header and what comes after it.
pub(crate) struct Header {
    pub(crate) arguments: Arguments,
    /// The type that the results become.
    pub(crate) result: Option<Type>,
    /// The first token of the Python text, when there is a header before it.
    pub(crate) end: Option<Span>,
    pub(crate) rest: TokenStream,
    /// Whether it could not be read, so that nobody knows where the Python text begins.
    pub(crate) broken: bool,
}

impl Header {
    pub(crate) fn read(input: TokenStream, report: &mut Report) -> Self {
        Self::read_of(attrs::Macro::Header, input, report)
    }

    /// The header of a macro that takes what `of` takes.
    pub(crate) fn read_of(of: attrs::Macro, input: TokenStream, report: &mut Report) -> Self {
        let mut header = Self {
            arguments: Arguments::default(),
            result: None,
            end: None,
            rest: input,
            broken: false,
        };
        if let Some(span) = outer_attribute(&header.rest) {
            report.error(span, messages::OUTER_ATTRIBUTE);
            header.broken = true;
            return header;
        }
        if !has_header(&header.rest) {
            return header;
        }
        match parse.parse2(std::mem::take(&mut header.rest)) {
            Ok((arguments, result, rest)) => {
                header.arguments = attrs::parse(arguments, of, report);
                header.result = result;
                header.end = rest.clone().into_iter().next().map(|tree| tree.span());
                header.rest = rest;
            }
            Err(error) => {
                report.syntax(&error);
                header.broken = true;
            }
        }
        header
    }
}

/// Whether the input begins with `#!` or `<`, as no Python text does.
fn has_header(input: &TokenStream) -> bool {
    let mut tokens = input.clone().into_iter();
    let mut next = || match tokens.next() {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    };
    match next() {
        Some('#') => next() == Some('!'),
        first => first == Some('<'),
    }
}

/// The place of `#[key = value]` at the beginning, which Python takes for a comment, when the key is
/// one that a header has.
fn outer_attribute(input: &TokenStream) -> Option<Span> {
    let mut tokens = input.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Punct(hash)), Some(TokenTree::Group(group)))
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            let mut inner = group.stream().into_iter();
            let key = inner.next()?.to_string();
            let equals = matches!(inner.next(), Some(TokenTree::Punct(p)) if p.as_char() == '=');
            let known = attrs::Macro::Header.keys().contains(&key);
            (equals && known).then(|| hash.span())
        }
        _ => None,
    }
}

fn parse(input: ParseStream<'_>) -> syn::Result<(TokenStream, Option<Type>, TokenStream)> {
    let mut arguments = TokenStream::new();
    if input.parse::<Option<Token![#]>>()?.is_some() {
        input.parse::<Token![!]>()?;
        let content;
        bracketed!(content in input);
        arguments = content.parse()?;
    }
    let result = match input.parse::<Option<Token![<]>>()? {
        Some(_) => {
            let ty = input.parse()?;
            input.parse::<Token![>]>()?;
            Some(ty)
        }
        None => None,
    };
    Ok((arguments, result, input.parse()?))
}
