//! Why something of a script stays with Python.

use std::fmt;
use std::ops::Range;

/// Why a function is left to Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is in the way, in words.
    pub reason: &'static str,
    /// The name in question, if there is one.
    pub name: String,
    /// Where it is in the script.
    pub range: Range<usize>,
}

impl Refusal {
    pub(crate) fn new(reason: &'static str, name: &str, range: Range<usize>) -> Self {
        Self {
            reason,
            name: name.to_owned(),
            range,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason)?;
        if !self.name.is_empty() {
            write!(formatter, ": `{}`", self.name)?;
        }
        Ok(())
    }
}
