//! Where a body stands in its text: the indentation to take away and to add.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::{Scan, scan};
use super::parse::{self, SyntaxError, ast};
use super::rewrite;
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::pyversion::PyVersion;
use crate::source::{Form, Source};

/// A change of the text: an import of redgrease becomes assignments, because there is nothing to
/// import on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// A text with its shape.
pub(crate) struct Layout<'a> {
    pub(crate) text: &'a str,
    /// The text as the parser gets it: with other bytes where it knows older rules only.
    code: Cow<'a, str>,
    pub(crate) scan: Scan,
    /// The indentation of the outermost statements.
    pub(crate) base: usize,
    /// Blanks before the text's first line that make it as wide as the others.
    pub(crate) pad: usize,
    /// Whether the text stands in a macro, as tokens.
    tokens: bool,
}

/// How far a macro in a function is indented, when its last line does not show it.
const USUAL_INDENT: usize = 4;

impl<'a> Layout<'a> {
    pub(crate) fn new(source: &'a Source, python: PyVersion) -> Self {
        let text = source.text();
        let mut scan = scan(text, 0);
        let mut pad = 0;
        let first_break = text.find('\n').unwrap_or(text.len());
        if let Some(first) = scan
            .lines
            .first()
            .filter(|l| l.start < first_break)
            .cloned()
        {
            let others = scan.lines[1..].iter().map(|l| l.indent).min();
            pad = first_line_pad(&first, others, source.column() as usize, text);
            scan.lines[0].indent += pad;
        }
        let base = scan.lines.first().map_or(0, |l| l.indent);
        Self {
            text,
            code: rewrite::rewrite(text, &mut scan, python),
            scan,
            base,
            pad,
            tokens: source.is(Form::Tokens),
        }
    }

    /// A text whose outermost statements have no indentation.
    pub(crate) fn whole(source: &'a Source, python: PyVersion) -> Self {
        let text = source.text();
        let mut scan = scan(text, 0);
        Self {
            text,
            code: rewrite::rewrite(text, &mut scan, python),
            scan,
            base: 0,
            pad: 0,
            tokens: false,
        }
    }

    /// Parses the statements in `part` of the text.
    pub(crate) fn statements(&self, part: Range<usize>) -> Result<Vec<ast::Stmt>, SyntaxError> {
        if !self.scan.lines.iter().any(|l| part.contains(&l.start)) {
            return Ok(Vec::new());
        }
        if self.base == 0 {
            return parse::statements("", &self.code[part.clone()], part.start);
        }
        self.block(part)
    }

    /// Parses indented statements.
    pub(super) fn block(&self, part: Range<usize>) -> Result<Vec<ast::Stmt>, SyntaxError> {
        let pad = if part.start == 0 { self.pad } else { 0 };
        let before = format!("if 1:\n{}", " ".repeat(pad));
        let text = &self.code[part.clone()];
        let mut body = parse::statements(&before, text, part.start)?;
        if let Some(stray) = body.get(1) {
            return Err(SyntaxError {
                kind: parse::Kind::Unindent,
                offset: parse::range(stray).start,
            });
        }
        match body.pop() {
            Some(ast::Stmt::If(block)) => match block.orelse.first() {
                None => Ok(block.body),
                Some(stray) => Err(SyntaxError {
                    kind: parse::Kind::Unindent,
                    offset: parse::range(stray).start,
                }),
            },
            _ => Ok(Vec::new()),
        }
    }

    /// Parses one expression in `part` of the text.
    pub(crate) fn expression(&self, part: Range<usize>) -> Result<ast::Expr, SyntaxError> {
        let part = part.start..part.end.max(part.start);
        // The parentheses that make it parse could pair with those of a text that lacks some.
        let scan = scan(&self.text[part.clone()], 0);
        let unpaired = match (scan.mismatch, scan.open.last()) {
            (Some(mismatch), _) => Some((parse::Kind::Unexpected, part.start + mismatch.offset)),
            (None, Some(_)) => Some((parse::Kind::End, part.end)),
            (None, None) => None,
        };
        if let Some((kind, offset)) = unpaired {
            return Err(SyntaxError { kind, offset });
        }
        parse::expression(&self.code[part.clone()], part.start)
    }

    /// The diagnostic for a syntax error.
    pub(crate) fn explain(&self, error: &SyntaxError) -> Diagnostic {
        super::syntax::explain(self.text, &self.scan, error)
    }

    /// A diagnostic for what the parser would not say clearly.
    pub(crate) fn empty(&self) -> Option<Diagnostic> {
        self.scan.lines.is_empty().then(messages::empty_body)
    }

    /// Reports strings that rustfmt would change: when it indents the lines of a macro, it takes
    /// the second line of a string of two for one of them if it begins left of the macro.
    pub(crate) fn check_strings(&self, out: &mut Diagnostics) {
        if !self.tokens {
            return;
        }
        let last = self.text.rsplit('\n').next().unwrap_or("");
        let margin = if self.text.contains('\n') && last.trim().is_empty() {
            last.len()
        } else {
            USUAL_INDENT
        };
        for string in &self.scan.strings {
            let mut lines = self.text[string.clone()].split('\n');
            let (Some(_), Some(second), None) = (lines.next(), lines.next(), lines.next()) else {
                continue;
            };
            if second.len() - second.trim_start().len() < margin {
                out.push(messages::reformatted(string.clone()));
            }
        }
    }

    /// The lines of `part` with `indent` in the place of the base indentation and with the edits
    /// made; the number of lines stays the same, and strings keep what is inside of them.
    pub(crate) fn reindent(&self, part: Range<usize>, indent: &str, edits: &[Edit]) -> String {
        let mut out = String::with_capacity(part.len() + 64);
        let mut at = part.start;
        while at < part.end {
            let end = self.text[at..part.end]
                .find('\n')
                .map_or(part.end, |i| at + i + 1);
            let in_string = self.scan.strings.iter().any(|s| s.start < at && at < s.end);
            if in_string {
                self.copy(at..end, edits, &mut out);
            } else {
                let width = if at == 0 {
                    self.base.saturating_sub(self.pad)
                } else {
                    self.base
                };
                let line = &self.text[at..end];
                let cut = at + cut_indent(line, width);
                if line.trim().is_empty() {
                    out.push('\n');
                } else {
                    out.push_str(indent);
                    self.copy(cut..end, edits, &mut out);
                }
            }
            at = end;
        }
        out
    }

    /// Copies a piece of a line, with the edits that begin or go on in it.
    fn copy(&self, piece: Range<usize>, edits: &[Edit], out: &mut String) {
        let mut at = piece.start;
        for edit in edits {
            if edit.range.end <= at || edit.range.start >= piece.end {
                continue;
            }
            if edit.range.start >= at {
                out.push_str(&self.text[at..edit.range.start]);
                out.push_str(&edit.text);
            }
            at = edit.range.end.min(piece.end);
            if edit.range.end > piece.end {
                out.push('\n');
            }
        }
        out.push_str(&self.text[at.min(piece.end)..piece.end]);
    }
}

/// How many bytes of `line` are indentation, up to `width`.
fn cut_indent(line: &str, width: usize) -> usize {
    let mut seen = 0;
    for (index, c) in line.char_indices() {
        match c {
            _ if seen >= width => return index,
            ' ' => seen += 1,
            '\t' => seen = (seen / 8 + 1) * 8,
            _ => return index,
        }
    }
    line.len()
}

/// The blanks to put before a first line that stands behind the opening brace or quote.
fn first_line_pad(
    first: &super::lines::Line,
    others: Option<usize>,
    column: usize,
    text: &str,
) -> usize {
    let Some(others) = others else {
        return 0;
    };
    if column + first.indent == others {
        return column;
    }
    let opens = text[first.start..first.end].ends_with(':');
    if opens || others <= first.indent {
        return 0;
    }
    others - first.indent
}
