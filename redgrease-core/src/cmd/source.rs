//! The Python text of `cmd`: a class with just the methods that a body uses.

use super::entry::{Entry, Python};
use super::signature::ParameterKind;
use super::{entries, lookup};
use std::collections::BTreeSet;

/// The Python class, which is `cmd` itself: what is asked of a class is a plain function, good as a
/// callback. Its parts call one another by this name.
const CLASS: &str = "_rg_cmd";

/// The class of the class, where Python looks for operators.
const OPERATOR_CLASS: &str = "_rg_operators";

/// What stands before the names of methods of `cmd.gears`.
const GEARS: &str = "gears.";

/// The helpers that methods call, as Python source: one function after the other.
const RUNTIME: &str = concat!(
    include_str!("runtime/base.py"),
    include_str!("runtime/arguments.py"),
    include_str!("runtime/replies.py"),
    include_str!("runtime/server.py"),
    include_str!("runtime/gears.py"),
);

/// What makes `cmd["key"]` and `"key" in cmd` work: no text of a body shows that one is used.
const OPERATORS: [&str; 4] = ["__getitem__", "__setitem__", "__delitem__", "__contains__"];

/// The Python text that defines `cmd` with the methods `used`, and what they need.
///
/// The text runs on every Python from 3.7 on and needs nothing but `execute` among the globals. It
/// defines `cmd` and classes whose names begin with `_rg_`. Methods are plain functions, so that
/// `cmd.delete` is good as a callback. Names that are not in the table, or refused, are left out:
/// [`Entry::check_call`] is where they are reported.
///
/// ```
/// use redgrease_core::cmd;
///
/// let text = cmd::python_source(&["get"].into());
/// assert!(text.contains("def get(name):"));
/// assert!(!text.contains("def set("));
/// assert!(text.ends_with("cmd = _rg_cmd\n"));
/// ```
#[must_use]
pub fn python_source(used: &BTreeSet<&str>) -> String {
    let mut methods: Vec<_> = used.iter().filter_map(|name| lookup(name)).collect();
    if used.contains("gears") {
        methods.extend(entries().filter(|entry| entry.name.starts_with(GEARS)));
    }
    class(methods, &[])
}

/// The Python text that defines `cmd` with every method, for a body that uses `cmd` otherwise than
/// by `cmd.name`.
#[must_use]
pub fn python_source_all() -> String {
    class(entries().collect(), &OPERATORS)
}

/// The text of a part of the class, from its `def` on, as it stands there.
#[cfg(feature = "check")]
pub(crate) fn part(name: &str) -> String {
    let mut text = String::new();
    push_indented(&mut text, &helper(name));
    text.trim().to_owned()
}

/// Whether a text is that of a method or part of the class, from its `def` on.
#[cfg(feature = "check")]
pub(crate) fn is_part(name: &str, text: &str) -> bool {
    let mut known = String::new();
    match lookup(name) {
        Some(entry) => push_indented(&mut known, &method(entry)),
        None => push_indented(&mut known, &helper(name)),
    }
    known.trim() == text
}

fn class(mut methods: Vec<&'static Entry>, operators: &[&str]) -> String {
    methods.retain(|entry| entry.refused.is_none());
    let (gears, methods): (Vec<&'static Entry>, Vec<&'static Entry>) = methods
        .into_iter()
        .partition(|entry| entry.name.starts_with(GEARS));
    let mut parts: Vec<String> = methods.iter().map(|entry| method(entry)).collect();
    parts.extend(gears_class(&gears));
    let mut defined: BTreeSet<String> = methods.iter().map(|entry| entry.name.to_owned()).collect();
    // A part that is appended here is looked at in turn: what it calls is needed too.
    let mut looked_at = 0;
    while looked_at < parts.len() {
        for name in calls(&parts[looked_at]) {
            if defined.contains(&name) {
                continue;
            }
            let part = match lookup(&name) {
                Some(entry) => method(entry),
                None => helper(&name),
            };
            parts.push(part);
            defined.insert(name);
        }
        looked_at += 1;
    }
    if parts.is_empty() {
        parts.push("pass\n".to_owned());
    }
    let mut text = String::new();
    let mut head = format!("class {CLASS}:\n");
    if !operators.is_empty() {
        text.push_str(&format!("class {OPERATOR_CLASS}(type):\n"));
        for name in operators {
            push_indented(&mut text, &helper(name));
        }
        head = format!("class {CLASS}(metaclass={OPERATOR_CLASS}):\n");
    }
    text.push_str(&head);
    for part in &parts {
        push_indented(&mut text, part);
    }
    text.push_str(&format!("cmd = {CLASS}\n"));
    text
}

/// The class that `cmd.gears` is, with these methods.
fn gears_class(methods: &[&'static Entry]) -> Option<String> {
    let methods = methods.iter().map(|entry| method(entry));
    let inner: String = methods
        .flat_map(|text| {
            text.lines()
                .map(|line| format!("    {line}\n"))
                .collect::<Vec<_>>()
        })
        .collect();
    (!inner.is_empty()).then(|| format!("class gears:\n{inner}"))
}

/// Adds lines one level deeper, with one space for a level: registered scripts are kept and shown.
fn push_indented(text: &mut String, lines: &str) {
    for line in lines.lines() {
        let code = line.trim_start();
        let level = 1 + (line.len() - code.len()) / 4;
        text.extend(std::iter::repeat_n(' ', level));
        text.push_str(code);
        text.push('\n');
    }
}

fn method(entry: &Entry) -> String {
    let Entry {
        name, signature, ..
    } = entry;
    let name = name.strip_prefix(GEARS).unwrap_or(name);
    let head = format!("def {name}({signature}):");
    let arguments = match entry.python {
        Python::Body(body) => {
            let lines: Vec<_> = body
                .trim()
                .lines()
                .map(|line| format!("    {line}"))
                .collect();
            return format!("{head}\n{}\n", prefixed(&lines.join("\n")));
        }
        Python::Arguments(arguments) => arguments.to_owned(),
        Python::Parameters => signature
            .parameters()
            .map(|parameter| match parameter.kind {
                ParameterKind::VarPositional => format!("*{}", parameter.name),
                _ => parameter.name.to_owned(),
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    let words: Vec<_> = entry
        .command
        .split(' ')
        .map(|word| format!("\"{word}\""))
        .chain((!arguments.is_empty()).then_some(arguments))
        .collect();
    let call = format!("$x({})", words.join(", "));
    let value = entry.reply.python.replace('@', &call);
    format!("{head}\n    return {}\n", prefixed(&value))
}

/// `$` of the table is the class and the underscore that helpers begin with; `$.` is the class.
fn prefixed(text: &str) -> String {
    text.replace("$.", &format!("{CLASS}."))
        .replace('$', &format!("{CLASS}._"))
}

/// The names of the class that a part calls.
fn calls(part: &str) -> Vec<String> {
    let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    part.split(&format!("{CLASS}."))
        .skip(1)
        .filter_map(|rest| rest.split(ends).next())
        .map(str::to_owned)
        .collect()
}

/// The text of a helper. Without it the class is not whole, which a test over the table excludes.
fn helper(name: &str) -> String {
    let head = format!("def {name}(");
    let mut lines = RUNTIME.lines().skip_while(|line| !line.starts_with(&head));
    let first = lines.next().into_iter();
    let body = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    first
        .chain(body)
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}
