//! Strings in a text that is not parsed.

/// Where the letters of a string prefix (`rb`, `f`, …) before the quote at `at` begin.
pub(super) fn prefix_start(bytes: &[u8], at: usize) -> usize {
    let mut start = at;
    while start > 0 && bytes[start - 1].is_ascii_alphabetic() && at - start < 2 {
        start -= 1;
    }
    let is_name =
        start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'_');
    let fits = bytes[start..at].iter().all(|b| b"rRbBuUfFtT".contains(b));
    if fits && !is_name { start } else { at }
}

/// The offset after the string that begins at the quote `at`, and whether it has an end.
pub(super) fn skip_string(bytes: &[u8], at: usize) -> (usize, bool) {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote, quote, quote]);
    let mut i = at + if triple { 3 } else { 1 };
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b'\n' if !triple => return (i, false),
            b if b == quote && (!triple || bytes[i..].starts_with(&[quote, quote, quote])) => {
                return (i + if triple { 3 } else { 1 }, true);
            }
            _ => {}
        }
        i += 1;
    }
    (bytes.len(), false)
}
