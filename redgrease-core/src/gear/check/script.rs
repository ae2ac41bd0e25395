//! Checking a whole script, as it is sent to the server: any statements, any number of gears.

use std::collections::BTreeSet;

use super::chain::chain;
use super::reach::Places;
use super::{Checker, variables};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::messages;
use crate::python::{self, Collector, Layout, Parsed, PyVersion, Visitor, ast};
use crate::source::Source;

/// Findings that do not hold where a text may be any script: it need not be a gear, and what it does with one is its own.
const OF_GEARS: [Code; 2] = [messages::NOT_A_GEAR, messages::CLOSED];

/// Checks a script: syntax, names, versions, and each statement that is a gear made with
/// `GearsBuilder` or `GB`. What it imports, redgrease too, is the server's to know.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::check_script;
/// use redgrease::check::PyVersion;
/// use redgrease::check::Source;
///
/// let source = Source::new("GB('CommandReader').mapp(len).register(trigger='size')\n");
/// let diagnostics = check_script(&source, PyVersion::default());
/// assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `map`?"));
/// ```
pub fn check_script(source: &Source, python: PyVersion) -> Vec<Diagnostic> {
    check_script_for(&ScriptInput::new(source, python))
}

/// The server that a script is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ServerKind {
    /// The engine of this project.
    #[default]
    Engine,
    /// RedisGears 1.2, which gives scripts nothing of redgrease.
    Original,
}

/// A script, to be checked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ScriptInput<'a> {
    /// The text as it was written.
    pub source: &'a Source,
    /// The Python version it is written for.
    pub python: PyVersion,
    /// The server it is meant for.
    pub server: ServerKind,
    /// Whether packages may be there that the text does not show.
    pub packages: bool,
}

impl<'a> ScriptInput<'a> {
    /// A script for the engine, with whatever packages.
    pub fn new(source: &'a Source, python: PyVersion) -> Self {
        Self {
            source,
            python,
            server: ServerKind::Engine,
            packages: true,
        }
    }

    /// Says which server the script is meant for.
    #[must_use]
    pub fn server(mut self, server: ServerKind) -> Self {
        self.server = server;
        self
    }

    /// Says whether packages may be there that the text does not show.
    #[must_use]
    pub fn packages(mut self, packages: bool) -> Self {
        self.packages = packages;
        self
    }
}

/// Checks a script for a certain server: what [`check_script`] does, and whether that server has what the script uses.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::check::{ScriptInput, ServerKind, check_script_for};
/// use redgrease::check::PyVersion;
/// use redgrease::check::Source;
///
/// let source = Source::new("import numpy\ncmd.set('pi', numpy.pi)\n");
/// let input = ScriptInput::new(&source, PyVersion::default()).packages(false);
/// let codes = |input| {
///     let found = check_script_for(input);
///     found.iter().map(|one| one.code.to_string()).collect::<Vec<_>>()
/// };
/// assert_eq!(codes(&input), ["RG0205"]);
/// assert_eq!(codes(&input.server(ServerKind::Original)), ["RG0201"]);
/// ```
pub fn check_script_for(input: &ScriptInput<'_>) -> Vec<Diagnostic> {
    let ScriptInput { source, python, .. } = *input;
    let mut out = Diagnostics::new();
    let layout = Layout::new(source, python);
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    python::check_module(&layout, &parsed.body, None, python, &mut out);
    let mut names = Diagnostics::new();
    let mut collector = Collector::module(layout.text, python, &[]);
    if input.server == ServerKind::Original {
        collector.without_redgrease();
    }
    collector.statements(&parsed);
    let known = collector.finish(&mut names);
    out.extend(
        names
            .into_vec()
            .into_iter()
            .filter(|found| found.code != messages::NO_ATTRIBUTE),
    );
    if !input.packages {
        known.need_packages(&mut out);
    }
    let mut of_gears = Diagnostics::new();
    of_gears.extend(gears(source, &layout, &parsed, python));
    known.take(of_gears, &mut out);
    if !out.has_errors() {
        let mut types = Diagnostics::new();
        python::check_types(
            layout.text,
            &known.shape,
            &parsed.body,
            None,
            None,
            &mut types,
        );
        known.take(types, &mut out);
    }
    out.about(source.text())
}

/// Warnings about modules that a text imports although no Python has them of its own; whoever knows of packages that bring
/// them does not ask.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::{PyVersion, Source};
/// use redgrease::gear::check::imports_of_packages;
///
/// let source = Source::new("import json\nimport numpy\nKeysReader().map(lambda r: numpy.pi).register('a*')\n");
/// let found = imports_of_packages(&source, PyVersion::default());
/// assert_eq!(found[0].range, 19..24);
/// assert_eq!(found.len(), 1);
/// ```
pub fn imports_of_packages(source: &Source, python: PyVersion) -> Vec<Diagnostic> {
    let layout = Layout::new(source, python);
    let parsed = layout.parse(0..layout.text.len(), &mut Diagnostics::new());
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.statements(&parsed);
    let names = collector.finish(&mut Diagnostics::new());
    let mut out = Diagnostics::new();
    names.need_packages(&mut out);
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
    let own = Own::of(&parsed.body);
    let mut checker = Checker {
        source,
        text: layout.text,
        native: true,
        local: false,
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
        if found.root.is_some_and(|root| is_builder(root, &own)) {
            checker.gear(&found);
        }
    }
    let mut inner = Inner {
        checker: &mut checker,
        own: &own,
        local: false,
    };
    for statement in &parsed.body {
        match statement {
            ast::Stmt::Expr(e) if is_builder(chain(&e.value).0, &own) => {
                inner.arguments_of(&e.value);
            }
            other => inner.statement(other),
        }
    }
    let found = checker.out.into_vec().into_iter();
    let places = Places::of(&parsed.body);
    found
        .filter(|found| !OF_GEARS.contains(&found.code))
        .filter_map(|found| places.judge(found))
        .collect()
}

/// Finds the builders that do not stand on their own at the top: in functions, blocks and assignments.
struct Inner<'c, 'a> {
    checker: &'c mut Checker<'a>,
    own: &'c Own,
    /// Inside of a function, whose names are not the module's.
    local: bool,
}

impl Inner<'_, '_> {
    fn arguments_of(&mut self, expression: &ast::Expr) {
        let (root, links) = chain(expression);
        let root = root.as_call_expr();
        for call in root
            .into_iter()
            .chain(links.iter().filter_map(|link| link.call))
        {
            call.args.iter().for_each(|e| self.expression(e));
            call.keywords.iter().for_each(|k| self.expression(&k.value));
        }
    }

    fn inside(&mut self, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.local, true);
        work(self);
        self.local = outer;
    }
}

impl Visitor for Inner<'_, '_> {
    fn statement(&mut self, statement: &ast::Stmt) {
        if python::defines(statement) {
            self.inside(|inner| python::walk_statement(inner, statement));
        } else {
            python::walk_statement(self, statement);
        }
    }

    fn expression(&mut self, expression: &ast::Expr) {
        if expression.is_call_expr() && is_builder(chain(expression).0, self.own) {
            let found = variables::find(&[], Some(expression), &mut self.checker.out);
            let outer = std::mem::replace(&mut self.checker.local, self.local);
            self.checker.gear(&found);
            self.checker.local = outer;
            self.arguments_of(expression);
        } else if expression.is_lambda_expr() {
            self.inside(|inner| python::walk_expression(inner, expression));
        } else {
            python::walk_expression(self, expression);
        }
    }
}

fn is_builder(root: &ast::Expr, own: &Own) -> bool {
    let ast::Expr::Call(call) = root else {
        return false;
    };
    is_named(&call.func)
        && !matches!(&*call.func, ast::Expr::Name(name) if own.0.contains(&*name.id))
}

fn is_named(builder: &ast::Expr) -> bool {
    matches!(builder, ast::Expr::Name(name) if matches!(name.id.as_str(), "GearsBuilder" | "GB"))
}

/// The names of the builder that a script gives to something else.
#[derive(Default)]
struct Own(BTreeSet<String>);

impl Own {
    fn of(body: &[ast::Stmt]) -> Self {
        let mut own = Self::default();
        body.iter().for_each(|one| own.statement(one));
        own
    }

    fn add(&mut self, name: &str) {
        self.0.insert(name.to_owned());
    }
}

impl Visitor for Own {
    fn statement(&mut self, statement: &ast::Stmt) {
        if let Some(function) = python::function(statement) {
            self.add(function.name);
        }
        match statement {
            ast::Stmt::ClassDef(s) => self.add(&s.name),
            ast::Stmt::Assign(s) if !is_named(&s.value) && !s.value.is_attribute_expr() => {
                for target in &s.targets {
                    if let ast::Expr::Name(name) = target {
                        self.add(&name.id);
                    }
                }
            }
            ast::Stmt::ImportFrom(s) => {
                let module = s.module.as_deref().unwrap_or_default();
                let first = module.split('.').next().unwrap_or_default();
                if !matches!(first, "redgrease" | "redisgears" | "__main__") {
                    let names = s.names.iter();
                    names.for_each(|alias| self.add(alias.asname.as_ref().unwrap_or(&alias.name)));
                }
            }
            ast::Stmt::Import(s) => {
                for alias in &s.names {
                    self.add(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => {}
        }
        python::walk_statement(self, statement);
    }
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
    fn what_the_builder_has_for_itself_passes() {
        let text = "GB('PythonReader').__localAggregateby__(lambda r: r, 0, lambda k, a, r: a + 1).run(shardReaderCallback)";
        assert_eq!(check(text), [""; 0]);
        let text = "GB().__localAggregate__(lambda r: r).run()";
        assert_eq!(
            check(text),
            ["RG0303 no gear operation `__localAggregate__`"]
        );
    }

    #[test]
    fn a_builder_of_the_script_is_its_own() {
        for text in [
            "class GB:\n    def map(self, f):\n        return self\nGB().map(int)\n",
            "def GB(*a):\n    return a\nGB().mapp\nx = GB().mapp(int)\n",
            "from mine import Builder as GB\nGB().mapp(int).run()\n",
            "import mine as GB\nGB().mapp(int).run()\n",
            "GB = lambda: 1\nGB().mapp(int).run()\n",
        ] {
            assert_eq!(check(text), [""; 0], "{text}");
        }
        for text in [
            "GB = GearsBuilder\nGB().mapp(len).run()\n",
            "from redgrease import GearsBuilder as GB\nGB().mapp(len).run()\n",
        ] {
            assert_eq!(check(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn scripts_of_the_server_pass() {
        let text = "import os\n\
                    from redgrease import KeysReader\n\
                    def double(x):\n    return execute('GET', x['key']) * 2\n\
                    gb = GB('KeysReader')\n\
                    gb.map(double)\n\
                    gb.register('user:*', eventTypes=['set'])\n\
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
