//! Python text and the place in a Rust (or Python) file that it came from.

use std::borrow::Cow;

/// Python text with its origin, so that every position in it can be named as `file:line:col`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::Source;
///
/// let source = Source::new("x = 1\ny = x +\n").at("src/main.rs", 12, 8);
/// assert_eq!(source.position(6).to_string(), "src/main.rs:13:1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    text: Cow<'static, str>,
    file: Cow<'static, str>,
    line: u32,
    column: u32,
    form: Form,
}

/// How a text stands in its file.
///
/// ```
/// use redgrease_core::source::{Form, Source};
///
/// assert!(Source::new("x = 1").is(Form::default()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Form {
    /// A string literal, or no file at all.
    #[default]
    Text,
    /// Tokens between the braces of a macro, which rustfmt moves around.
    Tokens,
    /// A whole Python file.
    File,
}

/// A place in a file; the line and the column count from 1, the column counts characters.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::Source;
///
/// let source = Source::new("a = 1\nb = 2").at("src/main.rs", 7, 0);
/// let position = source.position(6);
/// assert_eq!((position.file.as_str(), position.line), ("src/main.rs", 8));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file as the compiler names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Source {
    /// Takes `text`, which begins at line 1, column 1 of a file called `<python>`.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            file: Cow::Borrowed("<python>"),
            line: 1,
            column: 0,
            form: Form::Text,
        }
    }

    /// Says where the text begins: `line` counts from 1, `column` is the number of characters
    /// that stand before the text on its first line.
    #[must_use]
    pub fn at(mut self, file: impl Into<Cow<'static, str>>, line: u32, column: u32) -> Self {
        self.file = file.into();
        self.line = line;
        self.column = column;
        self
    }

    /// Says how the text stands in its file.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// How the text stands in its file.
    pub fn is(&self, form: Form) -> bool {
        self.form == form
    }

    /// The Python text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file that the text came from.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of the file on which the text begins, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The number of characters before the text on its first line.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// The place of the byte `offset` of the text in the file. An offset past the end names the end.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..self.text.floor_char_boundary_at(offset)];
        let line = before.matches('\n').count() as u32;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32;
        let start = if line == 0 { self.column } else { 0 };
        Position {
            file: self.file.to_string(),
            line: self.line + line,
            column: start + column + 1,
        }
    }
}

/// `str::floor_char_boundary` is younger than the oldest supported compiler.
trait FloorCharBoundary {
    fn floor_char_boundary_at(&self, index: usize) -> usize;
}

impl FloorCharBoundary for str {
    fn floor_char_boundary_at(&self, index: usize) -> usize {
        let mut index = index.min(self.len());
        while !self.is_char_boundary(index) {
            index -= 1;
        }
        index
    }
}
