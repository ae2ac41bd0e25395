//! `'name` and `${expression}` in the Python text of `gear!`: Rust values that travel as Python
//! literals.
//!
//! Each is replaced by a Python name of the same length, so that every place in the text stays
//! the place in the file.

use std::collections::HashSet;
use std::ops::Range;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::body::Body;
use crate::header::Header;
use crate::scan::{Scan, close_gaps, scan};

/// A Rust value that the text uses.
pub(crate) struct Capture {
    /// The Python name that stands for it.
    pub(crate) name: String,
    /// The Rust expression.
    pub(crate) value: TokenStream,
    /// The token in the text.
    pub(crate) span: Span,
}

/// Makes plain Python of the text, in the same length: no header, names for the captures.
///
/// A string literal is plain Python already, and captures nothing.
pub(crate) fn prepare(body: &mut Body, header: &Header) -> Vec<Capture> {
    if body.literal().is_some() {
        return Vec::new();
    }
    let mut text = body.source.text().to_owned();
    if let Some(end) = header.end.and_then(|span| body.offset(span)) {
        let blank: String = text[..end]
            .chars()
            .flat_map(|c| {
                let blank = if c == '\n' { '\n' } else { ' ' };
                std::iter::repeat_n(blank, c.len_utf8())
            })
            .collect();
        text.replace_range(..end, &blank);
    }
    let found = scan(&text);
    let captures = replace(body, &mut text, &found, &header.rest);
    close_gaps(&mut text, &found.gaps);
    body.set_text(text);
    captures
}

/// Finds the captures in `text`, the text of `body` as it was written, and puts names in their
/// place. `tokens` is the input of the macro.
fn replace(body: &Body, text: &mut String, scan: &Scan, tokens: &TokenStream) -> Vec<Capture> {
    let mut names = Names::of(text);
    let mut captures: Vec<Capture> = Vec::new();
    for range in &scan.captures {
        let word = text[range.start + 1..range.end].to_owned();
        let (span, _) = body.locate(range);
        let Some(value) = identifier(&word, span) else {
            continue;
        };
        let name = names.for_variable(&word);
        text.replace_range(range.clone(), &name);
        if captures.iter().all(|capture| capture.name != name) {
            captures.push(Capture { name, value, span });
        }
    }
    if text.contains("${") {
        for (range, group) in expressions(body, tokens) {
            if scan.in_comment(range.start) {
                continue;
            }
            let written = &text[range.clone()];
            let brackets = if written.contains('\n') { 2 } else { 0 };
            let name = names.for_expression(range.len() - brackets);
            let replacement = in_place_of(written, &name);
            text.replace_range(range, &replacement);
            captures.push(Capture {
                name,
                span: group.span(),
                value: group.stream(),
            });
        }
    }
    captures
}

fn identifier(word: &str, span: Span) -> Option<TokenStream> {
    let name: Ident = syn::parse_str(word).ok()?;
    Some(Ident::new(&name.to_string(), span).into_token_stream())
}

/// Every `${…}` of the tokens with its place in the text.
fn expressions(body: &Body, tokens: &TokenStream) -> Vec<(Range<usize>, proc_macro2::Group)> {
    let mut groups = Vec::new();
    dollars(tokens.clone(), &mut groups);
    groups
        .into_iter()
        .filter_map(|(dollar, group)| {
            let start = body.range(dollar)?.start;
            let end = body.range(group.span_close())?.end;
            Some((start..end, group))
        })
        .collect()
}

fn dollars(tokens: TokenStream, found: &mut Vec<(Span, proc_macro2::Group)>) {
    let mut dollar = None;
    for tree in tokens {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                dollar = Some(punct.span());
                continue;
            }
            TokenTree::Group(group) => match (dollar, group.delimiter()) {
                (Some(span), Delimiter::Brace) => found.push((span, group)),
                _ => dollars(group.stream(), found),
            },
            _ => {}
        }
        dollar = None;
    }
}

/// `name` in a text as long as `written`, with its line ends, so that places stay valid.
fn in_place_of(written: &str, name: &str) -> String {
    if !written.contains('\n') {
        return format!("{name}{}", " ".repeat(written.len() - name.len()));
    }
    // Brackets let the expression go over the line ends.
    let mut text = format!("({name}");
    for byte in written
        .bytes()
        .skip(text.len())
        .take(written.len() - text.len() - 1)
    {
        text.push(if byte == b'\n' { '\n' } else { ' ' });
    }
    text.push(')');
    text
}

/// Python names that the text does not use otherwise.
struct Names {
    used: HashSet<String>,
    count: usize,
}

impl Names {
    fn of(text: &str) -> Self {
        let used = text
            .split(|c: char| !(c == '_' || c.is_alphanumeric()))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self { used, count: 0 }
    }

    /// The name for `'word`, one character longer than `word` and always the same.
    fn for_variable(&self, word: &str) -> String {
        std::iter::once('_')
            .chain('A'..='Z')
            .chain('a'..='z')
            .map(|first| format!("{first}{word}"))
            .find(|name| !self.used.contains(name))
            .unwrap_or_else(|| format!("_{word}"))
    }

    /// A new name of at most `length` characters, which is at least three.
    fn for_expression(&mut self, length: usize) -> String {
        let width = length.min(4);
        loop {
            let name = format!("_{:0>1$x}", self.count, width - 1);
            self.count += 1;
            if self.used.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_the_capture_and_unused() {
        assert_eq!(Names::of("x + 'key").for_variable("key"), "_key");
        assert_eq!(Names::of("_key + 'key").for_variable("key"), "Akey");
    }

    #[test]
    fn an_expression_keeps_its_length_and_its_lines() {
        let mut names = Names::of("_000");
        let name = names.for_expression(4);
        assert_eq!(name, "_001");
        assert_eq!(in_place_of("${x}", &name), "_001");
        assert_eq!(in_place_of("${a.b()}", &name), "_001    ");
        let written = "${\n   a\n}";
        let replaced = in_place_of(written, "_00");
        assert_eq!(replaced.len(), written.len());
        assert!(
            replaced.starts_with("(_00") && replaced.ends_with(')'),
            "{replaced:?}"
        );
    }
}
