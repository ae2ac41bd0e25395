//! A quick look at Python text that rustc's lexer has let through: where its strings and comments
//! are, so that nothing is taken for code that is none.

use std::ops::Range;

/// What [`scan`] found; byte ranges of the text in order.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) comments: Vec<Range<usize>>,
    pub(crate) strings: Vec<Range<usize>>,
    /// `'name`, a captured Rust variable.
    pub(crate) captures: Vec<Range<usize>>,
    /// Blanks between a string prefix and its string, as in `f "{x}"`, which is how rustc wants
    /// an f-string to be written.
    pub(crate) gaps: Vec<Range<usize>>,
}

impl Scan {
    /// Whether `offset` lies in a comment.
    pub(crate) fn in_comment(&self, offset: usize) -> bool {
        self.comments.iter().any(|range| range.contains(&offset))
    }
}

/// Looks through `text`.
pub(crate) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut found = Scan::default();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'#' => {
                at = line_end(bytes, at);
                found.comments.push(start..at);
            }
            b'"' => {
                at = string_end(bytes, at);
                if let Some(gap) = gap_before(text, start) {
                    found.gaps.push(gap);
                }
                found.strings.push(start..at);
            }
            b'\'' => match char_end(text, at).or_else(|| refused_end(text, at)) {
                Some(end) => {
                    at = end;
                    found.strings.push(start..at);
                }
                None => {
                    at = word_end(text, at + 1);
                    if at > start + 1 {
                        found.captures.push(start..at);
                    }
                }
            },
            _ => at += 1,
        }
    }
    found
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |length| at + length)
}

/// The end of the string that begins with the quote at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let triple = bytes[at..].starts_with(b"\"\"\"");
    let quotes: &[u8] = if triple { b"\"\"\"" } else { b"\"" };
    let mut end = at + quotes.len();
    while end < bytes.len() {
        if bytes[end] == b'\\' {
            end += 2;
        } else if bytes[end..].starts_with(quotes) {
            return end + quotes.len();
        } else {
            end += 1;
        }
    }
    bytes.len()
}

/// The end of the character literal that begins at `at`: `'x'` or `'\n'`. rustc lets no longer
/// text through between single quotes.
fn char_end(text: &str, at: usize) -> Option<usize> {
    let inner = &text[at + 1..];
    let first = inner.chars().next()?;
    if first == '\\' {
        let close = inner.get(2..)?.find('\'')?;
        return Some(at + 1 + 2 + close + 1);
    }
    let after = at + 1 + first.len_utf8();
    text[after..].starts_with('\'').then_some(after + 1)
}

/// The end of a text between single quotes that rustc refuses, such as `'abc'`, and has said so. A
/// capture is none: no quote stands right behind a word, which rustc would take for a prefix.
fn refused_end(text: &str, at: usize) -> Option<usize> {
    let inner = &text[at + 1..];
    let close = inner.find(['\'', '\n'])?;
    let behind_word = inner[..close].ends_with(|c: char| c == '_' || c.is_alphanumeric());
    let before_word = inner[close + 1..].starts_with(|c: char| c == '_' || c.is_alphabetic());
    (inner[close..].starts_with('\'') && (behind_word || !before_word)).then_some(at + close + 2)
}

fn word_end(text: &str, at: usize) -> usize {
    text[at..]
        .find(|c: char| !(c == '_' || c.is_alphanumeric()))
        .map_or(text.len(), |length| at + length)
}

/// The blanks before the quote at `quote`, when a string prefix stands before them.
fn gap_before(text: &str, quote: usize) -> Option<Range<usize>> {
    let before = text[..quote].trim_end_matches(' ');
    if before.len() == quote {
        return None;
    }
    let word = before
        .rfind(|c: char| !(c == '_' || c.is_alphanumeric()))
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let prefix = before[word..].to_ascii_lowercase();
    let known = ["f", "r", "b", "u", "fr", "rf", "br", "rb"];
    known
        .contains(&prefix.as_str())
        .then_some(before.len()..quote)
}

/// `text` with every prefix moved to its string, in the same length: `f "x"` becomes ` f"x"`.
pub(crate) fn close_gaps(text: &mut String, gaps: &[Range<usize>]) {
    for gap in gaps {
        let word = text[..gap.start]
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |at| {
                at + text[at..].chars().next().map_or(1, char::len_utf8)
            });
        let moved = format!("{}{}", &text[gap.clone()], &text[word..gap.start]);
        text.replace_range(word..gap.end, &moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn finds_strings_comments_and_captures() {
        let text = "x = \"a # b\" # it is 'late\ny = 'z' + '\\n' + 'key\n";
        let found = scan(text);
        assert_eq!(parts(text, &found.strings), ["\"a # b\"", "'z'", "'\\n'"]);
        assert_eq!(parts(text, &found.comments), ["# it is 'late"]);
        assert_eq!(parts(text, &found.captures), ["'key"]);
    }

    #[test]
    fn triple_quotes_hold_quotes_and_lines() {
        let text = "\"\"\"one \" two\n'three # \"\"\" + 'four";
        let found = scan(text);
        assert_eq!(
            parts(text, &found.strings),
            [text.split(" +").next().unwrap()]
        );
        assert_eq!(parts(text, &found.captures), ["'four"]);
    }

    #[test]
    fn what_rustc_refuses_between_single_quotes_is_no_capture() {
        let text = "x = 'abc' + 'a b c' + '' + f('a, 'b)";
        let found = scan(text);
        assert_eq!(parts(text, &found.strings), ["'abc'", "'a b c'", "''"]);
        assert_eq!(parts(text, &found.captures), ["'a", "'b"]);
    }

    #[test]
    fn an_open_string_ends_with_the_text() {
        let text = "\"abc\\";
        assert_eq!(parts(text, &scan(text).strings), [text]);
        assert!(scan("'").captures.is_empty());
        assert!(scan("'\\").captures.is_empty());
    }

    #[test]
    fn a_prefix_moves_to_its_string_in_the_same_length() {
        let mut text = "x = f \"{y}\" + rb  \"z\" + of \"no\"".to_owned();
        let gaps = scan(&text).gaps;
        let length = text.len();
        close_gaps(&mut text, &gaps);
        assert_eq!(text, "x =  f\"{y}\" +   rb\"z\" + of \"no\"");
        assert_eq!(text.len(), length);
    }
}
