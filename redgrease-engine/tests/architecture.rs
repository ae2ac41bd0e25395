//! The house that docs/architecture.md draws: rooms of the engine, each of which uses only those below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, the highest first. A room may use those that come after it.
const ROOMS: [&str; 20] = [
    "module",
    "commands",
    "requests",
    "registrar",
    "persist",
    "event",
    "registration",
    "execution",
    "cluster",
    "session",
    "source",
    "native",
    "worker",
    "packages",
    "settings",
    "plan",
    "answer",
    "record",
    "base",
    "server",
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

/// A source file without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first names behind `crate::` in a text, those in braces too.
fn names(code: &str) -> BTreeSet<String> {
    let identifier = |text: &str| {
        let end = text
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(text.len());
        text[..end].to_owned()
    };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(identifier(rest));
            continue;
        };
        let mut depth = 0;
        let mut first = true;
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => first = true,
                letter if first && letter.is_alphabetic() => {
                    found.insert(identifier(&group[at..]));
                    first = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// What each room uses, with one file that does so.
fn uses() -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let mut uses: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for path in all {
        let inside = path.strip_prefix(&source).expect("below the sources");
        if inside == Path::new("lib.rs") {
            continue;
        }
        let inside = inside.with_extension("");
        let parts: Vec<_> = inside.iter().collect();
        let room = parts[0].to_string_lossy().into_owned();
        let code = code(&path);
        // A test module inside of a file is one level deeper.
        let out = "super::".repeat(parts.len() + usize::from(code.contains("\nmod tests {")));
        assert!(
            !code.contains(&out),
            "{} leaves its room with {out}: say crate::",
            path.display()
        );
        let used = uses.entry(room.clone()).or_default();
        for name in names(&code).into_iter().filter(|name| *name != room) {
            used.entry(name).or_insert_with(|| path.clone());
        }
    }
    uses
}

#[test]
fn every_room_uses_only_rooms_below_it() {
    let floor = |room: &str| ROOMS.iter().position(|one| *one == room);
    let mut wrong = Vec::new();
    for (room, used) in uses() {
        let Some(here) = floor(&room) else {
            wrong.push(format!("{room} is no room: give it its place in ROOMS"));
            continue;
        };
        for (other, path) in used {
            match floor(&other) {
                Some(there) if there > here => {}
                Some(_) => wrong.push(format!(
                    "{room} uses {other}, which is above it, in {}",
                    path.display()
                )),
                None => wrong.push(format!("{} uses crate::{other}", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_behind_crate_are_found() {
    let code = "use crate::a::b;\nuse crate::{c::{d, e}, f};\nfn g() { crate::h::i() }";
    let found: Vec<String> = names(code).into_iter().collect();
    assert_eq!(found, ["a", "c", "f", "h"]);
}

/// Files that implement a trait of another crate, whose errors are the texts that Python gets.
const GIVE_TEXTS: [&str; 1] = ["native/outside.rs"];

/// The error of each `Result` with two arguments in a text.
fn errors(code: &str) -> Vec<String> {
    let starts = code.match_indices("Result<");
    let arguments = starts.map(|(at, start)| {
        let mut depth = 0;
        let mut before = ' ';
        let mut arguments = vec![String::new()];
        for letter in code[at + start.len()..].chars() {
            match letter {
                '<' | '(' | '[' => depth += 1,
                '>' if depth == 0 => break,
                '>' if before == '-' => {}
                '>' | ')' | ']' => depth -= 1,
                _ => {}
            }
            before = letter;
            match arguments.last_mut() {
                Some(last) if letter != ',' || depth > 0 => last.push(letter),
                _ => arguments.push(String::new()),
            }
        }
        arguments
    });
    arguments
        .filter_map(|arguments| Some(arguments.get(1)?.trim().to_owned()))
        .collect()
}

#[test]
fn no_error_inside_is_a_text() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let gives_text = |path: &PathBuf| {
        let inside = path.strip_prefix(&source).expect("below the sources");
        !GIVE_TEXTS.iter().any(|one| inside == Path::new(one))
            && errors(&code(path))
                .iter()
                .any(|error| error == "String" || error == "Vec<u8>")
    };
    let wrong: Vec<_> = all.into_iter().filter(gives_text).collect();
    assert!(
        wrong.is_empty(),
        "give errors a type, with the text in its Display: {wrong:?}"
    );
}

#[test]
fn errors_of_results_are_found() {
    let code =
        "fn a() -> Result<Vec<(u8, Fn() -> u8)>, String>;\nResult<(),\n    B<C, D>>, io::Result<E>";
    assert_eq!(errors(code), ["String", "B<C, D>"]);
}

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/architecture.md");
    fs::read_to_string(path).expect("the guide")
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_guide_draws_the_same_rooms() {
    let guide = guide();
    let (_, chapter) = guide
        .split_once("## The engine's house")
        .expect("a chapter");
    let drawn: Vec<&str> = chapter
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| quoted(line).next())
        .collect();
    assert_eq!(drawn, ROOMS);
}

#[test]
fn the_guide_leads_through_files_that_are_there_and_through_each_once() {
    let guide = guide();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let walks: Vec<&str> = guide.split("\n### ").skip(1).collect();
    assert_eq!(walks.len(), 3);
    for walk in walks {
        let (walk, _) = walk.split_once("\n## ").unwrap_or((walk, ""));
        let steps = walk
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        let mut passed = BTreeSet::new();
        for file in steps.flat_map(quoted) {
            let path = match file.rsplit_once('.') {
                Some((_, "rs")) => here.join("src").join(file),
                Some((_, "py")) => here.join("python/redgrease_worker").join(file),
                _ => continue,
            };
            assert!(path.exists(), "there is no {file}");
            assert!(passed.insert(file), "{file} is passed twice");
        }
        assert!(passed.len() > 10, "{walk}");
    }
}
