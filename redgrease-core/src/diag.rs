//! Diagnostics: what is wrong, where in the Python text, and what to do next.

use std::fmt;
use std::ops::Range;

use crate::source::Source;

/// A stable code such as `RG0201`; its page in the documentation has the same name.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::messages;
///
/// assert!(messages::OPERATION.as_str().starts_with("RG"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    pub(crate) const fn new(code: &'static str) -> Self {
        Self(code)
    }

    /// The code as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How bad it is.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::Severity;
///
/// assert_ne!(Severity::Error, Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// The program cannot work; nothing is generated.
    Error,
    /// The program works, and probably not as meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One finding about a Python text.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::{Severity, Source, messages};
///
/// let source = Source::new("return wdith * height").at("src/lib.rs", 7, 14);
/// let diagnostic = messages::undefined_name("wdith", Some("width"), 7..12);
/// assert_eq!(diagnostic.severity, Severity::Error);
/// assert!(diagnostic.render(&source).contains("--> src/lib.rs:7:22"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Whether it stops the build.
    pub severity: Severity,
    /// What was found, in one line.
    pub message: String,
    /// The bytes of [`Source::text`] that it is about; empty at 0 when it is about something
    /// outside the text, such as a parameter's name.
    pub range: Range<usize>,
    /// The parameter outside of the text that it is about, from 0.
    pub parameter: Option<usize>,
    /// A few words to stand at the underlined text.
    pub label: Option<String>,
    /// The next step.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(
        code: Code,
        severity: Severity,
        message: impl Into<String>,
        range: Range<usize>,
    ) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            range,
            parameter: None,
            label: None,
            help: None,
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says that it is about a parameter of the function whose body the text is.
    #[cfg(feature = "check")]
    pub(crate) fn parameter(mut self, index: usize) -> Self {
        self.parameter = Some(index);
        self
    }

    /// The same as a warning, where what is wrong may never matter.
    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The diagnostic as text: message, place, source line, carets and help, as rustc shows them.
    pub fn render(&self, source: &Source) -> String {
        let mut out = format!("{}[{}]: {}\n", self.severity, self.code, self.message);
        out.push_str(&self.snippet(source));
        if let Some(help) = &self.help {
            let gutter = gutter(source, &self.range);
            for (index, line) in help.lines().enumerate() {
                let mark = if index == 0 { "= help:" } else { "       " };
                out.push_str(&format!("{gutter} {mark} {line}\n"));
            }
        }
        out
    }

    /// The place, the source line and the carets of [`Self::render`], without message and help.
    pub fn snippet(&self, source: &Source) -> String {
        let text = source.text();
        let position = source.position(self.range.start);
        let start = floor(text, self.range.start);
        let end = floor(text, self.range.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let indent = if line_start == 0 {
            " ".repeat(source.column() as usize)
        } else {
            String::new()
        };
        let before = expand(&text[line_start..start]);
        let carets = text[start..end.min(line_end).max(start)]
            .chars()
            .count()
            .max(1);
        let line = expand(text[line_start..line_end].trim_end());
        let gutter = gutter(source, &self.range);
        let label = self
            .label
            .as_deref()
            .map(|l| format!(" {l}"))
            .unwrap_or_default();
        format!(
            "{gutter}--> {position}\n{gutter} |\n{number} | {indent}{line}\n{gutter} | {pad}{marks}{label}\n",
            number = position.line,
            pad = " ".repeat(indent.len() + before.chars().count()),
            marks = "^".repeat(carets),
        )
    }
}

/// Blanks as wide as the line number.
fn gutter(source: &Source, range: &Range<usize>) -> String {
    " ".repeat(source.position(range.start).line.to_string().len())
}

fn expand(text: &str) -> String {
    text.replace('\t', "    ")
}

fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Where checks put what they find; they go on after an error, so that one run reports all.
///
/// ```
/// use redgrease_core::diag::Diagnostics;
///
/// let found = Diagnostics::new();
/// assert!(!found.has_errors());
/// assert!(found.into_vec().is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a finding; the same one at the same place is kept once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// How many findings there are.
    #[cfg(feature = "check")]
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether any finding stops the build.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// The findings in the order of the text; warnings are left out as long as there are errors,
    /// which often cause them.
    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        if self.has_errors() {
            self.list.retain(Diagnostic::is_error);
        }
        self.list
            .sort_by_key(|d| (d.range.start, d.range.end, d.parameter));
        self.list
    }
}

impl Diagnostics {
    /// The findings about `text`; a range that goes past its end, into what was put around it to
    /// make it parse, is cut.
    #[cfg(feature = "check")]
    pub(crate) fn about(self, text: &str) -> Vec<Diagnostic> {
        let mut list = self.into_vec();
        for diagnostic in &mut list {
            let range = &mut diagnostic.range;
            range.end = floor(text, range.end);
            range.start = floor(text, range.start).min(range.end);
        }
        list
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, iter: I) {
        for diagnostic in iter {
            self.push(diagnostic);
        }
    }
}
