//! Comments of Rust in Python text. rustc leaves them out of the tokens, so that nothing stands for
//! them but the text.

use std::ops::Range;

use redgrease_core::diag::Diagnostic;
use redgrease_core::messages;
use redgrease_core::source::Source;

use crate::scan::scan;

/// The findings without those in the other lines of a comment `/* … */` whose first line is one: they are the same
/// mistake.
pub(crate) fn once<'f>(source: &Source, findings: &'f [Diagnostic]) -> Vec<&'f Diagnostic> {
    let comments: Vec<Range<usize>> = findings
        .iter()
        .filter_map(|finding| lines_below(source, finding))
        .collect();
    let inside = |at| comments.iter().any(|comment| comment.contains(&at));
    let all = findings.iter();
    all.filter(|finding| finding.parameter.is_some() || !inside(finding.range.start))
        .collect()
}

fn lines_below(source: &Source, finding: &Diagnostic) -> Option<Range<usize>> {
    let first = before(source, finding)?;
    let comment = &source.text()[first.start..];
    let length = comment.find("*/").filter(|_| comment.starts_with("/*"))? + "*/".len();
    Some(first.end..first.start + length)
}

/// The comment of Rust that causes an error, as far as the text tells: `//` or `/*` before it in its
/// line, or before the end of the line above.
pub(crate) fn before(source: &Source, finding: &Diagnostic) -> Option<Range<usize>> {
    if ![messages::SYNTAX, messages::UNDEFINED].contains(&finding.code) {
        return None;
    }
    let text = source.text();
    let at = finding.range.start.min(text.len());
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let above = text[..line.saturating_sub(1)]
        .rfind('\n')
        .map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let found = scan(text);
    let is_code = |at: usize| {
        let inside = |range: &Range<usize>| range.contains(&at);
        !found.comments.iter().any(inside) && !found.strings.iter().any(inside)
    };
    let starts = |from: usize, to: usize| {
        let marks = text[from..to].match_indices(['/']);
        marks
            .map(|(offset, _)| from + offset)
            .find(|at| text[*at..].starts_with("//") || text[*at..].starts_with("/*"))
            .filter(|at| is_code(*at))
    };
    let start = starts(line, end).filter(|start| *start <= at).or_else(|| {
        // The parser may go on to the next line to see that something is missing.
        let blank = text[line..at].trim().is_empty() && finding.code == messages::SYNTAX;
        starts(above, line).filter(|_| blank)
    })?;
    // A name behind `//` is what it is divided by, unless words follow.
    if finding.code == messages::UNDEFINED {
        let between = text[start..at].trim_start_matches(['/', '*']);
        if !between.trim().is_empty() {
            return None;
        }
        return Some(finding.range.clone());
    }
    let stop = text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end);
    Some(start..text[..stop].trim_end().len())
}
