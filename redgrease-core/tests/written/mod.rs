//! The scripts that stand in the files of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = above.find(|place| place.join("Cargo.lock").is_file());
    root.unwrap().to_path_buf()
}

/// The files below a directory.
pub(crate) fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The scripts in files: Python files, blocks of Python in Markdown, and texts in Rust that make a builder.
pub(crate) fn scripts(directories: &[&str]) -> BTreeSet<String> {
    let mut found = Vec::new();
    for directory in directories {
        files(&root().join(directory), &mut found);
    }
    let mut scripts = BTreeSet::new();
    for path in found {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        match path.extension().and_then(|end| end.to_str()) {
            Some("py") => {
                scripts.insert(text);
            }
            Some("md") => {
                let blocks = text.split("```python\n").skip(1);
                scripts.extend(
                    blocks.filter_map(|block| Some(block.split_once("\n```")?.0.to_owned())),
                );
            }
            Some("rs") => scripts.extend(literals(&text)),
            _ => {}
        }
    }
    scripts.retain(|script| script.contains("GB(") || script.contains("GearsBuilder("));
    scripts
}

/// The string literals of a Rust text.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let hashes = rest[..at].len() - rest[..at].trim_end_matches('#').len();
        let is_raw = rest[..at - hashes].ends_with('r');
        let inner = &rest[at + 1..];
        if is_raw {
            let close = format!("\"{}", "#".repeat(hashes));
            let Some(end) = inner.find(&close) else { break };
            found.push(inner[..end].to_owned());
            rest = &inner[end + close.len()..];
            continue;
        }
        let mut end = 0;
        let bytes = inner.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        if end >= bytes.len() {
            break;
        }
        found.push(unescaped(&inner[..end]));
        rest = &inner[end + 1..];
    }
    found
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        if one != '\\' {
            out.push(one);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('\n') => while characters.next_if(|c| c.is_whitespace()).is_some() {},
            Some(other @ ('"' | '\'' | '\\')) => out.push(other),
            Some('x') => {
                let code: String = characters.by_ref().take(2).collect();
                out.extend(u8::from_str_radix(&code, 16).map(char::from));
            }
            Some(other) => out.extend(['\\', other]),
            None => {}
        }
    }
    out
}
