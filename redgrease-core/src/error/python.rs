//! Exceptions of Python.

use super::{Error, Result};
use crate::repr;

/// An exception that Python code in the server did not catch.
///
/// `Display` gives the whole traceback when there is one. Lines that come from a Rust file are
/// named by that file.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::PythonError;
///
/// let text = r#"['Traceback (most recent call last):\n', 'ValueError: bad\n']"#;
/// let error = PythonError::parse(text).expect("a traceback");
/// assert_eq!(error.exception, "ValueError: bad");
/// assert_eq!(error.traceback.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PythonError {
    /// The exception as Python prints it, such as `ValueError: bad`.
    pub exception: String,
    /// The traceback, one entry for each line, the exception included; empty when Python had none.
    pub traceback: Vec<String>,
}

impl PythonError {
    /// Reads the error text of RedisGears: Python's `str()` of the list of traceback lines, or
    /// `Error type: …, Value: …` when there was no traceback. `None` for other texts.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("Error type: ") {
            let (class, value) = rest.split_once(", Value: ").unwrap_or((rest, ""));
            let class = class.trim_start_matches("<class '").trim_end_matches("'>");
            return Some(Self {
                exception: plain(&format!("{class}: {}", value.trim_end())),
                traceback: Vec::new(),
            });
        }
        let lines = repr::strings(text)?;
        let traceback: Vec<String> = lines
            .iter()
            .flat_map(|line| line.trim_end_matches('\n').split('\n'))
            .map(plain)
            .collect();
        Some(Self {
            exception: plain(lines.last()?.trim_end()),
            traceback,
        })
    }

    /// The code of a refusal: what Python gave to `raise Refused(code, data)`.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::PythonError;
    ///
    /// let text = r#"['Traceback (most recent call last):\n', 'Refused: ["sold_out", {"left": 2}]\n']"#;
    /// let error = PythonError::parse(text).expect("a traceback");
    /// assert_eq!(error.code().as_deref(), Some("sold_out"));
    /// let data: std::collections::BTreeMap<String, i64> = error.data()?;
    /// assert_eq!(data["left"], 2);
    /// # Ok::<(), redgrease::Error>(())
    /// ```
    pub fn code(&self) -> Option<String> {
        self.refused().map(|(code, _)| code)
    }

    /// The data of a refusal, as serde reads it: what Python gave to `raise Refused(code, data)`.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when it is no refusal, or when its data is no `T`.
    pub fn data<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        const WHAT: &str = "the data of `Refused`";
        let wanted = std::any::type_name::<T>();
        let Some((_, data)) = self.refused() else {
            return Err(Error::decode(WHAT, wanted, &*self.exception));
        };
        let text = data.to_string();
        serde_json::from_value(data)
            .map_err(|error| Error::decode(WHAT, wanted, format!("{text} ({error})")))
    }

    fn refused(&self) -> Option<(String, serde_json::Value)> {
        let (class, text) = self.exception.split_once(": ")?;
        let is_it = class.rsplit('.').next() == Some("Refused");
        serde_json::from_str(text).ok().filter(|_| is_it)
    }

    /// Whether Python could not read the text.
    pub(crate) fn is_syntax(&self) -> bool {
        ["SyntaxError", "IndentationError", "TabError"]
            .iter()
            .any(|class| self.exception.starts_with(class))
    }

    /// Adds words to the exception.
    pub(crate) fn add(&mut self, words: &str) {
        self.exception = format!("{}: {words}", self.exception);
        if let Some(last) = self.traceback.last_mut() {
            *last = format!("{last}: {words}");
        }
    }

    /// Rewrites the lines of the traceback, for example to name Rust files.
    #[must_use]
    pub fn map_lines(mut self, map: impl Fn(&str) -> String) -> Self {
        for line in &mut self.traceback {
            *line = map(line);
        }
        self
    }
}

impl std::fmt::Display for PythonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.traceback.is_empty() {
            return f.write_str(&self.exception);
        }
        f.write_str(&self.traceback.join("\n"))
    }
}

impl std::error::Error for PythonError {}

/// A line of a traceback, with a refusal named as Python code names it: its class stands in a module that
/// the server has, or in the script, which is called `not_main`.
fn plain(line: &str) -> String {
    let modules = ["not_main.", "redgrease_worker.given."];
    let mut without = modules.iter().filter_map(|name| line.strip_prefix(name));
    match without.find(|rest| rest.starts_with("Refused: ")) {
        Some(rest) => rest.to_owned(),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_named_by_its_own_name() {
        for module in ["", "not_main.", "redgrease_worker.given."] {
            let text = format!(r#"['Traceback …:\n', '{module}Refused: ["no", 1]\n']"#);
            let error = PythonError::parse(&text).unwrap();
            assert_eq!(error.exception, r#"Refused: ["no", 1]"#);
            assert_eq!(error.traceback[1], error.exception);
            assert_eq!(error.code().as_deref(), Some("no"));
        }
        let text = r#"['not_main.Other: ["no", 1]\n']"#;
        let error = PythonError::parse(text).unwrap();
        assert_eq!(error.exception, r#"not_main.Other: ["no", 1]"#);
    }

    #[test]
    fn reads_a_traceback_list() {
        let text = r#"['Traceback (most recent call last):\n', '  File "<string>", line 1, in <module>\n', "NameError: name 'foo' is not defined\n"]"#;
        let error = PythonError::parse(text).unwrap();
        assert_eq!(error.exception, "NameError: name 'foo' is not defined");
        assert_eq!(error.traceback.len(), 3);
        assert_eq!(
            error.traceback[1],
            r#"  File "<string>", line 1, in <module>"#
        );
    }

    #[test]
    fn reads_an_error_without_traceback() {
        let text =
            "Error type: <class 'SyntaxError'>, Value: invalid syntax (<string>, line 1)\r\n";
        let error = PythonError::parse(text).unwrap();
        assert_eq!(
            error.to_string(),
            "SyntaxError: invalid syntax (<string>, line 1)"
        );
    }

    #[test]
    fn leaves_other_texts_alone() {
        for text in [
            "",
            "plain message",
            "[1, 2]",
            "['open",
            "['a'] b",
            "Session x already exists",
        ] {
            assert_eq!(PythonError::parse(text), None, "{text}");
        }
    }
}
