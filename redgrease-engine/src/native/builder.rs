//! The builder's own functions: what `aggregate`, `avg`, `sort` and their like are made of.

use redgrease_core::native::{Constant, Described, Meaning};

/// The lines of functions that call the one that they were given, with what was gathered or else a copy of their zero.
pub(super) const BEGIN_WITH_ZERO: [u32; 3] = [0, 98, 102];
/// Those that call it and do nothing else.
pub(super) const CALL: [u32; 1] = [88];

/// A function that calls none that it was given.
struct Own {
    line: u32,
    /// The line of the one that calls it, where others on its line look like it.
    within: Option<u32>,
    parameters: &'static [&'static str],
    text: &'static str,
    builtins: &'static [&'static str],
    /// The function around it.
    outer: &'static str,
}

const OWN: [Own; 8] = [
    Own {
        line: 137,
        within: None,
        parameters: &["r"],
        text: "lambda r: sorted(r, reverse=reverse)",
        builtins: &["sorted"],
        outer: "def sort(self, reverse=True): ",
    },
    Own {
        line: 138,
        within: None,
        parameters: &["r"],
        text: "lambda r: r",
        builtins: &[],
        outer: "",
    },
    Own {
        line: 145,
        within: None,
        parameters: &["a", "r"],
        text: "lambda a, r: a | set([r])",
        builtins: &["set"],
        outer: "",
    },
    Own {
        line: 146,
        within: None,
        parameters: &["x"],
        text: "lambda x: list(x)",
        builtins: &["list"],
        outer: "",
    },
    Own {
        line: 147,
        within: None,
        parameters: &["x"],
        text: "lambda x: float(x)",
        builtins: &["float"],
        outer: "",
    },
    Own {
        line: 156,
        within: Some(98),
        parameters: &["a", "r"],
        text: "lambda a, r: (a[0] + r, a[1] + 1)",
        builtins: &[],
        outer: "",
    },
    Own {
        line: 156,
        within: Some(102),
        parameters: &["a", "r"],
        text: "lambda a, r: (a[0] + r[0], a[1] + r[1])",
        builtins: &[],
        outer: "",
    },
    Own {
        line: 159,
        within: None,
        parameters: &["x"],
        text: "lambda x: x[0] / x[1]",
        builtins: &[],
        outer: "",
    },
];

/// Where the body of a lambda begins in its text.
fn body(own: &Own) -> usize {
    own.text.find(": ").map_or(0, |colon| colon + 2)
}

/// All of them as a script, each on the line that tracebacks show.
pub(super) fn script() -> String {
    let mut script = String::new();
    let mut line = 1;
    for own in &OWN {
        if own.line == line && !script.is_empty() && !script.ends_with('\n') {
            script.push_str("; ");
        }
        while line < own.line {
            script.push('\n');
            line += 1;
        }
        script.push_str(own.outer);
        script.push_str(own.text);
    }
    script.push('\n');
    script
}

/// The function on a line that is called by the one on another line, as it is in [`script`].
pub(super) fn described(
    line: u32,
    within: Option<u32>,
    cells: &[(String, Constant)],
) -> Option<Described> {
    let mut column = 0;
    let mut found = None;
    for own in OWN.iter().filter(|own| own.line == line) {
        if own.within.is_none() || own.within == within {
            found = Some(own);
            break;
        }
        column += own.outer.len() + own.text.len() + "; ".len();
    }
    let own = found?;
    let column = column + own.outer.len() + body(own);
    let meaning = |name: &&str| ((*name).to_owned(), Meaning::Builtin((*name).to_owned()));
    Some(Described {
        name: "<lambda>".to_owned(),
        line,
        inner: Some((line, u32::try_from(column).ok()?)),
        parameters: own.parameters.iter().map(|&one| one.to_owned()).collect(),
        names: own.builtins.iter().map(meaning).collect(),
        cells: cells.to_vec(),
        ..Described::default()
    })
}

#[cfg(test)]
mod tests {
    use redgrease_core::native::{Wanted, with_script};

    use super::*;

    #[test]
    fn they_stand_in_the_builder() {
        let prelude = include_str!("../../python/redgrease_worker/prelude.py");
        for own in &OWN {
            let mark = format!("#@ {}", own.line);
            let is_there = prelude
                .lines()
                .any(|line| line.ends_with(&mark) && line.contains(own.text));
            assert!(is_there, "{} on line {}", own.text, own.line);
        }
        for line in BEGIN_WITH_ZERO.into_iter().filter(|line| *line > 0) {
            let mark = "(a if a else copy_of(zero), r)";
            let shown = format!("#@ {line}");
            let is_there = prelude
                .lines()
                .any(|one| one.ends_with(&shown) && one.contains(mark));
            assert!(is_there, "line {line}");
        }
    }

    #[test]
    fn they_are_native() {
        for own in &OWN {
            let cells = if own.outer.is_empty() {
                Vec::new()
            } else {
                vec![("reverse".to_owned(), Constant::Bool(false))]
            };
            let wanted = Wanted {
                functions: vec![described(own.line, own.within, &cells).expect(own.text)],
                ..Wanted::default()
            };
            for minor in [8, 13] {
                let wanted = std::slice::from_ref(&wanted);
                let compiled = with_script(&script(), |script| script.compile(wanted, minor));
                let compiled = compiled.expect("a script").pop().expect("one");
                assert!(compiled.is_ok(), "{}: {compiled:?}", own.text);
            }
        }
    }
}
