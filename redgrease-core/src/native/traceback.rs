//! Exceptions as clients and logs get them, with the places that they went through.

use std::rc::Rc;

use super::text;
use super::value::{Before, Exception, Place, Value};

/// What stands between two exceptions of a chain, in Python's own words.
const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// How many exceptions of a chain are told.
const MOST_TOLD: usize = 20;

impl Exception {
    /// The text that a client gets.
    pub(super) fn shown(&self, minor: u8, with_traceback: bool) -> String {
        if !with_traceback {
            let said = self.text(minor).unwrap_or_default();
            return format!("Error type: <class '{}'>, Value: {said}", self.kind.path());
        }
        let mut lines = Vec::new();
        self.tell(minor, MOST_TOLD, &mut lines);
        let list = Value::list(lines.iter().map(|line| Value::str(line)).collect());
        text::repr(&list, minor).unwrap_or_default()
    }

    /// The lines of the exception, after those of what was before it.
    fn tell(&self, minor: u8, most: usize, lines: &mut Vec<String>) {
        let before = match &*self.before.borrow() {
            Before::Nothing | Before::Hidden => None,
            Before::Cause(before) => Some((Rc::clone(before), CAUSE)),
            Before::Context(before) => Some((Rc::clone(before), CONTEXT)),
        };
        if let (Some((before, between)), Some(most)) = (before, most.checked_sub(1)) {
            before.tell(minor, most, lines);
            lines.push(between.to_owned());
        }
        let said = self.text(minor).unwrap_or_default();
        let trace = self.trace.borrow();
        if !trace.is_empty() {
            lines.push("Traceback (most recent call last):\n".to_owned());
        }
        lines.extend(shown_places(&trace));
        let mut last = self.kind.path().to_owned();
        if !said.is_empty() {
            last.push_str(": ");
            last.push_str(&said);
        }
        if let Some(hint) = self.hint {
            last.push_str(&format!(". Did you mean: '{hint}'?"));
        }
        last.push('\n');
        lines.push(last);
    }
}

/// The lines of the places, the outermost first.
fn shown_places(trace: &[Place]) -> Vec<String> {
    /// Of places that are the same one after the other, so many are shown.
    const SHOWN: usize = 3;
    let mut lines = Vec::new();
    let mut places = trace.iter().rev().peekable();
    while let Some(place) = places.next() {
        let line = format!(
            "  File \"<string>\", line {}, in {}\n",
            place.line, place.function
        );
        let mut same = 1;
        while places.next_if_eq(&place).is_some() {
            same += 1;
        }
        lines.extend(std::iter::repeat_n(line, same.min(SHOWN)));
        if same > SHOWN {
            let more = same - SHOWN;
            let plural = if more > 1 { "s" } else { "" };
            lines.push(format!(
                "  [Previous line repeated {more} more time{plural}]\n"
            ));
        }
    }
    lines
}
