//! The pages of the error codes: complete, true and current.

use std::path::PathBuf;

use redgrease_core::diag::Diagnostic;
use redgrease_core::gear::check::{GearInput, check_gear};
use redgrease_core::messages::CODES;
use redgrease_core::messages::pages::{Page, Place, pages};
use redgrease_core::python::{
    FunctionInput, FunctionTypes, PyVersion, RustType, check_typed_function,
};
use redgrease_core::source::{Form, Source};

/// What is said about an example.
fn check(page: &Page, text: &'static str) -> (Source, Vec<Diagnostic>) {
    let name = match page.place {
        Place::File => "src/f.py",
        _ => "src/main.rs",
    };
    let form = match page.place {
        Place::File => Form::File,
        Place::Tokens => Form::Tokens,
        _ => Form::Text,
    };
    let is_parameter = page.place == Place::Parameter;
    let source = Source::new(if is_parameter { "pass" } else { text })
        .at(name, 1, 0)
        .form(form);
    let python = match page.place {
        Place::Modern => PyVersion::new(3, 10),
        _ => PyVersion::default(),
    };
    let mut diagnostics = if page.place == Place::Gear {
        check_gear(&GearInput {
            source: &source,
            captures: &[],
            python,
        })
        .1
    } else {
        let (name, seen, result) = match page.place {
            Place::Parameter => (text, RustType::Any, RustType::Any),
            Place::Record => ("record", RustType::Record, RustType::Unit),
            Place::Number => ("url", RustType::Text, RustType::Int),
            _ => ("url", RustType::Text, RustType::Any),
        };
        let input = FunctionInput {
            source: &source,
            name: "f",
            params: &[name],
            python,
        };
        let native = (page.place == Place::Native).then_some(0);
        let types = FunctionTypes::new(vec![seen], result)
            .native(native.map(redgrease_core::native::promise));
        check_typed_function(&input, &types).1
    };
    // That an example does not use the parameter is not what it is about.
    diagnostics.retain(|d| d.is_error() || d.parameter.is_none());
    (source, diagnostics)
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/errors")
}

#[test]
fn every_code_has_a_page_in_order() {
    let codes: Vec<_> = CODES.iter().map(|(code, _, _)| *code).collect();
    let pages: Vec<_> = pages().map(|page| page.code).collect();
    assert_eq!(codes, pages);
    assert!(codes.is_sorted(), "codes are written in their order");
}

#[test]
fn wrong_examples_give_the_code_and_right_ones_nothing() {
    for page in pages() {
        let (source, said) = check(page, page.wrong);
        assert!(!said.is_empty(), "{}: nothing is said", page.code);
        for diagnostic in &said {
            assert_eq!(diagnostic.code, page.code, "{}", diagnostic.render(&source));
            assert_eq!(diagnostic.severity, page.title().1);
        }
        let (source, said) = check(page, page.right);
        let said: String = said.iter().map(|d| d.render(&source)).collect();
        assert_eq!(said, "", "{}", page.code);
    }
}

/// Set `REDGREASE_WRITE_PAGES=1` to write the pages again.
#[test]
fn the_documentation_has_the_pages_as_they_are() {
    let write = std::env::var_os("REDGREASE_WRITE_PAGES").is_some();
    let mut index = String::from(
        "# Error codes\n\nWhat the checks of the macros and of the command line tool can find, a page for each.\n\n| Code | | |\n|---|---|---|\n",
    );
    let mut files = Vec::new();
    for page in pages() {
        let (source, said) = check(page, page.wrong);
        let said: String = said.iter().map(|d| d.render(&source)).collect();
        let (title, severity) = page.title();
        index.push_str(&format!(
            "| [{code}]({code}.md) | {severity} | {title} |\n",
            code = page.code
        ));
        files.push((format!("{}.md", page.code), page.markdown(&said)));
    }
    index.push_str(&rust_side());
    files.push(("README.md".to_owned(), index));
    for (name, text) in files {
        let path = directory().join(name);
        if write {
            std::fs::create_dir_all(directory()).expect("docs/errors can be made");
            std::fs::write(&path, &text).expect("docs/errors can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            found,
            text,
            "{} is not current: run the tests with REDGREASE_WRITE_PAGES=1",
            path.display()
        );
    }
}

/// The lines of the index for the macros' own codes, whose pages are written by hand.
fn rust_side() -> String {
    let mut titles: Vec<String> = std::fs::read_dir(directory())
        .expect("docs/errors is there")
        .map(|entry| entry.expect("docs/errors can be listed").path())
        .filter(|path| {
            let stem = path.file_stem().unwrap_or_default();
            stem.to_string_lossy().starts_with("RG09")
        })
        .map(|path| std::fs::read_to_string(path).expect("a page can be read"))
        .filter_map(|text| text.lines().next().map(str::to_owned))
        .collect();
    titles.sort();
    titles
        .iter()
        .filter_map(|line| line.strip_prefix("# ")?.split_once(": "))
        .map(|(code, title)| format!("| [{code}]({code}.md) | error | {title} |\n"))
        .collect()
}
