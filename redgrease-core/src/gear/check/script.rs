//! Checking a whole script, as it is sent to the server: any statements, any number of gears.

use super::{Checker, variables};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::messages;
use crate::python::{self, Collector, Layout, Parsed, PyVersion, ast};
use crate::source::Source;

/// Findings about a chain of `GearsBuilder` that hold in a script of the server's own kind too;
/// others, such as unknown keywords, the server lets pass.
const HOLD: [Code; 5] = [
    messages::READER,
    messages::OPERATION,
    messages::ARITY,
    messages::CALLBACK,
    messages::ACTION,
];

/// Checks a script: syntax, names, versions, and each statement that is a gear made with
/// `GearsBuilder` or `GB`. What it imports, redgrease too, is the server's to know.
///
/// ```
/// use redgrease_core::gear::check::check_script;
/// use redgrease_core::python::PyVersion;
/// use redgrease_core::source::Source;
///
/// let source = Source::new("GB('CommandReader').mapp(len).register(trigger='size')\n");
/// let diagnostics = check_script(&source, PyVersion::default());
/// assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `map`?"));
/// ```
pub fn check_script(source: &Source, python: PyVersion) -> Vec<Diagnostic> {
    let mut out = Diagnostics::new();
    let layout = Layout::new(source, python);
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    python::check_module(&layout, &parsed.body, None, python, &mut out);
    let mut names = Diagnostics::new();
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.statements(&parsed);
    collector.finish(&mut names);
    out.extend(
        names
            .into_vec()
            .into_iter()
            .filter(|found| found.code != messages::NO_ATTRIBUTE),
    );
    out.extend(gears(source, &layout, &parsed, python));
    out.about(source.text())
}

/// What is wrong with the chains of the script.
fn gears(
    source: &Source,
    layout: &Layout<'_>,
    parsed: &Parsed,
    python: PyVersion,
) -> Vec<Diagnostic> {
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.statements(parsed);
    let mut checker = Checker {
        source,
        text: layout.text,
        prelude: &parsed.body,
        collector,
        requirements: Vec::new(),
        out: Diagnostics::new(),
    };
    for (index, statement) in parsed.body.iter().enumerate() {
        let ast::Stmt::Expr(statement) = statement else {
            continue;
        };
        // what a builder was given before belongs to its chain
        let found = variables::find(
            &parsed.body[..index],
            Some(&statement.value),
            &mut checker.out,
        );
        if found.root.is_some_and(is_builder) {
            checker.gear(&found);
        }
    }
    let found = checker.out.into_vec();
    found
        .into_iter()
        .filter(|found| HOLD.contains(&found.code))
        .collect()
}

fn is_builder(root: &ast::Expr) -> bool {
    let ast::Expr::Call(call) = root else {
        return false;
    };
    matches!(&*call.func, ast::Expr::Name(name) if matches!(name.id.as_str(), "GearsBuilder" | "GB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &'static str) -> Vec<String> {
        check_script(&Source::new(text), PyVersion::default())
            .iter()
            .map(|found| format!("{} {}", found.code, found.message))
            .collect()
    }

    #[test]
    fn scripts_of_the_server_pass() {
        let text = "import os\n\
                    from redgrease import KeysReader\n\
                    def double(x):\n    return execute('GET', x['key']) * 2\n\
                    gb = GB('KeysReader')\n\
                    gb.map(double)\n\
                    gb.register('user:*', eventTypes=['set'], anything=1)\n\
                    GearsBuilder('CommandReader').map(lambda x: x[1]).register(trigger='t')\n";
        assert_eq!(check(text), [""; 0]);
    }

    #[test]
    fn syntax_names_and_operations_are_looked_at() {
        assert_eq!(check("x = (1\n")[0].split(' ').next(), Some("RG0102"));
        assert_eq!(
            check("print(unknwon)\n"),
            ["RG0201 undefined name `unknwon`"]
        );
        let found = check("GB().mapp(lambda x: x).run()\n");
        assert!(found[0].starts_with("RG0303"), "{found:?}");
        let found = check("gb = GB()\ngb.filtr(lambda x: x)\ngb.run()\n");
        assert!(found[0].starts_with("RG0303"), "{found:?}");
        let found = check("GB().map(lambda x, y: x).run()\n");
        assert!(found[0].starts_with("RG0306"), "{found:?}");
    }
}
