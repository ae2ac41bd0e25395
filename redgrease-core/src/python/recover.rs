//! What can be said of a text that has syntax errors: the parser stops at the first, so each
//! statement is parsed on its own, to find the others and to check what parses.

use std::collections::HashSet;
use std::ops::Range;

use super::layout::Layout;
use super::lines::{Line, scan};
use super::names::RUNTIME;
use super::parse::{Kind, SyntaxError, ast};
use super::syntax;
use crate::diag::{Diagnostic, Diagnostics};

/// The statements of a text.
#[derive(Default)]
pub(crate) struct Parsed {
    /// Those that parse.
    pub(crate) body: Vec<ast::Stmt>,
    /// The places of the others.
    pub(crate) broken: Vec<Range<usize>>,
}

impl Parsed {
    /// The words of the statements that do not parse: names that they may define or use.
    pub(crate) fn doubtful<'t>(&self, text: &'t str) -> HashSet<&'t str> {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let mut words = HashSet::new();
        for range in &self.broken {
            for piece in text[range.clone()].split_inclusive(|c| !part(c)) {
                let word = piece.trim_end_matches(|c| !part(c));
                // `cmd.get(…)` and `log(…)` use a name of the server and give it no other meaning.
                let used = piece.ends_with(['.', '(']) && RUNTIME.contains(&word);
                if !word.is_empty() && !used {
                    words.insert(word);
                }
            }
        }
        words
    }
}

impl Layout<'_> {
    /// Parses the statements in `part` of the text and reports what does not parse.
    pub(crate) fn parse(&self, part: Range<usize>, out: &mut Diagnostics) -> Parsed {
        let error = match self.statements(part.clone()) {
            Ok(body) => {
                return Parsed {
                    body,
                    broken: Vec::new(),
                };
            }
            Err(error) => error,
        };
        let mut parsed = Parsed::default();
        let lines: Vec<&Line> = self.lines_in(&part).collect();
        for (group, place) in self.groups(&lines, part.end, self.base) {
            match self.statements(place.clone()) {
                Ok(body) => parsed.body.extend(body),
                Err(error) => {
                    self.errors(group, place.clone(), error, out);
                    parsed.broken.push(place);
                }
            }
        }
        if parsed.broken.is_empty() {
            // Each statement is right, but not where it stands.
            out.push(self.explain(&error));
        }
        parsed
    }

    /// Reports the error of the statement that `lines` are, and those of the statements in it.
    fn errors(
        &self,
        lines: &[&Line],
        place: Range<usize>,
        error: SyntaxError,
        out: &mut Diagnostics,
    ) {
        let base = lines[0].indent;
        let structured = !matches!(
            error.kind,
            Kind::Indent | Kind::NoIndent | Kind::Unindent | Kind::Tabs
        );
        // The cases of a `match` are no statements.
        let recurse = structured && !self.text[lines[0].start..].starts_with("match");
        let mut found = false;
        let mut blocks = lines.split(|line| line.indent <= base);
        if let Some(block) = blocks.find(|_| recurse) {
            for block in std::iter::once(block).chain(blocks) {
                let Some(last) = block.last() else { continue };
                let end = self.text[last.end..place.end]
                    .find('\n')
                    .map_or(place.end, |at| last.end + at + 1);
                // Before the error everything is right.
                if error.offset >= end {
                    continue;
                }
                for (group, place) in self.groups(block, end, block[0].indent) {
                    if let Err(inner) = self.block(place.clone()) {
                        self.errors(group, place, inner, out);
                        found = true;
                    }
                }
            }
        }
        let in_header = lines
            .iter()
            .any(|line| line.indent <= base && (line.start..=line.end).contains(&error.offset));
        if in_header || !found {
            out.push(self.explain_in(place, error));
        }
    }

    /// The diagnostic for an error in a statement, whatever stands around it.
    fn explain_in(&self, place: Range<usize>, error: SyntaxError) -> Diagnostic {
        let text = &self.text[place.clone()];
        let error = SyntaxError {
            kind: error.kind,
            offset: error.offset.saturating_sub(place.start),
        };
        let mut diagnostic = syntax::explain(text, &scan(text, 0), &error);
        diagnostic.range.start += place.start;
        diagnostic.range.end += place.start;
        diagnostic
    }

    fn lines_in(&self, part: &Range<usize>) -> impl Iterator<Item = &Line> {
        let part = part.clone();
        let lines = self.scan.lines.iter();
        lines.filter(move |line| part.contains(&line.start))
    }

    /// The statements of a block that is indented by `base` and ends before `end`: their lines
    /// and their places.
    fn groups<'l>(
        &self,
        lines: &'l [&'l Line],
        end: usize,
        base: usize,
    ) -> Vec<(&'l [&'l Line], Range<usize>)> {
        let mut starts: Vec<usize> = Vec::new();
        let mut decorated = false;
        for (index, line) in lines.iter().enumerate() {
            let text = &self.text[line.start..line.end];
            let word = text.split(|c: char| !c.is_alphanumeric()).next();
            let goes_on = matches!(word, Some("else" | "elif" | "except" | "finally"));
            if index == 0 || line.indent <= base && !goes_on && !decorated {
                starts.push(index);
            }
            decorated = line.indent <= base && text.starts_with('@');
        }
        let line_start = |index: usize| {
            let before = &self.text[..lines[index].start];
            before.rfind('\n').map_or(0, |at| at + 1)
        };
        let ends = starts.iter().skip(1).copied().chain([lines.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(&first, next)| {
                let end = if next < lines.len() {
                    line_start(next)
                } else {
                    end
                };
                (&lines[first..next], line_start(first)..end)
            })
            .collect()
    }
}
