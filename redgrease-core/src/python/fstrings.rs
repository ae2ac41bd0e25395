//! f-strings as Python reads them since 3.12: an expression in one may hold any string, comment and line break.
//!
//! The parser knows the older rules only, so what it would not understand is written over before it reads the text:
//! quotes, escapes and comments inside of expressions, byte for byte, so that nothing moves. An f-string inside of an
//! expression becomes a list of its expressions.

use std::ops::Range;

use super::strings::{prefix_start, skip_string};

/// Syntax that a version of Python brought, found in the text and not in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Later {
    pub(crate) what: &'static str,
    /// The minor version of Python that brought it.
    pub(crate) since: u8,
    pub(crate) range: Range<usize>,
}

/// What a text looks like to the parser: bytes to write over, and what only later versions have.
#[derive(Debug, Default)]
pub(crate) struct Rewrite {
    pub(crate) edits: Vec<(usize, u8)>,
    pub(crate) later: Vec<Later>,
}

impl Rewrite {
    pub(super) fn put(&mut self, at: usize, byte: u8) {
        self.edits.push((at, byte));
    }

    pub(super) fn blank(&mut self, range: Range<usize>) {
        range.for_each(|at| self.put(at, b' '));
    }

    pub(super) fn later(&mut self, what: &'static str, since: u8, range: Range<usize>) {
        self.later.push(Later { what, since, range });
    }
}

/// More strings in strings than CPython takes.
const DEEPEST: usize = 150;

/// Reads the f-string whose opening quote is at `quote`; gives the offset after it. None when it is not whole, or has
/// something in it that is no expression.
pub(super) fn read(bytes: &[u8], quote: usize, rewrite: &mut Rewrite) -> Option<usize> {
    let start = prefix_start(bytes, quote);
    let mut reader = Reader {
        bytes,
        at: quote,
        outer: bytes[quote],
        rewrite: Rewrite::default(),
        depth: 0,
        listed: false,
    };
    reader.fstring(start)?;
    let end = reader.at;
    let (old_end, closed) = skip_string(bytes, quote);
    if !closed {
        let what = "a line break in an f-string's expression";
        reader.rewrite.later(what, 12, old_end..old_end + 1);
    } else if old_end != end {
        let what = "an f-string's own quotes inside of its expressions";
        reader.rewrite.later(what, 12, old_end - 1..old_end);
    }
    if let Some(at) = (start..quote).find(|at| matches!(bytes[*at], b't' | b'T')) {
        reader.rewrite.put(at, b'f');
        reader.rewrite.later("a t-string", 14, start..end);
    }
    rewrite.edits.append(&mut reader.rewrite.edits);
    rewrite.later.append(&mut reader.rewrite.later);
    Some(end)
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The quote of the outermost string, which must not be seen inside of it.
    outer: u8,
    rewrite: Rewrite,
    depth: usize,
    /// Inside of what becomes a list: literal parts are blank, and commas come after expressions.
    listed: bool,
}

/// The quotes around a string.
#[derive(Clone, Copy)]
struct Quotes {
    byte: u8,
    triple: bool,
}

impl Quotes {
    fn at(bytes: &[u8], at: usize) -> Self {
        let byte = bytes[at];
        Self {
            byte,
            triple: bytes[at..].starts_with(&[byte; 3]),
        }
    }

    fn len(self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    fn close(self, bytes: &[u8], at: usize) -> bool {
        bytes[at] == self.byte && (!self.triple || bytes[at..].starts_with(&[self.byte; 3]))
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes a byte that is no part of an expression.
    fn literal(&mut self, count: usize) {
        for _ in 0..count {
            if self.listed {
                self.rewrite.put(self.at, b' ');
            }
            self.at += 1;
        }
    }

    /// Reads from the opening quote to after the closing one.
    fn fstring(&mut self, start: usize) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let raw = self.bytes[start..self.at]
            .iter()
            .any(|b| matches!(b, b'r' | b'R'));
        let quotes = Quotes::at(self.bytes, self.at);
        self.literal(quotes.len());
        loop {
            let byte = self.peek()?;
            if quotes.close(self.bytes, self.at) {
                self.literal(quotes.len());
                break;
            }
            match byte {
                b'\n' if !quotes.triple => return None,
                b'\\' if !raw && self.bytes[self.at..].starts_with(b"\\N{") => {
                    let end = self.bytes[self.at..].iter().position(|b| *b == b'}')?;
                    self.literal(end + 1);
                }
                b'\\' => {
                    let brace = matches!(self.bytes.get(self.at + 1), Some(b'{' | b'}'));
                    let rest = self.bytes.len() - self.at;
                    self.literal(if brace { 1 } else { 2.min(rest) });
                }
                b'{' if self.bytes[self.at..].starts_with(b"{{") => self.literal(2),
                b'}' if self.bytes[self.at..].starts_with(b"}}") => self.literal(2),
                b'}' => return None,
                b'{' => self.field(quotes, 0)?,
                _ => self.literal(1),
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// Reads from `{` to after `}`; `level` is how many formats it stands in.
    fn field(&mut self, quotes: Quotes, level: usize) -> Option<()> {
        if level == 2 {
            let at = self.at;
            self.rewrite
                .later("an expression this deep in formats", 12, at..at + 1);
        }
        self.literal(1);
        self.value()?;
        let mut separated = false;
        loop {
            match self.peek()? {
                b'}' => break self.separate(&mut separated),
                b'=' => self.separate(&mut separated),
                b'!' => {
                    self.separate(&mut separated);
                    if !matches!(self.peek()?, b's' | b'r' | b'a') {
                        return None;
                    }
                    self.literal(1);
                    if self.peek()?.is_ascii_whitespace() {
                        let at = self.at;
                        self.rewrite
                            .later("a blank after a conversion", 12, at..at + 1);
                        if !self.listed {
                            self.rewrite.blank(at - 2..at);
                        }
                    }
                }
                b':' => self.format(quotes, level, &mut separated)?,
                b'\n' if !quotes.triple => {
                    self.rewrite.put(self.at, b' ');
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => return None,
            }
        }
        Some(())
    }

    /// Passes what stands behind an expression; in a list the first of it becomes the comma.
    fn separate(&mut self, separated: &mut bool) {
        if self.listed && !*separated {
            self.rewrite.put(self.at, b',');
            self.at += 1;
            *separated = true;
        } else {
            self.literal(1);
        }
    }

    /// Reads from `:` to before the `}` that ends the field.
    fn format(&mut self, quotes: Quotes, level: usize, separated: &mut bool) -> Option<()> {
        let outer = self.listed;
        // the parser knows formats in formats, and no deeper
        self.listed |= level > 0;
        self.separate(separated);
        loop {
            let byte = self.peek()?;
            if quotes.close(self.bytes, self.at) {
                return None;
            }
            match byte {
                b'}' => break,
                b'{' => self.field(quotes, level + 1)?,
                b'\n' if !quotes.triple => return None,
                b'\\' if self.bytes[self.at..].starts_with(b"\\N{") => {
                    let end = self.bytes[self.at..].iter().position(|b| *b == b'}')?;
                    self.rewrite.blank(self.at..self.at + end + 1);
                    self.at += end + 1;
                }
                _ => self.literal(1),
            }
        }
        self.listed = outer;
        Some(())
    }

    /// Reads an expression up to what ends it.
    fn value(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            let byte = self.peek()?;
            match byte {
                b'"' | b'\'' => {
                    let start = prefix_start(self.bytes, self.at);
                    self.strings(start)?;
                    continue;
                }
                b'#' => {
                    let line = self.bytes[self.at..].iter().position(|b| *b == b'\n')?;
                    let range = self.at..self.at + line;
                    self.rewrite
                        .later("a comment in an f-string", 12, range.clone());
                    self.rewrite.blank(range);
                    self.at += line;
                    continue;
                }
                b'\\' => {
                    if self.bytes.get(self.at + 1) != Some(&b'\n') {
                        return None;
                    }
                    let range = self.at..self.at + 1;
                    let what = "a backslash in an f-string's expression";
                    self.rewrite.later(what, 12, range.clone());
                    self.rewrite.blank(range);
                }
                b'\n' => self.rewrite.put(self.at, b' '),
                b'(' | b'[' | b'{' => open.push(byte),
                b')' | b']' => {
                    open.pop()?;
                }
                b'}' if !open.is_empty() => {
                    open.pop();
                }
                b'}' => return Some(()),
                b':' if open.is_empty() => return Some(()),
                b'!' if open.is_empty() && self.bytes.get(self.at + 1) != Some(&b'=') => {
                    return Some(());
                }
                b'=' if open.is_empty() && self.documents() => return Some(()),
                b'!' | b'=' | b'<' | b'>' if self.bytes.get(self.at + 1) == Some(&b'=') => {
                    self.at += 1;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the `=` here is the one of `{name=}`.
    fn documents(&mut self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let next = rest.iter().find(|b| !b.is_ascii_whitespace());
        let documents = matches!(next, Some(b'}' | b'!' | b':')) && !rest.starts_with(b"=");
        if documents {
            let at = self.at;
            self.rewrite.later("`=` in an f-string", 8, at..at + 1);
        }
        documents
    }

    /// Reads the strings of an expression that stand one after the other, which are one.
    fn strings(&mut self, start: usize) -> Option<()> {
        let mut plain: Vec<(usize, Range<usize>)> = Vec::new();
        let mut start_of_next = start;
        let mut formatted = false;
        let end = loop {
            let quote = self.at;
            let prefix = &self.bytes[start_of_next..quote];
            if prefix.iter().any(|b| b"fFtT".contains(b)) {
                formatted = true;
                let outer = std::mem::replace(&mut self.listed, true);
                self.rewrite.blank(start_of_next..quote);
                self.fstring(start_of_next)?;
                self.listed = outer;
            } else {
                let (end, closed) = skip_string(self.bytes, quote);
                if !closed {
                    return None;
                }
                plain.push((start_of_next, quote..end));
                self.at = end;
            }
            let end = self.at;
            let Some((prefix, quote)) = self.next_string() else {
                break end;
            };
            self.rewrite.blank(end..prefix);
            start_of_next = prefix;
            self.at = quote;
        };
        self.at = end;
        for (start, string) in plain {
            if formatted {
                let prefix = &self.bytes[start..string.start];
                if prefix.iter().any(|b| matches!(b, b'b' | b'B')) {
                    return None;
                }
                self.rewrite.blank(start..string.end);
            } else {
                self.plain(string);
            }
        }
        if formatted {
            self.rewrite.put(start, b'[');
            self.rewrite.put(end - 1, b']');
        }
        Some(())
    }

    /// Where the next string's prefix and quote are, if only blanks come before it.
    fn next_string(&self) -> Option<(usize, usize)> {
        let rest = &self.bytes[self.at..];
        let start = self.at + rest.iter().position(|b| !b.is_ascii_whitespace())?;
        let letters = self.bytes[start..]
            .iter()
            .position(|b| !b.is_ascii_alphabetic())?;
        let quote = start + letters;
        let is_quote = matches!(self.bytes.get(quote), Some(b'"' | b'\''));
        (is_quote && prefix_start(self.bytes, quote) == start).then_some((start, quote))
    }

    /// A string without expressions: other quotes than the outermost, and nothing inside that ends either.
    fn plain(&mut self, string: Range<usize>) {
        let quotes = Quotes::at(self.bytes, string.start);
        let other = if self.outer == b'"' { b'\'' } else { b'"' };
        let inside = string.start + quotes.len()..string.end - quotes.len();
        for at in string.clone() {
            let byte = self.bytes[at];
            if !inside.contains(&at) {
                self.rewrite.put(at, other);
                continue;
            }
            if byte == b'\\' {
                let what = "a backslash in an f-string's expression";
                self.rewrite.later(what, 12, at..at + 1);
            }
            if matches!(byte, b'\\' | b'"' | b'\'' | b'\n') {
                self.rewrite.put(at, b'_');
            }
        }
    }
}
