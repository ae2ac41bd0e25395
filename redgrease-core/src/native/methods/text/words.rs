//! The words of a text.

use crate::native::unicode::is_space;

/// The words of a text, as `text.split()` gives them.
///
/// ```
/// use redgrease_core::native::words;
///
/// assert_eq!(words(" to be  ").rev().collect::<Vec<_>>(), ["be", "to"]);
/// ```
#[must_use]
pub fn words(text: &str) -> Words<'_> {
    Words {
        rest: text,
        is_ascii: text.is_ascii(),
    }
}

/// The words of a text.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    rest: &'a str,
    is_ascii: bool,
}

fn is_space_byte(byte: &u8) -> bool {
    is_space(char::from(*byte))
}

fn is_letter_byte(byte: &u8) -> bool {
    !is_space_byte(byte)
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (start, end);
        if self.is_ascii {
            let bytes = self.rest.as_bytes();
            start = bytes.iter().position(is_letter_byte)?;
            end = bytes[start..].iter().position(is_space_byte);
        } else {
            start = self.rest.find(|letter| !is_space(letter))?;
            end = self.rest[start..].find(is_space);
        }
        let (word, rest) = self.rest[start..].split_at(end.unwrap_or(self.rest.len() - start));
        self.rest = rest;
        Some(word)
    }
}

impl<'a> DoubleEndedIterator for Words<'a> {
    fn next_back(&mut self) -> Option<&'a str> {
        let start;
        if self.is_ascii {
            let bytes = self.rest.as_bytes();
            let last = bytes.iter().rposition(is_letter_byte)?;
            self.rest = &self.rest[..=last];
            let space = bytes[..last].iter().rposition(is_space_byte);
            start = space.map_or(0, |space| space + 1);
        } else {
            self.rest = self.rest.trim_end_matches(is_space);
            let space = self.rest.char_indices().rev();
            let mut space = space.skip_while(|&(_, letter)| !is_space(letter));
            start = match space.next() {
                Some((space, letter)) => space + letter.len_utf8(),
                None if self.rest.is_empty() => return None,
                None => 0,
            };
        }
        let (rest, word) = self.rest.split_at(start);
        self.rest = rest;
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_the_same_from_both_ends() {
        for (text, expected) in [
            ("", vec![]),
            (" \t\n", vec![]),
            ("one", vec!["one"]),
            ("  to be\u{1f}or  not ", vec!["to", "be", "or", "not"]),
            ("é\u{a0}ü\u{2003}\u{3000}ß ", vec!["é", "ü", "ß"]),
            ("\u{a0}", vec![]),
            ("a\u{200b}b", vec!["a\u{200b}b"]),
        ] {
            assert_eq!(words(text).collect::<Vec<_>>(), expected, "{text:?}");
            let mut back: Vec<_> = words(text).rev().collect();
            back.reverse();
            assert_eq!(back, expected, "{text:?} from behind");
        }
    }
}
