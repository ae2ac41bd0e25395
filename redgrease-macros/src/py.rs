//! `py!`: from the tokens of the macro to the expression that stands for a callback.

use proc_macro2::{Span, TokenStream};
use redgrease_core::gear::Code;
use redgrease_core::gear::callback::{CallbackInput, CheckedCallback, check_callback};

use crate::attrs::Macro;
use crate::body::Body;
use crate::capture::{self, Capture};
use crate::header::Header;
use crate::report::Report;
use crate::scan::scan;
use crate::{expand, messages, print};

/// What `py!` found out.
pub(crate) struct Py {
    pub(crate) header: Header,
    pub(crate) file: String,
    /// None after an error.
    pub(crate) checked: Option<CheckedCallback>,
    pub(crate) captures: Vec<Capture>,
}

/// The expression for the input of `py!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let py = read(input, &mut report);
    let tokens = expand::py(&py, report);
    print::tokens(&tokens);
    tokens
}

fn read(input: TokenStream, report: &mut Report) -> Py {
    let header = Header::read_of(Macro::Callback, input.clone(), report);
    let mut py = Py {
        header,
        file: String::new(),
        checked: None,
        captures: Vec::new(),
    };
    if py.header.broken {
        return py;
    }
    let mut body = match Body::of_input(input, &py.header.rest) {
        Ok(body) => body,
        Err(why) => {
            report.lost(Span::call_site(), why);
            return py;
        }
    };
    if let Some(ty) = &py.header.result {
        report.error_at(ty, messages::RESULT_WITHOUT_RUN);
    }
    py.captures = capture::prepare(&mut body, &py.header);
    py.file = body.source.file().to_owned();
    let shared = py.header.arguments.uses.names();
    let captures = py.captures.iter().map(|c| c.name.as_str());
    let names: Vec<&str> = captures.chain(shared.iter().map(String::as_str)).collect();
    let (checked, findings) = check_callback(&CallbackInput {
        source: &body.source,
        captures: &names,
        python: py.header.arguments.python,
    });
    report.findings(&body, &findings);
    py.checked = checked;
    py
}

/// Whether the callback can be called with none, one, two and three arguments; with any number
/// as far as nothing is known.
pub(crate) fn arity(checked: Option<&CheckedCallback>) -> [bool; 4] {
    let least = checked.and_then(|checked| checked.least).unwrap_or(0);
    let most = checked
        .and_then(|checked| checked.most)
        .unwrap_or(usize::MAX);
    [0, 1, 2, 3].map(|count| (least..=most).contains(&count))
}

/// Statements as the body of a function: further to the right, but for what stands in strings.
pub(crate) fn indented(prelude: &Code) -> String {
    let text = &prelude.text;
    let strings = scan(text).strings;
    let mut at = 0;
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let in_string = strings.iter().any(|s| s.start < at && at < s.end);
        if !in_string && !line.trim().is_empty() {
            out.push_str("    ");
        }
        out.push_str(line);
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_strings_is_not_moved() {
        let prelude = Code {
            text: "def f():\n    return \"\"\"a\n  b\"\"\"\n\n# c".into(),
            file: "".into(),
            line: 1,
        };
        assert_eq!(
            indented(&prelude),
            "    def f():\n        return \"\"\"a\n  b\"\"\"\n\n    # c"
        );
    }
}
