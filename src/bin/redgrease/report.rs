//! Findings in Python text, as rustc shows its own, or as JSON.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use redgrease_core::diag::{Diagnostic, Severity};
use redgrease_core::source::Source;
use serde_json::{Value, json};

/// The finding with its place, the lines of the text and the next step.
pub(crate) fn render(diagnostic: &Diagnostic, source: &Source, colored: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Warning => Level::WARNING,
        _ => Level::ERROR,
    };
    let text = source.text();
    let start = diagnostic.range.start.min(text.len());
    let end = diagnostic.range.end.clamp(start, text.len());
    let mut annotation = AnnotationKind::Primary.span(start..end);
    if let Some(label) = &diagnostic.label {
        annotation = annotation.label(label.as_str());
    }
    let snippet = Snippet::source(text)
        .line_start(source.line() as usize)
        .path(source.file())
        .annotation(annotation);
    let mut group: Group<'_> = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.as_str())
        .element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if colored {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// The finding for programs: lines and columns count from 1, columns count characters.
pub(crate) fn json(diagnostic: &Diagnostic, source: &Source) -> Value {
    let start = source.position(diagnostic.range.start);
    let end = source.position(diagnostic.range.end);
    json!({
        "file": source.file(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "severity": diagnostic.severity.to_string(),
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use redgrease_core::gear::check::check_script;
    use redgrease_core::python::PyVersion;

    #[test]
    fn shows_the_place_and_the_help() {
        let source = Source::new("value = 1\nprint(vlaue)\n").at("a.py", 1, 0);
        let found = check_script(&source, PyVersion::default());
        let text = render(&found[0], &source, false);
        insta::assert_snapshot!(text);
        assert_eq!(json(&found[0], &source)["line"], 2);
        assert_eq!(json(&found[0], &source)["column"], 7);
    }
}
