//! Syntax that the parser does not know yet, written over before it reads the text, without moving a column.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::{Line, Scan};
use crate::pyversion::PyVersion;

/// The text as the parser gets it.
pub(super) fn rewrite<'t>(text: &'t str, scan: &mut Scan, python: PyVersion) -> Cow<'t, str> {
    let lines = std::mem::take(&mut scan.lines);
    for line in &lines {
        if python >= PyVersion::new(3, 14) {
            handlers(text, line, scan);
        }
        if python >= PyVersion::new(3, 12) {
            defaults(text, line, scan);
        }
    }
    scan.lines = lines;
    if scan.rewrite.edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for (at, byte) in &scan.rewrite.edits {
        bytes[*at] = *byte;
    }
    // only whole characters are written over
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The bytes of `range` that are no part of strings and comments, with how many brackets are open there.
fn bare<'t>(
    text: &'t str,
    scan: &'t Scan,
    range: Range<usize>,
) -> impl Iterator<Item = (usize, u8, usize)> + 't {
    let bytes = text.as_bytes();
    let first = scan.strings.partition_point(|s| s.end <= range.start);
    let mut strings = scan.strings[first..].iter().peekable();
    let mut depth = 0_usize;
    let mut comment = false;
    range.filter_map(move |at| {
        while strings.next_if(|s| s.end <= at).is_some() {}
        if strings.peek().is_some_and(|s| s.start <= at) {
            return None;
        }
        let byte = bytes[at];
        comment = byte != b'\n' && (comment || byte == b'#');
        if comment {
            return None;
        }
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((at, byte, depth))
    })
}

/// `except A, B:`, without parentheses since 3.14: the commas become `|`.
fn handlers(text: &str, line: &Line, scan: &mut Scan) {
    let code = &text[line.start..line.end];
    let Some(rest) = code.strip_prefix("except") else {
        return;
    };
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return;
    }
    let start = line.end - rest.len();
    let mut commas = Vec::new();
    let mut end = line.end;
    for (at, byte, depth) in bare(text, scan, start..line.end) {
        match byte {
            b',' if depth == 0 => commas.push(at),
            b':' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if text[start..end].contains(" as ") {
        return;
    }
    for at in commas {
        let last = text[at + 1..end].trim().is_empty();
        scan.rewrite.put(at, if last { b' ' } else { b'|' });
    }
}

/// `class A[T = int]`, since 3.13: the default becomes the bound, or a part of it.
fn defaults(text: &str, line: &Line, scan: &mut Scan) {
    let code = &text[line.start..line.end];
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = code;
    if let Some(after) = rest.strip_prefix("async") {
        rest = after.trim_start();
    }
    let Some(rest) = ["def", "class", "type"]
        .iter()
        .find_map(|w| rest.strip_prefix(w))
    else {
        return;
    };
    let name = rest.trim_start();
    if name.len() == rest.len() {
        return;
    }
    let after = name.trim_start_matches(is_part).trim_start();
    if !after.starts_with('[') {
        return;
    }
    let open = line.end - after.len();
    let mut parameter = open + 1;
    let mut bound = false;
    let mut edits: Vec<(usize, u8)> = Vec::new();
    let mut later = Vec::new();
    for (at, byte, depth) in bare(text, scan, open..line.end) {
        match (byte, depth) {
            (b']', 0) => break,
            (b',', 1) => {
                parameter = at + 1;
                bound = false;
            }
            (b':', 1) => bound = true,
            (b'=', 1) => {
                edits.push((at, if bound { b'|' } else { b':' }));
                later.push(at..at + 1);
                let stars = |from: usize, to: usize| {
                    (from..to)
                        .filter(|at| text.as_bytes()[*at] == b'*')
                        .collect::<Vec<_>>()
                };
                edits.extend(stars(parameter, at).into_iter().map(|at| (at, b' ')));
                let value = text[at + 1..].len() - text[at + 1..].trim_start().len() + at + 1;
                edits.extend(stars(value, value + 1).into_iter().map(|at| (at, b' ')));
            }
            _ => {}
        }
    }
    scan.rewrite.edits.append(&mut edits);
    for range in later {
        scan.rewrite
            .later("a default of a type parameter", 13, range);
    }
}
