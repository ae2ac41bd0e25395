//! Environment markers: `python_version < "3.9" and os_name == 'posix'`.

use super::{OPERATORS, Reader, Result};
use crate::suggest::nearest;

/// The variables of environment markers.
const VARIABLES: &[&str] = &[
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extra",
];

impl Reader<'_> {
    pub(super) fn marker_or(&mut self) -> Result<()> {
        loop {
            self.marker()?;
            self.blanks();
            if !self.take("and ") && !self.take("or ") && !self.take("and(") && !self.take("or(") {
                return Ok(());
            }
            // A bracket that was taken with the word belongs to what follows.
            if self.text[..self.at].ends_with('(') {
                self.at -= 1;
            }
        }
    }

    fn marker(&mut self) -> Result<()> {
        self.blanks();
        if self.take("(") {
            let open = self.at - 1;
            self.marker_or()?;
            self.blanks();
            if !self.take(")") {
                return self.error("`(` is never closed", open..open + 1, "close it with `)`");
            }
            return Ok(());
        }
        self.marker_value()?;
        self.blanks();
        let start = self.at;
        let compared = OPERATORS.iter().any(|o| self.take(o)) || self.take("in ") || {
            let not = self.take("not");
            self.blanks();
            not && self.take("in ")
        };
        if !compared {
            self.at = start;
            return self.error(
                "a comparison is missing in the marker",
                self.here(),
                "write one of ~= == != <= >= < > === `in` `not in`",
            );
        }
        self.blanks();
        self.marker_value()
    }

    fn marker_value(&mut self) -> Result<()> {
        let start = self.at;
        if let Some(quote) = self
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
        {
            self.at += 1;
            self.take_while(|c| c != quote);
            return if self.take(&quote.to_string()) {
                Ok(())
            } else {
                self.error("the text has no end", start..self.text.len(), "")
            };
        }
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
        if VARIABLES.contains(&word.replace('.', "_").as_str()) {
            return Ok(());
        }
        if word.is_empty() {
            return self.error(
                "a marker is missing",
                self.here(),
                "write it like `python_version < \"3.9\"`",
            );
        }
        let help = match nearest(word, VARIABLES.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "a text stands in quotes".to_owned(),
        };
        self.error(
            &format!("no marker variable `{word}`"),
            start..self.at,
            &help,
        )
    }
}
