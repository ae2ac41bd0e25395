//! Every link leads somewhere.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use crate::page::{self, Page, root};

/// The targets of the links in a line.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find("](") {
        rest = &rest[start + 2..];
        let Some(end) = rest.find(')') else { break };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What is wrong with a link, if anything.
fn fault(
    page: &Page,
    target: &str,
    anchors: &HashMap<PathBuf, &BTreeSet<String>>,
) -> Option<String> {
    if let Some((scheme, rest)) = target.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        let good = matches!(scheme, "http" | "https")
            && host.contains('.')
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        return (!good).then(|| "is no address".to_owned());
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        page.path.clone()
    } else {
        plain(&page.path.parent().unwrap().join(file))
    };
    if !path.exists() {
        return Some("leads nowhere".to_owned());
    }
    let guide = root().join("docs");
    let is_page = path.extension().is_some_and(|extension| extension == "md");
    if page.path.starts_with(&guide) && is_page && !path.starts_with(&guide) {
        return Some("leaves the guide, where mdBook does not find it".to_owned());
    }
    if !anchor.is_empty()
        && !anchors
            .get(&path)
            .is_some_and(|known| known.contains(anchor))
    {
        return Some("names a heading that is not there".to_owned());
    }
    None
}

#[test]
fn every_link_resolves() {
    let pages = page::all();
    let anchors = pages
        .iter()
        .map(|page| (page.path.clone(), &page.anchors))
        .collect();
    let mut faults = Vec::new();
    let mut links = 0;
    for page in &pages {
        for (number, line) in &page.prose {
            for target in targets(line) {
                // of the documentation of the crate, which rustdoc follows
                if target.starts_with("macro@") {
                    continue;
                }
                links += 1;
                if let Some(fault) = fault(page, target, &anchors) {
                    faults.push(format!("{}:{number}: ({target}) {fault}", page.name));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(links > 150, "only {links} links were found");
}

#[test]
fn the_book_has_every_page() {
    let summary = Page::named("docs/SUMMARY.md");
    let listed: BTreeSet<String> = summary
        .prose
        .iter()
        .flat_map(|(_, line)| targets(line))
        .map(|target| format!("docs/{target}"))
        .collect();
    let pages: BTreeSet<String> = page::all()
        .into_iter()
        .map(|page| page.name)
        .filter(|name| name.starts_with("docs/") && name != "docs/SUMMARY.md")
        .collect();
    assert_eq!(listed, pages, "docs/SUMMARY.md and the pages differ");
}

#[test]
fn every_rust_block_is_a_doc_test() {
    let facade = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for page in page::all() {
        let has_rust = page.blocks.iter().any(|block| block.language == "rust");
        let included = facade.contains(&format!("include_str!(\"../{}\")", page.name));
        assert!(
            !has_rust || included || page.name.starts_with("redgrease-core/"),
            "{} is not included in src/lib.rs, so nobody compiles its Rust",
            page.name
        );
    }
}

/// Where a path on a page for those who build may begin.
const ROOMS: [&str; 4] = [
    "",
    "redgrease-core/src",
    "redgrease-engine/src",
    "redgrease-engine/python/redgrease_worker",
];

/// The paths between the back-ticks of a line that are not there.
fn paths_that_are_not_there(line: &str) -> Vec<&str> {
    let kinds = [".rs", ".py", ".md", ".sh", ".toml"];
    let mut missing = Vec::new();
    let mut before: Option<PathBuf> = None;
    for word in line.split('`').skip(1).step_by(2) {
        let is_path = !word.contains([' ', ':', '*', '='])
            && (word.contains('/') || kinds.iter().any(|kind| word.ends_with(kind)));
        if !is_path {
            continue;
        }
        // or in the directory that the line has named before
        let rooms = ROOMS
            .iter()
            .map(|room| root().join(room))
            .chain(before.clone());
        match rooms.map(|room| room.join(word)).find(|path| path.exists()) {
            Some(path) if path.is_dir() => before = Some(path),
            Some(_) => {}
            None => missing.push(word),
        }
    }
    missing
}

#[test]
fn every_path_that_builders_are_sent_to_is_there() {
    assert_eq!(
        paths_that_are_not_there("in `redgrease-core/src/gear/` (`check.rs`), `gear/nowhere.rs`"),
        ["gear/nowhere.rs"]
    );
    let mut faults = Vec::new();
    for name in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for (number, line) in text.lines().enumerate() {
            for path in paths_that_are_not_there(line) {
                faults.push(format!("{name}:{}: `{path}` is not there", number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
