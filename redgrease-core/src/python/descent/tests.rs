//! Whatever this parser gives, the generated one gives the same.

use rustpython_parser::Parse as _;
use rustpython_parser::ast::{Expr, Suite};
use rustpython_parser::text_size::TextSize;

const CORPUS: [&str; 5] = [
    include_str!("../../../tests/corpus/statements.txt"),
    include_str!("../../../tests/corpus/functions.txt"),
    include_str!("../../../tests/corpus/expressions.txt"),
    include_str!("../../../tests/corpus/literals.txt"),
    include_str!("../../../tests/corpus/layout.txt"),
];

fn corpus() -> impl Iterator<Item = &'static str> {
    CORPUS.iter().flat_map(|file| file.split("\n%%\n"))
}

/// Whether this parser has a tree for `text`, which has to be that of the generated parser.
fn knows(text: &str) -> bool {
    let at = TextSize::from(7);
    let found = super::statements(text, at);
    if let Some(body) = &found {
        let generated = Suite::parse_starts_at(text, "<test>", at);
        assert_eq!(Ok(body), generated.as_ref(), "{text}");
    }
    let inner = format!("({text}\n)");
    if let Some(expression) = super::expression(&inner, at) {
        let generated = Expr::parse_starts_at(&inner, "<test>", at);
        assert_eq!(Ok(expression), generated, "{text}");
    }
    found.is_some()
}

#[test]
fn the_corpus_has_the_same_trees() {
    let left: Vec<&str> = corpus()
        .filter(|text| !knows(text) && Suite::parse(text, "<test>").is_ok())
        .collect();
    let rare = [
        "match",
        "(x, y): int",
        "type ",
        "with (",
        "except*",
        "except *",
        "[T",
        "[*",
        "**P",
        "(*",
    ];
    let missed: Vec<&&str> = left
        .iter()
        .filter(|text| !rare.iter().any(|what| text.contains(what)))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_is_changed_by_chance_has_the_same_trees() {
    let words: Vec<&str> = corpus().flat_map(pieces).collect();
    let mut chance = Chance(1);
    let mut known = 0;
    for text in corpus() {
        for _ in 0..12 {
            let mut changed = pieces(text);
            for _ in 0..=chance.below(2) {
                let at = chance.below(changed.len());
                match chance.below(4) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, words[chance.below(words.len())]),
                    2 => changed[at] = words[chance.below(words.len())],
                    _ => {
                        let other = chance.below(changed.len());
                        changed.swap(at, other);
                    }
                }
                if changed.is_empty() {
                    changed.push("x");
                }
            }
            known += usize::from(knows(&changed.concat()));
        }
    }
    assert!(known > 1000, "{known} of the changed texts were right");
}

#[test]
fn what_nests_deep_is_left_alone() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("-", ""), ("not ", "")] {
        let text = |depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        assert!(knows(&text(5)));
        assert!(super::statements(&text(5000), TextSize::from(0)).is_none());
    }
}

/// A text in words, blanks and punctuation.
fn pieces(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        ' ' => 0,
        _ if c.is_alphanumeric() || c == '_' => 1,
        _ => 2,
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if at > start && (last != Some(kind(c)) || kind(c) == 2) {
            pieces.push(&text[start..at]);
            start = at;
        }
        last = Some(kind(c));
    }
    pieces.push(&text[start..]);
    pieces
}

/// The same numbers in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % count.max(1)
    }
}
