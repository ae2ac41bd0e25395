//! What Python suggests for names that a type does not have.

/// The suggestion for an attribute, from Python 3.12 on.
pub(super) fn hint(of: &str, name: &str, minor: u8) -> Option<&'static str> {
    if minor < 12 {
        return None;
    }
    HINTS
        .iter()
        .find(|(have, wrong, _)| *have == of && *wrong == name)
        .map(|(_, _, right)| *right)
}

/// Type, name that it has not, name that is suggested: those of the names in the tables for which there is one.
static HINTS: &[(&str, &str, &str)] = &[
    ("str", "decode", "encode"),
    ("bytes", "encode", "decode"),
    ("bytearray", "encode", "decode"),
    ("list", "rindex", "index"),
    ("tuple", "rindex", "index"),
];
