//! Where a function stands: in an `impl` or a `trait` no type can stand beside it, and a macro is not
//! told where it is.

use proc_macro2::Span;

/// The word of the block around `attribute` in which no function of ours can stand, as far as its
/// file tells: `impl`, `trait` or `extern`.
///
/// Only text that is indented as rustfmt does it is recognised; for other text rustc has its own
/// words.
pub(crate) fn enclosing(attribute: Span) -> Option<&'static str> {
    let start = attribute.start();
    if start.column == 0 {
        return None;
    }
    let text = std::fs::read_to_string(attribute.local_file()?).ok()?;
    let line = text.lines().nth(start.line.checked_sub(1)?)?;
    let before: String = line.chars().take(start.column).collect();
    if before.trim().is_empty() {
        block_around(&text, start.line)
    } else {
        in_one_line(before.trim_start())
    }
}

/// Whether `attribute` certainly stands in no such block: in a file, a module or a function.
pub(crate) fn is_outside(attribute: Span) -> bool {
    let start = attribute.start();
    if start.column == 0 {
        return true;
    }
    let text = attribute.local_file().map(std::fs::read_to_string);
    let Some(Ok(text)) = text else {
        return false;
    };
    let end: usize = text
        .split_inclusive('\n')
        .take(start.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[end..].lines().next().unwrap_or_default();
    let before: usize = line.chars().take(start.column).map(char::len_utf8).sum();
    match opened(&text[..end + before]).last() {
        None => true,
        Some(words) => matches!(first_word(words), Some("mod" | "fn")),
    }
}

/// The word of the block that begins in the same line.
fn in_one_line(before: &str) -> Option<&'static str> {
    head(opened(before).last()?)
}

/// The word of the block around `line`, from 1.
fn block_around(text: &str, line: usize) -> Option<&'static str> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let before = lines.get(..line.checked_sub(1)?)?;
    let mut limit = indentation(lines.get(before.len())?);
    for (index, line) in before.iter().enumerate().rev() {
        let words = line.trim();
        if words.is_empty() || words.starts_with("//") || indentation(line) >= limit {
            continue;
        }
        // Several blocks may begin in one line.
        if head(words).or_else(|| in_one_line(words)).is_some() {
            return in_one_line(&before[index..].concat());
        }
        // The head of a block may have several lines.
        if !words.starts_with(['{', ')', '>']) && !words.starts_with("where") {
            return None;
        }
        limit = indentation(line) + 1;
    }
    None
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The first word of the head of such a block.
fn head(words: &str) -> Option<&'static str> {
    let first = first_word(words)?;
    ["impl", "trait", "extern"]
        .into_iter()
        .find(|word| *word == first)
        .filter(|word| *word != "extern" || !words.contains("fn "))
}

/// The word that says what an item is.
fn first_word(words: &str) -> Option<&str> {
    words
        .split(|c: char| !(c == '_' || c.is_alphanumeric()))
        .find(|word| !matches!(*word, "pub" | "crate" | "unsafe" | "default" | "auto" | ""))
}

/// The heads of the blocks that are open at the end of Rust text, the innermost last.
fn opened(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut heads = Vec::new();
    // brackets and parentheses that are open, with `true` for those of attributes
    let mut groups = Vec::new();
    let (mut at, mut start) = (0, 0);
    while at < bytes.len() {
        let rest = &text[at..];
        let long = match bytes[at] {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'r' if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            b'"' => string(rest),
            b'\'' => character(rest),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let ends = match bytes[at] {
            b'[' | b'(' => {
                groups.push(text[..at].ends_with(['#', '!']));
                false
            }
            b']' | b')' => groups.pop() == Some(true),
            b'{' => {
                heads.push(&text[start..at]);
                true
            }
            b'}' => {
                heads.pop();
                true
            }
            b';' => groups.is_empty(),
            _ => false,
        };
        at += long;
        if ends {
            start = at;
        }
    }
    heads
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of the raw string that `text` begins with.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].find(|c| c != '#')?;
    let open = 1 + hashes;
    if !text[open..].starts_with('"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text[open + 1..].find(&close)?;
    Some(open + 1 + end + close.len())
}

/// The length of a character, or 1 for the quote of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[2..].find('\'').map_or(1, |end| {
            // `'\''`
            let end = if end == 0 { 1 } else { end };
            2 + end + 1
        }),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str) -> Option<&'static str> {
        let line = text.lines().position(|line| line.contains("#[command]"));
        block_around(text, line.unwrap() + 1)
    }

    #[test]
    fn blocks_of_types_are_found() {
        assert_eq!(around("impl A {\n    #[command]\n"), Some("impl"));
        let long = "pub unsafe trait A<T>: B\nwhere\n    T: C,\n{\n    fn a() {}\n\n    #[command]";
        assert_eq!(around(long), Some("trait"));
        assert_eq!(around("extern \"C\" {\n    #[command]"), Some("extern"));
        assert_eq!(around("mod a { trait T {\n    #[command]"), Some("trait"));
        assert_eq!(around("mod a { trait T {}\n    #[command]"), None);
        let strings = "impl A {\n    const B: &str = \"}\\\"\";\n    const C: char = '}';\n    \
            /* } */ // }\n    fn a<'a>() -> &'a str { r#\"}\"}\"# }\n    #[command]";
        assert_eq!(around(strings), Some("impl"));
    }

    #[test]
    fn the_block_may_begin_in_the_same_line() {
        assert_eq!(in_one_line("impl A { "), Some("impl"));
        assert_eq!(in_one_line("pub trait A { fn b() {} "), Some("trait"));
        assert_eq!(in_one_line("impl A {} "), None);
        assert_eq!(in_one_line("mod a { "), None);
        assert_eq!(in_one_line("mod a { trait T { "), Some("trait"));
        assert_eq!(
            in_one_line("mod a { #[x] impl T { const A: i64 = 1; "),
            Some("impl")
        );
        assert_eq!(in_one_line("mod a { impl T { fn b() { "), None);
        assert_eq!(in_one_line("impl A {} mod a { "), None);
        assert_eq!(in_one_line("impl A for [u8; 3] { "), Some("impl"));
        assert_eq!(in_one_line("fn a() -> impl B { "), None);
    }

    #[test]
    fn other_places_are_not() {
        for text in [
            "#[command]",
            "mod a {\n    #[command]",
            "impl A {}\n    #[command]",
            "impl A {\n}\n    #[command]",
            "impl A {\n    fn b() {\n        #[command]",
            "fn main() {\n    impl A {\n        fn a() {}\n    }\n\n    #[command]",
            "fn a() -> impl B {\n    #[command]",
            "extern \"C\" fn a() {\n    #[command]",
            "macro! {\n    #[command]",
        ] {
            assert_eq!(around(text), None, "{text}");
        }
    }
}
