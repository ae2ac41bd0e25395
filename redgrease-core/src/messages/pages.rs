//! The page of each code: what was found, what is expected, an example, the fix.
//!
//! The pages of the documentation are written from here, and each example is checked: the wrong
//! one gives the code, the right one gives nothing.

mod gears;
mod names;
mod server;
mod syntax;

use super::CODES;
use crate::diag::{Code, Severity};

/// Where the example of a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The body of a function with the parameter `url: &str`.
    Function,
    /// The same, of a function that gives an `i64`.
    Number,
    /// The body of a function at key events, whose parameter is `record`.
    Record,
    /// The same, for Python 3.10.
    Modern,
    /// The same, as tokens between the braces of `python!`.
    Tokens,
    /// A whole Python file that defines the function `f(url)`.
    File,
    /// The text of `gear!`.
    Gear,
    /// The name of a parameter.
    Parameter,
    /// The body of a function with the parameter `url: &str` and `native = true`.
    Native,
}

/// The page of a code.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// What was found.
    pub found: &'static str,
    /// What is expected.
    pub expected: &'static str,
    /// Where the examples stand.
    pub place: Place,
    /// A text with the mistake.
    pub wrong: &'static str,
    /// The same text without it.
    pub right: &'static str,
    /// The next step.
    pub fix: &'static str,
}

/// The page of `code`, such as `RG0201`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::messages::pages::page;
///
/// assert!(page("RG0201").is_some_and(|page| page.found.contains("nothing defines")));
/// ```
pub fn page(code: &str) -> Option<&'static Page> {
    pages().find(|page| page.code.as_str() == code)
}

impl Page {
    /// The title of the code and whether it is an error.
    pub fn title(&self) -> (&'static str, Severity) {
        let entry = CODES.iter().find(|(code, _, _)| *code == self.code);
        entry.map_or(("", Severity::Error), |(_, severity, title)| {
            (*title, *severity)
        })
    }

    /// The page as Markdown; `said` is what the checker says about the wrong example.
    pub fn markdown(&self, said: &str) -> String {
        let (title, severity) = self.title();
        let file = match self.place {
            Place::Parameter => "text",
            _ => "python",
        };
        format!(
            "# {code}: {title}\n\nThis is {kind}.\n\n**Found.** {found}\n\n**Expected.** {expected}\n\n\
             ## Example\n\n```{file}\n{wrong}\n```\n\n```text\n{said}\n```\n\n\
             ## Fix\n\n{fix}\n\n```{file}\n{right}\n```\n",
            code = self.code,
            kind = match severity {
                Severity::Warning => "a warning",
                Severity::Error => "an error",
            },
            found = self.found,
            expected = self.expected,
            wrong = self.wrong.trim(),
            said = said.trim_end(),
            fix = self.fix,
            right = self.right.trim(),
        )
    }
}

/// The page of each code, in the order of the codes.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    [syntax::PAGES, names::PAGES, gears::PAGES, server::PAGES]
        .into_iter()
        .flatten()
}
