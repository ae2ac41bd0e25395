//! Conformance with RedisGears 1.2.13: recorded exchanges replayed against the engine, and a table of golden cases.
//!
//! ```text
//! cargo test -p redgrease-engine --test conformance
//! REDGREASE_CONFORMANCE=04_pyexecute_basic cargo test -p redgrease-engine --test conformance replay     # one recording, every mismatch
//! REDGREASE_GOLDEN=B cargo test -p redgrease-engine --test conformance golden                           # some golden cases
//! REDGREASE_BLESS=1 cargo test -p redgrease-engine --test conformance differences                       # print docs/differences.md again
//! ```

mod compare;
mod differences;
mod exchange;
mod golden;
mod ids;
mod mask;
mod pytext;
mod replay;
mod report;
mod rules;
mod servers;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::fs;
use std::io::Write;
use std::sync::Mutex;
use std::thread;

use differences::Difference;
use exchange::{Exchange, Recording, recordings};
use replay::{Protocol, Report, replay};

/// How many servers run at a time.
const PARALLEL: usize = 2;

#[test]
fn replay_of_the_recorded_exchanges() {
    let differences = differences::load();
    let only = env::var("REDGREASE_CONFORMANCE").ok();
    let chosen: Vec<Recording> = recordings()
        .into_iter()
        .filter(|r| only.as_ref().is_none_or(|name| r.name.starts_with(name)))
        .collect();
    assert!(!chosen.is_empty(), "no recording is called {only:?}");
    let reports = replay_all(chosen, Protocol::Resp2, &differences);
    none_failed(&reports, only.is_some());
}

/// The recordings were made in RESP2, and RedisGears 1.2 knows no more: its replies look the same in RESP3.
#[test]
fn the_same_shapes_in_resp3() {
    let differences = differences::load();
    let quick: Vec<Recording> = recordings()
        .into_iter()
        .filter(|r| {
            let quick = |e: &Exchange| e.name() != "#SLEEP" && !e.installs();
            r.exchanges.iter().all(quick)
        })
        .collect();
    let reports = replay_all(quick, Protocol::Resp3, &differences);
    none_failed(&reports, false);
}

/// Prints the totals.
fn none_failed(reports: &[Report], all: bool) {
    say(&report::table(reports, all));
    let failed: usize = reports.iter().map(|report| report.totals()[2]).sum();
    assert!(failed == 0, "{failed} exchanges failed: see above");
}

#[test]
fn golden_table() {
    let only = env::var("REDGREASE_GOLDEN").unwrap_or_default();
    let (failures, count) = golden::run(&only);
    assert!(count > 0, "no golden case starts with {only}");
    let mut out = String::new();
    for (id, why) in &failures {
        out += &format!("\n{id}: {why}\n");
    }
    out += &format!(
        "\ngolden cases: {} agreed, {} failed\n",
        count - failures.len(),
        failures.len()
    );
    for (cases, reason) in golden::NAMED {
        out += &format!("not run: {cases}: {reason}\n");
    }
    say(&out);
    assert!(
        failures.is_empty(),
        "{} golden cases failed",
        failures.len()
    );
}

/// Replay with [`PARALLEL`] servers at a time, the longest recordings first.
fn replay_all(
    mut queue: Vec<Recording>,
    protocol: Protocol,
    differences: &[Difference],
) -> Vec<Report> {
    queue.sort_by_key(|r| r.exchanges.len());
    let queue = Mutex::new(queue);
    let reports = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no panic while queueing").pop();
                    let Some(recording) = next else { break };
                    let report = replay(&recording, protocol, differences);
                    reports
                        .lock()
                        .expect("no panic while reporting")
                        .push(report);
                }
            });
        }
    });
    let mut reports = reports.into_inner().expect("no panic while reporting");
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    reports
}

/// Print past the capturing of the test harness: the totals are worth seeing when all is well, too.
fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

#[test]
fn the_page_of_differences_is_current() {
    let rows = differences::load();
    let all = recordings();
    for case in rows.iter().flat_map(Difference::places) {
        let (name, _, last) =
            differences::split(case).unwrap_or_else(|| panic!("{case}: not file#index"));
        let recording = all
            .iter()
            .find(|r| r.name == name)
            .unwrap_or_else(|| panic!("{case}: no such recording"));
        assert!(
            last < recording.exchanges.len(),
            "{case}: the recording ends before"
        );
    }
    let page = differences::page();
    let wanted = differences::render(&rows);
    if env::var_os("REDGREASE_BLESS").is_some() {
        fs::create_dir_all(page.parent().expect("a directory"))
            .expect("the documentation's directory");
        fs::write(&page, &wanted).expect("writing the page");
    }
    let found = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/differences.md is not current: run REDGREASE_BLESS=1 cargo test -p redgrease-engine --test conformance differences"
    );
}
