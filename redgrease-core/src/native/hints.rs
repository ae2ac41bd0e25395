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

static HINTS: &[(&str, &str, &str)] = &[];
