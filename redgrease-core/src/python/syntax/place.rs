//! Places in a text around a fault: its token, its line, the words there.

use std::ops::Range;

/// The token at `at`.
pub(super) fn token(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else {
        return at..at;
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let length = if word(first) {
        rest.find(|c| !word(c)).unwrap_or(rest.len())
    } else if first == '"' || first == '\'' {
        rest[1..].find([first, '\n']).map_or(1, |i| i + 2)
    } else {
        let double = [
            "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "->", ":=", "+=", "-=", "*=",
        ];
        match double.iter().find(|d| rest.starts_with(**d)) {
            Some(d) => d.len(),
            None => first.len_utf8(),
        }
    };
    at..at + length.min(rest.len())
}

/// The line that holds `at`, without its line break.
pub(super) fn line(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    start..end
}

/// The first line with text at or after the line of `at`, without its indentation.
pub(super) fn line_text(text: &str, at: usize) -> Range<usize> {
    let mut line = line(text, at);
    while text[line.clone()].trim().is_empty() && line.end < text.len() {
        line = self::line(text, line.end + 1);
    }
    let content = &text[line.clone()];
    let indent = content.len() - content.trim_start().len();
    line.start + indent..line.start + content.trim_end().len().max(indent)
}

/// The line with text before `at`, whose block is missing.
pub(super) fn header_before(text: &str, at: usize) -> Range<usize> {
    let mut end = line(text, at).start;
    if text[..at].trim_end().len() >= end {
        end = at;
    }
    let content = text[..end.min(text.len())].trim_end();
    line_text(text, content.len())
}

/// The last place of the word `name` before `at`.
pub(super) fn last_word(text: &str, at: usize, name: &str) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text[..at]
        .rmatch_indices(name)
        .map(|(start, _)| start..start + name.len())
        .find(|r| !text[..r.start].ends_with(part) && !text[r.end..].starts_with(part))
}

pub(super) fn first_word(line: &str) -> &str {
    let line = line.trim_start();
    let end = line
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(line.len());
    &line[..end]
}

pub(super) fn first_range(line: &Range<usize>, text: &str, first: &str) -> Range<usize> {
    let content = &text[line.clone()];
    let start = line.start + content.len() - content.trim_start().len();
    start..start + first.len()
}
