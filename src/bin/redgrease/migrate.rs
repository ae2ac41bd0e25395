//! `redgrease migrate`: a Rust program that does what a script did.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use redgrease_core::gear::Action;
use redgrease_core::gear::script_parts::{Constant, Event, Part, script_parts};
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;

use crate::args::MigrateArgs;
use crate::check::{check, read};
use crate::failure::{Failure, Result};
use crate::report;
use crate::terminal::Terminal;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A script as the server understands it.
    Script,
    /// A gear of redgrease that runs.
    Run,
    /// One that is registered.
    Registration,
}

/// Reads a script and writes the program; says what could not be moved.
pub(crate) fn run(args: &MigrateArgs, python: PyVersion, terminal: Terminal) -> Result<()> {
    let source = read(&args.file)?;
    let checked = check(&source, python);
    let mut broken = false;
    for found in checked.found.iter().filter(|found| found.is_error()) {
        broken = true;
        let text = report::render(found, &source, terminal.color_err);
        terminal.block(format_args!("{text}\n"));
    }
    if broken {
        return Err(Failure::failed("the script has errors, and was not moved"));
    }
    let kind = match &checked.file {
        None => Kind::Script,
        Some(file) => match (file.plans.as_slice(), &file.after) {
            ([plan], None) if matches!(plan.action, Some(Action::Run(_))) => Kind::Run,
            ([_], None) => Kind::Registration,
            _ => {
                return Err(Failure::failed(
                    "the file has several gears of redgrease, or Python behind its gear; a macro takes one gear",
                )
                .help("put each into a file of its own, with what it needs"));
            }
        },
    };
    let (program, notes) = program(&source, kind, python, &args.file.display().to_string());
    for note in notes {
        terminal.status("Note", note);
    }
    match &args.output {
        None => terminal.print(program.trim_end()),
        Some(path) => write(path, &program, terminal),
    }
}

fn write(path: &Path, program: &str, terminal: Terminal) -> Result<()> {
    let mut file = fs::File::create_new(path).map_err(|error| {
        let failure = Failure::io(path, &error);
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => failure.help("give it another name, or remove it"),
            _ => failure,
        }
    })?;
    std::io::Write::write_all(&mut file, program.as_bytes())
        .map_err(|error| Failure::io(path, &error))?;
    terminal.status("Wrote", path.display());
    Ok(())
}

/// The program, and what is to be said about it.
fn program(source: &Source, kind: Kind, python: PyVersion, name: &str) -> (String, Vec<String>) {
    let text = source.text().trim_end();
    if kind != Kind::Script {
        return (around(&[], &gear(text, kind, python), name), Vec::new());
    }
    let parts = script_parts(source, python).unwrap_or_default();
    match apart(&parts, python) {
        Ok((items, statements)) => (around(&items, &statements, name), Vec::new()),
        Err(reason) => {
            let note = format!("it is sent as it is, in one piece: {reason}");
            (around(&[], &whole(text), name), vec![note])
        }
    }
}

/// The program around its functions and the statements of `main`.
fn around(items: &[String], statements: &str, name: &str) -> String {
    let mut out = format!(
        "//! What {name} did.\n//!\n\
         //! In Cargo.toml: `redgrease = \"{}\"`. The server is that of REDIS_URL.\n\n\
         use redgrease::prelude::*;\n\n",
        env!("CARGO_PKG_VERSION")
    );
    for item in items {
        let _ = writeln!(out, "{item}");
    }
    let _ = write!(
        out,
        "fn main() -> redgrease::Result<()> {{\n    \
         let url = std::env::var(\"REDIS_URL\").unwrap_or_else(|_| \"redis://127.0.0.1/\".into());\n    \
         let mut con = RedisGears::open(url)?;\n{statements}    Ok(())\n}}\n"
    );
    out
}

/// A text as a raw string, with as many `#` as it needs.
fn raw(text: &str) -> String {
    let mut hashes = "#".to_string();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Sends a script as it is, and prints its results as the server tells them.
fn whole(text: &str) -> String {
    format!(
        "    let outcome = con.pyexecute({})?;\n    \
         if let redgrease::Outcome::Results(results) = outcome {{\n        \
         for record in results.value {{\n            println!(\"{{record}}\");\n        }}\n        \
         for error in results.errors {{\n            eprintln!(\"{{error}}\");\n        }}\n    }}\n",
        raw(&format!("\n{text}\n"))
    )
}

/// A gear of redgrease's own.
fn gear(text: &str, kind: Kind, python: PyVersion) -> String {
    let text = match kind {
        Kind::Registration => as_text(text),
        _ => text.to_string(),
    };
    let gear = format!(
        "gear! {{\n        #![python = \"{python}\"]\n        {}\n    }}\n    .on(&mut con)?",
        raw(&format!("\n{text}\n"))
    );
    if kind == Kind::Run {
        format!(
            "    let records: Vec<redgrease::PyValue> = {gear}.value;\n    \
             for record in records {{\n        println!(\"{{record:?}}\");\n    }}\n"
        )
    } else {
        format!("    {gear};\n")
    }
}

/// The script as functions with attributes and gears of their own, and what `main` does with them.
///
/// # Errors
///
/// Why it cannot be taken apart.
fn apart(parts: &[Part], python: PyVersion) -> Result<(Vec<String>, String), String> {
    let (mut items, mut registered, mut gears) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Other(text) => {
                let line = text.lines().next().unwrap_or_default();
                return Err(format!("`{line}` may be shared by its functions"));
            }
            Part::Registration { text, event } => {
                match event.as_ref().and_then(|event| item(event, parts, python)) {
                    Some((name, item)) => {
                        items.push(item);
                        registered.push(name);
                    }
                    None => gears.push(text),
                }
            }
            _ => {}
        }
    }
    let mut statements = String::new();
    for name in registered {
        let _ = writeln!(statements, "    {name}::register(&mut con)?;");
    }
    for text in gears {
        let needed = needed(text, parts);
        let _ = write!(
            statements,
            "    gear! {{\n        #![python = \"{python}\"]\n        {}\n    }}\n    .on(&mut con)?;\n",
            raw(&format!("\n{}{}\n", needed.concat(), as_text(text)))
        );
    }
    if statements.is_empty() {
        return Err("it registers nothing that a macro takes".to_string());
    }
    Ok((items, statements))
}

/// The chain with what a script has when nothing is said, and a typed gear has not: results are made
/// texts.
fn as_text(registration: &str) -> String {
    const ARGUMENT: &str = "convertToStr";
    let arguments = registration.strip_suffix(')').map(str::trim_end);
    match arguments {
        Some(arguments) if !has_word(registration, ARGUMENT) => {
            let is_first = arguments.ends_with(['(', ',']);
            // on a line of its own, as the last one may end in a comment
            let comma = if is_first { "" } else { ", " };
            let line = if arguments.contains('\n') { "\n" } else { "" };
            format!("{arguments}{line}{comma}{ARGUMENT}=True)")
        }
        _ => registration.to_string(),
    }
}

/// The imports and functions that a text needs, and those that these need, in their order.
fn needed(text: &str, parts: &[Part]) -> Vec<String> {
    let mut taken = vec![false; parts.len()];
    let mut texts = vec![text.to_string()];
    while let Some(text) = texts.pop() {
        for (part, taken) in parts.iter().zip(&mut taken) {
            let (own, names): (&str, Vec<&String>) = match part {
                Part::Import { text, names } => (text, names.iter().collect()),
                Part::Function { text, name, .. } => (text, vec![name]),
                _ => continue,
            };
            if !*taken && names.iter().any(|name| has_word(&text, name)) {
                *taken = true;
                texts.push(own.to_string());
            }
        }
    }
    let all = parts.iter().zip(taken).filter(|(_, taken)| *taken);
    all.filter_map(|(part, _)| match part {
        Part::Import { text, .. } | Part::Function { text, .. } => Some(format!("{text}\n")),
        _ => None,
    })
    .collect()
}

/// Whether a text has this word: more often than it uses the name, never less.
fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|(_, known)| known == word)
}

/// The words of a text and where they end.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let end = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
            (end, word)
        })
}

/// A function with an attribute, where it looks at its record in no other way than `record["…"]`,
/// which both kinds of records know.
fn item(event: &Event, parts: &[Part], python: PyVersion) -> Option<(String, String)> {
    let (attribute, record) = match event.reader.as_str() {
        "KeysReader" => ("keys_reader", "Record"),
        "StreamReader" => ("stream_reader", "StreamRecord"),
        _ => return None,
    };
    let (parameter, body) = parts.iter().find_map(|part| match part {
        Part::Function {
            name,
            parameter,
            body,
            ..
        } if *name == event.function => Some((parameter.as_ref()?, body)),
        _ => None,
    })?;
    let is_subscript =
        |(end, word): (usize, &str)| word != parameter || body[end..].starts_with('[');
    let needs_functions = parts
        .iter()
        .any(|part| matches!(part, Part::Function { name, .. } if has_word(body, name)));
    let is_raw_name = ["yield", "global", "nonlocal"]
        .iter()
        .any(|word| has_word(body, word));
    let is_rust_name = |name: &str| syntax_is_plain(name);
    if needs_functions
        || is_raw_name
        || !words(body).all(is_subscript)
        || !is_rust_name(parameter)
        || !is_rust_name(&event.function)
    {
        return None;
    }
    let arguments = arguments(event)?;
    let indent = body.len() - body.trim_start_matches([' ', '\t']).len();
    let blanks = &body[..indent];
    let imports: String = needed(body, parts)
        .iter()
        .map(|import| format!("{blanks}{import}"))
        .collect();
    let item = format!(
        "#[{attribute}({arguments}, python = \"{python}\")]\nfn {}({parameter}: {record}) {{\n    {}\n}}\n",
        event.function,
        raw(&format!("\n{imports}{body}\n"))
    );
    Some((event.function.clone(), item))
}

/// Whether a name of Python is one of Rust as well.
fn syntax_is_plain(name: &str) -> bool {
    const RUST: [&str; 24] = [
        "as", "box", "const", "crate", "dyn", "enum", "extern", "fn", "impl", "let", "loop",
        "match", "mod", "move", "mut", "pub", "ref", "self", "static", "struct", "trait", "type",
        "use", "where",
    ];
    name.is_ascii() && !RUST.contains(&name) && name != "_"
}

/// The arguments of the attribute, in Rust's spelling; `None` when one has none.
fn arguments(event: &Event) -> Option<String> {
    const TAKEN: [&str; 12] = [
        "prefix",
        "mode",
        "eventTypes",
        "keyTypes",
        "commands",
        "readValue",
        "batch",
        "duration",
        "onFailedPolicy",
        "onFailedRetryInterval",
        "trimStream",
        "collect",
    ];
    let mut out = Vec::new();
    for (name, value) in &event.arguments {
        if !TAKEN.contains(&name.as_str()) {
            return None;
        }
        let value = match value {
            Constant::Text(text) => format!("{text:?}"),
            Constant::Number(number) => number.to_string(),
            Constant::Truth(truth) => truth.to_string(),
            Constant::Texts(texts) => format!("{texts:?}"),
            _ => return None,
        };
        out.push(format!("{} = {value}", snake_case(name)));
    }
    // the attributes have another default than `register`
    if !event.arguments.iter().any(|(name, _)| name == "mode") {
        out.push("mode = \"async\"".to_string());
    }
    Some(out.join(", "))
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(text: &'static str) -> (String, Vec<String>) {
        program(
            &Source::new(text),
            Kind::Script,
            PyVersion::default(),
            "a.py",
        )
    }

    #[test]
    fn functions_of_events_get_attributes() {
        let (program, notes) = moved(
            "import json\n\ndef note(r):\n    x = json.dumps(r['key'])\n    execute('SADD', \"k\", x)\n\n\
             GB('KeysReader').foreach(note).register('a:*', eventTypes=['set'], readValue=False)\n",
        );
        assert!(notes.is_empty());
        let wanted = "#[keys_reader(prefix = \"a:*\", event_types = [\"set\"], read_value = false, mode = \"async\", python = \"3.7\")]\n\
                      fn note(r: Record) {\n    r#\"\n    import json\n    x = json.dumps(r['key'])\n    execute('SADD', \"k\", x)\n\"#\n}\n";
        assert!(program.contains(wanted), "{program}");
        assert!(
            program.contains("    note::register(&mut con)?;\n"),
            "{program}"
        );
    }

    #[test]
    fn other_registrations_become_gears_with_what_they_need() {
        let (program, notes) = moved(
            "def one(x): return 1\ndef two(x): return one(x) + 1\ndef three(x): return 3\n\
             GB('CommandReader').map(two).register(trigger='two')\n\
             GB('KeysReader').foreach(lambda r: three(r)).register('b:*')\n",
        );
        assert!(notes.is_empty());
        assert!(
            program.contains(
                "\ndef one(x): return 1\ndef two(x): return one(x) + 1\nGB('CommandReader')"
            ),
            "{program}"
        );
        assert!(
            program.contains("\ndef three(x): return 3\nGB('KeysReader')"),
            "{program}"
        );
    }

    #[test]
    fn results_stay_texts() {
        assert_eq!(as_text("g.register()"), "g.register(convertToStr=True)");
        assert_eq!(
            as_text("g.register('a*')"),
            "g.register('a*', convertToStr=True)"
        );
        let said = "g.register('a*', convertToStr=False)";
        assert_eq!(as_text(said), said);
        assert_eq!(
            as_text("g.register(\n  'a*' # all\n)"),
            "g.register(\n  'a*' # all\n, convertToStr=True)"
        );
    }

    #[test]
    fn what_may_be_shared_stays_in_one_piece() {
        let (program, notes) = moved("n = 0\nGB().foreach(lambda r: n).register()\n");
        assert_eq!(
            notes,
            ["it is sent as it is, in one piece: `n = 0` may be shared by its functions"]
        );
        assert!(program.contains("con.pyexecute(r#\"\nn = 0\n"), "{program}");
    }

    #[test]
    fn a_text_with_quotes_and_hashes_gets_more_hashes() {
        assert_eq!(raw("a\"#b"), "r##\"a\"#b\"##");
    }
}
