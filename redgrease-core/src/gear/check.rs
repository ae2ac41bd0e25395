//! Checking a gear: statements, then one gear expression, which becomes a [`Plan`].

mod action;
mod call;
mod chain;
mod file;
mod native;
mod parts;
mod reach;
mod reader;
mod script;
mod step;
mod variables;

pub use file::{GearFile, check_gears};
pub use script::{ScriptInput, ServerKind, check_script, check_script_for, imports_of_packages};
use variables::Found;

use super::{Action, Argument, Code, Plan, Reader, Step};
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::python::{self, Collector, Layout, PyVersion, Visitor as _, ast};
use crate::source::Source;

/// The text of a gear, to be checked.
#[derive(Debug, Clone, Copy)]
pub struct GearInput<'a> {
    /// The text as it was written.
    pub source: &'a Source,
    /// The Python names that captures define.
    pub captures: &'a [&'a str],
    /// The Python version it is written for.
    pub python: PyVersion,
}

/// Checks a gear. There is a plan unless there is an error; warnings may come with it. The plan's
/// captures are left empty.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::check::{GearInput, check_gear};
/// use redgrease::check::PyVersion;
/// use redgrease::check::Source;
///
/// let check = |text: &'static str| {
///     let source = Source::new(text);
///     check_gear(&GearInput { source: &source, captures: &[], python: PyVersion::default() })
/// };
/// let (plan, _) = check("KeysReader('user:*').values().map(int).aggregate(0).run()");
/// assert_eq!(plan.map(|plan| plan.steps.len()), Some(3));
/// let (plan, diagnostics) = check("KeysReader().mapp(int).run()");
/// assert!(plan.is_none());
/// assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `map`?"));
/// ```
pub fn check_gear(input: &GearInput<'_>) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut out = Diagnostics::new();
    let layout = Layout::new(input.source, input.python);
    let Some(parts) = parts::split(&layout, &mut out) else {
        return (None, out.about(input.source.text()));
    };
    let mut collector = Collector::module(layout.text, input.python, input.captures);
    layout.check_strings(&mut out);
    python::check_module(
        &layout,
        &parts.prelude.body,
        parts.expression.as_ref(),
        input.python,
        &mut out,
    );
    let found = variables::find(&parts.prelude.body, parts.expression.as_ref(), &mut out);
    collector.doubt(&parts.prelude);
    if parts.expression.is_none() {
        collector.calls_all();
    }
    for statement in &found.prelude {
        collector.statement(statement);
    }
    let mut checker = Checker {
        source: input.source,
        text: layout.text,
        native: false,
        local: false,
        prelude: &parts.prelude.body,
        collector,
        requirements: Vec::new(),
        out,
    };
    let gear = checker.gear(&found);
    let Checker {
        collector,
        requirements,
        mut out,
        ..
    } = checker;
    let mut names = collector.finish(&mut out);
    out = variables::tell_gears(out, &parts.prelude.body, layout.text);
    if !out.has_errors() {
        let body = &parts.prelude.body;
        let expression = parts.expression.as_ref();
        let mut types = Diagnostics::new();
        python::check_types(
            layout.text,
            &names.shape,
            body,
            expression,
            None,
            &mut types,
        );
        names.take(types, &mut out);
    }
    names.edits.extend(found.edits.iter().cloned());
    names.edits.sort_by_key(|edit| edit.range.start);
    let plan = gear.filter(|_| !out.has_errors()).map(|gear| {
        let start = python::first_line(layout.text);
        let end = layout.text[..parts.start]
            .trim_end()
            .trim_end_matches(';')
            .len()
            .max(start);
        let prelude = layout.reindent(start..end, "", &names.edits);
        Plan {
            prelude: if found.prelude.is_empty() {
                Vec::new()
            } else {
                vec![Code {
                    text: prelude.into(),
                    file: input.source.file().to_owned().into(),
                    line: input.source.line() + python::newlines(&layout.text[..start]),
                }]
            },
            captures: Vec::new(),
            shared: Vec::new(),
            reader: gear.reader,
            reader_arguments: gear.reader_arguments,
            steps: gear.steps,
            action: gear.action,
            requirements: requirements.into_iter().map(Into::into).collect(),
            cmd_methods: names.cmd_methods().into_iter().map(Into::into).collect(),
            uses: names.uses.into_iter().map(Into::into).collect(),
        }
    });
    (plan, out.about(input.source.text()))
}

/// Looks whether all callbacks of a gear can run inside the server, without Python; gives a finding for each that cannot.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::{PyVersion, Source};
/// use redgrease::gear::check::{GearInput, check_native};
///
/// let check = |text: &'static str| {
///     let source = Source::new(text);
///     check_native(&GearInput { source: &source, captures: &[], python: PyVersion::default() })
/// };
/// assert!(check("KeysReader().map(lambda r: len(r['key'])).run()").is_empty());
/// assert_eq!(check("KeysReader().map(lambda r: open(r['key'])).run()").len(), 1);
/// ```
pub fn check_native(input: &GearInput<'_>) -> Vec<Diagnostic> {
    let mut out = Diagnostics::new();
    let layout = Layout::new(input.source, input.python);
    let Some(parts) = parts::split(&layout, &mut out) else {
        return out.about(input.source.text());
    };
    let body = &parts.prelude.body;
    for refusal in crate::native::of_gear(layout.text, body, parts.expression.as_ref()) {
        out.push(messages::not_native(&refusal));
    }
    out.about(input.source.text())
}

/// The gear without its surroundings.
struct Gear {
    reader: Reader,
    reader_arguments: Vec<Argument>,
    steps: Vec<Step>,
    action: Option<Action>,
}

struct Checker<'a> {
    source: &'a Source,
    text: &'a str,
    /// The text goes to the server as it is, so what the server's own builder takes is what counts.
    native: bool,
    /// Inside of a function, whose names are not those that the collector has.
    local: bool,
    prelude: &'a [ast::Stmt],
    collector: Collector<'a>,
    requirements: Vec<String>,
    out: Diagnostics,
}

impl<'a> Checker<'a> {
    fn gear(&mut self, found: &Found<'_>) -> Option<Gear> {
        let (root, links) = (found.root?, &found.links);
        if self.is_doubtful(root) {
            self.collector.expression(root);
            for call in links.iter().filter_map(|link| link.call) {
                self.visit(call);
            }
            return None;
        }
        let (entry, reader_arguments, builder) = self.reader(root)?;
        let mut gear = Gear {
            reader: entry.reader,
            reader_arguments,
            steps: Vec::new(),
            action: None,
        };
        let mut failed = false;
        for (index, link) in links.iter().enumerate() {
            let Some(call) = link.call else {
                let usage = format!("{}(…)", link.name);
                self.out.push(messages::missing_argument(
                    &format!("`{}`", link.name),
                    "()",
                    &usage,
                    link.name_range.clone(),
                ));
                continue;
            };
            if let Some(action) = &gear.action {
                let name = if matches!(action, Action::Run(_)) {
                    "run"
                } else {
                    "register"
                };
                self.out
                    .push(messages::after_action(name, link.name_range.clone()));
                failed = true;
                break;
            }
            match link.name {
                "run" | "register" => {
                    gear.action = self.action(entry, link, call);
                    self.default_generator(&gear, call, &link.name_range);
                    if link.name == "run" {
                        self.default_value(entry, root, call);
                    }
                    if link.name == "register" {
                        self.ignored_pattern(&gear.reader_arguments, root);
                    }
                }
                "on" => self.out.push(messages::rust_side_keyword(
                    "on",
                    "call `.on(&mut connection)` on what the macro returns",
                    link.name_range.clone(),
                )),
                _ => {
                    if let Some(step) = self.step(entry, builder, index, link, call) {
                        gear.steps.push(step);
                    }
                }
            }
        }
        (!failed).then_some(gear)
    }

    /// Whether a statement that does not parse may say what the gear begins with.
    fn is_doubtful(&self, root: &ast::Expr) -> bool {
        let first = match root {
            ast::Expr::Call(call) => &call.func,
            other => other,
        };
        let path = python::path(first);
        path.is_some_and(|path| self.collector.is_doubtful(&path[0].0))
    }
}
