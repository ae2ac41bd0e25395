//! Python text that a `macro_rules` put together: the text of its definition with the tokens of
//! its fragments in it, or, when that cannot be told apart, the tokens written anew at their lines
//! and columns.

use std::ops::Range;

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};

use crate::body::Lost;
use crate::scan::{self, Scan};
use crate::tokens::{self, Leaf, Lines};

/// A text that stands in no file, with the token behind each of its bytes.
pub(crate) struct Rebuilt {
    pub(crate) text: String,
    pub(crate) start: LineColumn,
    pub(crate) spans: Vec<(Range<usize>, Span)>,
}

/// Puts the tokens from elsewhere in the place of the `$name`s of `written`, the text of the
/// definition, which begins at `start` in the file of `whole`.
pub(crate) fn splice(
    written: &str,
    start: LineColumn,
    whole: Span,
    tokens: &TokenStream,
) -> Option<Rebuilt> {
    // What repeats has its tokens several times in the same place.
    if written.contains("$(") {
        return None;
    }
    let mut splice = Splice {
        written,
        lines: Lines::new(written, start),
        file: whole.file(),
        scan: scan::scan(written),
        at: 0,
        waiting: Vec::new(),
        out: Rebuilt {
            text: String::with_capacity(written.len()),
            start,
            spans: Vec::new(),
        },
    };
    splice.stream(tokens.clone())?;
    splice.until(written.len())?;
    Some(splice.out)
}

struct Splice<'a> {
    written: &'a str,
    lines: Lines,
    file: String,
    scan: Scan,
    /// How much of `written` is done.
    at: usize,
    /// Tokens from elsewhere since then.
    waiting: Vec<TokenTree>,
    out: Rebuilt,
}

impl Splice<'_> {
    fn stream(&mut self, tokens: TokenStream) -> Option<()> {
        let mut trees = tokens.into_iter();
        while let Some(tree) = trees.next() {
            match &tree {
                TokenTree::Group(group) if group.delimiter() != Delimiter::None => {
                    match (
                        self.place(group.span_open()),
                        self.place(group.span_close()),
                    ) {
                        (Some(open), Some(close)) => {
                            self.own(open, group.span_open())?;
                            self.stream(group.stream())?;
                            self.own(close, group.span_close())?;
                        }
                        _ => self.waiting.push(tree),
                    }
                }
                TokenTree::Group(_) => self.waiting.push(tree),
                _ => {
                    let span = tree.span();
                    let quote = matches!(&tree, TokenTree::Punct(p) if p.as_char() == '\'');
                    match self.place(span) {
                        Some(place) => {
                            self.own(place, span)?;
                            if quote {
                                // The name of the lifetime has the place of the whole.
                                trees.next();
                            }
                        }
                        None => self.waiting.push(tree),
                    }
                }
            }
        }
        Some(())
    }

    /// Where a token stands in the definition; None for one from elsewhere.
    fn place(&self, span: Span) -> Option<Range<usize>> {
        let start = self.lines.offset(self.written, span.start())?;
        let end = self.lines.offset(self.written, span.end())?;
        (span.file() == self.file).then_some(start..end)
    }

    /// Takes over a token of the definition.
    fn own(&mut self, place: Range<usize>, span: Span) -> Option<()> {
        self.until(place.start)?;
        let from = self.out.text.len();
        self.out.text.push_str(&self.written[place.clone()]);
        self.out.spans.push((from..self.out.text.len(), span));
        self.at = place.end;
        Some(())
    }

    /// Takes over the text up to `end`, with what waits in the place of its `$name`s.
    fn until(&mut self, end: usize) -> Option<()> {
        let gap = self.written.get(self.at..end)?;
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        let names: Vec<Range<usize>> = placeholders(gap)
            .filter(|name| !self.scan.in_comment(self.at + name.start))
            .collect();
        let mut done = 0;
        for (index, name) in names.iter().enumerate() {
            self.out.text.push_str(&gap[done..name.start]);
            // Most fragments are one token or one invisible group.
            let several = index == 0 && names.len() == 1;
            let count = if several { usize::MAX } else { 1 };
            let fragment: TokenStream = waiting.by_ref().take(count).collect();
            if fragment.is_empty() {
                return None;
            }
            self.insert(&rebuild_at(&fragment, self.out.start));
            done = name.end;
        }
        self.out.text.push_str(&gap[done..]);
        self.at = end;
        waiting.next().is_none().then_some(())
    }

    fn insert(&mut self, fragment: &Rebuilt) {
        let from = self.out.text.len();
        self.out.text.push_str(&fragment.text);
        let spans = fragment.spans.iter();
        self.out
            .spans
            .extend(spans.map(|(range, span)| (from + range.start..from + range.end, *span)));
    }
}

/// Every `$name` of a text.
fn placeholders(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('$').filter_map(|(at, _)| {
        let name = &text[at + 1..];
        let length = name
            .find(|c: char| !(c == '_' || c.is_alphanumeric()))
            .unwrap_or(name.len());
        (length > 0).then_some(at..at + 1 + length)
    })
}

/// Writes the text anew from the lines and columns of the tokens.
pub(crate) fn rebuild(tokens: &TokenStream) -> Result<Rebuilt, Lost> {
    let mut places = Vec::new();
    tokens::leaves(tokens.clone(), &mut |leaf| places.extend(leaf.span));
    let Some(first) = places.first() else {
        return Err(Lost::NoPositions);
    };
    let has_text = first.source_text().is_some();
    // Tokens that another macro made all stand in one place.
    let apart = places.iter().any(|span| span.start() != first.start());
    let together = !apart && places.len() > 1;
    if !has_text && (together || first.file().is_empty()) {
        return Err(Lost::NoPositions);
    }
    if together {
        return Err(Lost::Made);
    }
    let start = LineColumn {
        line: first.start().line,
        column: 0,
    };
    let mut rebuilt = rebuild_at(tokens, start);
    // The first line is as far to the right as it stands in the file.
    let indent = first.start().column;
    rebuilt.text.insert_str(0, &" ".repeat(indent));
    for (range, _) in &mut rebuilt.spans {
        *range = range.start + indent..range.end + indent;
    }
    Ok(rebuilt)
}

fn rebuild_at(tokens: &TokenStream, start: LineColumn) -> Rebuilt {
    let mut rebuilt = Rebuilt {
        text: String::new(),
        start,
        spans: Vec::new(),
    };
    let mut end: Option<LineColumn> = None;
    let mut glued = true;
    tokens::leaves(tokens.clone(), &mut |leaf| {
        rebuilt.text.push_str(&blanks(end, &leaf, glued));
        let from = rebuilt.text.len();
        rebuilt.text.push_str(&leaf.text);
        if let Some(span) = leaf.span {
            rebuilt.spans.push((from..rebuilt.text.len(), span));
            end = Some(span.end());
        }
        glued = leaf.joint || leaf.span.is_none();
    });
    rebuilt
}

/// What stands between a token that ends at `end` and `next`.
fn blanks(end: Option<LineColumn>, next: &Leaf, glued: bool) -> String {
    let start = next.span.map(|span| span.start());
    match (end, start) {
        (Some(end), Some(start)) if start.line > end.line => {
            format!("\n{}", " ".repeat(start.column))
        }
        (Some(end), Some(start)) if start.line == end.line && start.column >= end.column => {
            " ".repeat(start.column - end.column)
        }
        _ if glued || next.text == ")" => String::new(),
        _ => " ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_placeholders() {
        assert_eq!(
            placeholders("a = $b\n  $c_1.x $").collect::<Vec<_>>(),
            [4..6, 9..13]
        );
    }

    #[test]
    fn tokens_keep_their_lines_and_columns() {
        let text = "if a == 1:\n    b(c, -2)\nd = [e]";
        let tokens: TokenStream = text.parse().unwrap();
        let rebuilt = rebuild(&tokens).ok().unwrap();
        assert_eq!(rebuilt.text, text);
        let (range, _) = &rebuilt.spans[4];
        assert_eq!(&rebuilt.text[range.clone()], "1");
    }

    #[test]
    fn tokens_that_a_macro_made_have_no_text() {
        let tokens: TokenStream = "return x".parse().unwrap();
        let place = tokens.clone().into_iter().next().unwrap().span();
        let made: TokenStream = tokens
            .into_iter()
            .map(|mut tree| {
                tree.set_span(place);
                tree
            })
            .collect();
        assert_eq!(rebuild(&made).err(), Some(Lost::Made));
    }

    #[test]
    fn tokens_without_positions_are_known_as_such() {
        let tokens: TokenStream = "return x".parse().unwrap();
        let bare: TokenStream = tokens
            .into_iter()
            .map(|mut tree| {
                tree.set_span(Span::call_site());
                tree
            })
            .collect();
        assert_eq!(rebuild(&bare).err(), Some(Lost::NoPositions));
    }
}
