//! The libraries of all Pythons on this machine: what a Python's compiler takes, the check takes with that Python as
//! its target, and the other way round; and the check of a script finds no error in what compiles. The disagreements
//! are listed with their reasons.
//!
//! Some of the files are looked at, chosen by a hash of their names; all of them with `REDGREASE_CORPUS=all`.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run its Python has failed"
)]

mod pythons;

use std::path::Path;
use std::process::Command;

use redgrease_core::diag::Diagnostic;
use redgrease_core::gear::check::check_script;
use redgrease_core::python::{PyVersion, check_syntax};
use redgrease_core::source::Source;

/// Files that CPython refuses and the check takes: the check gets text, so the encoding is not its own.
const ENCODED: &str = "bad_coding";

/// Names that the check does not find, by the end of a file's path, and why.
const UNKNOWN: &[(&str, &[&str], &str)] = &[
    ("", &["__file__"], "what runs on the server has no file"),
    ("", &["WindowsError"], "Windows alone has it"),
    (
        "calendar.py",
        &["JANUARY", "FEBRUARY"],
        "`_simple_enum` puts it into the module",
    ),
    (
        "re/__init__.py",
        &["DEBUG", "T"],
        "`global_enum` puts it into the module",
    ),
    (
        "ssl.py",
        &[
            "CERT_NONE",
            "CERT_REQUIRED",
            "Options",
            "PROTOCOL_TLS",
            "PROTOCOL_TLS_CLIENT",
            "PROTOCOL_TLS_SERVER",
            "SSL_ERROR_EOF",
            "VerifyFlags",
            "VerifyMode",
            "_SSLMethod",
        ],
        "`IntEnum._convert_` puts it into the module",
    ),
    (
        "logging/__init__.py",
        &["__path__"],
        "packages have it, scripts do not",
    ),
    ("logging/__init__.py", &["instance"], "nothing defines it"),
    (
        "distutils/tests/test_versionpredicate.py",
        &["unittest"],
        "nothing defines it",
    ),
    (
        "idlelib/config_key.py",
        &["GetKeysDialog"],
        "nothing defines it",
    ),
    ("idlelib/zzdummy.py", &["ztest"], "nothing defines it"),
    (
        "test_importlib/test_locks.py",
        &["unittets"],
        "nothing defines it",
    ),
    (
        "test_importlib/test_threaded_import.py",
        &["unittets"],
        "nothing defines it",
    ),
    (
        "test_json/test_recursion.py",
        &["pyjson"],
        "nothing defines it",
    ),
    (
        "test_pathlib/test_pathlib_abc.py",
        &["q"],
        "nothing defines it",
    ),
    ("test_shutil.py", &["os_helper"], "nothing defines it"),
    (
        "test_sqlite3/test_dbapi.py",
        &["size"],
        "nothing defines it",
    ),
];

/// One of so many files is looked at.
const PART: &str = "40";

#[test]
fn the_check_agrees_with_every_library() {
    let all = std::env::var_os("REDGREASE_CORPUS").is_some_and(|value| value == "all");
    let part = if all { "1" } else { PART };
    let pythons = pythons::all();
    let (looked_at, wrong): (Vec<usize>, Vec<Vec<String>>) = std::thread::scope(|scope| {
        let threads: Vec<_> = pythons
            .iter()
            .map(|python| scope.spawn(|| library(python, part)))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).unzip()
    });
    let wrong = wrong.concat();
    assert!(
        wrong.is_empty(),
        "{} disagreements\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for (python, count) in pythons.iter().zip(looked_at) {
        assert!(count > 10, "only {count} files of {}", python.display());
    }
}

/// How many files of a Python's library were looked at, and on which the two do not agree.
fn library(python: &Path, part: &str) -> (usize, Vec<String>) {
    let output = Command::new(python)
        .args([
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/library.py"),
            part,
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = String::from_utf8(output.stdout).unwrap();
    let mut lines = output.lines();
    let (major, minor) = serde_json::from_str(lines.next().unwrap()).unwrap();
    let version = PyVersion::new(major, minor);
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for line in lines {
        let (short, path, verdict): (String, String, Option<String>) =
            serde_json::from_str(line).unwrap();
        // a file in another encoding is no text for the check
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        looked_at += 1;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let source = Source::new(text).at(short.clone(), 1, 0);
        let said = check_syntax(&source, version);
        match (said.first(), verdict) {
            (Some(said), None) => {
                wrong.push(format!("Python {version} takes:\n{}", said.render(&source)));
            }
            (None, Some(verdict)) if !short.contains(ENCODED) => {
                wrong.push(format!("Python {version} refuses {short}: {verdict}"));
            }
            (None, None) => wrong.extend(
                check_script(&source, version)
                    .iter()
                    .filter(|found| found.is_error() && !is_listed(&short, found))
                    .map(|found| format!("Python {version} runs:\n{}", found.render(&source))),
            ),
            _ => {}
        }
    }
    (looked_at, wrong)
}

fn is_listed(file: &str, found: &Diagnostic) -> bool {
    UNKNOWN.iter().any(|(end, names, _)| {
        file.ends_with(end)
            && names
                .iter()
                .any(|name| found.message == format!("undefined name `{name}`"))
    })
}
