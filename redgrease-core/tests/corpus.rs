//! A corpus of Python texts on which the checker and CPython's own compiler agree, whatever the
//! version of CPython; the few texts on which they do not are listed with the reason.
#![cfg(feature = "check")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run its Python has failed"
)]

use std::io::Write as _;
use std::path::PathBuf;
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
    (
        "f\"{a:{b:{c}}}\"",
        "only 3.12 and later take it, and the parser does not; write it in two steps",
    ),
];

const FILES: &[(&str, &str)] = &[
    ("statements", include_str!("corpus/statements.txt")),
    ("functions", include_str!("corpus/functions.txt")),
    ("expressions", include_str!("corpus/expressions.txt")),
    ("literals", include_str!("corpus/literals.txt")),
    ("layout", include_str!("corpus/layout.txt")),
];

fn corpus() -> Vec<String> {
    FILES
        .iter()
        .flat_map(|(_, text)| text.trim_end_matches('\n').split("\n%%\n"))
        .map(|text| format!("{text}\n"))
        .collect()
}

/// A CPython: `REDGREASE_PYTHON`, the virtual environment of the repository, or the path's.
fn python() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::var_os("REDGREASE_PYTHON")
        .map(PathBuf::from)
        .or_else(|| Some(root.join(".venv/bin/python")).filter(|p| p.exists()))
        .unwrap_or_else(|| PathBuf::from("python3"))
}

/// CPython's version, and what it says about each text.
fn compile(texts: &[String]) -> (PyVersion, Vec<Option<String>>) {
    let mut child = Command::new(python())
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
    let (version, verdicts) = compile(&texts);
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
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Real code: a part of CPython's own library, which its compiler takes by definition.
#[test]
fn the_standard_library_is_python() {
    let list = "import os, sys, sysconfig\n\
                root = sysconfig.get_paths()['stdlib']\n\
                print('%d %d' % sys.version_info[:2])\n\
                files = [os.path.join(root, f) for f in sorted(os.listdir(root)) if f.endswith('.py')]\n\
                print('\\n'.join([f for f in files if os.path.getsize(f) < 40000][::3]))";
    let output = Command::new(python()).args(["-c", list]).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let mut lines = output.lines();
    let (major, minor) = lines.next().unwrap().split_once(' ').unwrap();
    let version = PyVersion::new(major.parse().unwrap(), minor.parse().unwrap());
    let mut checked = 0;
    for path in lines {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let source = Source::new(text).at(path.to_owned(), 1, 0);
        let said = check_syntax(&source, version);
        let said: String = said.iter().map(|d| d.render(&source)).collect();
        assert_eq!(said, "");
        checked += 1;
    }
    assert!(checked > 20, "only {checked} files");
}
