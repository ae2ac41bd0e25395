//! The order of the core's modules: each uses only those below it.
#![allow(
    clippy::expect_used,
    reason = "a test that cannot read the sources has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules, the highest first.
const CORE: &[&str] = &[
    "facade",
    "client",
    "shared",
    "script",
    "origin",
    "hash",
    "error",
    "repr",
    "module",
    "record",
    "gear",
    "native",
    "python",
    "messages",
    "refusal",
    "helpers",
    "given",
    "pyversion",
    "diag",
    "source",
    "spec",
    "requirement",
    "table",
    "literal",
    "nodes",
    "commands",
    "cmd",
    "suggest",
];

/// Those of the client.
const CLIENT: &[&str] = &[
    "hint",
    "traits",
    "config",
    "registrations",
    "gear",
    "command",
    "registering",
    "program",
    "execute",
    "runner",
    "requests",
    "binding",
    "connection",
    "cluster",
    "request",
    "data",
    "requirements",
    "args",
    "value",
    "record",
    "reply",
    "server_value",
];

/// Those of the checker.
const PYTHON: &[&str] = &[
    "rules",
    "version",
    "scope",
    "modules",
    "input",
    "types",
    "recover",
    "layout",
    "syntax",
    "rewrite",
    "names",
    "lines",
    "fstrings",
    "strings",
    "runtime",
    "signature",
    "truth",
    "walk",
    "parse",
];

/// Those of native functions.
const NATIVE: &[&str] = &[
    "calls",
    "callbacks",
    "eval",
    "compile",
    "script",
    "names",
    "depth",
    "parts",
    "distinct",
    "shape",
    "traceback",
    "json",
    "pickle",
    "parted",
    "methods",
    "hints",
    "program",
    "tree",
    "builtins",
    "host",
    "operate",
    "percent",
    "format",
    "index",
    "text",
    "number",
    "unicode",
    "value",
    "fuel",
];

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A source file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.split("#[cfg(test)]\nmod tests {").next();
    let lines = code.unwrap_or_default().lines();
    lines
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The paths that begin with `crate` or `super`, those of a `use` with braces one by one.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in ["crate::", "super::"] {
        for (at, _) in code.match_indices(word) {
            let before = code[..at].chars().next_back();
            let is_inside = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
            if !is_inside {
                tree(&code[at..], "", &mut found);
            }
        }
    }
    found
}

/// Reads `a::b::{c, d::e}` behind `prefix`; gives what follows it.
fn tree<'a>(text: &'a str, prefix: &str, found: &mut Vec<String>) -> &'a str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "" | "self") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}::{name}"),
    };
    let Some(rest) = rest.strip_prefix("::") else {
        found.push(path);
        return rest;
    };
    let Some(mut rest) = rest.strip_prefix('{') else {
        return tree(rest, &path, found);
    };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        if rest.is_empty() {
            return rest;
        }
        let after = tree(rest, &path, found);
        // what is renamed, and what is everything
        rest = after.trim_start_matches(|c| !matches!(c, ',' | '}'));
    }
}

/// The module below `of` that a module is, or is in.
fn room<'a>(module: &'a [String], of: &[String]) -> Option<&'a str> {
    let inside = module.strip_prefix(of)?;
    inside.first().map(String::as_str)
}

fn check(of: &[&str], order: &[&str]) {
    let of: Vec<String> = of.iter().map(ToString::to_string).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for path in all {
        let inside = path.strip_prefix(&source).expect("below the sources");
        let module: Vec<String> = inside
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let Some(here) = room(&module, &of) else {
            continue;
        };
        if module == ["lib"] {
            continue;
        }
        seen.insert(here.to_owned());
        for used in paths(&code(&path)) {
            let mut target: Vec<String> = match used.starts_with("crate") {
                true => Vec::new(),
                false => module.clone(),
            };
            for part in used.split("::") {
                match part {
                    "crate" => {}
                    "super" => drop(target.pop()),
                    name => target.push(name.to_owned()),
                }
            }
            let Some(there) = room(&target, &of).filter(|there| *there != here) else {
                continue;
            };
            let place = |name| order.iter().position(|known| *known == name);
            match (place(here), place(there)) {
                (Some(here), Some(there)) if here < there => {}
                // a name that the parent itself has, or re-exports
                (_, None) => {}
                _ => {
                    wrong.insert(format!("{here} uses {there} in {}", inside.display()));
                }
            }
        }
    }
    let listed: BTreeSet<String> = order.iter().map(ToString::to_string).collect();
    assert_eq!(seen, listed, "the modules of {of:?} and the list");
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_use_only_those_below_them() {
    check(&[], CORE);
}

#[test]
fn modules_of_the_client_use_only_those_below_them() {
    check(&["client"], CLIENT);
}

#[test]
fn modules_of_the_checker_use_only_those_below_them() {
    check(&["python"], PYTHON);
}

#[test]
fn modules_of_native_functions_use_only_those_below_them() {
    check(&["native"], NATIVE);
}

#[test]
fn the_guide_lists_the_modules_of_native_functions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/architecture.md");
    let guide = fs::read_to_string(path).expect("the guide");
    let (_, chapter) = guide.split_once("## Native functions").expect("a chapter");
    let listed: Vec<&str> = chapter
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert_eq!(listed, NATIVE);
}

#[test]
fn paths_are_found() {
    let code = "use crate::a::{self, b::{c, d as e}, f};\nuse super::super::g;\nfn h() -> crate::i { super::j::k() }";
    let found = paths(code);
    let wanted = [
        "crate::a",
        "crate::a::b::c",
        "crate::a::b::d",
        "crate::a::f",
    ];
    for path in wanted
        .iter()
        .chain(&["crate::i", "super::super::g", "super::j::k"])
    {
        assert!(found.iter().any(|one| one == path), "{path}: {found:?}");
    }
    assert_eq!(found.len(), 7);
}
