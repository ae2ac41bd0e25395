//! How Rust spells things.

use std::fmt::Write as _;

/// Words that cannot be the name of a function: what Rust keeps for itself, now or for later, what
/// each program has anyway, and types that signatures are written with.
const TAKEN: [&str; 73] = [
    // the language's own
    "as",
    "async",
    "await",
    "break",
    "const",
    "continue",
    "crate",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "type",
    "unsafe",
    "use",
    "where",
    "while",
    // kept for later
    "abstract",
    "become",
    "box",
    "do",
    "final",
    "gen",
    "macro",
    "override",
    "priv",
    "try",
    "typeof",
    "unsized",
    "virtual",
    "yield",
    // the program around
    "main",
    "redgrease",
    "std",
    "core",
    "alloc",
    // types
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
];

/// Whether a name of Python is one of Rust as well, and spelt as one of a function.
pub(super) fn is_name(name: &str) -> bool {
    name.is_ascii() && name != "_" && !TAKEN.contains(&name) && name == name.to_lowercase()
}

/// A text as a raw string, with as many `#` as it needs.
pub(super) fn raw(text: &str) -> String {
    let mut hashes = "#".to_string();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Comments of Python as those of Rust.
pub(super) fn comment(lines: &str) -> String {
    lines.lines().fold(String::new(), |mut out, line| {
        let text = line.trim_start_matches('#').trim();
        let _ = writeln!(out, "{}", format!("// {text}").trim_end());
        out
    })
}
