//! The shape of a Python text without parsing it: logical lines, brackets, strings, comments.
//!
//! The parser stops at the first error and says little about it; this scan never fails, so the
//! messages can point at the bracket that was never closed. It also knows which line breaks are
//! inside of strings, where the indentation must not be touched.

use std::ops::Range;

use super::fstrings::{self, Rewrite};
use super::strings::{prefix_start, skip_string};

/// A statement's first physical line to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The offset of the first character that is not a blank.
    pub(crate) start: usize,
    /// The offset after the last character, without a comment.
    pub(crate) end: usize,
    /// The width of the indentation; a tab goes to the next multiple of eight.
    pub(crate) indent: usize,
    /// The `;` outside of brackets and strings.
    pub(crate) semicolons: Vec<usize>,
}

/// A closing bracket that fits no open one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) offset: usize,
    pub(crate) found: char,
    /// The bracket that is open there.
    pub(crate) open: Option<char>,
}

/// What [`scan`] finds.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) lines: Vec<Line>,
    pub(crate) strings: Vec<Range<usize>>,
    /// Brackets that were never closed, outermost first.
    pub(crate) open: Vec<(usize, char)>,
    /// The first closing bracket that fits no open one.
    pub(crate) mismatch: Option<Mismatch>,
    /// A string without an end: its start, and where it should have ended.
    pub(crate) unterminated: Option<Range<usize>>,
    /// How the f-strings are written for the parser.
    pub(super) rewrite: Rewrite,
}

/// Scans `text`; `column` is the width of what stands before it on its first line.
pub(crate) fn scan(text: &str, column: usize) -> Scan {
    let mut scan = Scan::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut indent = column;
    let mut fresh = true;
    while at < bytes.len() {
        if fresh {
            match bytes[at] {
                b' ' => indent += 1,
                b'\t' => indent = (indent / 8 + 1) * 8,
                b'\x0c' | b'\r' => {}
                b'\n' => indent = 0,
                b'#' => {
                    at = skip_comment(bytes, at);
                    continue;
                }
                _ => {
                    scan.lines.push(Line {
                        start: at,
                        end: at,
                        indent,
                        semicolons: Vec::new(),
                    });
                    fresh = false;
                    continue;
                }
            }
            at += 1;
            continue;
        }
        let byte = bytes[at];
        match byte {
            b'\n' if scan.open.is_empty() => {
                fresh = true;
                indent = 0;
            }
            b'#' => {
                at = skip_comment(bytes, at);
                continue;
            }
            b'\\' => at += usize::from(at + 1 < bytes.len()),
            b'"' | b'\'' => {
                let start = prefix_start(bytes, at);
                let formatted = bytes[start..at].iter().any(|b| b"fFtT".contains(b));
                let whole = formatted
                    .then(|| fstrings::read(bytes, at, &mut scan.rewrite))
                    .flatten();
                let (end, closed) = whole.map_or_else(|| skip_string(bytes, at), |end| (end, true));
                if !closed && scan.unterminated.is_none() {
                    scan.unterminated = Some(start..end);
                }
                scan.strings.push(start..end);
                at = end;
                set_end(&mut scan, at);
                continue;
            }
            b'(' | b'[' | b'{' => scan.open.push((at, byte as char)),
            b')' | b']' | b'}' => close(&mut scan, at, byte as char),
            b';' if scan.open.is_empty() => {
                if let Some(line) = scan.lines.last_mut() {
                    line.semicolons.push(at);
                }
            }
            _ => {}
        }
        at += 1;
        if !byte.is_ascii_whitespace() {
            set_end(&mut scan, at);
        }
    }
    scan
}

fn set_end(scan: &mut Scan, end: usize) {
    if let Some(line) = scan.lines.last_mut() {
        line.end = end;
    }
}

fn close(scan: &mut Scan, at: usize, found: char) {
    let wanted = match found {
        ')' => '(',
        ']' => '[',
        _ => '{',
    };
    match scan.open.last() {
        Some((_, open)) if *open == wanted => {
            scan.open.pop();
        }
        open => {
            if scan.mismatch.is_none() {
                scan.mismatch = Some(Mismatch {
                    offset: at,
                    found,
                    open: open.map(|(_, open)| *open),
                });
            }
        }
    }
}

fn skip_comment(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<(usize, usize)> {
        scan(text, 0)
            .lines
            .iter()
            .map(|l| (l.start, l.indent))
            .collect()
    }

    #[test]
    fn logical_lines_span_brackets_strings_and_backslashes() {
        assert_eq!(
            starts("a = (1,\n  2)\nb = 2 \\\n  + 3\n"),
            [(0, 0), (13, 0)]
        );
        assert_eq!(
            starts("x = \"\"\"a\nb\"\"\"\n  # c\n\n    y"),
            [(0, 0), (25, 4)]
        );
        assert_eq!(starts("\tx\n"), [(1, 8)]);
    }

    #[test]
    fn brackets_and_strings_without_an_end_are_known() {
        let mismatch = scan("f(a, [b)", 0).mismatch;
        assert_eq!(
            mismatch.map(|m| (m.offset, m.found, m.open)),
            Some((7, ')', Some('[')))
        );
        assert_eq!(scan("f(a", 0).open, [(1, '(')]);
        assert_eq!(scan("x = rb'abc\ny", 0).unterminated, Some(4..10));
        assert_eq!(scan(r#"x = "a\"b" + 'c'"#, 0).strings, [4..10, 13..16]);
        assert!(scan(r#"x = "a\"b""#, 0).unterminated.is_none());
    }

    #[test]
    fn semicolons_outside_of_brackets_are_kept() {
        assert_eq!(scan("a; b(';')\n", 0).lines[0].semicolons, [1]);
    }
}
