//! What the macros refuse, one rule in each file of `tests/ui`. What they accept is in `tests/accepted`.
//!
//! The messages are compared as rustc shows them; `TRYBUILD=overwrite cargo test --test ui` writes
//! them anew, to be read before they are committed. A case that has to be built rather than checked
//! would have all of them compiled one after the other.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.compile_fail("tests/ui/fail/codes/*.rs");
}

/// Every code that can be reported has a case that reports it.
#[test]
fn every_code_has_a_case() {
    let seen = shown();
    let of_python = redgrease_core::messages::CODES;
    let of_python = of_python.iter().map(|(code, _, _)| code.as_str());
    let messages = include_str!("../redgrease-macros/src/messages.rs");
    let of_rust = messages
        .match_indices("\"RG09")
        .map(|(at, _)| &messages[at + 1..at + 7]);
    let missing: Vec<&str> = of_python
        .chain(of_rust)
        .filter(|code| !seen.contains(&format!("[{code}]")))
        .collect();
    assert!(
        missing.is_empty(),
        "no case in tests/ui/fail gives {missing:?}"
    );
}

/// Every code of the macros has a page, whose example is what a case shows.
#[test]
fn every_code_of_the_macros_has_a_page() {
    let shown = shown();
    let messages = include_str!("../redgrease-macros/src/messages.rs");
    for (at, _) in messages.match_indices("\"RG09") {
        let code = &messages[at + 1..at + 7];
        let page = format!("docs/errors/{code}.md");
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let example = text
            .split("```text\n")
            .nth(1)
            .and_then(|rest| rest.split("\n```").next())
            .unwrap_or_default();
        assert!(
            example.contains(&format!("[{code}]")),
            "{page} shows no {code}"
        );
        let lines = trimmed(example);
        let head: Vec<&str> = lines
            .lines()
            .take_while(|line| !line.starts_with("-->"))
            .collect();
        assert!(
            shown.contains(&head.join("\n")),
            "{page} shows what no case in tests/ui/fail shows:\n{example}"
        );
        let code_lines = lines.lines().filter_map(|line| {
            let (number, code) = line.split_once(" | ")?;
            number.trim().parse::<u32>().ok()?;
            Some(code.trim())
        });
        for line in code_lines {
            assert!(shown.contains(line), "{page}: no case has `{line}`");
        }
    }
}

/// What all cases show, without what stands before the lines.
fn shown() -> String {
    let mut shown = String::new();
    for directory in ["tests/ui/fail", "tests/ui/fail/codes"] {
        for entry in std::fs::read_dir(directory).expect("the cases are there") {
            let path = entry.expect("the cases can be listed").path();
            if path.extension().is_some_and(|kind| kind == "stderr") {
                shown += &trimmed(&std::fs::read_to_string(path).expect("a case can be read"));
            }
        }
    }
    shown
}

fn trimmed(text: &str) -> String {
    text.lines()
        .map(|line| line.trim().to_owned() + "\n")
        .collect()
}
