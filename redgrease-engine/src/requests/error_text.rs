//! The texts of errors that functions get from functions.
//!
//! The text of an uncaught exception holds the lines of its traceback in quotes. Where one function's error is the cause of
//! another one's, quotes are quoted: every level doubles the backslashes, so that thirty levels would make gigabytes.

use std::borrow::Cow;

/// What is shorter is left as it is.
const LONG: usize = 4 << 10;
/// The longest run of backslashes in a long text.
const RUN: usize = 3;
/// The longest text.
const LONGEST: usize = 256 << 10;

/// A text of a size that can be quoted once more.
pub(super) fn bearable(text: &[u8]) -> Cow<'_, [u8]> {
    if text.len() <= LONG {
        return Cow::Borrowed(text);
    }
    let mut run = 0;
    let mut short: Vec<u8> = text
        .iter()
        .copied()
        .filter(|&byte| {
            run = if byte == b'\\' { run + 1 } else { 0 };
            run <= RUN
        })
        .collect();
    if short.len() > LONGEST {
        let left_out = short.len() - LONGEST;
        let note = format!(" ... ({left_out} bytes left out) ... ");
        short.splice(LONGEST / 2..LONGEST / 2 + left_out, note.bytes());
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_quote_each_other_stay_short() {
        let mut text = b"the cause\r\n".to_vec();
        for _ in 0..100 {
            let quoted = String::from_utf8_lossy(&text).escape_default().to_string();
            text = bearable(format!("Traceback, {quoted}\r\n").as_bytes()).into_owned();
        }
        assert!(text.len() < 16 << 10, "{}", text.len());
        assert!(String::from_utf8_lossy(&text).contains("the cause"));
    }

    #[test]
    fn what_is_short_stays_and_what_is_long_keeps_its_ends() {
        assert_eq!(bearable(br"a\\\\\\b").as_ref(), br"a\\\\\\b");
        let long = [b"begin".as_slice(), &[b'x'; 1 << 20], b"end"].concat();
        let cut = String::from_utf8(bearable(&long).into_owned()).expect("a text");
        assert!(cut.starts_with("begin") && cut.ends_with("end") && cut.len() < LONGEST + 100);
    }
}
