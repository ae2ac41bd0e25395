//! The one place that names the Python parser.

use std::ops::Range;

use rustpython_parser::Parse;
use rustpython_parser::ast::Suite;
use rustpython_parser::lexer::LexicalErrorType;
use rustpython_parser::text_size::{TextRange, TextSize};
use rustpython_parser::{ParseError, ParseErrorType};

pub(crate) use rustpython_parser::ast;

/// Offsets in trees are those of the checked text plus this number: room for what is put before
/// the text to make it parse.
pub(crate) const ORIGIN: usize = 1 << 16;

/// Where the parser stopped, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) kind: Kind,
    /// An offset of the checked text.
    pub(crate) offset: usize,
}

/// Why the parser stopped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The text ends too early.
    End,
    /// A token that cannot stand here.
    Unexpected,
    /// A line is indented and should not be.
    Indent,
    /// A line is not indented and should be.
    NoIndent,
    /// A line's indentation is none of those above it.
    Unindent,
    /// Tabs and blanks are mixed.
    Tabs,
    /// A character that is no Python.
    Character(char),
    /// What the parser says fits as it is.
    Said(String),
}

/// Parses statements; `before` is put before `text`, and `start` is the offset of `text` in the
/// checked text.
pub(crate) fn statements(
    before: &str,
    text: &str,
    start: usize,
) -> Result<Vec<ast::Stmt>, SyntaxError> {
    let (whole, offset) = place(before, text, "", start);
    let parsed = Suite::parse_starts_at(&whole, "<python>", offset);
    parsed.or_else(|error| {
        let error = convert(&error, &whole);
        // The parser looks at the indentation of empty lines, too.
        let cleaned = blanks_in_empty_lines(&whole);
        if error.kind == Kind::Tabs && cleaned != whole {
            return Suite::parse_starts_at(&cleaned, "<python>", offset)
                .map_err(|e| convert(&e, &cleaned));
        }
        Err(error)
    })
}

/// The text with blanks for tabs in lines that have nothing else.
fn blanks_in_empty_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.trim() {
            "" => line.replace('\t', " "),
            _ => line.to_owned(),
        })
        .collect()
}

/// Parses one expression, which may go over several lines.
pub(crate) fn expression(text: &str, start: usize) -> Result<ast::Expr, SyntaxError> {
    let (whole, offset) = place("(", text, "\n)", start);
    let mut expression =
        ast::Expr::parse_starts_at(&whole, "<python>", offset).map_err(|e| convert(&e, &whole))?;
    // These take the parentheses around them for their own.
    let own = match &mut expression {
        ast::Expr::Tuple(e) => Some(&mut e.range),
        ast::Expr::GeneratorExp(e) => Some(&mut e.range),
        _ => None,
    };
    if let Some(range) = own {
        let size = |at: usize| TextSize::from(u32::try_from(ORIGIN + at).unwrap_or(0));
        let inner = TextRange::new(size(start), size(start + text.trim_end().len()));
        *range = range.intersect(inner).unwrap_or(inner);
    }
    Ok(expression)
}

fn place(before: &str, text: &str, after: &str, start: usize) -> (String, TextSize) {
    let offset = u32::try_from(ORIGIN + start - before.len().min(ORIGIN)).unwrap_or(0);
    (format!("{before}{text}{after}"), TextSize::from(offset))
}

/// The bytes of the checked text that a node stands for.
pub(crate) fn range(node: &impl ast::Ranged) -> Range<usize> {
    let range = node.range();
    offset(range.start())..offset(range.end())
}

fn offset(size: TextSize) -> usize {
    (u32::from(size) as usize).saturating_sub(ORIGIN)
}

fn convert(error: &ParseError, whole: &str) -> SyntaxError {
    let kind = match &error.error {
        ParseErrorType::Eof => Kind::End,
        e @ ParseErrorType::UnrecognizedToken(_, expected) => {
            if !e.is_indentation_error() {
                Kind::Unexpected
            } else if expected.as_deref() == Some("Indent") {
                Kind::NoIndent
            } else {
                Kind::Indent
            }
        }
        ParseErrorType::ExtraToken(_) | ParseErrorType::InvalidToken => Kind::Unexpected,
        ParseErrorType::Lexical(lexical) => match lexical {
            // The parser uses one word for a block that is missing at the end of the text and
            // for a line that fits no block.
            LexicalErrorType::IndentationError if whole.trim_end().ends_with(':') => Kind::NoIndent,
            LexicalErrorType::IndentationError => Kind::Unindent,
            LexicalErrorType::TabError | LexicalErrorType::TabsAfterSpaces => Kind::Tabs,
            LexicalErrorType::UnrecognizedToken { tok } => Kind::Character(*tok),
            LexicalErrorType::Eof => Kind::End,
            LexicalErrorType::OtherError(text) if text.contains("indentation") => Kind::Tabs,
            other => Kind::Said(other.to_string()),
        },
    };
    SyntaxError {
        kind,
        offset: offset(error.offset),
    }
}
