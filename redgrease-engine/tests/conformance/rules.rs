//! The comparison itself: its rules hide what they are for, and no more.

use std::collections::HashSet;

use super::exchange::{Freedom, Recorded, recordings};
use super::{compare, differences, ids, mask};
use crate::support::Value;

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
    let mut done = HashSet::new();
    for recording in recordings() {
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            let Recorded::Reply(value) = &exchange.recorded else {
                continue;
            };
            let name = exchange.name();
            if matches!(exchange.freedom, Freedom::Volatile | Freedom::Late) || name == "INFO" {
                continue;
            }
            if !done.insert((name.clone(), value.to_string())) {
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
                && !matches!(exchange.freedom, Freedom::Subset | Freedom::Clock)
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
    assert!(!plain("{'f2': '2', 'f1': 'v1'}", "{'f1': 'v1', 'f2': '2'}"));
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
    let list = |items: &[&str]| Value::Array(items.iter().map(|t| bulk(t)).collect());
    let twice = list(&["a", "a"]);
    assert!(agree("LRANGE", Freedom::Clock, &twice, &list(&["a"])));
    assert!(!agree("LRANGE", Freedom::Clock, &twice, &list(&["a", "b"])));
    assert!(!agree("LRANGE", Freedom::Clock, &twice, &list(&[])));
    assert!(!agree("LRANGE", Freedom::None, &twice, &list(&["a"])));
    assert!(agree("GET", Freedom::Clock, &bulk("1"), &bulk("3")));
    assert!(!agree("GET", Freedom::Clock, &bulk("1"), &Value::Nil));
    let retried = |triggered, failed| {
        let data = vec![
            bulk("numTriggered"),
            Value::Int(triggered),
            bulk("numFailures"),
            Value::Int(failed),
        ];
        let data = vec![bulk("RegistrationData"), Value::Array(data)];
        Value::Array(vec![Value::Array(data)])
    };
    let dump = |a: &Value, b: &Value| agree("RG.DUMPREGISTRATIONS", Freedom::Clock, a, b);
    assert!(dump(&retried(4, 3), &retried(6, 5)));
    assert!(!dump(&retried(4, 3), &retried(6, 4)));
    assert!(!dump(&retried(4, 3), &retried(1, 0)));

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
