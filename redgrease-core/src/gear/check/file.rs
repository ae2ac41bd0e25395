//! A file of redgrease's kind: Python, and gears wherever they stand at the top.

use std::ops::Range;

use super::chain::chain;
use super::variables::{self, Found, Variables};
use super::{Checker, GearInput, check_gear};
use crate::diag::{Diagnostic, Diagnostics};
use crate::gear::{Action, Code, Plan};
use crate::messages;
use crate::python::{self, Collector, Edit, Layout, Visitor as _, ast, range};

/// The gears of a file, each with the Python before it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GearFile {
    /// The gears in their order; the first says what all of them use and require.
    pub plans: Vec<Plan>,
    /// The Python behind the last of them.
    pub after: Option<Code>,
}

/// Checks a file with any number of gears, of which one may run and the others are registered. There is a result unless
/// there is an error; warnings may come with it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::check::{GearInput, check_gears};
/// use redgrease::check::PyVersion;
/// use redgrease::check::Source;
///
/// let text = "first = KeysReader().keys().register('a*')\nCommandReader().apply(len).register(trigger='size')";
/// let source = Source::new(text);
/// let input = GearInput { source: &source, captures: &[], python: PyVersion::default() };
/// let (file, found) = check_gears(&input);
/// assert!(found.is_empty());
/// assert_eq!(file.map(|file| file.plans.len()), Some(2));
/// ```
pub fn check_gears(input: &GearInput<'_>) -> (Option<GearFile>, Vec<Diagnostic>) {
    let layout = Layout::new(input.source, input.python);
    let whole = layout.statements(0..layout.text.len());
    let several = match &whole {
        Ok(body) if layout.base == 0 => take_apart(body, &mut Diagnostics::new()),
        _ => Vec::new(),
    };
    let gears = several
        .iter()
        .filter(|part| matches!(part, Part::Gear(..)))
        .count();
    let usual = gears == 1
        && matches!(several.last(), Some(Part::Gear(_, statement)) if statement.is_expr_stmt());
    match &whole {
        Ok(body) if gears > 0 && !usual => file(input, &layout, body),
        _ => {
            let (plan, found) = check_gear(input);
            let file = plan.map(|plan| GearFile {
                plans: vec![plan],
                after: None,
            });
            (file, found)
        }
    }
}

/// What a statement is.
enum Part<'e> {
    Python(&'e ast::Stmt),
    Gear(Found<'e>, &'e ast::Stmt),
    /// It gives a gear a name, or a step to a builder.
    Piece(Range<usize>),
}

fn take_apart<'e>(body: &'e [ast::Stmt], out: &mut Diagnostics) -> Vec<Part<'e>> {
    let mut variables = Variables::default();
    let last = body.len().saturating_sub(1);
    let mut parts = Vec::new();
    let mut ended: Vec<&str> = Vec::new();
    for (index, statement) in body.iter().enumerate() {
        let value = match statement {
            ast::Stmt::Expr(s) => Some(&*s.value),
            ast::Stmt::Assign(s) => Some(&*s.value),
            _ => None,
        };
        let gear = value.filter(|value| variables.begins(value));
        let ends = |value: &&ast::Expr| {
            let (_, links) = chain(value);
            links
                .last()
                .is_some_and(|link| matches!(link.name, "run" | "register"))
        };
        let whole = gear.filter(|value| ends(value) || index == last && statement.is_expr_stmt());
        parts.push(match whole {
            Some(value) => {
                ended.extend(target(statement));
                Part::Gear(variables.gear(value), statement)
            }
            None if is_name_of(statement, &ended) => Part::Piece(range(statement)),
            None if variables.piece(statement, out) => Part::Piece(range(statement)),
            None => Part::Python(statement),
        });
    }
    parts
}

/// `name = …`.
fn target(statement: &ast::Stmt) -> Option<&str> {
    match statement.as_assign_stmt()?.targets.as_slice() {
        [ast::Expr::Name(name)] => Some(name.id.as_str()),
        _ => None,
    }
}

/// A statement that is no more than the name of a gear, as redgrease wants the last line of a file.
fn is_name_of(statement: &ast::Stmt, gears: &[&str]) -> bool {
    match statement {
        ast::Stmt::Expr(one) => {
            matches!(&*one.value, ast::Expr::Name(name) if gears.contains(&name.id.as_str()))
        }
        _ => false,
    }
}

fn file(
    input: &GearInput<'_>,
    layout: &Layout<'_>,
    body: &[ast::Stmt],
) -> (Option<GearFile>, Vec<Diagnostic>) {
    let mut out = Diagnostics::new();
    python::check_module(layout, body, None, input.python, &mut out);
    let parts = take_apart(body, &mut out);
    let mut checker = Checker {
        source: input.source,
        text: layout.text,
        native: false,
        local: false,
        prelude: body,
        collector: Collector::module(layout.text, input.python, input.captures),
        requirements: Vec::new(),
        out,
    };
    let mut gears = Vec::new();
    let mut runs = false;
    for part in &parts {
        match part {
            Part::Python(statement) => checker.collector.statement(statement),
            Part::Piece(_) => {}
            Part::Gear(found, statement) => {
                let Some(gear) = checker.gear(found) else {
                    continue;
                };
                if !matches!(gear.action, Some(Action::Register(_))) {
                    if runs {
                        checker.out.push(messages::second_run(range(*statement)));
                    }
                    runs = true;
                }
                gears.push((gear, range(*statement)));
            }
        }
    }
    let Checker {
        collector,
        requirements,
        mut out,
        ..
    } = checker;
    let mut names = collector.finish(&mut out);
    out = variables::tell_gears(out, body, layout.text);
    if !out.has_errors() {
        let mut types = Diagnostics::new();
        python::check_types(layout.text, &names.shape, body, None, None, &mut types);
        names.take(types, &mut out);
    }
    for part in &parts {
        if let Part::Piece(range) = part {
            names.edits.push(Edit {
                range: range.clone(),
                text: "pass".to_owned(),
            });
        }
    }
    names.edits.sort_by_key(|edit| edit.range.start);
    let code = |between: Range<usize>| {
        let text = &layout.text[between.clone()];
        let blank = text.len() - text.trim_start_matches([';', ' ', '\t', '\r', '\n']).len();
        let start = between.start + blank;
        let has_python = parts.iter().any(|part| match part {
            Part::Python(statement) => between.contains(&range(*statement).start),
            _ => false,
        });
        has_python.then(|| Code {
            text: layout.reindent(start..between.end, "", &names.edits).into(),
            file: input.source.file().to_owned().into(),
            line: input.source.line() + python::newlines(&layout.text[..start]),
        })
    };
    let mut at = 0;
    let mut plans = Vec::new();
    for (gear, place) in gears {
        let mut plan = Plan::new(gear.reader);
        plan.prelude.extend(code(at..place.start));
        plan.reader_arguments = gear.reader_arguments;
        plan.steps = gear.steps;
        plan.action = gear.action;
        plans.push(plan);
        at = place.end;
    }
    let after = code(at..layout.text.len());
    if let Some(first) = plans.first_mut() {
        first.requirements = requirements.into_iter().map(Into::into).collect();
        first.cmd_methods = names.cmd_methods().into_iter().map(Into::into).collect();
        first.uses = names.uses.into_iter().map(Into::into).collect();
    }
    let file = (!out.has_errors()).then_some(GearFile { plans, after });
    (file, out.about(input.source.text()))
}
