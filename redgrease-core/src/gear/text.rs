//! Gears from texts that are known only at run time, checked as `gear!` checks its own.

use std::fmt;
use std::str::FromStr;

use super::check::{GearInput, check_gear};
use super::function::GearFunction;
use super::function::ends::End;
use super::function::readers::ReaderType;
use super::table::entry;
use crate::diag::Diagnostic;
use crate::pyversion::PyVersion;
use crate::source::Source;

/// Why a text is no gear of the wanted type.
///
/// `Display` gives what `rustc` would show: each finding with its place, the line and the next
/// step.
#[derive(Debug, Clone, PartialEq)]
pub struct GearTextError {
    message: String,
    findings: Vec<Diagnostic>,
}

impl GearTextError {
    /// What is wrong in the text; empty when the text is a gear of another type.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }
}

impl fmt::Display for GearTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for GearTextError {}

impl<R: ReaderType, E: End> GearFunction<R, E> {
    /// The gear that a Python text stands for, written for the Python version `python`: what can
    /// stand in `gear!`, statements first. `name` is where the text came from, for messages and
    /// tracebacks.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::{GearFunction, KeysReader};
    /// use redgrease::ends::Run;
    ///
    /// type Query = GearFunction<KeysReader, Run>;
    ///
    /// let query: Query = "KeysReader('doc:*').values().map(len).run()".parse()?;
    /// assert_eq!(query.plan().steps.len(), 2);
    /// let error = "KeysReader('*').mapp(len).run()".parse::<Query>().expect_err("a slip");
    /// assert!(error.to_string().contains("did you mean `map`?"));
    /// let error = "StreamReader('s').run()".parse::<Query>().expect_err("another reader");
    /// assert!(error.to_string().contains("begins with StreamReader"));
    /// # Ok::<(), redgrease::check::GearTextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that the checker finds wrong; a gear that begins or ends otherwise than `R` and
    /// `E` say.
    pub fn from_text(name: &str, text: &str, python: PyVersion) -> Result<Self, GearTextError> {
        let source = Source::new(text.to_owned()).at(name.to_owned(), 1, 0);
        let (plan, findings) = check_gear(&GearInput {
            source: &source,
            captures: &[],
            python,
        });
        let Some(plan) = plan else {
            let rendered: Vec<String> = findings.iter().map(|one| one.render(&source)).collect();
            return Err(GearTextError {
                message: rendered.join("\n"),
                findings,
            });
        };
        let other = |message: String| GearTextError {
            message,
            findings: Vec::new(),
        };
        if plan.reader != R::READER {
            let (wanted, found) = (entry(R::READER).name, entry(plan.reader).name);
            return Err(other(format!(
                "the gear in {name} begins with {found}, and one with {wanted} is wanted"
            )));
        }
        if !E::ends(plan.action.as_ref()) {
            return Err(other(format!(
                "the gear in {name} has another end than is wanted: {}",
                E::WANTED
            )));
        }
        Ok(Self::from_plan(plan))
    }
}

/// A gear in a text, for Python 3.7: [`GearFunction::from_text`].
impl<R: ReaderType, E: End> FromStr for GearFunction<R, E> {
    type Err = GearTextError;

    fn from_str(text: &str) -> Result<Self, GearTextError> {
        Self::from_text("<python>", text, PyVersion::default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::function::ends::{Open, Register, Run, RunAs};
    use super::super::function::readers::{CommandReader, KeysReader};
    use super::*;

    #[test]
    fn texts_become_gears_of_every_end() {
        let text = "def size(r):\n    return len(r['value'])\nKeysReader('*').map(size)";
        let open: GearFunction<KeysReader, Open> = text.parse().unwrap();
        assert_eq!(open.plan().prelude.len(), 1);
        let text = "gb = GB()\ngb.map(lambda r: r['key'])\ngb.run('*')";
        let run: GearFunction<KeysReader, Run> = text.parse().unwrap();
        assert_eq!(run.plan().steps.len(), 1);
        assert!(text.parse::<GearFunction<KeysReader, RunAs<i64>>>().is_ok());
        let text = "CommandReader().args().register(trigger='f')";
        assert!(
            text.parse::<GearFunction<CommandReader, Register>>()
                .is_ok()
        );
        let error = text.parse::<GearFunction<CommandReader, Open>>();
        assert_eq!(
            error.unwrap_err().to_string(),
            "the gear in <python> has another end than is wanted: no `.run(…)` and no `.register(…)`"
        );
    }

    #[test]
    fn errors_have_their_places() {
        let text = "def f(r):\n    return x\nKeysReader('*').map(f).run()";
        let python = PyVersion::default();
        let error = GearFunction::<KeysReader, Run>::from_text("query.py", text, python);
        let error = error.unwrap_err();
        assert_eq!(error.findings().len(), 1);
        assert!(error.to_string().contains("query.py:2:12"), "{error}");
    }
}
