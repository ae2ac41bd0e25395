//! How many of the callbacks that are written here run inside the server: those of the tests, of the examples, of the guide, and
//! of the scripts that ran on a real RedisGears. docs/native.md says it, and why the rest does not.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its data has failed"
)]

#[path = "written/recorded.rs"]
mod recorded;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use recorded::recorded;
use redgrease_core::native::callbacks_of;
use written::{root, scripts};

/// What was found in one kind of files.
#[derive(Default)]
struct Share {
    scripts: usize,
    all: usize,
    native: usize,
    /// Those of which a part is native.
    in_part: usize,
    reasons: BTreeMap<&'static str, usize>,
}

impl Share {
    fn add(&mut self, script: &str) {
        // Rust's formats, and texts that are wrong on purpose, are no scripts.
        let Ok(callbacks) = callbacks_of(script) else {
            return;
        };
        self.scripts += 1;
        for callback in callbacks {
            self.all += 1;
            self.in_part += usize::from(callback.in_part.is_some());
            match callback.refusal {
                None => self.native += 1,
                Some(refusal) => *self.reasons.entry(refusal.reason).or_default() += 1,
            }
        }
    }

    /// Those of several.
    fn of(scripts: &BTreeSet<String>) -> Self {
        let mut share = Self::default();
        scripts.iter().for_each(|script| share.add(script));
        share
    }
}

#[test]
fn at_least_half_of_the_callbacks_run_inside_the_server() {
    let kinds = [
        ("tests", scripts(&["redgrease-engine/tests", "tests"])),
        ("examples", scripts(&["examples"])),
        ("guide", scripts(&["docs", "redgrease-macros/docs"])),
        ("recorded scripts", recorded()),
    ];
    let page = fs::read_to_string(root().join("docs/native.md")).unwrap();
    let mut together = Share::default();
    let mut missing = Vec::new();
    for (name, scripts) in kinds {
        let share = Share::of(&scripts);
        let line = format!(
            "| {name} | {} | {} | {} | {} % |",
            share.all,
            share.native,
            share.in_part,
            percent(&share)
        );
        println!("{line}");
        let mut reasons: Vec<_> = share.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(15) {
            println!("    {count:4} {reason}");
        }
        // A test more or less changes nothing of what the page says.
        let said = said(&page, name);
        if said.is_none_or(|said| said.abs_diff(percent(&share)) > 5) {
            missing.push(line);
        }
        together.all += share.all;
        together.native += share.native;
    }
    println!("together {} of {}", together.native, together.all);
    assert!(together.native * 2 >= together.all, "less than half");
    assert!(
        missing.is_empty(),
        "docs/native.md says something else than\n{}",
        missing.join("\n")
    );
}

fn percent(share: &Share) -> usize {
    share.native * 100 / share.all.max(1)
}

/// The share that the page gives.
fn said(page: &str, name: &str) -> Option<usize> {
    let line = page
        .lines()
        .find(|line| line.starts_with(&format!("| {name} |")))?;
    line.rsplit('|')
        .nth(1)?
        .trim()
        .trim_end_matches('%')
        .trim()
        .parse()
        .ok()
}
