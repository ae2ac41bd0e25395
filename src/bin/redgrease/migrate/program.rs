//! The text of the program: from a script, or from what of it can stand alone.

use std::fmt::Write as _;

use redgrease_core::gear::check::{GearInput, check_gear};
use redgrease_core::gear::script_parts::{Part, PartKind, script_parts};
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;

use super::event::item;
use super::rust::{comment, raw};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A script as the server understands it.
    Script,
    /// A gear of redgrease that runs.
    Run,
    /// One that is registered.
    Registration,
    /// Several gears of redgrease.
    Gears,
}

/// The functions of a program, and the statements of its `main`.
#[derive(Default)]
struct Moved {
    /// What the script says of itself.
    title: String,
    items: Vec<String>,
    statements: String,
}

/// The program, and what is to be said about it.
///
/// # Errors
///
/// Why there is none.
pub(super) fn program(
    source: &Source,
    kind: Kind,
    python: PyVersion,
    name: &str,
) -> Result<(String, Option<String>), String> {
    let text = source.text().trim_end();
    let parts = script_parts(source, python).unwrap_or_default();
    let (moved, note) = match (apart(&parts, kind, python), kind) {
        (Ok(moved), _) => (moved, None),
        (Err(reason), Kind::Gears) => return Err(reason),
        (Err(reason), Kind::Script) => {
            let note = format!("it is sent as it is, in one piece: {reason}");
            (whole(text), Some(note))
        }
        (Err(_), Kind::Run) => (statements(run(text, python)?), None),
        (Err(reason), Kind::Registration) => match parts.last().map(|part| &part.kind) {
            Some(PartKind::Registration(one)) => {
                let text = as_texts(text, &one.as_texts);
                (statements(register(&text, python)?), None)
            }
            _ => return Err(reason),
        },
    };
    Ok((around(&moved, name), note))
}

fn statements(statements: String) -> Moved {
    Moved {
        statements,
        ..Moved::default()
    }
}

/// The program around its functions and the statements of `main`.
fn around(moved: &Moved, name: &str) -> String {
    let name = name.replace(char::is_control, " ");
    let mut out = format!("//! What {name} did.\n//!\n");
    for line in moved.title.lines() {
        let _ = writeln!(out, "{}", format!("//! {}", line.trim()).trim_end());
    }
    if !moved.title.is_empty() {
        out.push_str("//!\n");
    }
    let _ = write!(
        out,
        "//! In Cargo.toml: `redgrease = \"{}\"`. The server is that of REDIS_URL.\n\n\
         use redgrease::prelude::*;\n\n",
        env!("CARGO_PKG_VERSION")
    );
    for item in &moved.items {
        let _ = writeln!(out, "{item}");
    }
    let _ = write!(
        out,
        "fn main() -> redgrease::Result<()> {{\n    \
         let url = std::env::var(\"REDIS_URL\").unwrap_or_else(|_| \"redis://127.0.0.1/\".into());\n    \
         let mut con = RedisGears::open(url)?;\n{}    Ok(())\n}}\n",
        moved.statements
    );
    out
}

/// Sends a script as it is, and prints its results as the server tells them.
fn whole(text: &str) -> Moved {
    statements(format!(
        "    let outcome = con.pyexecute({})?;\n    \
         if let redgrease::Outcome::Results(results) = outcome {{\n        \
         for record in results.value {{\n            println!(\"{{record}}\");\n        }}\n        \
         for error in results.errors {{\n            eprintln!(\"{{error}}\");\n        }}\n    }}\n",
        raw(&format!("\n{text}\n"))
    ))
}

/// A gear that runs, whose results are printed.
fn run(text: &str, python: PyVersion) -> Result<String, String> {
    Ok(format!(
        "    let records: Vec<PyValue> = {}.value;\n    \
         for record in records {{\n        println!(\"{{record:?}}\");\n    }}\n",
        gear(text, python)?
    ))
}

/// A gear that is registered.
fn register(text: &str, python: PyVersion) -> Result<String, String> {
    Ok(format!("    {};\n", gear(text, python)?))
}

/// The macro with this text.
///
/// # Errors
///
/// Why the macro would not take it: it is stricter than the server, which looks over arguments that its readers
/// do not know.
fn gear(text: &str, python: PyVersion) -> Result<String, String> {
    let source = Source::new(text.to_string());
    let (_, found) = check_gear(&GearInput {
        source: &source,
        captures: &[],
        python,
    });
    if let Some(error) = found.iter().find(|found| found.is_error()) {
        return Err(format!("`gear!` refuses it: {}", error.message));
    }
    Ok(format!(
        "gear! {{\n        #![python = \"{python}\"]\n        {}\n    }}\n    .on(&mut con)?",
        raw(&format!("\n{text}\n"))
    ))
}

/// The script as functions with attributes and gears of their own, in its order.
///
/// # Errors
///
/// Why it cannot be taken apart.
fn apart(parts: &[Part], kind: Kind, python: PyVersion) -> Result<Moved, String> {
    let mut moved = Moved::default();
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let line = || part.text.lines().next().unwrap_or_default();
        match &part.kind {
            PartKind::Other => {
                return Err(format!("`{}` is done when the script is sent", line()));
            }
            PartKind::Bound => return Err(format!("`{}` may be shared by its functions", line())),
            PartKind::Run if kind == Kind::Script => {
                return Err(format!(
                    "`{}` runs, and the server makes its results texts",
                    line()
                ));
            }
            PartKind::Run => {
                let text = standing_alone(part, &part.text, parts);
                moved.statements.push_str(&run(&text, python)?);
            }
            PartKind::Registration(registration) => {
                let function = registration
                    .event
                    .as_ref()
                    .and_then(|event| item(event, parts, python));
                match function.filter(|item| !names.contains(&item.name)) {
                    Some(item) => {
                        let above = indented(&comment(&part.above));
                        let call = format!("{above}    {}::register(&mut con)?;\n", item.name);
                        moved.statements.push_str(&call);
                        moved.items.push(item.text);
                        names.push(item.name);
                    }
                    None => {
                        let text = standing_alone(
                            part,
                            &as_texts(&part.text, &registration.as_texts),
                            parts,
                        );
                        moved.statements.push_str(&register(&text, python)?);
                    }
                }
            }
            PartKind::Title(title) => moved.title.clone_from(title),
            _ => {}
        }
    }
    if moved.statements.is_empty() {
        return Err("it registers nothing that a macro takes".to_string());
    }
    Ok(moved)
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}

/// A gear with the imports, constants and functions that it needs.
fn standing_alone(gear: &Part, text: &str, parts: &[Part]) -> String {
    let mut out = String::new();
    let mut was_function = false;
    for part in needed(&gear.text, parts) {
        let is_function = matches!(part.kind, PartKind::Function(_));
        if !out.is_empty() && (is_function || was_function) {
            out.push('\n');
        }
        let _ = writeln!(out, "{}{}{}", part.above, part.text, behind(part));
        was_function = is_function;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = write!(out, "{}{text}{}", gear.above, behind(gear));
    out
}

fn behind(part: &Part) -> String {
    if part.behind.is_empty() {
        String::new()
    } else {
        format!("  {}", part.behind)
    }
}

/// A registration whose results are made texts, which is so in a script, and not in a typed gear, when
/// nothing is said.
fn as_texts(registration: &str, argument: &str) -> String {
    let open = registration.strip_suffix(')');
    open.map_or(registration.to_string(), |open| {
        format!("{}{argument})", open.trim_end())
    })
}

/// The imports, constants and functions that a text needs, and those that these need, in their order.
pub(super) fn needed<'p>(text: &str, parts: &'p [Part]) -> Vec<&'p Part> {
    let mut taken = vec![false; parts.len()];
    let mut texts = vec![text];
    while let Some(text) = texts.pop() {
        for (part, taken) in parts.iter().zip(&mut taken) {
            let is_used = match &part.kind {
                PartKind::Import(names) => names.iter().any(|(name, _)| has_word(text, name)),
                PartKind::Constant(name) => has_word(text, name),
                PartKind::Function(function) => has_word(text, &function.name),
                _ => false,
            };
            if !*taken && is_used {
                *taken = true;
                texts.push(&part.text);
            }
        }
    }
    let all = parts.iter().zip(taken);
    all.filter(|(_, taken)| *taken)
        .map(|(part, _)| part)
        .collect()
}

/// Whether a text has this word: more often than it uses the name, never less.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|(_, known)| known == word)
}

/// The words of a text and where they end.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let end = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
            (end, word)
        })
}

#[cfg(test)]
mod tests;
