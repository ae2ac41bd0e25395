//! `docs/cmd.md` says what the command table says.
//!
//! `REDGREASE_UPDATE=1 cargo test -p redgrease-core --test cmd_docs` writes the generated parts.

#![allow(clippy::unwrap_used, reason = "a test that panics says where and why")]

use redgrease_core::cmd;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// The text as code in a table's cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn differences() -> String {
    let mut text = String::new();
    for entry in cmd::entries() {
        if let Some(note) = entry.note {
            writeln!(text, "  * `{}` {note}.", entry.name).unwrap();
        }
    }
    text
}

fn methods() -> String {
    let mut text = String::new();
    for (title, entries) in cmd::areas() {
        let usable: Vec<_> = entries
            .iter()
            .filter(|entry| entry.refused.is_none())
            .collect();
        if usable.is_empty() {
            continue;
        }
        writeln!(text, "### {title}\n").unwrap();
        writeln!(
            text,
            "| method | command | gives | since |\n|---|---|---|---|"
        )
        .unwrap();
        for entry in usable {
            let call = code(&format!("{}({})", entry.name, entry.signature));
            let without = entry
                .refused_parameter
                .map_or(String::new(), |(name, _)| format!(" without `{name}`"));
            let command = match entry.command {
                "" => "any".to_owned(),
                command => code(command),
            };
            let since = entry.since.unwrap_or_default();
            let gives = entry.reply.value;
            writeln!(text, "| {call}{without} | {command} | {gives} | {since} |").unwrap();
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// One row for each reason, with the names that share it.
fn refused() -> String {
    let mut reasons: Vec<(cmd::Refusal, Vec<String>)> = Vec::new();
    for entry in cmd::entries() {
        let parameter = entry
            .refused_parameter
            .map(|(name, why)| (code(&format!("{}({name}=)", entry.name)), why));
        let whole = entry.refused.map(|why| (code(entry.name), why));
        for (name, why) in whole.into_iter().chain(parameter) {
            match reasons.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(name),
                None => reasons.push((why, vec![name])),
            }
        }
    }
    let mut text = String::from("| names | why | instead |\n|---|---|---|\n");
    for (why, names) in reasons {
        let names = names.join(", ");
        writeln!(text, "| {names} | {} | {} |", why.reason, why.instead).unwrap();
    }
    text
}

/// The page with `text` between the marks of `part`.
fn with_part(page: &str, part: &str, text: &str) -> String {
    let begin = format!("<!-- begin: {part} -->\n");
    let end = format!("<!-- end: {part} -->");
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cmd.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut current = with_part(&page, "differences", &differences());
    current = with_part(&current, "methods", &methods());
    current = with_part(&current, "refused", &refused());
    if env::var_os("REDGREASE_UPDATE").is_some() {
        fs::write(&path, &current).unwrap();
        return;
    }
    assert!(
        page == current,
        "docs/cmd.md is older than the command table: \
         run `REDGREASE_UPDATE=1 cargo test -p redgrease-core --test cmd_docs`"
    );
}
