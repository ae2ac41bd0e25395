//! The deliberate differences: one table, which both decides what the replay accepts and is printed into the documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::exchange::home;
use crate::support::Value;

/// One row.
#[derive(Debug)]
pub(crate) struct Difference {
    /// What it is about.
    pub(crate) area: String,
    /// What RedisGears 1.2.13 does.
    pub(crate) original: String,
    /// What this engine does.
    pub(crate) engine: String,
    /// Why.
    pub(crate) why: String,
    /// The recorded exchanges it shows in, as `file#index` or `file#first-last`, with a pattern of the engine's reply in its one-line form (`*` stands
    /// for anything).
    pub(crate) replies: Vec<(String, String)>,
    /// The recorded exchanges in which only the numbers of executions and registrations are others.
    pub(crate) numbers: Vec<String>,
}

impl Difference {
    /// The places of all recorded exchanges that it is about.
    pub(crate) fn places(&self) -> impl Iterator<Item = &String> {
        self.replies
            .iter()
            .map(|(place, _)| place)
            .chain(&self.numbers)
    }
}

/// All rows.
pub(crate) fn load() -> Vec<Difference> {
    let path = home().join("differences.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows: Vec<Json> =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    rows.iter().map(row).collect()
}

fn row(json: &Json) -> Difference {
    let field = |name: &str| {
        json[name]
            .as_str()
            .unwrap_or_else(|| panic!("differences.json: {name} is missing in {json}"))
            .to_owned()
    };
    let replies = json["replies"].as_object().map(|map| {
        map.iter()
            .map(|(case, pattern)| {
                (
                    case.clone(),
                    pattern.as_str().expect("a pattern is a string").to_owned(),
                )
            })
            .collect()
    });
    Difference {
        area: field("area"),
        original: field("original"),
        engine: field("engine"),
        why: field("why"),
        replies: replies.unwrap_or_default(),
        numbers: json["numbers"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|place| place.as_str().expect("a place is a string").to_owned())
            .collect(),
    }
}

/// The row that accepts `actual` at this place, if there is one.
pub(crate) fn accepts<'d>(
    rows: &'d [Difference],
    file: &str,
    index: usize,
    actual: &Value,
) -> Option<&'d Difference> {
    let text = actual.to_string();
    rows.iter().find(|row| {
        row.replies
            .iter()
            .any(|(case, pattern)| covers(case, file, index) && matches(pattern, &text))
    })
}

/// Whether a row is about this exchange.
pub(crate) fn lists(rows: &[Difference], file: &str, index: usize) -> bool {
    rows.iter()
        .flat_map(Difference::places)
        .any(|place| covers(place, file, index))
}

/// Whether a row says that the numbers in this exchange are others.
pub(crate) fn numbers_differ(rows: &[Difference], file: &str, index: usize) -> bool {
    rows.iter()
        .flat_map(|row| &row.numbers)
        .any(|place| covers(place, file, index))
}

fn covers(place: &str, file: &str, index: usize) -> bool {
    split(place).is_some_and(|(name, first, last)| name == file && (first..=last).contains(&index))
}

/// File, first and last index of a place.
pub(crate) fn split(place: &str) -> Option<(&str, usize, usize)> {
    let (file, indices) = place.split_once('#')?;
    let (first, last) = indices.split_once('-').unwrap_or((indices, indices));
    Some((file, first.parse().ok()?, last.parse().ok()?))
}

/// Whether `text` matches `pattern`, where `*` stands for any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Where the documentation keeps the table.
pub(crate) fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md")
}

/// The page.
pub(crate) fn render(rows: &[Difference]) -> String {
    let mut out = String::from(
        "# Deliberate differences from RedisGears 1.2.13\n\n\
         Scripts, clients and tools made for RedisGears 1.2 run on the engine unchanged. Where the engine answers differently, it does so on purpose, and each\n\
         such place is one row of this table.\n\n\
         <!-- Printed from redgrease-engine/tests/conformance/differences.json by\n     \
         REDGREASE_BLESS=1 cargo test -p redgrease-engine --test conformance differences: edit that file, not this one. -->\n\n\
         | Area | RedisGears 1.2.13 | This engine | Why | Recorded |\n|---|---|---|---|---|\n",
    );
    let cell = |text: &str| text.replace('|', "\\|");
    for row in rows {
        let cases = in_short(row.places());
        let cells = [&row.area, &row.original, &row.engine, &row.why]
            .map(|text| cell(text))
            .join(" | ");
        writeln!(out, "| {cells} | {cases} |").expect("writing to a string");
    }
    out
}

/// Places in the recordings, with neighbours joined.
fn in_short<'p>(places: impl Iterator<Item = &'p String>) -> String {
    let mut ranges: Vec<(&str, usize, usize)> = places
        .map(|place| split(place).unwrap_or_else(|| panic!("{place}: not file#index")))
        .collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, before| {
        let joined = before.0 == next.0 && before.2 + 1 >= next.1;
        if joined {
            before.2 = before.2.max(next.2);
        }
        joined
    });
    let show = |(file, first, last): &(&str, usize, usize)| match first == last {
        true => format!("`{file}#{first}`"),
        false => format!("`{file}#{first}-{last}`"),
    };
    ranges.iter().map(show).collect::<Vec<_>>().join(", ")
}
