//! The quickstart example prints what the documentation says.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::Command;

/// `cargo test` builds the examples beside the tests.
fn quickstart() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples/quickstart");
    assert!(
        example.is_file(),
        "{} is missing; run the tests with `cargo test --features embedded`",
        example.display()
    );
    example
}

/// The number after `label` in a line of `output`.
fn number(output: &str, label: &str) -> f64 {
    let line = output
        .lines()
        .find(|line| line.starts_with(label))
        .unwrap_or_else(|| panic!("no line `{label}` in\n{output}"));
    let number = line[label.len()..].split_whitespace().next().unwrap();
    number.parse().unwrap()
}

#[test]
fn prints_the_counts_the_sum_the_words_and_the_ratio() {
    let run = Command::new(quickstart())
        .env_remove("REDIS_URL")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{output}\n{errors}");

    for label in ["DBSIZE:", "a script in a string:", "a gear:"] {
        assert_eq!(number(&output, label), 5.0, "{label}");
    }
    let sum = "== The sum of the values of all *-fighter keys:";
    assert_eq!(number(&output, sum), 1337.0);
    let words = include_str!("../examples/data/persuasion.txt");
    let total = words.split_whitespace().count();
    let the = words
        .split_whitespace()
        .filter(|word| *word == "the")
        .count();
    assert!(
        output.contains(&format!(" {total} words,")),
        "{total} in\n{output}"
    );
    assert!(
        output.contains(&format!("{the:6} the\n")),
        "{the} in\n{output}"
    );
    assert!(number(&output, "ratio:") > 10.0, "{output}");
}
