//! The functions that this program has asked a server for, so that two of them with one name are told
//! apart: what a server has may be older code of a function, which is taken over, or another function.

use std::sync::{Mutex, PoisonError};

use super::data::Registration;
use super::execute::is_made_by;
use crate::script::Script;
use crate::spec::{Function, Replace};

/// One function of this program.
#[derive(Debug)]
struct Asked {
    /// What the name of its session begins with: commands and functions at events do not meet.
    kind: &'static str,
    /// The trigger or the name.
    name: String,
    /// The hash of its script.
    hash: String,
    /// The name in Rust and the place, in words.
    words: String,
    /// Whether it was told to take the place of others.
    replaces: bool,
}

static ASKED: Mutex<Vec<Asked>> = Mutex::new(Vec::new());

/// Remembers a function.
pub(super) fn remember(
    kind: &'static str,
    name: &str,
    function: &Function,
    script: &Script,
    replace: Replace,
) {
    let mut all = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all
        .iter()
        .any(|one| one.kind == kind && one.name == name && one.hash == script.hash());
    if !known {
        all.push(Asked {
            kind,
            name: name.to_owned(),
            hash: script.hash().to_owned(),
            words: words(function),
            replaces: replace == Replace::Replace,
        });
    }
}

/// The other function of this program whose code a registration is, unless it was told to take the
/// place of others; `script` is that of the function which has the same name. In words.
pub(super) fn other(
    kind: &'static str,
    name: &str,
    function: &Function,
    script: &Script,
    old: &Registration,
) -> Option<String> {
    if is_made_by(old, script) {
        return None;
    }
    let description = old.description.as_deref()?;
    let all = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = all.iter().find(|one| {
        one.kind == kind && one.name == name && !one.replaces && description.ends_with(&one.hash)
    })?;
    Some(format!(
        "{}, another function of this program than {}",
        found.words,
        words(function)
    ))
}

fn words(function: &Function) -> String {
    format!("`{}` at {}:{}", function.name, function.file, function.line)
}
