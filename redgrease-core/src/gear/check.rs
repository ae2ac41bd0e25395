//! Checking a gear: statements, then one gear expression, which becomes a [`Plan`].

use std::ops::Range;

use super::arguments::{self, Literal};
use super::callback::{self, Callback};
use super::requirement;
use super::table::{self, Kind, Misfit, Parameter, ReaderEntry};
use super::{Action, Argument, Code, Operation, Plan, Reader, Step, value};
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::python::{self, Collector, Layout, PyVersion, ast, range};
use crate::source::Source;
use crate::suggest::nearest;

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
/// use redgrease_core::gear::check::{GearInput, check_gear};
/// use redgrease_core::python::PyVersion;
/// use redgrease_core::source::Source;
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
    let layout = Layout::new(input.source);
    let Some(parts) = split(&layout, &mut out) else {
        return (None, out.into_vec());
    };
    let mut collector = Collector::module(layout.text, input.python, input.captures);
    layout.check_strings(&mut out);
    python::check_module(
        &layout,
        &parts.prelude,
        Some(&parts.expression),
        input.python,
        &mut out,
    );
    collector.body(&parts.prelude);
    let mut checker = Checker {
        source: input.source,
        text: layout.text,
        prelude: &parts.prelude,
        collector,
        requirements: Vec::new(),
        out,
    };
    let gear = checker.gear(&parts.expression);
    let Checker {
        collector,
        requirements,
        mut out,
        ..
    } = checker;
    let names = collector.finish(&mut out);
    let plan = gear.filter(|_| !out.has_errors()).map(|gear| {
        let start = python::first_line(layout.text);
        let end = layout.text[..parts.start]
            .trim_end()
            .trim_end_matches(';')
            .len()
            .max(start);
        let prelude = layout.reindent(start..end, "", &names.edits);
        Plan {
            prelude: if parts.prelude.is_empty() {
                Vec::new()
            } else {
                vec![Code {
                    text: prelude.into(),
                    file: input.source.file().to_owned().into(),
                    line: input.source.line() + python::newlines(&layout.text[..start]),
                }]
            },
            captures: Vec::new(),
            reader: gear.reader,
            reader_arguments: gear.reader_arguments,
            steps: gear.steps,
            action: gear.action,
            requirements: requirements.into_iter().map(Into::into).collect(),
            cmd_methods: names.cmd_methods().into_iter().map(Into::into).collect(),
            uses: names.uses.into_iter().map(Into::into).collect(),
        }
    });
    (plan, out.into_vec())
}

/// The text taken apart.
struct Parts {
    prelude: Vec<ast::Stmt>,
    /// Where the gear expression begins.
    start: usize,
    expression: ast::Expr,
}

/// Finds the gear expression: the last statement, which may go on in lines that begin with a dot.
fn split(layout: &Layout<'_>, out: &mut Diagnostics) -> Option<Parts> {
    let lines = &layout.scan.lines;
    if lines.is_empty() {
        out.push(messages::not_a_gear("the gear is empty", 0..0));
        return None;
    }
    let goes_on = |start: usize| layout.text[start..].starts_with(['.', ')', ']', '}']);
    let line = lines
        .iter()
        .rev()
        .find(|l| l.indent <= layout.base && !goes_on(l.start))
        .unwrap_or(&lines[0]);
    let mut end = layout.text.trim_end().len();
    let mut start = line.start;
    for semicolon in line.semicolons.iter().rev() {
        if layout.text[semicolon + 1..end].trim().is_empty() {
            end = *semicolon;
        } else {
            let rest = &layout.text[semicolon + 1..end];
            start = semicolon + 1 + (rest.len() - rest.trim_start().len());
            break;
        }
    }
    let prelude = match layout.statements(0..start) {
        Ok(prelude) => prelude,
        Err(error) => {
            out.push(layout.explain(&error));
            return None;
        }
    };
    match python::expression(&layout.text[start..end], start) {
        Ok(expression) => Some(Parts {
            prelude,
            start,
            expression,
        }),
        Err(error) => {
            let whole = layout.statements(0..layout.text.len());
            out.push(match whole.as_ref().map(|body| body.last()) {
                Ok(Some(last)) => {
                    let at = range(last);
                    messages::not_a_gear(
                        "the last statement is no gear expression",
                        at.start..layout.text[..at.end].trim_end().len(),
                    )
                }
                _ => layout.explain(&error),
            });
            None
        }
    }
}

/// One `.name(…)` of the chain.
struct Link<'e> {
    name: &'e str,
    name_range: Range<usize>,
    call: Option<&'e ast::ExprCall>,
}

/// The gear without its surroundings.
struct Gear {
    reader: Reader,
    reader_arguments: Vec<Argument>,
    steps: Vec<Step>,
    action: Option<Action>,
}

/// An argument of a call with its place.
struct Given<'e> {
    keyword: Option<&'e str>,
    keyword_range: Range<usize>,
    value: &'e ast::Expr,
}

struct Checker<'a> {
    source: &'a Source,
    text: &'a str,
    prelude: &'a [ast::Stmt],
    collector: Collector<'a>,
    requirements: Vec<String>,
    out: Diagnostics,
}

impl<'a> Checker<'a> {
    fn gear(&mut self, expression: &ast::Expr) -> Option<Gear> {
        let (root, links) = chain(expression);
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

    /// `register` has a prefix of its own, whatever the reader was given.
    fn ignored_pattern(&mut self, arguments: &[Argument], root: &ast::Expr) {
        let ast::Expr::Call(call) = root else { return };
        let pattern = arguments.iter().find(|argument| {
            matches!(
                argument.keyword.as_deref(),
                None | Some("default_key_pattern" | "defaultArg")
            )
        });
        let Some(pattern) = pattern.filter(|p| p.value.text != "'*'" && p.value.text != "\"*\"")
        else {
            return;
        };
        let written = given(call)
            .into_iter()
            .map(|g| range(g.value))
            .find(|at| self.text[at.clone()] == *pattern.value.text);
        if let Some(at) = written {
            self.out.push(messages::ignored_pattern(at));
        }
    }

    /// The reader at the beginning of the chain.
    fn reader(&mut self, root: &ast::Expr) -> Option<(&'static ReaderEntry, Vec<Argument>, bool)> {
        let (function, call) = match root {
            ast::Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        let path = python::path(function);
        let name = path.as_deref().and_then(|path| match path {
            [(name, at)] => Some((name.clone(), at.clone())),
            [(module, _), (name, at)] if module == "redgrease" => Some((name.clone(), at.clone())),
            _ => None,
        });
        let Some((name, at)) = name else {
            self.out.push(messages::not_a_gear(
                "the last expression is no gear",
                range(root),
            ));
            return None;
        };
        let builder = matches!(name.as_str(), "GearsBuilder" | "GB");
        if !builder && table::reader(&name).is_none() {
            let known = table::READERS
                .iter()
                .map(|r| r.name)
                .chain(["GearsBuilder", "GB"]);
            let meant = nearest(&name, known);
            self.out
                .push(if meant.is_some() || name.ends_with("Reader") {
                    messages::unknown_reader(&name, meant, at)
                } else {
                    messages::not_a_gear("the last expression is no gear", range(root))
                });
            return None;
        }
        let Some(call) = call else {
            let what = format!("`{name}`");
            self.out.push(messages::missing_argument(
                &what,
                "()",
                &format!("{name}()"),
                at,
            ));
            return None;
        };
        if builder {
            return self.builder(&name, call);
        }
        let entry = table::reader(&name)?;
        let arguments = self.arguments(&name, entry.parameters, call, at);
        Some((entry, arguments, false))
    }

    /// `GearsBuilder('KeysReader', 'pattern')`.
    fn builder(
        &mut self,
        name: &str,
        call: &ast::ExprCall,
    ) -> Option<(&'static ReaderEntry, Vec<Argument>, bool)> {
        let mut arguments = self.arguments(name, table::BUILDER, call, range(&*call.func));
        let keywords: Vec<Option<&str>> = arguments.iter().map(|a| a.keyword.as_deref()).collect();
        let (bound, _) = table::bind(table::BUILDER, &keywords);
        let given = given(call);
        let Some(index) = bound[0] else {
            let renamed = rename_builder_arguments(arguments, &bound);
            return Some((&table::READERS[0], renamed, true));
        };
        let value = given
            .iter()
            .find(|g| self.text[range(g.value)] == *arguments[index].value.text)
            .map(|g| g.value)?;
        let Some(reader) = value::text(value) else {
            self.out.push(messages::wrong_type(
                name,
                "reader",
                "the name of a reader in quotes",
                "an expression",
                range(value),
            ));
            return None;
        };
        let Some(entry) = table::reader(&reader) else {
            let meant = nearest(&reader, table::READERS.iter().map(|r| r.name));
            self.out
                .push(messages::unknown_reader(&reader, meant, range(value)));
            return None;
        };
        let (bound, _) = {
            let keywords: Vec<Option<&str>> =
                arguments.iter().map(|a| a.keyword.as_deref()).collect();
            table::bind(table::BUILDER, &keywords)
        };
        arguments = rename_builder_arguments(arguments, &bound);
        Some((entry, arguments, true))
    }

    fn action(
        &mut self,
        entry: &'static ReaderEntry,
        link: &Link<'_>,
        call: &ast::ExprCall,
    ) -> Option<Action> {
        let parameters = if link.name == "run" {
            entry.run
        } else {
            entry.register
        };
        let Some(parameters) = parameters else {
            self.out.push(messages::unsupported_action(
                entry.name,
                link.name,
                link.name_range.clone(),
            ));
            return None;
        };
        let arguments = self.arguments(link.name, parameters, call, link.name_range.clone());
        if link.name == "run" {
            return Some(Action::Run(arguments));
        }
        self.register_rules(entry, parameters, call, link.name_range.clone());
        Some(Action::Register(arguments))
    }

    /// What `register` needs as a whole.
    fn register_rules(
        &mut self,
        entry: &ReaderEntry,
        parameters: &[Parameter],
        call: &ast::ExprCall,
        at: Range<usize>,
    ) {
        let given = given(call);
        let keywords: Vec<Option<&str>> = given.iter().map(|g| g.keyword).collect();
        let (bound, _) = table::bind(parameters, &keywords);
        let literals: Vec<_> = given.iter().map(|g| value::literal(g.value)).collect();
        let get = |name: &str| {
            let slot = parameters.iter().position(|p| p.name == name)?;
            let index = bound[slot]?;
            let literal = literals[index].as_ref();
            if literal.is_some_and(Literal::is_none) {
                return None;
            }
            Some((parameters[slot].name, literal, range(given[index].value)))
        };
        arguments::together(&get, &mut self.out);
        if entry.reader == Reader::Command {
            let has = |name: &str| call.keywords.iter().any(|k| k.arg.as_deref() == Some(name));
            if !has("trigger") && !has("hook") {
                self.out.push(messages::missing_argument(
                    "`register` of CommandReader",
                    "trigger",
                    "register(trigger=\"name\")",
                    at,
                ));
            }
        }
    }

    fn step(
        &mut self,
        entry: &'static ReaderEntry,
        builder: bool,
        index: usize,
        link: &Link<'_>,
        call: &ast::ExprCall,
    ) -> Option<Step> {
        let Some(operation) = table::operation(link.name) else {
            let sugar = entry.sugar.iter().filter(|_| index == 0 && !builder);
            let names = table::OPERATIONS
                .iter()
                .filter(|o| !o.operation.is_sugar() || sugar.clone().any(|s| *s == o.operation))
                .map(|o| o.name)
                .chain(["run", "register"]);
            self.out.push(messages::unknown_operation(
                link.name,
                nearest(link.name, names),
                link.name_range.clone(),
            ));
            self.visit(call);
            return None;
        };
        if operation.operation.is_sugar() {
            let help = if !entry.sugar.contains(&operation.operation) {
                Some(format!("{} has no `{}`; use `map`", entry.name, link.name))
            } else if builder {
                Some(format!(
                    "GearsBuilder has the plain operations only; begin with `{}(…)`",
                    entry.name
                ))
            } else if index > 0 {
                Some(format!("`{}` has to be the first step", link.name))
            } else {
                None
            };
            if let Some(help) = help {
                self.out.push(messages::misplaced_sugar(
                    link.name,
                    entry.name,
                    &help,
                    link.name_range.clone(),
                ));
                self.visit(call);
                return None;
            }
        }
        let parameters = if operation.operation.is_sugar() && entry.reader == Reader::Stream {
            &[]
        } else {
            operation.parameters
        };
        let arguments = self.arguments(link.name, parameters, call, link.name_range.clone());
        self.zero(operation.operation, operation.parameters, call);
        Some(Step {
            operation: operation.operation,
            arguments,
        })
    }

    /// `aggregate` can guess its functions for a zero that is a number or a list only.
    fn zero(&mut self, operation: Operation, parameters: &[Parameter], call: &ast::ExprCall) {
        if !matches!(operation, Operation::Aggregate | Operation::AggregateBy) {
            return;
        }
        let given = given(call);
        let keywords: Vec<Option<&str>> = given.iter().map(|g| g.keyword).collect();
        let (bound, _) = table::bind(parameters, &keywords);
        let slot = |name: &str| parameters.iter().position(|p| p.name == name);
        let (Some(zero), Some(sequence)) = (slot("zero"), slot("seqOp")) else {
            return;
        };
        if let (Some(index), None) = (bound[zero], bound[sequence]) {
            let literal = value::literal(given[index].value);
            if literal.is_some_and(|l| !l.is_number() && !l.is_list() && !l.is_none()) {
                self.out.push(messages::missing_argument(
                    "an aggregation whose `zero` is neither a number nor a list",
                    "seqOp",
                    "aggregate(zero, lambda accumulator, record: …)",
                    range(given[index].value),
                ));
            }
        }
    }

    /// Fits the arguments of a call to parameters, checks each, and looks at their names.
    fn arguments(
        &mut self,
        what: &str,
        parameters: &[Parameter],
        call: &ast::ExprCall,
        at: Range<usize>,
    ) -> Vec<Argument> {
        let called = format!("`{what}`");
        self.visit(call);
        let given = given(call);
        if let Some(unpacked) = unpacked(call) {
            self.out.push(messages::unpacked(&called, unpacked));
            return Vec::new();
        }
        let keywords: Vec<Option<&str>> = given.iter().map(|g| g.keyword).collect();
        let (bound, misfits) = table::bind(parameters, &keywords);
        let misnamed = misfits.iter().any(|m| matches!(m, Misfit::Unknown(_)));
        for misfit in misfits {
            // What is missing is probably what has the wrong name.
            if misnamed && matches!(misfit, Misfit::Missing(_)) {
                continue;
            }
            self.misfit(what, parameters, &given, misfit, &at);
        }
        let mut arguments: Vec<(usize, Argument)> = Vec::new();
        for (slot, parameter) in parameters.iter().enumerate() {
            let Some(index) = bound[slot] else { continue };
            let value = given[index].value;
            if parameter.kind == Kind::Requirements {
                self.requirements(&called, value);
                continue;
            }
            let function = self.value(&called, parameter, value);
            arguments.push((
                index,
                Argument {
                    keyword: given[index].keyword.map(|k| k.to_owned().into()),
                    value: self.code(value),
                    function,
                },
            ));
        }
        arguments.sort_by_key(|(index, _)| *index);
        arguments
            .into_iter()
            .map(|(_, argument)| argument)
            .collect()
    }

    fn misfit(
        &mut self,
        what: &str,
        parameters: &[Parameter],
        given: &[Given<'_>],
        misfit: Misfit,
        at: &Range<usize>,
    ) {
        let called = format!("`{what}`");
        let usage = table::usage(what, parameters);
        self.out.push(match misfit {
            Misfit::Surplus(index) => {
                let most = parameters.iter().filter(|p| p.positional).count();
                messages::surplus_argument(&called, most, &usage, range(given[index].value))
            }
            Misfit::Unknown(index) => {
                let name = given[index].keyword.unwrap_or_default();
                let at = given[index].keyword_range.clone();
                match rust_side(name) {
                    Some(help) => messages::rust_side_keyword(name, help, at),
                    None => {
                        let known = parameters.iter().map(|p| p.name);
                        let meant = nearest(name, known.clone());
                        let known = if parameters.is_empty() {
                            "it takes none".to_owned()
                        } else {
                            format!("it takes {}", messages::list(known))
                        };
                        messages::unknown_keyword(&called, name, meant, &known, at)
                    }
                }
            }
            Misfit::Twice(index) => {
                let name = given[index].keyword.unwrap_or("an argument");
                messages::given_twice(&called, name, range(given[index].value))
            }
            Misfit::Missing(slot) => {
                messages::missing_argument(&called, parameters[slot].name, &usage, at.clone())
            }
        });
    }

    /// Checks one value; says whether it is a real Python function.
    fn value(&mut self, called: &str, parameter: &Parameter, value: &ast::Expr) -> bool {
        match parameter.kind {
            Kind::Callback(_) | Kind::Generator => {
                if value::is_none(value) && !parameter.required {
                    return false;
                }
                let callback = callback::look_at(value, &self.collector);
                callback::check(called, parameter, value, &callback, &mut self.out);
                if parameter.kind == Kind::Generator {
                    self.generator(value);
                }
                matches!(callback, Callback::Function(_))
            }
            _ => {
                if let Some(literal) = value::literal(value) {
                    let at = range(value);
                    arguments::check(
                        called,
                        parameter,
                        parameter.name,
                        &literal,
                        at,
                        &mut self.out,
                    );
                }
                false
            }
        }
    }

    /// PythonReader calls a function without `yield` for ever.
    fn generator(&mut self, value: &ast::Expr) {
        let ast::Expr::Name(name) = value else { return };
        let def = self.prelude.iter().find_map(|statement| match statement {
            ast::Stmt::FunctionDef(def) if def.name == name.id => Some(def),
            _ => None,
        });
        let Some(def) = def else { return };
        let returns_something = def
            .body
            .iter()
            .any(|s| matches!(s, ast::Stmt::Return(r) if r.value.is_some()));
        if !python::is_generator(&def.body) && !returns_something {
            self.out
                .push(messages::not_a_generator(&name.id, range(value)));
        }
    }

    fn requirements(&mut self, called: &str, value: &ast::Expr) {
        match value::texts(value) {
            Some(texts) => {
                for (text, at) in texts {
                    if let Err(error) = requirement::check(&text) {
                        let inner = at.start + 1;
                        let plain = self.text.get(inner..inner + text.len()) == Some(&text);
                        let at = if plain {
                            inner + error.range.start..inner + error.range.end
                        } else {
                            at
                        };
                        self.out
                            .push(messages::requirement(&text, &error, at, plain));
                    }
                    if !self.requirements.contains(&text) {
                        self.requirements.push(text);
                    }
                }
            }
            None => {
                let found = value::literal(value);
                let words = found.as_ref().map_or("an expression", |l| l.in_words());
                let at = range(value);
                let wanted = "a list of texts, written out";
                let wrong = messages::wrong_type(called, "requirements", wanted, words, at);
                self.out.push(match found {
                    Some(Literal::Text(text)) => wrong.help(format!("write `[\"{text}\"]`")),
                    _ => wrong,
                });
            }
        }
    }

    /// Collects the names that a call's arguments use.
    fn visit(&mut self, call: &ast::ExprCall) {
        use crate::python::Visitor as _;
        for value in call
            .args
            .iter()
            .chain(call.keywords.iter().map(|k| &k.value))
        {
            self.collector.expression(value);
        }
    }

    fn code(&self, value: &ast::Expr) -> Code {
        let at = range(value);
        Code {
            text: self.text[at.clone()].to_owned().into(),
            file: self.source.file().to_owned().into(),
            line: self.source.line() + python::newlines(&self.text[..at.start]),
        }
    }
}

/// `GearsBuilder`'s names for what the readers call otherwise.
fn rename_builder_arguments(arguments: Vec<Argument>, bound: &[Option<usize>]) -> Vec<Argument> {
    let slot = |index: usize| bound.iter().position(|b| *b == Some(index));
    arguments
        .into_iter()
        .enumerate()
        .filter_map(|(index, mut argument)| match slot(index) {
            Some(0) | None => None,
            Some(1) => {
                argument.keyword = Some("defaultArg".into());
                Some(argument)
            }
            Some(_) => {
                argument.keyword = Some("desc".into());
                Some(argument)
            }
        })
        .collect()
}

/// Arguments of RedGrease's Python client that Rust takes elsewhere.
fn rust_side(name: &str) -> Option<&'static str> {
    match name {
        "on" => Some("call `.on(&mut connection)` on what the macro returns"),
        "replace" => Some("registering from Rust is create-or-replace"),
        "unblocking" => Some("call `.unblocking()` on the request in Rust"),
        "enforce_redgrease" => Some("nothing of redgrease has to be installed on the server"),
        _ => None,
    }
}

/// The expression at the beginning of a chain, and its links.
fn chain(expression: &ast::Expr) -> (&ast::Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut at = expression;
    loop {
        let (attribute, call) = match at {
            ast::Expr::Call(call) => match &*call.func {
                ast::Expr::Attribute(attribute) => (attribute, Some(call)),
                _ => break,
            },
            ast::Expr::Attribute(attribute) => (attribute, None),
            _ => break,
        };
        if matches!(&*attribute.value, ast::Expr::Name(n) if &n.id == "redgrease") {
            break;
        }
        let end = range(attribute).end;
        links.push(Link {
            name: &attribute.attr,
            name_range: end.saturating_sub(attribute.attr.len())..end,
            call,
        });
        at = &attribute.value;
    }
    links.reverse();
    (at, links)
}

fn given(call: &ast::ExprCall) -> Vec<Given<'_>> {
    let positional = call.args.iter().map(|value| Given {
        keyword: None,
        keyword_range: range(value),
        value,
    });
    let keywords = call.keywords.iter().filter_map(|keyword| {
        let name = keyword.arg.as_deref()?;
        let start = range(keyword).start;
        Some(Given {
            keyword: Some(name),
            keyword_range: start..start + name.len(),
            value: &keyword.value,
        })
    });
    positional.chain(keywords).collect()
}

fn unpacked(call: &ast::ExprCall) -> Option<Range<usize>> {
    let starred = call.args.iter().find(|a| a.is_starred_expr()).map(range);
    let doubled = call.keywords.iter().find(|k| k.arg.is_none()).map(range);
    starred.or(doubled)
}
