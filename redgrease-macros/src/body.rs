//! The Python text of a macro's input, byte for byte as it stands in the file, and the token
//! behind each of its bytes.
//!
//! The text is taken whole from the compiler (`Span::source_text`), so comments, blank lines and
//! `//`, which leave no token, are kept. Only text that a `macro_rules` put together, or that no
//! file holds, is rebuilt from tokens.

use std::cell::OnceCell;
use std::ops::Range;

use proc_macro2::{LineColumn, Span, TokenStream};
use redgrease_core::source::{Form, Source};
use syn::LitStr;

use crate::literal::Literal;
use crate::splice;
use crate::tokens::{self, Lines, after};

/// A Python text with its origin.
pub(crate) struct Body {
    pub(crate) source: Source,
    origin: Origin,
}

enum Origin {
    Tokens {
        tokens: TokenStream,
        /// Where to point when no token is near.
        whole: Span,
        spans: OnceCell<Vec<(Range<usize>, Span)>>,
    },
    Literal(Literal),
}

/// Why a text cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The tool that expands the macro knows no positions, as some versions of rust-analyzer:
    /// nothing can be checked and nothing should be said.
    NoPositions,
    /// Another macro made the tokens, and they stand in no file.
    Made,
}

impl Body {
    /// The text between the brackets whose group has the span `group`, of which `open` is the first.
    pub(crate) fn in_brackets(group: Span, open: Span, tokens: TokenStream) -> Result<Self, Lost> {
        let written = group
            .source_text()
            .filter(|text| text.starts_with(['{', '(', '[']) && text.ends_with(['}', ')', ']']))
            .map(|text| {
                let inner = text[1..text.len() - 1].to_owned();
                (inner, after(group.start(), &text[..1]))
            });
        // Brackets that a macro made have one place for both, those that rustc read each its own.
        let read = written.as_ref().is_some_and(|(_, at)| open.end() == *at);
        Self::of_tokens(written, group, tokens, read)
    }

    /// The text between the brackets of the function-like macro that is being expanded.
    fn of_call(tokens: TokenStream) -> Result<Self, Lost> {
        let call = Span::call_site();
        let written = call.source_text().and_then(|text| {
            let bang = text.find('!')?;
            let open = bang + text[bang..].find(['{', '(', '['])? + 1;
            let inner = text.get(open..text.trim_end().len().checked_sub(1)?)?;
            Some((inner.to_owned(), after(call.start(), &text[..open])))
        });
        Self::of_tokens(written, call, tokens, false)
    }

    /// The text of the macro that is being expanded: its tokens, or the one string literal that
    /// they are. `rest` is `input` without the header.
    pub(crate) fn of_input(input: TokenStream, rest: &TokenStream) -> Result<Self, Lost> {
        let mut trees = rest.clone().into_iter();
        let literal = match (trees.next(), trees.next()) {
            (Some(tree), None) => syn::parse2::<LitStr>(tree.into()).ok(),
            _ => None,
        };
        match literal {
            Some(literal) => Ok(Self::of_literal(&literal, literal.span())),
            None => Self::of_call(input),
        }
    }

    /// `read` says that rustc read the brackets around the tokens, so that what stands between
    /// them needs no look, unless a `macro_rules` put something in the place of its `$name`s.
    fn of_tokens(
        written: Option<(String, LineColumn)>,
        whole: Span,
        tokens: TokenStream,
        read: bool,
    ) -> Result<Self, Lost> {
        let spans = OnceCell::new();
        let (text, start) = match written {
            Some((text, start))
                if read && !text.contains('$') || is_verbatim(&text, start, &tokens) =>
            {
                (text, start)
            }
            written => {
                let spliced =
                    written.and_then(|(text, start)| splice::splice(&text, start, whole, &tokens));
                let rebuilt = match spliced {
                    Some(spliced) => spliced,
                    None => splice::rebuild(&tokens)?,
                };
                let _ = spans.set(rebuilt.spans);
                (rebuilt.text, rebuilt.start)
            }
        };
        let source = Source::new(text)
            .at(whole.file(), line(start), column(start))
            .form(Form::Tokens);
        Ok(Self {
            source,
            origin: Origin::Tokens {
                tokens,
                whole,
                spans,
            },
        })
    }

    /// The text of a string literal; errors are shown at `anchor`, because nothing on stable Rust
    /// can point into a literal.
    pub(crate) fn of_literal(literal: &LitStr, anchor: Span) -> Self {
        let literal = Literal::new(literal, anchor);
        Self {
            source: literal.source(),
            origin: Origin::Literal(literal),
        }
    }

    /// The text of a file, relative to the Rust file in which its name stands; None when the tool
    /// that expands the macro does not tell where that is.
    pub(crate) fn of_file(name: &LitStr) -> std::io::Result<Option<Self>> {
        let Some(rust_file) = name.span().local_file() else {
            return Ok(None);
        };
        let path = rust_file.with_file_name(name.value());
        let text = std::fs::read_to_string(&path)?.replace("\r\n", "\n");
        let literal = Literal::of_file(text, path.display().to_string(), name.span());
        Ok(Some(Self {
            source: literal.source().form(Form::File),
            origin: Origin::Literal(literal),
        }))
    }

    /// The text of a string literal, when it came from one.
    pub(crate) fn literal(&self) -> Option<&Literal> {
        match &self.origin {
            Origin::Literal(literal) => Some(literal),
            Origin::Tokens { .. } => None,
        }
    }

    /// Puts `text` of the same length in the place of the Python text.
    pub(crate) fn set_text(&mut self, text: String) {
        debug_assert_eq!(text.len(), self.source.text().len(), "places stay valid");
        let source = &self.source;
        self.source = Source::new(text)
            .at(source.file().to_owned(), source.line(), source.column())
            .form(Form::Tokens);
    }

    /// The first and the last token of a byte range of the text; when there is none in it, the
    /// token that is nearest.
    pub(crate) fn locate(&self, range: &Range<usize>) -> (Span, Span) {
        let whole = match &self.origin {
            Origin::Tokens { whole, .. } => *whole,
            Origin::Literal(literal) => return (literal.anchor, literal.anchor),
        };
        let spans = self.spans();
        let inside =
            |(token, _): &&(Range<usize>, Span)| token.start < range.end && range.start < token.end;
        let first = spans.iter().find(inside);
        let last = spans.iter().rev().find(inside);
        if let (Some((_, first)), Some((_, last))) = (first, last) {
            return (*first, *last);
        }
        let text = self.source.text();
        let same_line = |token: &&(Range<usize>, Span)| {
            let between = text.get(token.0.end..range.start);
            between.is_some_and(|between| !between.contains('\n'))
        };
        let before = spans
            .iter()
            .rev()
            .find(|(token, _)| token.end <= range.start);
        let next = spans.iter().find(|(token, _)| token.start >= range.start);
        let nearest = before.filter(same_line).or(next).or(spans.last());
        let (_, nearest) = match nearest {
            Some(token) => token.clone(),
            None => (0..0, whole),
        };
        (nearest, nearest)
    }

    /// Where a token of the text begins in it.
    pub(crate) fn offset(&self, token: Span) -> Option<usize> {
        self.range(token).map(|range| range.start)
    }

    /// The bytes of a token of the text. Spans cannot be compared, but no two tokens that stand
    /// in the text begin in the same place of the same file.
    pub(crate) fn range(&self, token: Span) -> Option<Range<usize>> {
        let is_token = |span: &Span| {
            span.start() == token.start()
                && span.end() == token.end()
                && span.file() == token.file()
        };
        let mut spans = self.spans().iter();
        let (range, _) = spans.find(|(_, span)| is_token(span))?;
        Some(range.clone())
    }

    /// The tokens of the text with their places, in order; none for a literal.
    pub(crate) fn spans(&self) -> &[(Range<usize>, Span)] {
        let Origin::Tokens { tokens, spans, .. } = &self.origin else {
            return &[];
        };
        spans.get_or_init(|| {
            let text = self.source.text();
            let origin = LineColumn {
                line: self.source.line() as usize,
                column: self.source.column() as usize,
            };
            let lines = Lines::new(text, origin);
            let mut found = Vec::new();
            tokens::leaves(tokens.clone(), &mut |leaf| {
                let Some(span) = leaf.span else { return };
                let start = lines.offset(text, span.start());
                let end = lines.offset(text, span.end());
                if let (Some(start), Some(end)) = (start, end) {
                    found.push((start..end, span));
                }
            });
            found
        })
    }
}

fn line(place: LineColumn) -> u32 {
    u32::try_from(place.line).unwrap_or(1)
}

fn column(place: LineColumn) -> u32 {
    u32::try_from(place.column).unwrap_or(0)
}

/// Whether `text`, which begins at `start`, is the text of `tokens` and of nothing else.
fn is_verbatim(text: &str, start: LineColumn, tokens: &TokenStream) -> bool {
    let Some(first) = tokens::first(tokens) else {
        return true;
    };
    let lines = Lines::new(text, start);
    let at = first.span.and_then(|span| lines.offset(text, span.start()));
    // In the text of a `macro_rules`, `$name` stands for tokens from elsewhere.
    at.is_some_and(|at| text[at..].starts_with(&first.text))
        && (!text.contains('$') || all_inside(text, start, tokens))
}

/// Whether every token stands in `text`, which begins at `start`.
fn all_inside(text: &str, start: LineColumn, tokens: &TokenStream) -> bool {
    let lines = Lines::new(text, start);
    let mut inside = true;
    let mut file = None;
    tokens::leaves(tokens.clone(), &mut |leaf| {
        inside &= leaf.span.is_some_and(|span| {
            let place = lines.offset(text, span.start());
            place.is_some_and(|at| text[at..].starts_with(&leaf.text))
                && *file.get_or_insert_with(|| span.file()) == span.file()
        });
    });
    inside
}
