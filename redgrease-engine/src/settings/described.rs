//! What the settings are, for programs and pages that show them.

use super::{Change, Settings, Shown};

/// A setting of the engine.
///
/// ```
/// let all = redgrease_engine::settings::described();
/// let deadline = all.iter().find(|one| one.name == "SyncDeadline").expect("it is there");
/// assert_eq!((deadline.default.as_str(), deadline.kind), ("5000", "number"));
/// assert!(deadline.changes && deadline.meaning.starts_with("Milliseconds"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Described {
    /// Its name, as a module argument and behind `rg.` as an option of the server.
    pub name: &'static str,
    /// `number`, `switch` (1 or 0), `text` or `list`.
    pub kind: &'static str,
    /// Its value when nothing is said.
    pub default: String,
    /// Whether it can be changed while the server runs.
    pub changes: bool,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// All settings, in the order of their declaration.
pub fn described() -> Vec<Described> {
    let settings = Settings::default();
    let entries = settings.entries();
    entries
        .map(|entry| Described {
            name: entry.name,
            kind: entry.value.kind(),
            default: match entry.value.show() {
                Shown::Number(number) => number.to_string(),
                Shown::Text(text) => String::from_utf8_lossy(&text).into_owned(),
                Shown::Texts(texts) => texts.join(","),
            },
            changes: entry.change == Change::Runtime,
            meaning: entry.meaning.trim(),
        })
        .collect()
}
