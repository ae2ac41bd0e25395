//! Tokens of a macro's input with their places.

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};

/// Calls `each` with every token that stands in the text: words, literals, punctuation, brackets.
pub(crate) fn leaves(tokens: TokenStream, each: &mut impl FnMut(Leaf)) {
    let mut trees = tokens.into_iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                let inner = group.stream();
                // A fragment of a `macro_rules`, such as `$x:expr`, comes in an invisible group.
                // More than one token of it holds together as it did in Rust.
                let visible = !open.is_empty();
                let several = !visible && inner.clone().into_iter().nth(1).is_some();
                if visible {
                    each(Leaf::new(open, group.span_open()));
                } else if several {
                    each(Leaf::invisible("("));
                }
                leaves(inner, each);
                if visible {
                    each(Leaf::new(close, group.span_close()));
                } else if several {
                    each(Leaf::invisible(")"));
                }
            }
            // A lifetime comes in two pieces that have the place of the whole.
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let name = trees.next().map(|name| name.to_string());
                let text = format!("'{}", name.unwrap_or_default());
                each(Leaf::new(&text, quote.span()));
            }
            tree => each(Leaf {
                span: Some(tree.span()),
                joint: matches!(&tree, TokenTree::Punct(p) if p.spacing() == proc_macro2::Spacing::Joint),
                text: tree.to_string(),
            }),
        }
    }
}

/// One token as it stands in the text.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) text: String,
    /// None for a bracket that the user did not write.
    pub(crate) span: Option<Span>,
    /// Whether the next token belongs to the same operator.
    pub(crate) joint: bool,
}

impl Leaf {
    fn new(text: &str, span: Span) -> Self {
        Self {
            text: text.to_owned(),
            span: Some(span),
            joint: false,
        }
    }

    fn invisible(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            span: None,
            joint: false,
        }
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::None => ("", ""),
    }
}

/// The first token, however deep it stands.
pub(crate) fn first(tokens: &TokenStream) -> Option<Leaf> {
    let tree = tokens.clone().into_iter().next()?;
    let mut found = None;
    leaves(tree.into(), &mut |leaf| {
        if found.is_none() && leaf.span.is_some() {
            found = Some(leaf);
        }
    });
    found
}

/// A text with the place where it begins, so that a place becomes an offset.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The offset of the first byte of each line.
    starts: Vec<usize>,
    origin: LineColumn,
}

impl Lines {
    /// `text` begins at `origin` (line from 1, column in characters from 0).
    pub(crate) fn new(text: &str, origin: LineColumn) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { starts, origin }
    }

    /// The offset of `place` in `text`; None when it lies outside.
    pub(crate) fn offset(&self, text: &str, place: LineColumn) -> Option<usize> {
        let index = place.line.checked_sub(self.origin.line)?;
        let start = *self.starts.get(index)?;
        let column = match index {
            0 => place.column.checked_sub(self.origin.column)?,
            _ => place.column,
        };
        let line = text[start..].split('\n').next().unwrap_or("");
        match line.char_indices().nth(column) {
            Some((at, _)) => Some(start + at),
            None if line.chars().count() == column => Some(start + line.len()),
            None => None,
        }
    }
}

/// The place after `text`, which begins at `start`.
pub(crate) fn after(start: LineColumn, text: &str) -> LineColumn {
    match text.rsplit_once('\n') {
        None => LineColumn {
            line: start.line,
            column: start.column + text.chars().count(),
        },
        Some((before, last)) => LineColumn {
            line: start.line + 1 + before.matches('\n').count(),
            column: last.chars().count(),
        },
    }
}
