//! The Markdown files of the repository, cut into prose and blocks.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown file.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    /// The path from the root of the repository.
    pub(crate) name: String,
    /// The lines outside of blocks, with their numbers.
    pub(crate) prose: Vec<(usize, String)>,
    pub(crate) blocks: Vec<Block>,
    /// What a link to a heading of this page can name.
    pub(crate) anchors: BTreeSet<String>,
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The number of the line with the fence.
    pub(crate) line: usize,
    /// The first word after the fence.
    pub(crate) language: String,
    /// How far the fence is indented.
    indent: usize,
    pub(crate) text: String,
    /// The file that it shows, when the line before it says so.
    pub(crate) file: Option<String>,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Markdown files of the repository.
pub(crate) fn all() -> Vec<Page> {
    let mut paths = Vec::new();
    collect(root(), &mut paths);
    paths.sort();
    assert!(paths.len() > 60, "only {} pages were found", paths.len());
    paths.into_iter().map(Page::read).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" {
                collect(&path, paths);
            }
        } else if name.ends_with(".md") {
            paths.push(path);
        }
    }
}

impl Page {
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let mut page = Self {
            path,
            name,
            prose: Vec::new(),
            blocks: Vec::new(),
            anchors: BTreeSet::new(),
        };
        let mut slugs = HashMap::new();
        let mut open: Option<(String, Block)> = None;
        let mut before = String::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let trimmed = line.trim_start();
            match &mut open {
                Some((fence, _)) if trimmed == fence.as_str() => {
                    page.blocks.extend(open.take().map(|(_, block)| block));
                }
                Some((_, block)) => {
                    // a block in a list is indented with it
                    let indented = line.len() - trimmed.len();
                    block.text.push_str(&line[block.indent.min(indented)..]);
                    block.text.push('\n');
                }
                None if trimmed.starts_with("```") => {
                    let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
                    let (fence, language) = trimmed.split_at(ticks);
                    let word = language.split([',', ' ']).next().unwrap_or_default();
                    let block = Block {
                        line: number,
                        language: word.to_owned(),
                        indent: line.len() - trimmed.len(),
                        text: String::new(),
                        file: file_named(&std::mem::take(&mut before)),
                    };
                    open = Some((fence.to_owned(), block));
                }
                None => {
                    if line.starts_with('#') {
                        page.anchors.insert(slug(line, &mut slugs));
                    }
                    if !trimmed.is_empty() {
                        before = line.to_owned();
                    }
                    page.prose.push((number, without_code(line)));
                }
            }
        }
        assert!(open.is_none(), "{}: a block has no end", page.name);
        page
    }

    /// The page with this path from the root of the repository.
    pub(crate) fn named(name: &str) -> Self {
        Self::read(root().join(name))
    }
}

/// `src/main.rs` of a line that ends with `` `src/main.rs`: ``.
fn file_named(line: &str) -> Option<String> {
    let (_, name) = line.trim_end().strip_suffix("`:")?.rsplit_once('`')?;
    let fits = name.contains('.') && !name.contains([' ', '(']);
    fits.then(|| name.to_owned())
}

/// The anchor that forges and mdBook make of a heading.
fn slug(heading: &str, seen: &mut HashMap<String, usize>) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let text: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let count = seen.entry(text.clone()).or_insert(0);
    *count += 1;
    if *count == 1 {
        text
    } else {
        format!("{text}-{}", *count - 1)
    }
}

/// A line without what stands between back-ticks.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inner = &rest[start + ticks..];
        let Some(end) = inner.find(&"`".repeat(ticks)) else {
            break;
        };
        kept.push_str(&rest[..start]);
        kept.push_str("code");
        rest = &inner[end + ticks..];
    }
    kept.push_str(rest);
    kept
}

#[test]
fn every_block_of_a_doc_test_has_a_language() {
    let facade = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for page in all() {
        // rustdoc takes a block without one for Rust, as the pages of the macros mean it
        let guide = page.name.starts_with("docs/") || page.name == "README.md";
        if guide && facade.contains(&format!("../{}\"", page.name)) {
            for block in &page.blocks {
                let place = format!("{}:{}", page.name, block.line);
                assert!(
                    !block.language.is_empty(),
                    "{place}: a block without a language"
                );
            }
        }
    }
}
