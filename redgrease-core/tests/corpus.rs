//! A corpus of Python texts on which the checker and CPython's own compiler agree, whatever the
//! version of CPython; the few texts on which they do not are listed with the reason.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run its Python has failed"
)]

mod pythons;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use redgrease_core::python::{PyVersion, check_syntax};
use redgrease_core::source::Source;

/// Texts on which the two do not agree, and why.
const DISAGREEMENTS: &[(&str, &str)] = &[
    (
        "with (x, y): pass",
        "3.7 and 3.8 take the tuple as the context manager and fail when it runs; it is refused",
    ),
    (
        "def f(): [(yield x) for x in y]",
        "3.7 takes it with a warning and gives back a generator of Nones; it is refused",
    ),
    (
        "f((x)=1)",
        "3.7 takes the parentheses by accident; it is refused for every version",
    ),
    (
        "[x for x in y if lambda: z]",
        "only 3.7 and 3.8 take it; it is refused for every version",
    ),
];

const FILES: &[(&str, &str)] = &[
    ("statements", include_str!("corpus/statements.txt")),
    ("functions", include_str!("corpus/functions.txt")),
    ("expressions", include_str!("corpus/expressions.txt")),
    ("literals", include_str!("corpus/literals.txt")),
    ("layout", include_str!("corpus/layout.txt")),
    ("modern", include_str!("corpus/modern.txt")),
];

fn corpus() -> Vec<String> {
    FILES
        .iter()
        .flat_map(|(_, text)| text.trim_end_matches('\n').split("\n%%\n"))
        .map(|text| format!("{text}\n"))
        .collect()
}

/// CPython's version, and what it says about each text.
fn compile(python: &Path, texts: &[String]) -> (PyVersion, Vec<Option<String>>) {
    let mut child = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus.py"))
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a Python is needed: install python3 or set REDGREASE_PYTHON");
    let input = serde_json::to_string(texts).unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let ((major, minor), verdicts): ((u8, u8), _) = serde_json::from_slice(&output.stdout).unwrap();
    (PyVersion::new(major, minor), verdicts)
}

#[test]
fn the_checker_agrees_with_cpython() {
    let texts = corpus();
    assert!(texts.len() > 700, "{}", texts.len());
    let wrong: String = pythons::all()
        .iter()
        .map(|python| disagreements(python, &texts))
        .collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The texts on which the checker and a Python do not agree.
fn disagreements(python: &Path, texts: &[String]) -> String {
    let (version, verdicts) = compile(python, texts);
    let mut wrong = String::new();
    for (text, verdict) in texts.iter().zip(verdicts) {
        let source = Source::new(text.clone());
        let said = check_syntax(&source, version);
        let agrees = said.is_empty() == verdict.is_none();
        let listed = DISAGREEMENTS
            .iter()
            .any(|(listed, _)| *listed == text.trim_end());
        if !agrees && !listed {
            let said: Vec<&str> = said.iter().map(|d| d.message.as_str()).collect();
            wrong.push_str(&format!(
                "-----\n{text}   checker: {}\n   Python {version}: {}\n",
                if said.is_empty() {
                    "fine".to_owned()
                } else {
                    said.join("; ")
                },
                verdict.as_deref().unwrap_or("fine")
            ));
        }
    }
    wrong
}
