//! Checks of `uses = […]` that need what only rustc knows: they run while a program is compiled.

use crate::spec::{Shared, SharedModule};

/// Ends the build when the names that a function uses cannot stand in one script: `words` are the
/// names as the function says them, `function` is its own.
#[doc(hidden)]
#[track_caller]
pub const fn assert_shared(function: &str, words: &[&str], uses: &[Shared]) {
    let mut at = 0;
    while at < uses.len() {
        let used = &uses[at];
        assert!(
            is_same(used.name, words[at]),
            "a name in `uses` is another one in Python: write the name that it has in its module [RG0935]"
        );
        assert!(
            !has(used.module, function),
            "the function has a name that the Python which it uses defines, too: give it another name [RG0935]"
        );
        let mut before = 0;
        while before < at {
            assert!(
                !overlap(uses[before].module, used.module),
                "two modules in `uses` define the same name, and a script has one of each: rename it in one of them [RG0935]"
            );
            before += 1;
        }
        at += 1;
    }
}

/// Whether two modules that are not the same have a name in common.
const fn overlap(one: &SharedModule, other: &SharedModule) -> bool {
    if one.line == other.line && is_same(one.file, other.file) && is_same(one.text, other.text) {
        return false;
    }
    let mut at = 0;
    while at < one.names.len() {
        if has(other, one.names[at]) {
            return true;
        }
        at += 1;
    }
    false
}

const fn has(module: &SharedModule, name: &str) -> bool {
    let mut at = 0;
    while at < module.names.len() {
        if is_same(module.names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two texts are the same.
pub(crate) const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
