//! Slots of keys, and texts whose slot is known.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::base::guard;

/// How many slots there are.
pub(crate) const SLOTS: u16 = 16384;

/// The letters of a tag.
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The slot of a key: that of what stands between its first braces, if there is anything.
pub(crate) fn slot_of(key: &[u8]) -> u16 {
    let open = key.iter().position(|&byte| byte == b'{');
    let tag = open.and_then(|open| {
        let rest = &key[open + 1..];
        let close = rest.iter().position(|&byte| byte == b'}')?;
        (close > 0).then(|| &rest[..close])
    });
    crc16(tag.unwrap_or(key)) % SLOTS
}

/// The cyclic redundancy check of the polynomial 0x1021, from 0 on, which the cluster specification names.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, &byte| {
        let [high, _] = crc.to_be_bytes();
        crc << 8 ^ CHECKS[usize::from(high ^ byte)]
    })
}

/// What each byte makes of it: runs over slots that move ask for every key.
static CHECKS: [u16; 256] = checks();

const fn checks() -> [u16; 256] {
    let mut checks = [0; 256];
    let mut at = 0;
    let mut byte: u16 = 0;
    while at < checks.len() {
        let mut check = byte << 8;
        let mut bit = 0;
        while bit < 8 {
            let carry = check & 0x8000 != 0;
            check = check << 1 ^ if carry { 0x1021 } else { 0 };
            bit += 1;
        }
        checks[at] = check;
        at += 1;
        byte += 1;
    }
    checks
}

/// The first of the shortest texts of letters and digits that has this slot.
pub(crate) fn tag_of(slot: u16) -> &'static str {
    static TAGS: Mutex<BTreeMap<u16, &'static str>> = Mutex::new(BTreeMap::new());
    guard(&TAGS)
        .entry(slot)
        .or_insert_with(|| Box::leak(find_tag(slot % SLOTS).into_boxed_str()))
}

fn find_tag(slot: u16) -> String {
    let found = (1..).flat_map(texts).find(|text| slot_of(text) == slot);
    String::from_utf8_lossy(&found.unwrap_or_default()).into_owned()
}

/// All texts of so many letters, in their order.
fn texts(length: u8) -> impl Iterator<Item = Vec<u8>> {
    let count = LETTERS.len().pow(length.into());
    (0..count).map(move |number| {
        let mut rest = number;
        let mut text = vec![0; length.into()];
        for letter in text.iter_mut().rev() {
            *letter = LETTERS[rest % LETTERS.len()];
            rest /= LETTERS.len();
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_server() {
        // As CLUSTER KEYSLOT answers.
        for (key, slot) in [
            (&b"k0"[..], 8579),
            (b"k1", 12706),
            (b"123456789", 12739),
            (b"{06S}cnt", 0),
            (b"a{b}c{d}", slot_of(b"b")),
            (b"{}x", slot_of(b"{}x")),
            (b"", 0),
        ] {
            assert_eq!(slot_of(key), slot, "{}", String::from_utf8_lossy(key));
        }
    }

    #[test]
    fn every_slot_has_a_short_tag() {
        for slot in (0..SLOTS).step_by(331) {
            assert_eq!(slot_of(tag_of(slot).as_bytes()), slot);
        }
        let first = [0, 5461, 10923].map(tag_of);
        assert_eq!(first, ["06S", "8M", "63n"]);
    }
}
