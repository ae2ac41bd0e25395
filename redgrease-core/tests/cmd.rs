//! The command table and the Python text that comes of it, as their users see them.

#![allow(clippy::unwrap_used, reason = "a test that panics says where and why")]

use redgrease_core::cmd::{self, ParameterKind};
use std::collections::BTreeSet;

fn complaint(method: &str, positional: usize, keywords: &[&str]) -> String {
    let entry = cmd::lookup(method).unwrap();
    entry
        .check_call(positional, keywords, false, false)
        .unwrap_err()
        .to_string()
}

#[test]
fn names_are_unique() {
    let mut names = BTreeSet::new();
    for entry in cmd::entries() {
        assert!(names.insert(entry.name), "{} is there twice", entry.name);
    }
    assert!(names.len() > 300);
}

#[test]
fn a_call_that_fits_passes() {
    let fits = |name: &str, positional, keywords: &[&str], star, star_star| {
        let entry = cmd::lookup(name).unwrap();
        assert_eq!(
            entry.check_call(positional, keywords, star, star_star),
            Ok(()),
            "{name}"
        );
    };
    fits("get", 1, &[], false, false);
    fits("get", 0, &["name"], false, false);
    fits("get", 0, &[], true, false);
    fits("get", 0, &[], false, true);
    fits("set", 2, &["ex", "nx"], false, false);
    fits("delete", 3, &[], false, false);
    fits("delete", 0, &[], true, false);
    fits("hset", 1, &["mapping"], false, false);
    fits("lmpop", 2, &["direction"], false, false);
    fits("lmpop", 2, &[], false, true);
    fits("xread", 2, &[], false, false);
    fits("ping", 0, &[], false, false);
}

#[test]
fn a_call_that_does_not_fit_says_what_is_expected() {
    assert_eq!(
        complaint("get", 0, &[]),
        "`cmd.get` lacks `name`: expected get(name)"
    );
    assert_eq!(
        complaint("get", 2, &[]),
        "`cmd.get` got 2 positional arguments and takes at most 1: expected get(name)"
    );
    assert_eq!(
        complaint("ping", 1, &[]),
        "`cmd.ping` got 1 positional argument and takes none: expected ping()"
    );
    assert_eq!(
        complaint("setex", 1, &[]),
        "`cmd.setex` lacks `time`, `value`: expected setex(name, time, value)"
    );
    assert_eq!(
        complaint("delete", 0, &[]),
        "`cmd.delete` lacks `names`: expected delete(*names)"
    );
    assert_eq!(
        complaint("get", 1, &["name"]),
        "`cmd.get` got `name` twice, by its place and by its name: give it once"
    );
    assert_eq!(
        complaint("zscan", 1, &["macth"]),
        "`cmd.zscan` has no parameter `macth`, did you mean `match`? \
         Expected zscan(name, cursor=0, match=None, count=None, score_cast_func=float)"
    );
    assert_eq!(
        complaint("delete", 1, &["names"]),
        "`cmd.delete` has no parameter `names`: expected delete(*names)"
    );
}

#[test]
fn blocking_is_refused_with_what_to_use() {
    assert_eq!(
        complaint("blpop", 1, &[]),
        "`cmd.blpop` cannot be used on the server: it waits for another client, but inside \
         of the server a command answers at once; use `lpop`, which answers at once"
    );
    let block = "`block` of `cmd.xread` cannot be used on the server: it waits for another client";
    assert!(complaint("xread", 1, &["block"]).starts_with(block));
    assert!(complaint("xread", 3, &[]).starts_with(block));
    for name in [
        "subscribe",
        "pipeline",
        "transaction",
        "watch",
        "lock",
        "wait",
        "monitor",
    ] {
        assert!(cmd::lookup(name).unwrap().refused.is_some(), "{name}");
        assert!(cmd::python_source(&[name].into()).contains(" pass\n"));
    }
}

#[test]
fn suggestions_are_usable_names() {
    assert_eq!(cmd::suggest("hgetal"), Some("hgetall"));
    assert_eq!(cmd::suggest("hGetAll"), Some("hgetall"));
    assert_eq!(cmd::suggest("zrangebyscor"), Some("zrangebyscore"));
    assert_eq!(cmd::suggest("pubsub"), None);
    assert_eq!(cmd::suggest("ge"), None);
    assert_eq!(cmd::suggest("totally_other"), None);
}

#[test]
fn signatures_read_as_python() {
    let lmpop: Vec<_> = cmd::lookup("lmpop")
        .unwrap()
        .signature
        .parameters()
        .collect();
    let kinds: Vec<_> = lmpop.iter().map(|p| (p.name, p.kind, p.required)).collect();
    assert_eq!(
        kinds,
        [
            ("num_keys", ParameterKind::Positional, true),
            ("args", ParameterKind::VarPositional, true),
            ("direction", ParameterKind::Keyword, true),
            ("count", ParameterKind::Keyword, false),
        ]
    );
    assert_eq!(lmpop[3].default, Some("1"));
    assert_eq!(
        cmd::lookup("lmpop").unwrap().signature.to_string(),
        "num_keys, *args, direction, count=1"
    );
}

#[test]
fn the_text_has_what_is_used_and_no_more() {
    let text = cmd::python_source(&["get", "hgetall"].into());
    let defined: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("def "))
        .filter_map(|line| line.split('(').next())
        .collect();
    assert_eq!(
        defined,
        ["get", "hgetall", "_x", "_dict", "_received", "_sent"]
    );
    let one = cmd::python_source(&["get"].into()).len();
    assert!(one < 600, "{one} bytes for one method");
    assert!(
        text.len() - one < 250,
        "{} bytes for another",
        text.len() - one
    );
}

/// Every `_rg_cmd.name` of a text is defined in it, and nothing of the table's own notation is left.
fn assert_whole(text: &str) {
    for called in text.split("_rg_cmd.").skip(1) {
        let ends = |letter: char| !letter.is_alphanumeric() && letter != '_';
        let name = called.split(ends).next().unwrap();
        let head = format!("\n def {name}(");
        assert!(text.contains(&head), "{name} is not defined in\n{text}");
    }
    // The one dollar that is Python's: the newest entry of a stream.
    assert!(!text.replace("id=\"$\"", "").contains('$'), "{text}");
}

#[test]
fn every_text_is_whole() {
    assert_whole(&cmd::python_source_all());
    for entry in cmd::entries() {
        assert_whole(&cmd::python_source(&[entry.name].into()));
    }
}
