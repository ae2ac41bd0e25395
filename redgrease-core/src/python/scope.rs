//! Names: where they are bound, whether they are known, which of the server's names they use.

mod doubt;
mod findings;
mod imports;
mod reach;
mod resolve;
mod server;
mod visit;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::PyVersion;
use super::parse::ast::Stmt;
use super::recover::Parsed;
use super::signature::{CallShape, Signature};
use crate::diag::Diagnostics;
use crate::messages;

use doubt::Doubt;
pub(crate) use findings::Names;

/// How a name came to be; decides whether leaving it unused is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Parameter,
    Assignment,
    Import,
    Function,
    Other,
}

#[derive(Debug)]
struct Binding {
    range: Range<usize>,
    how: How,
    times: usize,
    used: bool,
    /// Whether it is used as the thing of Python or of the server with this name would be.
    called: bool,
    /// What a name that was imported from redgrease stands for, such as `redgrease.cmd`.
    alias: Option<String>,
    signature: Option<Signature>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Function,
    Class,
    Comprehension,
    /// The type parameters of a function, a class or a `type` statement.
    Types,
}

#[derive(Debug)]
struct Scope {
    kind: Kind,
    parent: Option<usize>,
    names: HashMap<String, Binding>,
    globals: HashSet<String>,
    nonlocals: HashMap<String, Range<usize>>,
    /// The name, and its scope, that has to be used for the code here to run.
    needs: Option<(usize, String)>,
    /// Where its code stands, if it is a function's.
    place: Range<usize>,
    /// Of a class: its name and the scope of that.
    class: Option<(usize, String)>,
}

/// A name that is read, with the attributes after it: `redgrease.cmd.get`.
#[derive(Debug)]
struct Load {
    scope: usize,
    path: Vec<(String, Range<usize>)>,
    /// The call that the path is the function of.
    call: Option<CallShape>,
    doubt: Doubt,
}

/// Collects the names of one text: statements, expressions, in the order in which they come.
pub(crate) struct Collector<'a> {
    text: &'a str,
    python: PyVersion,
    scopes: Vec<Scope>,
    current: usize,
    /// The parameters of the function whose body the text is; its scope is the second.
    params: Vec<String>,
    /// The function of a module that is called from Rust, and its scope once it is known.
    called: Option<(String, Option<usize>)>,
    loads: Vec<Load>,
    names: Names,
    /// `from x import *` was seen, or `exec`: any name may be there.
    anything: bool,
    /// What follows when a name that is read here is not there.
    doubt: Doubt,
    /// Inside of a `try` with handlers.
    in_try: bool,
    /// Whether annotations are only looked at when somebody asks for them.
    lazy_annotations: bool,
    /// The scopes of functions that are called from outside of the text.
    entries: Vec<usize>,
    /// Any function may be called.
    all_run: bool,
    /// The server gives nothing of redgrease.
    original: bool,
    /// The words of statements that do not parse: what they are is not known.
    doubtful: HashSet<&'a str>,
    /// What names of Python's own modules are bound to names: `partial` to `functools.partial`.
    imported: HashMap<String, String>,
    out: Diagnostics,
}

impl<'a> Collector<'a> {
    /// A module in which `given` is defined already.
    pub(crate) fn module(text: &'a str, python: PyVersion, given: &[&str]) -> Self {
        let mut collector = Self {
            text,
            python,
            scopes: Vec::new(),
            current: 0,
            params: Vec::new(),
            called: None,
            loads: Vec::new(),
            names: Names::default(),
            anything: false,
            doubt: Doubt::None,
            in_try: false,
            lazy_annotations: python >= PyVersion::new(3, 14),
            entries: Vec::new(),
            all_run: false,
            original: false,
            doubtful: HashSet::new(),
            imported: HashMap::new(),
            out: Diagnostics::new(),
        };
        collector.enter(Kind::Module);
        for name in given {
            collector.bind(name, 0..0, How::Other);
        }
        collector
    }

    /// A module whose function `name` is called from Rust, so that its parameters are all meant.
    pub(crate) fn file(text: &'a str, python: PyVersion, name: &str) -> Self {
        let mut collector = Self::module(text, python, &[]);
        collector.called = Some((name.to_owned(), None));
        collector
    }

    /// Goes into the function `name` of a module, with the parameters `params`.
    pub(crate) fn function(text: &'a str, python: PyVersion, name: &str, params: &[&str]) -> Self {
        let mut collector = Self::module(text, python, &[name]);
        collector.enter(Kind::Function);
        collector.entries.push(collector.current);
        for name in params {
            collector.bind(name, 0..0, How::Parameter);
        }
        collector.params = params.iter().map(|name| (*name).to_owned()).collect();
        collector
    }

    pub(crate) fn body(&mut self, body: &[Stmt]) {
        self.block(body);
    }

    /// Says that the server gives nothing of redgrease.
    pub(crate) fn without_redgrease(&mut self) {
        self.original = true;
    }

    /// Says that any function may be called from outside of the text.
    pub(crate) fn calls_all(&mut self) {
        self.all_run = true;
    }

    /// Says that the function `name` of the module is called from outside of the text.
    pub(crate) fn calls(&mut self, name: &str) {
        let module = self.scopes.iter().enumerate();
        let scopes = module.filter(|(_, scope)| {
            let needs = scope.needs.as_ref();
            needs.is_some_and(|(of, needed)| *of == 0 && needed == name)
        });
        let found: Vec<usize> = scopes.map(|(index, _)| index).collect();
        self.entries.extend(found);
    }

    /// The statements of a text, some of which may not parse.
    pub(crate) fn statements(&mut self, parsed: &Parsed) {
        self.doubt(parsed);
        self.body(&parsed.body);
    }

    /// Says nothing about names that statements may bind which do not parse.
    pub(crate) fn doubt(&mut self, parsed: &Parsed) {
        self.doubtful = parsed.doubtful(self.text);
        let broken = parsed.broken.iter();
        self.anything |= broken
            .map(|range| &self.text[range.clone()])
            .any(|text| text.contains("import *"));
    }

    /// Whether a statement that does not parse may say what `name` is.
    pub(crate) fn is_doubtful(&self, name: &str) -> bool {
        self.doubtful.contains(name)
    }

    /// What a name of the module was imported as, if it is bound once: `functools.partial`.
    pub(crate) fn imported(&self, name: &str) -> Option<&str> {
        let once = self.scopes[0].names.get(name)?.times == 1;
        self.imported.get(name).filter(|_| once).map(String::as_str)
    }

    /// Whether one statement of the module gives `name` a value.
    pub(crate) fn is_bound_once(&self, name: &str) -> bool {
        let binding = self.scopes[0].names.get(name);
        binding.is_some_and(|binding| binding.times == 1) && !self.is_doubtful(name)
    }

    /// What a name of the module takes when it is called, if it is bound once and known.
    pub(crate) fn signature(&self, name: &str) -> Option<Signature> {
        let binding = self.scopes[0].names.get(name)?;
        let known = binding.times == 1 && !self.is_doubtful(name);
        binding.signature.filter(|_| known)
    }

    /// Says that the module has the names `given` already.
    pub(crate) fn give(&mut self, given: &[String]) {
        let current = std::mem::replace(&mut self.current, 0);
        for name in given {
            self.bind(name, 0..0, How::Other);
        }
        self.current = current;
    }

    /// The names that the module binds, in the order of the text.
    pub(crate) fn bound(&self) -> Vec<(String, Range<usize>)> {
        let names = self.scopes[0].names.iter();
        let mut bound: Vec<_> = names
            .filter(|(_, binding)| !binding.range.is_empty())
            .map(|(name, binding)| (name.clone(), binding.range.clone()))
            .collect();
        bound.sort_by_key(|(_, range)| range.start);
        bound
    }

    /// The names that the module imports and binds in no other way.
    pub(crate) fn imports(&self) -> Vec<String> {
        let names = self.scopes[0].names.iter();
        let imported =
            names.filter(|(_, binding)| binding.how == How::Import && binding.times == 1);
        imported.map(|(name, _)| name.clone()).collect()
    }

    /// The names that functions declare as `global`, in the order of the alphabet.
    pub(crate) fn globals(&self) -> Vec<String> {
        let names = self.scopes.iter().flat_map(|scope| &scope.globals);
        let names: BTreeSet<&String> = names.collect();
        names.into_iter().cloned().collect()
    }

    /// Where the module binds `name` first.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        Some(self.scopes[0].names.get(name)?.range.clone())
    }

    /// Reports what is wrong with `global` and `nonlocal` alone.
    pub(crate) fn declarations(mut self, out: &mut Diagnostics) {
        self.check_nonlocals();
        let said = self.out.into_vec();
        out.extend(said.into_iter().filter(|d| d.code == messages::DECLARATION));
    }

    /// Whether the module binds `name`, as far as is known.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.scopes[0].names.contains_key(name) || self.is_doubtful(name)
    }

    /// Looks every name up and reports what is unknown or unused.
    pub(crate) fn finish(mut self, out: &mut Diagnostics) -> Names {
        if let Some((name, _)) = self.called.clone() {
            self.calls(&name);
        }
        self.names.shape.dynamic = self.anything;
        let loads = std::mem::take(&mut self.loads);
        let reached = self.reached(&loads);
        let scopes = self.scopes.iter().zip(&reached);
        let idle = scopes.filter(|(scope, reached)| !**reached && !scope.place.is_empty());
        self.names.idle = idle.map(|(scope, _)| scope.place.clone()).collect();
        for mut load in loads {
            if !reached[load.scope] {
                load.doubt = load.doubt.max(Doubt::Hidden);
            }
            self.look_up(load);
        }
        self.check_nonlocals();
        self.warn();
        out.extend(self.out.into_vec());
        self.names
    }

    fn enter(&mut self, kind: Kind) -> usize {
        let parent = self.current;
        self.scopes.push(Scope {
            kind,
            parent: (!self.scopes.is_empty()).then_some(parent),
            names: HashMap::new(),
            globals: HashSet::new(),
            nonlocals: HashMap::new(),
            needs: None,
            place: 0..0,
            class: None,
        });
        self.current = self.scopes.len() - 1;
        parent
    }

    fn bind(&mut self, name: &str, range: Range<usize>, how: How) -> &mut Binding {
        let mut scope = self.current;
        if self.scopes[scope].globals.contains(name) {
            scope = 0;
        } else if self.scopes[scope].nonlocals.contains_key(name) {
            scope = self.enclosing(scope, name).unwrap_or(scope);
        }
        let binding = self.scopes[scope]
            .names
            .entry(name.to_owned())
            .or_insert(Binding {
                range,
                how,
                times: 0,
                used: false,
                called: false,
                alias: None,
                signature: None,
            });
        binding.times += 1;
        binding
    }
}

/// The place of the word `name` after `keyword`, at or after `from`.
fn find_word(text: &str, from: usize, name: &str, keyword: &str) -> Range<usize> {
    let from = from.min(text.len());
    let start = text[from..]
        .find(keyword)
        .map_or(from, |at| from + at + keyword.len());
    let mut at = start;
    while let Some(found) = text[at..].find(name) {
        let begin = at + found;
        let end = begin + name.len();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let before = text[..begin].chars().next_back().is_some_and(is_part);
        let after = text[end..].chars().next().is_some_and(is_part);
        if !before && !after {
            return begin..end;
        }
        at = end;
    }
    from..from
}
