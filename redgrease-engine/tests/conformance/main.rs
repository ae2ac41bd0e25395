//! Conformance with RedisGears 1.2.13: recorded exchanges replayed against the engine, and a table of golden cases.
//!
//! ```text
//! cargo test -p redgrease-engine --test conformance
//! REDGREASE_CONFORMANCE=04_pyexecute_basic cargo test -p redgrease-engine --test conformance replay     # one recording, every mismatch
//! REDGREASE_BLESS=1 cargo test -p redgrease-engine --test conformance                                   # write down what is reached
//! ```

mod compare;
mod differences;
mod exchange;
mod golden;
mod ids;
mod mask;
mod pytext;
mod ratchet;
mod replay;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::sync::Mutex;
use std::thread;

use differences::Difference;
use exchange::{Freedom, Recorded, Recording, recordings};
use replay::{Outcome, Report, replay};
use support::Value;

/// Needs three nodes; it is replayed once executions are distributed.
const CLUSTER: &str = "20_cluster";

/// How many servers run at a time.
const PARALLEL: usize = 2;

/// The file of what is reached has one writer at a time.
static SETTLING: Mutex<()> = Mutex::new(());

/// How many failures of a recording are printed when all recordings run.
const SHOWN: usize = 10;

#[test]
fn replay_of_the_recorded_exchanges() {
    let differences = differences::load();
    let only = env::var("REDGREASE_CONFORMANCE").ok();
    let chosen: Vec<Recording> = recordings()
        .into_iter()
        .filter(|r| {
            r.name != CLUSTER
                && only
                    .as_ref()
                    .is_none_or(|name| r.name.starts_with(name.as_str()))
        })
        .collect();
    assert!(!chosen.is_empty(), "no recording is called {only:?}");
    let reports = replay_all(chosen, &differences);
    say(&table(&reports, only.is_some()));
    let totals: Vec<(String, usize, usize)> = reports
        .iter()
        .map(|report| {
            let (agreed, known, failed) = report.totals();
            (report.name.clone(), agreed + known, failed)
        })
        .collect();
    settle(&totals);
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
    out += &format!(
        "not run: {} (three nodes), {} (seen from elsewhere)\n",
        golden::CLUSTER.join(", "),
        golden::ELSEWHERE.join(", ")
    );
    say(&out);
    if only.is_empty() {
        settle(&[("golden".to_owned(), count - failures.len(), failures.len())]);
    }
}

/// Compare with what has been reached before, or write it down.
fn settle(totals: &[(String, usize, usize)]) {
    let _one_at_a_time = SETTLING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let reached = ratchet::load();
    let worse = ratchet::regressions(&reached, totals);
    if env::var_os("REDGREASE_BLESS").is_some() {
        ratchet::raise(reached, totals);
    } else {
        assert!(worse.is_empty(), "worse than before:\n{}", worse.join("\n"));
    }
}

/// Replay with [`PARALLEL`] servers at a time, the longest recordings first.
fn replay_all(mut queue: Vec<Recording>, differences: &[Difference]) -> Vec<Report> {
    queue.sort_by_key(|r| r.exchanges.len());
    let queue = Mutex::new(queue);
    let reports = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no panic while queueing").pop();
                    let Some(recording) = next else { break };
                    let report = replay(&recording, differences);
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

fn table(reports: &[Report], all: bool) -> String {
    let mut out = String::new();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for report in reports {
        let mut shown = 0;
        for (index, outcome) in &report.outcomes {
            match outcome {
                Outcome::Agreed(used) => used
                    .iter()
                    .for_each(|rule| *rules.entry(rule).or_default() += 1),
                Outcome::Known => {}
                Outcome::Failed(failure) => {
                    shown += 1;
                    if all || shown <= SHOWN {
                        let clip = |text: &str| {
                            if all || text.len() < 900 {
                                text.to_owned()
                            } else {
                                format!("{}…", text.chars().take(900).collect::<String>())
                            }
                        };
                        let note = if failure.note.is_empty() {
                            String::new()
                        } else {
                            format!("   ({})", failure.note)
                        };
                        out += &format!(
                            "\n{}#{index}{note}\n  command   {}\n  expected  {}\n  got       {}\n",
                            report.name,
                            clip(&failure.command),
                            clip(&failure.expected),
                            clip(&failure.got)
                        );
                    }
                }
            }
        }
        if !all && shown > SHOWN {
            out += &format!(
                "\n{}: {} more; REDGREASE_CONFORMANCE={} shows all\n",
                report.name,
                shown - SHOWN,
                report.name
            );
        }
    }
    out += &format!(
        "\n{:<40} {:>7} {:>7} {:>7}\n",
        "recording", "agreed", "known", "failed"
    );
    let mut sum = (0, 0, 0);
    for report in reports {
        let (agreed, known, failed) = report.totals();
        sum = (sum.0 + agreed, sum.1 + known, sum.2 + failed);
        out += &format!("{:<40} {agreed:>7} {known:>7} {failed:>7}\n", report.name);
    }
    out += &format!("{:<40} {:>7} {:>7} {:>7}\n", "all", sum.0, sum.1, sum.2);
    let used: Vec<String> = rules
        .iter()
        .map(|(rule, n)| format!("{rule} {n}"))
        .collect();
    out += &format!(
        "rules that helped: {}\nnot run: {CLUSTER} (needs three nodes)\n",
        used.join(", ")
    );
    out
}

/// Print past the capturing of the test harness: the totals are worth seeing when all is well, too.
fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A fresh context with nothing allowed.
fn context<'a>(command: &'a str, freedom: Freedom) -> mask::Context<'a> {
    mask::Context {
        command: (command, ""),
        freedom,
        profiling: false,
        installation: "/srv/gears0/py",
    }
}

#[test]
fn a_recorded_reply_agrees_with_itself() {
    for recording in recordings() {
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            if let Recorded::Reply(value) = &exchange.recorded {
                let name = exchange.name();
                let verdict = compare::compare(
                    context(&name, exchange.freedom),
                    &mut ids::Ids::default(),
                    value,
                    value,
                );
                assert_eq!(
                    verdict,
                    compare::Verdict::Agreed(Vec::new()),
                    "{}#{index}",
                    recording.name
                );
            }
        }
    }
}

/// Change one leaf at a time, and drop one element at a time: the comparison must see it, unless a rule hides exactly that leaf.
#[test]
fn a_changed_reply_does_not_agree() {
    let mut hidden = 0;
    let mut seen = 0;
    for recording in recordings() {
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            let Recorded::Reply(value) = &exchange.recorded else {
                continue;
            };
            let name = exchange.name();
            if matches!(exchange.freedom, Freedom::Volatile | Freedom::Late) || name == "INFO" {
                continue;
            }
            // Of a long reply, every so many leaves, beginning elsewhere in each.
            let stride = leaves(value).div_ceil(12);
            for at in (index % stride.max(1)..leaves(value)).step_by(stride.max(1)) {
                let mut changed = value.clone();
                let original = change_leaf(&mut changed, &mut { at });
                let verdict = compare::compare(
                    context(&name, exchange.freedom),
                    &mut ids::Ids::default(),
                    value,
                    &changed,
                );
                if matches!(verdict, compare::Verdict::Agreed(_)) {
                    let measured =
                        matches!(original, Value::Int(_)) || original.text().parse::<f64>().is_ok();
                    let placed = original.text().starts_with("/srv/")
                        || original.text() == "debian12"
                        || name == "MODULE";
                    let of_prelude = original.text().contains("File \"<string>\"");
                    assert!(
                        measured || placed || of_prelude,
                        "{}#{index}: a change of {original} went unnoticed",
                        recording.name
                    );
                    hidden += 1;
                } else {
                    seen += 1;
                }
            }
            if let Value::Array(items) = value
                && !items.is_empty()
                && exchange.freedom != Freedom::Subset
            {
                let shorter = Value::Array(items[1..].to_vec());
                let verdict = compare::compare(
                    context(&name, exchange.freedom),
                    &mut ids::Ids::default(),
                    value,
                    &shorter,
                );
                assert!(
                    !matches!(verdict, compare::Verdict::Agreed(_)),
                    "{}#{index}: a missing element went unnoticed",
                    recording.name
                );
            }
        }
    }
    assert!(
        hidden * 10 < seen,
        "the rules hide too much: {hidden} of {} changes",
        hidden + seen
    );
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// Change the leaf number `at` and return what it was.
fn change_leaf(value: &mut Value, at: &mut usize) -> Value {
    if let Value::Array(items) = value {
        for item in items {
            let inside = leaves(item);
            if *at < inside {
                return change_leaf(item, at);
            }
            *at -= inside;
        }
        unreachable!("the leaf is inside");
    }
    let before = value.clone();
    match value {
        Value::Simple(b) | Value::Error(b) | Value::Bulk(b) => {
            // In the middle, so that prefixes and suffixes count as well; a number stays a number.
            let digit = b.first().is_some_and(u8::is_ascii_digit);
            b.insert(b.len() / 2, if digit { b'7' } else { b'#' });
        }
        Value::Int(n) => *n += 1,
        Value::Nil | Value::NilArray => *value = Value::Int(0),
        Value::Array(_) => unreachable!("handled above"),
    }
    before
}

#[test]
fn rules_hide_what_they_are_for_and_no_more() {
    let bulk = |text: &str| Value::Bulk(text.as_bytes().to_vec());
    let agree = |command: &str, freedom, a: &Value, b: &Value| {
        matches!(
            compare::compare(context(command, freedom), &mut ids::Ids::default(), a, b),
            compare::Verdict::Agreed(_)
        )
    };
    let plain = |a: &str, b: &str| agree("RG.PYEXECUTE", Freedom::None, &bulk(a), &bulk(b));
    let hex = |c: char| String::from(c).repeat(40);

    assert!(plain("<f at 0x7f2e6bf5d710>", "<f at 0x1234>"));
    assert!(!plain("<f at 0x7f2e6bf5d710>", "<g at 0x7f2e6bf5d710>"));
    assert!(plain(&hex('a'), &hex('b')));
    assert!(
        !plain(&hex('a'), &hex('0')),
        "forty zeros are the id of a node without cluster"
    );
    assert!(!plain(&hex('a'), &hex('b')[1..]));
    assert!(plain(
        "File \"<string>\", line 172, in run",
        "File \"<string>\", line 301, in run"
    ));
    assert!(!plain(
        "File \"<string>\", line 172, in run",
        "File \"<string>\", line 3, in run"
    ));
    assert!(!plain(
        "File \"<string>\", line 2, in f",
        "File \"<string>\", line 3, in f"
    ));
    assert!(plain("count() takes 1", "GearsBuilder.count() takes 1"));
    assert!(!plain(
        "<function run.<locals>.f>",
        "<function GearsBuilder.run.<locals>.f>"
    ));
    assert!(plain("{'f2': '2', 'f1': 'v1'}", "{'f1': 'v1', 'f2': '2'}"));
    assert!(!plain(
        "{'event': None, 'key': 'a'}",
        "{'key': 'a', 'event': None}"
    ));

    let time = |n| Value::Array(vec![bulk("total_duration"), Value::Int(n)]);
    assert!(agree("RG.GETEXECUTION", Freedom::None, &time(0), &time(7)));
    assert!(!agree(
        "RG.GETEXECUTION",
        Freedom::None,
        &time(0),
        &Value::Array(vec![bulk("total_duration"), bulk("0")])
    ));
    let step = |n| Value::Array(vec![bulk("duration"), Value::Int(n)]);
    assert!(
        !agree("RG.GETEXECUTION", Freedom::None, &step(0), &step(7)),
        "without profiling the duration of a step is 0"
    );

    let records = |list: &[&str]| {
        Value::Array(vec![
            Value::Array(list.iter().map(|t| bulk(t)).collect()),
            Value::Array(vec![]),
        ])
    };
    let (ab, ba) = (records(&["a", "b"]), records(&["b", "a"]));
    assert!(agree("RG.PYEXECUTE", Freedom::Unordered, &ab, &ba));
    assert!(!agree("RG.PYEXECUTE", Freedom::None, &ab, &ba));
    assert!(!agree(
        "RG.PYEXECUTE",
        Freedom::Unordered,
        &ab,
        &records(&["a", "a"])
    ));
    assert!(agree(
        "RG.PYEXECUTE",
        Freedom::Subset,
        &ab,
        &records(&["b"])
    ));
    let event = |event: &str, value: &str| {
        bulk(&format!(
            "[('event', '{event}'), ('key', 'a'), ('type', 'string'), ('value', {value})]"
        ))
    };
    assert!(agree(
        "LRANGE",
        Freedom::Late,
        &event("set", "'1'"),
        &event("set", "None")
    ));
    assert!(!agree(
        "LRANGE",
        Freedom::Late,
        &event("set", "'1'"),
        &event("del", "'1'")
    ));
    assert!(!agree(
        "LRANGE",
        Freedom::None,
        &event("set", "'1'"),
        &event("set", "None")
    ));
    assert!(!agree(
        "RG.PYEXECUTE",
        Freedom::Subset,
        &ab,
        &records(&["c"])
    ));
}

#[test]
fn ids_are_compared_and_followed() {
    let id = |n| Value::Bulk(format!("{}-{n}", "0".repeat(40)).into_bytes());
    let mut known = ids::Ids::default();
    let unblocking = context("RG.PYEXECUTE", Freedom::None);
    assert_eq!(
        compare::compare(unblocking, &mut known, &id(3), &id(5)),
        compare::Verdict::OtherIds
    );
    assert_eq!(
        compare::compare(unblocking, &mut known, &id(3), &id(5)),
        compare::Verdict::Agreed(Vec::new()),
        "reported once"
    );
    assert_eq!(
        compare::compare(unblocking, &mut known, &id(3), &id(6)),
        compare::Verdict::OtherIds
    );
    let text = known.translate(ids::Kind::Execution, &id(3).text());
    assert_eq!(text, id(6).text());
    let registration = context("RG.DUMPREGISTRATIONS", Freedom::None);
    assert_eq!(
        compare::compare(registration, &mut known, &id(3), &id(3)),
        compare::Verdict::Agreed(Vec::new()),
        "the counters are separate"
    );
}

#[test]
fn patterns_match_as_a_whole() {
    use differences::matches;
    assert!(
        matches("-ERR *", "-ERR no")
            && matches("*", "")
            && matches("a*c*e", "abcde")
            && matches("a", "a")
    );
    assert!(
        !matches("a", "ab")
            && !matches("a*c", "abd")
            && !matches("-ERR *", "+OK")
            && !matches("a*bc*c", "abc")
    );
}

#[test]
fn the_page_of_differences_is_current() {
    let rows = differences::load();
    let all = recordings();
    for (case, _) in rows.iter().flat_map(|row| &row.replies) {
        let (name, place) = case
            .split_once('#')
            .unwrap_or_else(|| panic!("{case}: not file#index"));
        let recording = all
            .iter()
            .find(|r| r.name == name)
            .unwrap_or_else(|| panic!("{case}: no such recording"));
        let last: usize = place
            .rsplit('-')
            .next()
            .expect("a place")
            .parse()
            .unwrap_or_else(|_| panic!("{case}: no index"));
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
