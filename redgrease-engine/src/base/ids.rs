//! Names that nobody else has.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// 40 random hexadecimal digits, as Redis names runs.
pub(crate) fn random_hex() -> String {
    let mut text = String::with_capacity(48);
    while text.len() < 40 {
        // The standard library seeds each of these from the system's random source.
        let number = RandomState::new().build_hasher().finish();
        text.push_str(&format!("{number:016x}"));
    }
    text.truncate(40);
    text
}
