//! From where the parser stopped to a message that helps.

mod place;

use std::ops::Range;

use super::lines::{Mismatch, Scan};
use super::names;
use super::parse::{Kind, SyntaxError};
use crate::diag::Diagnostic;
use crate::messages;
use crate::suggest::nearest;
use place::{first_range, first_word, header_before, last_word, line, line_text, token};

/// Operators of other languages, the longest first, and what Python writes.
const FOREIGN: &[(&str, &str)] = &[
    ("&&", "Python writes `and`"),
    ("||", "Python writes `or`"),
    ("++", "Python has no `++`; write `+= 1`"),
    ("--", "Python has no `--`; write `-= 1`"),
    ("===", "Python writes `==`, or `is` for the same object"),
    ("::", "Python writes `.` between a module and its names"),
    ("=>", "Python has no `=>`; a lambda is `lambda x: …`"),
    ("//", "`//` divides; a comment begins with `#`"),
    ("/*", "a comment begins with `#`"),
    ("!", "Python writes `not`"),
    ("?", "Python has no `?`; write `a if test else b`"),
    (
        "$",
        "`$` is no Python; a Rust value comes in as `'name` or `${expression}` in `gear!`, as a parameter in a function",
    ),
];

/// Words that begin a statement whose first line ends with a colon.
const HEADERS: &[&str] = &[
    "if", "elif", "else", "for", "while", "def", "class", "try", "except", "finally", "with",
    "async", "match", "case",
];

/// Explains the first syntax error of `text`.
pub(crate) fn explain(text: &str, scan: &Scan, error: &SyntaxError) -> Diagnostic {
    let at = error.offset.min(text.len());
    if let Some(string) = &scan.unterminated
        && (string.start <= at || scan.open.is_empty())
    {
        let quote = text[string.start..].find(['"', '\'']).unwrap_or(0) + string.start;
        let one = &text[quote..quote + 1];
        let three = one.repeat(3);
        let quotes = if text[quote..].starts_with(&three) {
            three
        } else {
            one.to_owned()
        };
        return messages::unterminated(&quotes, string.start..quote + quotes.len());
    }
    if let Some(Mismatch {
        offset,
        found,
        open,
    }) = scan.mismatch
        && (offset <= at || matches!(error.kind, Kind::Said(_) | Kind::End))
    {
        return messages::wrong_bracket(found, open, offset..offset + 1);
    }
    let token = token(text, at);
    if let Some(help) = foreign(text, at) {
        let message = format!("`{}` is no Python here", help.0);
        return messages::syntax(message, Some(help.1), help.2);
    }
    if let Some((offset, open)) = innermost_open(scan, at, &error.kind) {
        return messages::never_closed(open, offset..offset + 1);
    }
    match &error.kind {
        Kind::End => {
            let end = text.trim_end().len();
            let start = text[..end].char_indices().next_back().map_or(0, |(i, _)| i);
            messages::syntax(
                "the text ends too early",
                Some("finish the last statement"),
                start..end,
            )
        }
        Kind::Indent => messages::indentation(
            "this line is indented more than the one before",
            "only what follows a line that ends with `:` is indented",
            line_text(text, at),
        ),
        Kind::NoIndent => {
            let header = header_before(text, at);
            messages::indentation(
                "an indented block is missing",
                "indent the lines that belong to it; `pass` for none",
                header,
            )
        }
        Kind::Unindent => messages::indentation(
            "this line's indentation fits no line above it",
            "indent it as far as the statement it belongs with",
            line_text(text, at),
        ),
        Kind::Tabs => messages::indentation(
            "tabs and blanks are mixed in the indentation",
            "use one of them throughout; four blanks are usual",
            line_text(text, at),
        ),
        Kind::Character(c) => character(text, at, *c),
        Kind::Said(said) => said_by_parser(text, at, said),
        Kind::Unexpected => unexpected(text, at, token),
    }
}

/// A bracket that is still open where the parser stopped at a new line's first token or at the
/// end: then the bracket is the mistake, not the token.
fn innermost_open(scan: &Scan, at: usize, kind: &Kind) -> Option<(usize, char)> {
    let open = scan.open.iter().rev().find(|(offset, _)| *offset < at)?;
    matches!(kind, Kind::End | Kind::Unexpected | Kind::Said(_)).then_some(*open)
}

fn character(text: &str, at: usize, c: char) -> Diagnostic {
    // The lexer is already past the character.
    let start = text[..at].rfind(c).unwrap_or(at.min(text.len()));
    let range = start..(start + c.len_utf8()).min(text.len());
    let help = match c {
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => "write straight quotes: \" or '",
        '\u{2013}' | '\u{2014}' | '\u{2212}' => "write `-`",
        '\u{a0}' => "this is a no-break space; write a blank",
        '`' => "Python has no backquotes; write a string in quotes",
        '?' => "Python has no `?`; write `a if test else b`",
        '$' => "a Rust value comes in as a parameter or a capture",
        '!' => "Python writes `not`",
        _ => "remove it, or put it into a string",
    };
    messages::syntax(format!("`{c}` is no Python"), Some(help), range)
}

fn said_by_parser(text: &str, at: usize, said: &str) -> Diagnostic {
    let range = token(text, at);
    if said.starts_with("positional argument follows") {
        return messages::syntax(
            "a positional argument after a keyword argument",
            Some("move it before the arguments with names"),
            range,
        );
    }
    if let Some(rest) = said.strip_prefix("duplicate argument '") {
        let name = rest.split('\'').next().unwrap_or(rest);
        return messages::syntax(
            format!("the parameter `{name}` is there twice"),
            Some("rename one of them"),
            last_word(text, at, name).unwrap_or(range),
        );
    }
    if let Some(name) = said.strip_prefix("keyword argument repeated: ") {
        return messages::syntax(
            format!("the argument `{name}` is given twice"),
            Some("remove one of them"),
            last_word(text, at, name).unwrap_or(range),
        );
    }
    if said.starts_with("non-default argument") {
        return messages::syntax(
            "a parameter without a default after one with a default",
            Some("move it before, or give it a default"),
            range,
        );
    }
    let mut said = said.replace('\'', "`");
    if let Some(first) = said.get(..1) {
        said = first.to_lowercase() + &said[1..];
    }
    messages::syntax(said, None, range)
}

fn unexpected(text: &str, at: usize, token: Range<usize>) -> Diagnostic {
    let found = &text[token.clone()];
    let line = line(text, at);
    let before = text[line.start..at].trim();
    let first = first_word(&text[line.clone()]);
    if found.is_empty() || found == "\n" {
        return at_line_end(text, line, first);
    }
    if first == "else" && found == "if" {
        return messages::syntax("`else if` is no Python", Some("write `elif`"), token);
    }
    if names::KEYWORDS.contains(&first) && before == first && found == "=" {
        return messages::syntax(
            format!("`{first}` is a Python keyword and cannot be assigned to"),
            Some("use another name"),
            first_range(&line, text, first),
        );
    }
    if found == "=" && HEADERS.contains(&first) {
        return messages::syntax(
            "`=` assigns; it cannot stand in a test",
            Some("to compare, write `==`"),
            token,
        );
    }
    if found == "{" && HEADERS.contains(&first) {
        return messages::syntax(
            "a block does not begin with `{`",
            Some("end the line with `:` and indent the lines of the block"),
            token,
        );
    }
    if matches!(first, "print" | "exec") && before == first {
        return messages::syntax(
            format!("`{first}` is a function"),
            Some("put what it prints into parentheses"),
            token,
        );
    }
    if matches!(first, "let" | "var" | "const" | "mut") && before == first {
        return messages::syntax(
            format!("Python has no `{first}`"),
            Some("a variable is made by assigning to it: `name = value`"),
            first_range(&line, text, first),
        );
    }
    if matches!(first, "fn" | "func" | "function") && before == first {
        return messages::syntax(
            format!("Python has no `{first}`"),
            Some("a function begins with `def name(parameters):`"),
            first_range(&line, text, first),
        );
    }
    if names::KEYWORDS.contains(&found) {
        return messages::syntax(
            format!("`{found}` is a Python keyword and cannot stand here"),
            Some("a name needs another word; otherwise something is missing before it"),
            token,
        );
    }
    if found == ":" {
        return messages::syntax(
            "`:` cannot stand here",
            Some(
                "a colon ends the first line of a block, or stands in a dictionary, a slice or a lambda",
            ),
            token,
        );
    }
    if before == first
        && found.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"')
        && let Some(found) = misspelt(text, &line, first)
    {
        return found;
    }
    let help = if before
        .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '\'')
        && found.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '\'')
    {
        "something is missing before it: an operator, a comma or a line break"
    } else {
        "check what stands before it"
    };
    messages::syntax(format!("`{found}` cannot stand here"), Some(help), token)
}

/// A first word of a line that is nearly one that begins a statement.
fn misspelt(text: &str, line: &Range<usize>, first: &str) -> Option<Diagnostic> {
    let meant = nearest(first, names::STATEMENT_WORDS.iter().copied())?;
    Some(messages::syntax(
        format!("no statement begins with `{first}`"),
        Some(&format!("did you mean `{meant}`?")),
        first_range(line, text, first),
    ))
}

/// The parser stopped at the end of a line.
fn at_line_end(text: &str, line: Range<usize>, first: &str) -> Diagnostic {
    let content = text[line.clone()].trim_end();
    let code_end = content
        .find(" #")
        .map_or(content.len(), |i| content[..i].trim_end().len());
    let end = line.start + code_end;
    let last = text[..end]
        .char_indices()
        .next_back()
        .map_or(0, |(i, _)| i)
        .max(line.start);
    let range = last..end.max(last);
    let code = content[..code_end].trim_start();
    // Python takes these for a sign before what should come.
    let mut doubled = FOREIGN
        .iter()
        .filter(|(word, _)| matches!(*word, "++" | "--"));
    if let Some((word, help)) = doubled.find(|(word, _)| code.ends_with(word)) {
        let message = format!("`{word}` is no Python here");
        return messages::syntax(message, Some(*help), end - word.len()..end);
    }
    if code.strip_suffix(':') == Some(first)
        && let Some(found) = misspelt(text, &line, first)
    {
        return found;
    }
    if HEADERS.contains(&first) && !code.ends_with(':') {
        return messages::syntax(
            format!("the `:` is missing at the end of the `{first}` line"),
            Some("write a `:` and indent the lines that belong to it"),
            range,
        );
    }
    messages::syntax(
        "the line ends too early",
        Some("finish the expression, or put it into parentheses to go on in the next line"),
        range,
    )
}

/// An operator of another language at `at` or just before it.
fn foreign(text: &str, at: usize) -> Option<(&'static str, &'static str, Range<usize>)> {
    let line = line(text, at);
    let comment = text[line.clone()].trim_start();
    for (word, help) in FOREIGN {
        // The parser may take the first half of a doubled operator and stop at the second.
        let mut from = at
            .saturating_sub(word.len().saturating_sub(1))
            .max(line.start);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let Some(found) = text[from..].find(word).map(|i| from + i) else {
            continue;
        };
        let near = found <= at && at <= found + word.len();
        let is_not_equal = *word == "!" && text[found..].starts_with("!=");
        let is_division = *word == "//" && !comment.starts_with("//");
        if near && !is_not_equal && !is_division {
            return Some((word, help, found..found + word.len()));
        }
    }
    None
}
