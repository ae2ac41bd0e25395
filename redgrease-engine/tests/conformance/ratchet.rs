//! How many exchanges of each recording agree, and how many golden cases: the numbers may only rise.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;

use super::exchange::home;

const FILE: &str = "agreed.json";

/// What has been reached for one recording: agreed (known differences included), failed.
pub(crate) type Reached = BTreeMap<String, (usize, usize)>;

/// What has been reached so far.
pub(crate) fn load() -> Reached {
    let text = fs::read_to_string(home().join(FILE)).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let map: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let number = |v: &serde_json::Value, name: &str| {
        usize::try_from(v[name].as_u64().expect("a number")).expect("a small number")
    };
    map.iter()
        .map(|(file, v)| (file.clone(), (number(v, "agreed"), number(v, "failed"))))
        .collect()
}

/// What is worse than before, one line each.
pub(crate) fn regressions(reached: &Reached, totals: &[(String, usize, usize)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, agreed, failed) in totals {
        let (before, allowed) = reached.get(name).copied().unwrap_or((0, usize::MAX));
        if *agreed < before {
            found.push(format!("{name}: {before} agreed before, {agreed} now"));
        } else if *failed > allowed {
            found.push(format!("{name}: {allowed} failed before, {failed} now"));
        }
    }
    found
}

/// Write down what has been reached, where it is more than before.
pub(crate) fn raise(mut reached: Reached, totals: &[(String, usize, usize)]) {
    for (name, agreed, failed) in totals {
        let entry = reached.entry(name.clone()).or_insert((0, usize::MAX));
        *entry = (entry.0.max(*agreed), entry.1.min(*failed));
    }
    let lines: Vec<String> = reached
        .iter()
        .map(|(file, (agreed, failed))| {
            format!(
                "  {}: {}",
                json!(file),
                json!({"agreed": agreed, "failed": failed})
            )
        })
        .collect();
    fs::write(
        home().join(FILE),
        format!("{{\n{}\n}}\n", lines.join(",\n")),
    )
    .expect("writing the file of what is reached");
}
