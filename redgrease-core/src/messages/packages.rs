//! Packages: RG05xx.

use std::ops::Range;

use super::{REQUIREMENT, error};
use crate::diag::Diagnostic;
use crate::requirement::RequirementError;

/// A requirement that is not one of PEP 508. `exact` says that the range is the wrong part itself;
/// otherwise the help shows it.
pub fn requirement(
    text: &str,
    found: &RequirementError,
    range: Range<usize>,
    exact: bool,
) -> Diagnostic {
    let column = text[..found.range.start].chars().count();
    let mut help = String::new();
    if !exact {
        let width = text[found.range.clone()].chars().count().max(1);
        help = format!("{text}\n{}{}", " ".repeat(column), "^".repeat(width));
    }
    if let Some(next) = &found.help {
        help.push_str(if help.is_empty() { "" } else { "\n" });
        help.push_str(next);
    }
    let message = format!(
        "a requirement is wrong at its column {}: {}",
        column + 1,
        found.message
    );
    let diagnostic = error(REQUIREMENT, message, range);
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.help(help)
    }
}
