//! A script that is to be sent: its text, what it needs, and the way back from its line numbers.

use redgrease::{Error, PythonError};
use redgrease_core::diag::Diagnostic;
use redgrease_core::gear::check::GearFile;
use redgrease_core::gear::{Action, Argument, Code, Plan};
use redgrease_core::pyversion::PyVersion;
use redgrease_core::script::{Script as Generated, gears_script};
use redgrease_core::source::Source;
use redgrease_core::spec::Encoding;

use crate::check::{Checked, check};

/// A text for the server.
#[derive(Debug)]
pub(crate) struct Script {
    text: String,
    /// What the generator knows of the lines, when the text was a gear of redgrease.
    generated: Option<Generated>,
    file: String,
    lines: usize,
    /// The packages that the gear itself names.
    pub(crate) requirements: Vec<String>,
}

/// What is to become of what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Results {
    /// Everything that survives pickling, for this program to print.
    Values,
    /// Text, for any client.
    Text,
}

impl Script {
    /// Checks a text and makes the script of it; there is none when an error was found. Without a
    /// version to check for, the text is taken as it is. `packages` says whether there may be some that it does not name.
    pub(crate) fn prepare(
        source: &Source,
        python: Option<PyVersion>,
        packages: bool,
        results: Results,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let Some(python) = python else {
            return (Some(Self::of_server(source)), Vec::new());
        };
        let Checked { file, found } = check(source, python, packages);
        if found.iter().any(Diagnostic::is_error) {
            return (None, found);
        }
        let script = match file {
            Some(file) => Self::of_gears(source, file, results),
            None => Self::of_server(source),
        };
        (Some(script), found)
    }

    /// A text that the server understands itself.
    fn of_server(source: &Source) -> Self {
        Self {
            text: source.text().to_string(),
            generated: None,
            file: source.file().to_string(),
            lines: source.text().lines().count(),
            requirements: Vec::new(),
        }
    }

    fn of_gears(source: &Source, mut file: GearFile, results: Results) -> Self {
        let values = results == Results::Values;
        for plan in &mut file.plans {
            if !values || matches!(plan.action, Some(Action::Register(_))) {
                as_text(plan);
            }
        }
        let encoding = if values {
            Encoding::Pickle
        } else {
            Encoding::Text
        };
        let generated = gears_script(&file.plans, file.after.as_ref(), encoding);
        let requirements = file.plans.iter().flat_map(|plan| &plan.requirements);
        Self {
            text: generated.text().to_string(),
            generated: Some(generated),
            requirements: requirements.map(ToString::to_string).collect(),
            ..Self::of_server(source)
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Names the file in an error of the script.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match error {
            Error::Python(python) => Error::Python(self.place(python)),
            other => other,
        }
    }

    /// Names the file in the lines of a traceback.
    pub(crate) fn place(&self, error: PythonError) -> PythonError {
        let exception = self.map(&error.exception);
        let mut error = error.map_lines(|line| self.map(line));
        error.exception = exception;
        error
    }

    fn map(&self, line: &str) -> String {
        match &self.generated {
            Some(generated) => generated.map_traceback(line),
            None => name_file(line, &self.file, self.lines),
        }
    }
}

/// Lets a gear give text for every record.
fn as_text(plan: &mut Plan) {
    let action = plan.action.get_or_insert_with(|| Action::Run(Vec::new()));
    let (Action::Run(arguments) | Action::Register(arguments)) = action else {
        return;
    };
    let is_given = arguments
        .iter()
        .any(|argument| argument.keyword.as_deref() == Some("convertToStr"));
    if !is_given {
        arguments.push(Argument {
            keyword: Some("convertToStr".into()),
            value: Code {
                text: "True".into(),
                file: "".into(),
                line: 0,
            },
            function: false,
        });
    }
}

/// Puts the name of the file into a line about the script; lines past its end are the server's.
fn name_file(line: &str, file: &str, lines: usize) -> String {
    for (mark, shown) in [
        ("\"<string>\", line ", format!("\"{file}\", line ")),
        ("(<string>, line ", format!("({file}, line ")),
    ] {
        if let Some((before, rest)) = line.split_once(mark) {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
            let number: Option<usize> = digits.and_then(|digits| digits.parse().ok());
            if number.is_some_and(|number| number <= lines) {
                return format!("{before}{shown}{rest}");
            }
        }
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracebacks_name_the_file() {
        let named = |line| name_file(line, "a.py", 3);
        assert_eq!(
            named("  File \"<string>\", line 3, in f"),
            "  File \"a.py\", line 3, in f"
        );
        assert_eq!(
            named("SyntaxError: invalid syntax (<string>, line 1)"),
            "SyntaxError: invalid syntax (a.py, line 1)"
        );
        let of_the_server = "  File \"<string>\", line 172, in run";
        assert_eq!(named(of_the_server), of_the_server);
    }

    #[test]
    fn a_gear_becomes_a_script_that_gives_text() {
        let source = Source::new("KeysReader('a*').count()").at("a.py", 1, 0);
        let python = Some(PyVersion::default());
        let script = Script::prepare(&source, python, true, Results::Text)
            .0
            .unwrap();
        assert!(
            script.text().contains("GearsBuilder('KeysReader'"),
            "{}",
            script.text()
        );
        assert!(script.text().contains("str("), "{}", script.text());
        let source = Source::new("print(x)").at("a.py", 1, 0);
        assert!(
            Script::prepare(&source, python, true, Results::Text)
                .0
                .is_none()
        );
        assert!(
            Script::prepare(&source, None, true, Results::Text)
                .0
                .is_some()
        );
    }
}
