//! The statements of a script, told apart: imports, constants, functions, gears, and everything else.

mod chain;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::Diagnostics;
use crate::python::{self, Collector, Layout, Parsed, PyVersion, RustType, ast, range};
use crate::source::Source;
use chain::{Chain, chain};

pub use chain::{Constant, Event, Registration};

/// A statement of a script with the comments that stand above and behind it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// Lines of comments directly above it, each with its line end.
    pub above: String,
    /// As it was written; of a gear that several statements build, all of them.
    pub text: String,
    /// The comment behind it, `""` if there is none.
    pub behind: String,
    /// What it is.
    pub kind: PartKind,
}

/// What a statement of a script is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PartKind {
    /// `import …` or `from … import …`, and for each name that it gives the import of it alone.
    Import(Vec<(String, String)>),
    /// `NAME = 3600`: the only statement that gives this name a value, a text or number that is written out.
    Constant(String),
    /// A function.
    Function(Function),
    /// A gear that is registered, its value not kept.
    Registration(Registration),
    /// A gear that runs, its value not kept.
    Run,
    /// A text that stands alone at the beginning, which says what the script is.
    Title(String),
    /// Another statement that gives names a value: a variable, a class.
    Bound,
    /// Anything else: what is done when the script is run.
    Other,
}

/// A function of a script.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its only parameter, if it has one and nothing else before its body (no decorator, no default,
    /// no `async`).
    pub parameter: Option<String>,
    /// Its body as it was written, with its indentation.
    pub body: String,
    /// What it certainly gives when its parameter is a list of texts, where that is as a text what it
    /// is as a result: [`RustType::Text`], [`RustType::Int`], [`RustType::Float`].
    pub result: Option<RustType>,
}

/// Takes a script apart; `None` when it has a syntax error.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::{PyVersion, Source};
/// use redgrease::gear::script_parts::{PartKind, script_parts};
///
/// let source = Source::new("import json\n# all\ng = GB('KeysReader')\ng.foreach(f)\ng.register('a:*')\n");
/// let parts = script_parts(&source, PyVersion::default()).expect("no syntax error");
/// let json = ("json".to_string(), "import json".to_string());
/// assert_eq!(parts[0].kind, PartKind::Import(vec![json]));
/// assert!(matches!(&parts[1].kind, PartKind::Registration(one) if one.event.is_some()));
/// assert_eq!(parts[1].above, "# all\n");
/// ```
pub fn script_parts(source: &Source, python: PyVersion) -> Option<Vec<Part>> {
    let layout = Layout::new(source, python);
    let mut out = Diagnostics::new();
    let parsed = layout.parse(0..layout.text.len(), &mut out);
    if out.has_errors() {
        return None;
    }
    let mut collector = Collector::module(layout.text, python, &[]);
    collector.statements(&parsed);
    let shape = collector.finish(&mut out).shape;
    let taker = Taker {
        text: layout.text,
        module: &parsed.body,
        shape,
        times: assigned(&parsed),
    };
    Some(taker.parts())
}

/// How often each name of the module gets a value, in whatever function.
fn assigned(parsed: &Parsed) -> BTreeMap<String, usize> {
    struct Finder(BTreeMap<String, usize>);
    impl python::Visitor for Finder {
        fn statement(&mut self, statement: &ast::Stmt) {
            if let ast::Stmt::Global(global) = statement {
                for name in &global.names {
                    *self.0.entry(name.to_string()).or_default() += 2;
                }
            }
            python::walk_statement(self, statement);
        }
        fn expression(&mut self, expression: &ast::Expr) {
            if let ast::Expr::Name(name) = expression
                && name.ctx != ast::ExprContext::Load
            {
                *self.0.entry(name.id.to_string()).or_default() += 1;
            }
            python::walk_expression(self, expression);
        }
    }
    let mut finder = Finder(BTreeMap::new());
    for statement in &parsed.body {
        python::Visitor::statement(&mut finder, statement);
    }
    finder.0
}

struct Taker<'e> {
    text: &'e str,
    module: &'e [ast::Stmt],
    shape: python::Shape,
    times: BTreeMap<String, usize>,
}

/// A gear that is kept in a variable until it is registered.
struct Open<'e> {
    chain: Chain<'e>,
    /// Where its part stands.
    place: usize,
}

impl<'e> Taker<'e> {
    fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut open: BTreeMap<&'e str, Open<'e>> = BTreeMap::new();
        for (number, statement) in self.module.iter().enumerate() {
            if let Some((name, chain)) = opened(statement) {
                // one that has not ended stays what it was: a variable
                let place = parts.len();
                open.insert(name, Open { chain, place });
                parts.push(self.part(statement, PartKind::Bound));
                continue;
            }
            let going_on = match statement {
                ast::Stmt::Expr(one) => continued(&one.value, &open),
                _ => None,
            };
            let Some(name) = going_on else {
                let kind = self.kind(statement, number == 0);
                parts.push(self.part(statement, kind));
                continue;
            };
            let ast::Stmt::Expr(one) = statement else {
                continue;
            };
            let Some(Open { mut chain, place }) = open.remove(name) else {
                continue;
            };
            chain.go_on(&one.value);
            let next = self.part(statement, PartKind::Other);
            let whole = &mut parts[place];
            let behind = std::mem::take(&mut whole.behind);
            whole.text = format!(
                "{}{}\n{}{}",
                whole.text,
                spaced(&behind),
                next.above,
                next.text
            );
            whole.behind = next.behind;
            match chain.kind(self.text) {
                Some(kind) => whole.kind = kind,
                None => drop(open.insert(name, Open { chain, place })),
            }
        }
        parts
    }

    fn part(&self, statement: &ast::Stmt, kind: PartKind) -> Part {
        let mut at = range(statement);
        // what decorates a function stands before it
        if let Some(first) = decorators(statement).first() {
            let sign = self.text[..range(first).start].rfind('@');
            at.start = sign.unwrap_or(at.start);
        }
        let end = self.text[at.end..]
            .find('\n')
            .map_or(self.text.len(), |length| at.end + length);
        let rest = self.text[at.end..end].trim();
        let behind = if rest.starts_with('#') { rest } else { "" };
        Part {
            above: self.comments_above(&at),
            text: self.text[at].to_string(),
            behind: behind.to_string(),
            kind,
        }
    }

    /// The lines directly above, as long as they are comments.
    fn comments_above(&self, at: &Range<usize>) -> String {
        let line = self.text[..at.start].rfind('\n').map_or(0, |end| end + 1);
        let mut start = line;
        for above in self.text[..line].split_inclusive('\n').rev() {
            if !above.starts_with('#') {
                break;
            }
            start -= above.len();
        }
        self.text[start..line].to_string()
    }

    fn kind(&self, statement: &'e ast::Stmt, is_first: bool) -> PartKind {
        match statement {
            ast::Stmt::Import(import) => PartKind::Import(
                import
                    .names
                    .iter()
                    .map(|alias| (bound(alias), format!("import {}", spelt(alias))))
                    .collect(),
            ),
            ast::Stmt::ImportFrom(import)
                if import.names.iter().all(|one| one.name.as_str() != "*") =>
            {
                let dots = ".".repeat(import.level.map_or(0, |level| level.to_usize()));
                let module = import.module.as_ref().map_or("", |name| name.as_str());
                let single = |alias: &ast::Alias| {
                    let text = format!("from {dots}{module} import {}", spelt(alias));
                    (bound(alias), text)
                };
                PartKind::Import(import.names.iter().map(single).collect())
            }
            ast::Stmt::FunctionDef(function) => PartKind::Function(self.function(function)),
            ast::Stmt::AsyncFunctionDef(function) => PartKind::Function(Function {
                name: function.name.to_string(),
                parameter: None,
                body: self.body(&function.body),
                result: None,
            }),
            ast::Stmt::Assign(assign) => match assign.targets.as_slice() {
                [ast::Expr::Name(name)]
                    if chain::is_written_out(&assign.value)
                        && self.times.get(name.id.as_str()) == Some(&1) =>
                {
                    PartKind::Constant(name.id.to_string())
                }
                _ => PartKind::Bound,
            },
            ast::Stmt::AnnAssign(_)
            | ast::Stmt::AugAssign(_)
            | ast::Stmt::ClassDef(_)
            | ast::Stmt::TypeAlias(_) => PartKind::Bound,
            ast::Stmt::Expr(one) => match &*one.value {
                ast::Expr::Constant(text) if is_first && text.value.is_str() => {
                    let text = text.value.as_str().map(String::as_str).unwrap_or_default();
                    PartKind::Title(text.trim().to_string())
                }
                value => chain(value)
                    .and_then(|chain| chain.kind(self.text))
                    .unwrap_or(PartKind::Other),
            },
            _ => PartKind::Other,
        }
    }

    fn function(&self, function: &'e ast::StmtFunctionDef) -> Function {
        let parameter = only_parameter(function);
        let texts = RustType::List(Box::new(RustType::Text));
        let result = parameter.and_then(|name| {
            let parameter = (name, &texts);
            python::certain_result(
                self.text,
                &self.shape,
                self.module,
                &function.body,
                parameter,
            )
        });
        Function {
            name: function.name.to_string(),
            parameter: parameter.map(str::to_string),
            body: self.body(&function.body),
            result,
        }
    }

    /// The lines of a body; of one in the line of its `def`, what stands behind the colon.
    fn body(&self, body: &[ast::Stmt]) -> String {
        let (Some(first), Some(last)) = (body.first(), body.last()) else {
            return String::new();
        };
        let (start, end) = (range(first).start, range(last).end);
        let mut line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        if !self.text[line..start].trim().is_empty() {
            return self.text[start..end].to_string();
        }
        // with the comments that it begins with
        for above in self.text[..line].split_inclusive('\n').rev() {
            if !above.trim_start().starts_with('#') {
                break;
            }
            line -= above.len();
        }
        self.text[line..end].to_string()
    }
}

/// A comment as it stands behind something.
fn spaced(comment: &str) -> String {
    if comment.is_empty() {
        String::new()
    } else {
        format!("  {comment}")
    }
}

fn decorators(statement: &ast::Stmt) -> &[ast::Expr] {
    match statement {
        ast::Stmt::FunctionDef(function) => &function.decorator_list,
        ast::Stmt::AsyncFunctionDef(function) => &function.decorator_list,
        ast::Stmt::ClassDef(class) => &class.decorator_list,
        _ => &[],
    }
}

/// `name = GB(…)…`, which has not ended.
fn opened(statement: &ast::Stmt) -> Option<(&str, Chain<'_>)> {
    let ast::Stmt::Assign(assign) = statement else {
        return None;
    };
    let [ast::Expr::Name(name)] = assign.targets.as_slice() else {
        return None;
    };
    let chain = chain(&assign.value)?;
    (!chain.has_ended()).then_some((name.id.as_str(), chain))
}

/// The gear that a statement goes on with: `name.map(…)`.
fn continued<'e>(expression: &'e ast::Expr, open: &BTreeMap<&'e str, Open<'e>>) -> Option<&'e str> {
    let ast::Expr::Call(call) = expression else {
        return None;
    };
    let ast::Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    match &*attribute.value {
        ast::Expr::Name(name) => open.contains_key(name.id.as_str()).then_some(&*name.id),
        inner => continued(inner, open),
    }
}

/// The name that an import gives: of `import a.b`, `a`.
fn bound(alias: &ast::Alias) -> String {
    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    name.split('.').next().unwrap_or_default().to_string()
}

/// A name of an import as it is written.
fn spelt(alias: &ast::Alias) -> String {
    match &alias.asname {
        Some(other) => format!("{} as {other}", alias.name),
        None => alias.name.to_string(),
    }
}

fn only_parameter(function: &ast::StmtFunctionDef) -> Option<&str> {
    let arguments = &function.args;
    let [one] = arguments.args.as_slice() else {
        return None;
    };
    let is_plain = function.decorator_list.is_empty()
        && arguments.posonlyargs.is_empty()
        && arguments.kwonlyargs.is_empty()
        && arguments.vararg.is_none()
        && arguments.kwarg.is_none()
        && one.default.is_none();
    is_plain.then_some(one.def.arg.as_str())
}
