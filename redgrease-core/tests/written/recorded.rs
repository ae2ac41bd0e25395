//! The scripts of the recorded exchanges.

use std::collections::BTreeSet;
use std::fs;

use crate::written::{files, root};

/// The scripts that ran on a real RedisGears.
pub(crate) fn recorded() -> BTreeSet<String> {
    let mut found = Vec::new();
    files(
        &root().join("redgrease-engine/tests/conformance/data"),
        &mut found,
    );
    let mut scripts = BTreeSet::new();
    for path in found
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let text = fs::read_to_string(path).unwrap();
        let entries: serde_json::Value = serde_json::from_str(&text).unwrap();
        for entry in entries.as_array().into_iter().flatten() {
            let words = entry["cmd"].as_array();
            let words: Vec<&str> = words
                .into_iter()
                .flatten()
                .filter_map(|word| word.as_str())
                .collect();
            if let [first, script, ..] = words.as_slice()
                && first.eq_ignore_ascii_case("RG.PYEXECUTE")
            {
                scripts.insert(decoded(script));
            }
        }
    }
    scripts
}

/// A text whose characters each stand for a byte; as it is, where the bytes are none.
fn decoded(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|one| u8::try_from(one).ok()).collect();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| text.to_owned())
}
