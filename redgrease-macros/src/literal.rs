//! Python text that no token of Rust stands for, in a string literal or in a file of its own, with
//! the place of each byte.

use std::ops::Range;

use proc_macro2::Span;
use redgrease_core::diag::Diagnostic;
use redgrease_core::source::Source;
use syn::LitStr;

/// A string literal or a file that holds Python.
pub(crate) struct Literal {
    /// Where errors are shown.
    pub(crate) anchor: Span,
    value: String,
    /// What stands between the quotes in the file, with its place.
    written: Source,
    /// For each byte of the value, and its end, the offset in `written`; None when the two are
    /// the same, as in a raw string.
    offsets: Option<Vec<usize>>,
}

impl Literal {
    pub(crate) fn new(literal: &LitStr, anchor: Span) -> Self {
        let value = literal.value();
        let span = literal.span();
        let token = literal.token().to_string();
        let quote = token.find('"').unwrap_or(0);
        let raw = token.starts_with('r');
        let hashes = quote.saturating_sub(usize::from(raw));
        let inner = token
            .get(quote + 1..token.len().saturating_sub(1 + hashes))
            .unwrap_or("")
            .to_owned();
        let start = span.start();
        let column = u32::try_from(start.column + quote + 1).unwrap_or(0);
        let line = u32::try_from(start.line).unwrap_or(1);
        let offsets = (!raw && inner.contains('\\')).then(|| offsets(&inner));
        let file = span.file();
        let file = if file.is_empty() {
            "<python>".to_owned()
        } else {
            file
        };
        Self {
            anchor,
            written: Source::new(inner).at(file, line, column),
            offsets: offsets.filter(|table| table.len() == value.len() + 1),
            value,
        }
    }

    /// A whole file; errors are shown at `anchor`, where its name stands.
    pub(crate) fn of_file(text: String, path: String, anchor: Span) -> Self {
        Self {
            anchor,
            value: text.clone(),
            written: Source::new(text).at(path, 1, 0),
            offsets: None,
        }
    }

    /// The value with the place of its first byte.
    pub(crate) fn source(&self) -> Source {
        let written = &self.written;
        Source::new(self.value.clone()).at(
            written.file().to_owned(),
            written.line(),
            written.column(),
        )
    }

    /// The place and the line of `diagnostic` as they stand in the file.
    pub(crate) fn snippet(&self, diagnostic: &Diagnostic) -> String {
        let mut shown = diagnostic.clone();
        shown.range = self.in_file(&diagnostic.range);
        shown.snippet(&self.written)
    }

    fn in_file(&self, range: &Range<usize>) -> Range<usize> {
        match &self.offsets {
            None => range.clone(),
            Some(offsets) => {
                let place = |at: usize| offsets[at.min(offsets.len() - 1)];
                place(range.start)..place(range.end)
            }
        }
    }
}

/// For each byte of the value of the literal `written`, and its end, the offset in `written`.
fn offsets(written: &str) -> Vec<usize> {
    let mut table = Vec::with_capacity(written.len() + 1);
    let mut rest = written.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            table.extend(std::iter::repeat_n(at, character.len_utf8()));
            continue;
        }
        let Some((_, escape)) = rest.next() else {
            break;
        };
        let length = match escape {
            'x' => {
                rest.next();
                rest.next();
                1
            }
            'u' => {
                let digits: String = rest
                    .by_ref()
                    .map(|(_, c)| c)
                    .take_while(|c| *c != '}')
                    .filter(char::is_ascii_hexdigit)
                    .collect();
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .map_or(1, char::len_utf8)
            }
            '\n' => {
                // The line goes on: blanks up to the next word are not in the value.
                while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
                0
            }
            _ => 1,
        };
        table.extend(std::iter::repeat_n(at, length));
    }
    table.push(written.len());
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_counted() {
        assert_eq!(offsets(r"a\nb"), [0, 1, 3, 4]);
        assert_eq!(offsets(r"\x41b\u{e9}c"), [0, 4, 5, 5, 11, 12]);
        assert_eq!(offsets("a\\\n   b"), [0, 6, 7]);
    }

    #[test]
    fn raw_strings_need_no_table() {
        let literal: LitStr = syn::parse_str("r#\"return \\\"x\\\"\"#").unwrap();
        let literal = Literal::new(&literal, Span::call_site());
        assert_eq!(literal.value, "return \\\"x\\\"");
        assert_eq!(literal.in_file(&(3..5)), 3..5);
        assert_eq!(literal.written.text(), literal.value);
        assert_eq!(literal.written.column(), 3);
    }

    #[test]
    fn a_place_in_an_escaped_string_is_the_place_in_the_file() {
        let literal: LitStr = syn::parse_str(r#""x = 1\nreturn y""#).unwrap();
        let literal = Literal::new(&literal, Span::call_site());
        let at = literal.value.find('y').unwrap();
        let range = literal.in_file(&(at..at + 1));
        assert_eq!(&literal.written.text()[range], "y");
    }
}
