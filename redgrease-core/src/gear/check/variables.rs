//! Names that stand for gears: `users = KeysReader("user:*")`, then `users.count().run()`; and
//! builders that grow by statements: `gb = GB()`, then `gb.map(int)`.
//!
//! They are not run as Python. The last expression takes their steps, and the statements are taken
//! out of what goes to the server.

use super::chain::{Link, chain};
use crate::diag::Diagnostics;
use crate::gear::table;
use crate::messages;
use crate::python::{self, Edit, ast, range};

/// A name that stands for an open gear.
struct Variable<'e> {
    name: &'e str,
    root: &'e ast::Expr,
    links: Vec<Link<'e>>,
    /// A builder is changed by its methods, other gears are not.
    builder: bool,
}

/// The gear of a text, its steps collected from all statements.
pub(super) struct Found<'e> {
    /// None when the gear expression does not parse.
    pub(super) root: Option<&'e ast::Expr>,
    pub(super) links: Vec<Link<'e>>,
    /// The statements that are Python.
    pub(super) prelude: Vec<&'e ast::Stmt>,
    /// Takes the others out of the text.
    pub(super) edits: Vec<Edit>,
}

/// The names that stand for gears, as far as the text was read.
#[derive(Default)]
pub(super) struct Variables<'e> {
    all: Vec<Variable<'e>>,
}

impl<'e> Variables<'e> {
    /// Whether an expression begins with a reader, or with a name that stands for a gear.
    pub(super) fn begins(&self, expression: &ast::Expr) -> bool {
        let (root, _) = chain(expression);
        named(root, &self.all).is_some() || reader_name(root).is_some()
    }

    /// The gear that an expression stands for.
    pub(super) fn gear(&self, expression: &'e ast::Expr) -> Found<'e> {
        let (root, links) = chain(expression);
        let (root, links) = follow(root, links, &self.all);
        Found {
            root: Some(root),
            links,
            prelude: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Takes a statement that makes a part of a gear; false when it is Python.
    pub(super) fn piece(&mut self, statement: &'e ast::Stmt, out: &mut Diagnostics) -> bool {
        define(statement, &mut self.all) || extend(statement, &mut self.all, out)
    }
}

/// Finds the gear that `expression` stands for.
pub(super) fn find<'e>(
    prelude: &'e [ast::Stmt],
    expression: Option<&'e ast::Expr>,
    out: &mut Diagnostics,
) -> Found<'e> {
    let mut variables = Variables::default();
    let mut python = Vec::new();
    let mut edits = Vec::new();
    for statement in prelude {
        if variables.piece(statement, out) {
            edits.push(Edit {
                range: range(statement),
                text: "pass".to_owned(),
            });
        } else {
            python.push(statement);
        }
    }
    let mut found = match expression {
        Some(expression) => variables.gear(expression),
        None => Found {
            root: None,
            links: Vec::new(),
            prelude: Vec::new(),
            edits: Vec::new(),
        },
    };
    (found.prelude, found.edits) = (python, edits);
    found
}

/// What was found, with the names of gears that Python asks for called by what they are.
pub(super) fn tell_gears(found: Diagnostics, body: &[ast::Stmt], text: &str) -> Diagnostics {
    let found = found.into_vec();
    let mut gears = Variables::default();
    if found.iter().any(|one| one.code == messages::UNDEFINED) {
        for statement in body {
            gears.piece(statement, &mut Diagnostics::new());
        }
    }
    let mut out = Diagnostics::new();
    for one in found {
        let name = text.get(one.range.clone()).unwrap_or_default();
        let is_gear = one.code == messages::UNDEFINED && gears.all.iter().any(|g| g.name == name);
        out.push(match is_gear {
            true => messages::gear_as_value(name, one.range),
            false => one,
        });
    }
    out
}

/// What a chain is when its first name stands for a gear.
fn follow<'e>(
    root: &'e ast::Expr,
    links: Vec<Link<'e>>,
    variables: &[Variable<'e>],
) -> (&'e ast::Expr, Vec<Link<'e>>) {
    match named(root, variables) {
        Some(variable) => {
            let all = variable.links.iter().cloned().chain(links).collect();
            (variable.root, all)
        }
        None => (root, links),
    }
}

fn named<'v, 'e>(root: &ast::Expr, variables: &'v [Variable<'e>]) -> Option<&'v Variable<'e>> {
    let ast::Expr::Name(name) = root else {
        return None;
    };
    variables.iter().rev().find(|v| v.name == name.id.as_str())
}

/// `name = gear`.
fn define<'e>(statement: &'e ast::Stmt, variables: &mut Vec<Variable<'e>>) -> bool {
    let ast::Stmt::Assign(assign) = statement else {
        return false;
    };
    let [ast::Expr::Name(name)] = &assign.targets[..] else {
        return false;
    };
    let (root, links) = chain(&assign.value);
    let builder = match named(root, variables) {
        Some(variable) => variable.builder,
        None => match reader_name(root) {
            Some(name) => matches!(name.as_str(), "GB" | "GearsBuilder"),
            None => return false,
        },
    };
    let (root, links) = follow(root, links, variables);
    variables.push(Variable {
        name: &name.id,
        root,
        links,
        builder,
    });
    true
}

/// `builder.map(…)`.
fn extend<'e>(
    statement: &'e ast::Stmt,
    variables: &mut [Variable<'e>],
    out: &mut Diagnostics,
) -> bool {
    let ast::Stmt::Expr(expression) = statement else {
        return false;
    };
    let (root, links) = chain(&expression.value);
    let known = named(root, variables).map(|v| (v.name, v.builder));
    match known {
        Some((name, true)) => {
            if let Some(variable) = variables.iter_mut().rev().find(|v| v.name == name) {
                variable.links.extend(links);
            }
            true
        }
        Some((_, false)) => {
            out.push(messages::unused_gear(range(statement)));
            true
        }
        None if reader_name(root).is_some() => {
            out.push(messages::unused_gear(range(statement)));
            true
        }
        None => false,
    }
}

/// The reader that a call makes.
fn reader_name(root: &ast::Expr) -> Option<String> {
    let ast::Expr::Call(call) = root else {
        return None;
    };
    let path = python::path(&call.func)?;
    let name = match &path[..] {
        [(name, _)] => name,
        [(module, _), (name, _)] if module == "redgrease" => name,
        _ => return None,
    };
    let known = matches!(name.as_str(), "GB" | "GearsBuilder") || table::reader(name).is_some();
    known.then(|| name.clone())
}
