//! Layout: RG06xx.

use std::ops::Range;

use super::{REFORMATTED, error};
use crate::diag::Diagnostic;

/// A string whose second line rustfmt would indent.
pub fn reformatted(range: Range<usize>) -> Diagnostic {
    error(
        REFORMATTED,
        "rustfmt would change this string: it indents the second of its two lines",
        range,
    )
    .help("write the line break as `\\n`, or take a raw string as the body: `r#\"…\"#`")
}
