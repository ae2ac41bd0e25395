//! What Python's Unicode tables say, by version.

use std::sync::OnceLock;

/// Ranges of characters that can be printed: first, last, and the Python 3 version from which on.
fn printable() -> &'static [(u32, u32, u8)] {
    static TABLE: OnceLock<Vec<(u32, u32, u8)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("printable.txt")
            .lines()
            .filter_map(|line| {
                let mut words = line.split(' ');
                let mut hex = || u32::from_str_radix(words.next()?, 16).ok();
                Some((hex()?, hex()?, words.next()?.parse().ok()?))
            })
            .collect()
    })
}

/// The characters that are zeros of decimal digits, and the Python 3 version from which on.
fn zeros() -> &'static [(u32, u8)] {
    static TABLE: OnceLock<Vec<(u32, u8)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("decimals.txt")
            .lines()
            .filter_map(|line| {
                let (zero, minor) = line.split_once(' ')?;
                Some((u32::from_str_radix(zero, 16).ok()?, minor.parse().ok()?))
            })
            .collect()
    })
}

/// Whether `repr` shows a character as it is.
pub(super) fn is_printable(character: char, minor: u8) -> bool {
    if character.is_ascii() {
        return (' '..='~').contains(&character);
    }
    let code = u32::from(character);
    let table = printable();
    let at = table.partition_point(|(_, last, _)| *last < code);
    table
        .get(at)
        .is_some_and(|(first, _, from)| *first <= code && *from <= minor)
}

/// The value of a decimal digit.
fn decimal(character: char, minor: u8) -> Option<u8> {
    let code = u32::from(character);
    let table = zeros();
    let at = table.partition_point(|(zero, _)| *zero <= code);
    let (zero, from) = table.get(at.checked_sub(1)?)?;
    let digit = u8::try_from(code - zero).ok()?;
    (digit < 10 && *from <= minor).then_some(digit)
}

/// A text with ASCII digits for all digits; nothing when other characters are in it that are not ASCII.
pub(super) fn ascii_digits(text: &str, minor: u8) -> Option<std::borrow::Cow<'_, str>> {
    if text.is_ascii() {
        return Some(text.into());
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else if is_space(character) {
            plain.push(' ');
        } else {
            plain.push(char::from(b'0' + decimal(character, minor)?));
        }
    }
    Some(plain.into())
}

/// Whether `str.split()` cuts at a character.
pub(super) fn is_space(character: char) -> bool {
    matches!(
        character,
        '\u{9}'..='\u{d}'
            | '\u{1c}'..='\u{20}'
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// `str.strip()`
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether a version knows all characters of a mapping: else a character stands for itself.
fn known(mut mapped: impl Iterator<Item = char>, minor: u8) -> bool {
    mapped.all(|c| is_printable(c, minor))
}

/// `str.upper()`
pub(super) fn upper(text: &str, minor: u8) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    let mut made = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character, minor) && known(character.to_uppercase(), minor) {
            made.extend(character.to_uppercase());
        } else {
            made.push(character);
        }
    }
    made
}

/// `str.lower()`
pub(super) fn lower(text: &str, minor: u8) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut made = String::with_capacity(text.len());
    // A capital sigma looks at its neighbours.
    if text.contains('Σ') {
        return text.to_lowercase();
    }
    for character in text.chars() {
        if is_printable(character, minor) && known(character.to_lowercase(), minor) {
            made.extend(character.to_lowercase());
        } else {
            made.push(character);
        }
    }
    made
}
