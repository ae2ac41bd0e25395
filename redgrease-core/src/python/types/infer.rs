//! What an expression can be.

mod comprehension;

use std::collections::{BTreeMap, BTreeSet};

use super::mentioned::{asks, names_in, waits};
use super::names::{self, Given, Names};
use super::{Type, Types, operators};
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::python::parse::ast::{self, BoolOp, Constant, Expr};
use crate::python::parse::range;
use crate::python::truth::truth;
use crate::python::walk;

/// Calls in calls that are looked into.
pub(super) const DEEPEST: usize = 8;

/// Knows the names of functions that stand in each other, and says what expressions are.
pub(super) struct Infer<'e> {
    pub(super) text: &'e str,
    /// The names that a `:=` somewhere gives a value.
    pub(super) walrus: &'e [String],
    /// The scopes around the place, the innermost last.
    pub(super) scopes: Vec<Names<'e>>,
    /// Names that are being looked into, which refer to themselves.
    pub(super) open: BTreeSet<(usize, &'e str)>,
    pub(super) known: BTreeMap<(usize, &'e str), Types>,
    /// Names that a test around the place asks about: they may not be None there.
    pub(super) asked: Vec<&'e str>,
    /// What methods of `cmd` give that were met before.
    pub(super) commands: Vec<(&'e str, Types)>,
    /// Only asking: what is wrong is found where it stands.
    quiet: usize,
    pub(super) out: Diagnostics,
}

impl<'e> Infer<'e> {
    pub(super) fn new(text: &'e str, walrus: &'e [String]) -> Self {
        Self {
            text,
            walrus,
            scopes: Vec::new(),
            open: BTreeSet::new(),
            known: BTreeMap::new(),
            asked: Vec::new(),
            commands: Vec::new(),
            quiet: 0,
            out: Diagnostics::new(),
        }
    }

    /// Goes into a scope.
    pub(super) fn within(&mut self, names: Names<'e>, work: impl FnOnce(&mut Self)) {
        self.scopes.push(names);
        work(self);
        let level = self.scopes.len();
        self.scopes.pop();
        self.known.retain(|(scope, _), _| *scope + 1 < level);
    }

    pub(super) fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.quiet += 1;
        let result = work(self);
        self.quiet -= 1;
        result
    }

    pub(super) fn say(&mut self, found: Diagnostic) {
        if self.quiet == 0 {
            self.out.push(found);
        }
    }

    /// Whether nothing around the place gives the name another meaning.
    pub(super) fn is_python(&self, name: &str) -> bool {
        !self.walrus.iter().any(|other| other == name)
            && !self
                .scopes
                .iter()
                .any(|scope| scope.given.contains_key(name))
    }

    /// Whether a name of a scope changes in ways that its assignments do not show.
    pub(super) fn changes(&self, level: usize, name: &str) -> bool {
        let shared = self.scopes[level].shared.iter();
        shared.chain(self.walrus).any(|other| other == name)
    }

    /// What a name can be.
    pub(super) fn name(&mut self, name: &'e str) -> Types {
        let found = self
            .scopes
            .iter()
            .rposition(|scope| scope.given.contains_key(name));
        let Some(level) = found else {
            return Types::ANY;
        };
        let key = (level, name);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if self.changes(level, name) || self.open.len() > DEEPEST || !self.open.insert(key) {
            return Types::ANY;
        }
        let given = self.scopes[level].given[name].clone();
        let kept = self.scopes[level].kept.contains(name);
        // what is looked into stands in the scope of the name
        let inner = self.scopes.split_off(level + 1);
        let mut all: Option<Types> = None;
        let mut changes = Vec::new();
        for one in &given {
            let types = self.quietly(|infer| match one {
                Given::Changed(operator, value) => {
                    changes.push((*operator, infer.expression(value)));
                    None
                }
                Given::Value(value) if kept => Some(infer.expression(value)),
                Given::Value(value) => Some(infer.expression(value).without_elements()),
                Given::Element(value) => {
                    let value = infer.expression(value);
                    let elements = operators::elements(&value).unwrap_or(Types::ANY);
                    Some(elements.without_elements())
                }
                Given::Def(..) => Some(Type::Function.into()),
                Given::Known(types) => Some(types.clone()),
                Given::Number(_) => Some(Type::Int.into()),
            });
            all = match (all, types) {
                (Some(before), Some(types)) => Some(before.or(types)),
                (before, types) => before.or(types),
            };
        }
        let all = all.map(|all| operators::changed(all, &changes));
        self.scopes.extend(inner);
        self.open.remove(&key);
        let all = all.unwrap_or(Types::ANY);
        self.known.insert(key, all.clone());
        all
    }

    /// What an expression can be; on the way, what is wrong in it is said.
    pub(super) fn expression(&mut self, expression: &'e Expr) -> Types {
        match expression {
            Expr::Constant(e) => constant(&e.value),
            Expr::Name(e) => {
                let types = self.name(&e.id);
                if self.asked.contains(&e.id.as_str()) {
                    types.without_none()
                } else {
                    types
                }
            }
            Expr::JoinedStr(e) => {
                e.values.iter().for_each(|e| drop(self.expression(e)));
                let template = self.text[range(e)].starts_with(['t', 'T']);
                if template {
                    Types::ANY
                } else {
                    Type::Str.into()
                }
            }
            Expr::FormattedValue(e) => {
                self.expression(&e.value);
                Types::ANY
            }
            Expr::List(e) => {
                let elements = self.elements(&e.elts);
                // an f-string in an f-string is a list to the parser
                if self.text[range(e)].starts_with('[') {
                    Type::list(elements).into()
                } else {
                    Type::Str.into()
                }
            }
            Expr::Tuple(e) => {
                let starred = e.elts.iter().any(Expr::is_starred_expr);
                let all: Vec<Types> = e.elts.iter().map(|e| self.expression(e)).collect();
                Type::Tuple((!starred).then_some(all)).into()
            }
            Expr::Set(e) => {
                self.elements(&e.elts);
                Type::Set.into()
            }
            Expr::Dict(e) => {
                for key in e.keys.iter().flatten() {
                    self.expression(key);
                }
                e.values.iter().for_each(|e| drop(self.expression(e)));
                Type::Dict(texts(&e.keys)).into()
            }
            Expr::ListComp(e) => {
                let element = self.comprehension(&e.generators, &[&e.elt]);
                Type::list(element).into()
            }
            Expr::SetComp(e) => {
                self.comprehension(&e.generators, &[&e.elt]);
                Type::Set.into()
            }
            Expr::DictComp(e) => {
                self.comprehension(&e.generators, &[&e.key, &e.value]);
                Type::Dict(None).into()
            }
            Expr::GeneratorExp(e) => {
                let element = self.comprehension(&e.generators, &[&e.elt]);
                match waits(e) {
                    true => Types::ANY,
                    false => Type::lazy("generator", element).into(),
                }
            }
            Expr::BoolOp(e) => self.choice(e),
            Expr::NamedExpr(e) => self.expression(&e.value),
            Expr::BinOp(e) => self.operation(e),
            Expr::UnaryOp(e) => self.unary(e),
            Expr::IfExp(e) => {
                self.expression(&e.test);
                let checked = asks(&e.test);
                let truth = truth(&e.test);
                self.asking(&e.test, |infer| {
                    let body = infer.guarded(checked || truth.excludes(true), &e.body);
                    body.or(infer.guarded(checked || truth.excludes(false), &e.orelse))
                })
            }
            Expr::Compare(e) => {
                let left = self.expression(&e.left);
                let mut known = true;
                let mut before = left.clone();
                let mut fits = true;
                let mut start = range(&*e.left).start;
                for (one, op) in e.comparators.iter().zip(&e.ops) {
                    let types = self.expression(one);
                    known &= !types.is_any();
                    // what stands behind is looked at when this is true
                    if fits {
                        fits = self.compared(&before, *op, &types, start..range(one).end);
                    }
                    start = range(one).start;
                    before = types;
                }
                let plain = e.ops.iter().all(|op| {
                    use ast::CmpOp as C;
                    matches!(op, C::Is | C::IsNot | C::In | C::NotIn)
                });
                // arrays compare element by element
                if plain || known && !left.is_any() {
                    Type::Bool.into()
                } else {
                    Types::ANY
                }
            }
            Expr::Call(e) => self.call(e),
            Expr::Attribute(e) => self.attribute(e).0,
            Expr::Subscript(e) => self.subscript(e),
            Expr::Starred(e) => {
                self.expression(&e.value);
                Types::ANY
            }
            Expr::Await(e) => {
                self.expression(&e.value);
                Types::ANY
            }
            Expr::Yield(e) => {
                if let Some(value) = &e.value {
                    self.expression(value);
                }
                Types::ANY
            }
            Expr::YieldFrom(e) => {
                self.expression(&e.value);
                Types::ANY
            }
            Expr::Lambda(e) => self.lambda(e, None),
            Expr::Slice(e) => {
                for part in [&e.lower, &e.upper, &e.step].into_iter().flatten() {
                    self.expression(part);
                }
                Types::ANY
            }
        }
    }

    /// Looks at the body of a lambda whose first argument is `first`, if that is known.
    pub(super) fn lambda(&mut self, e: &'e ast::ExprLambda, first: Option<&Type>) -> Types {
        let mut names = Names::default();
        for (index, parameter) in walk::parameters(&e.args).enumerate() {
            let types = match first {
                Some(first) if index == 0 => {
                    let types = Types::from(first.clone());
                    if names::is_only_read(&parameter.arg, &e.body) {
                        types
                    } else {
                        types.without_elements()
                    }
                }
                _ => Types::ANY,
            };
            names.give(&parameter.arg, Given::Known(types));
        }
        self.within(names, |infer| drop(infer.expression(&e.body)));
        Type::Function.into()
    }

    fn elements(&mut self, list: &'e [Expr]) -> Types {
        let all: Vec<Types> = list.iter().map(|e| self.expression(e)).collect();
        all.into_iter().reduce(Types::or).unwrap_or(Types::ANY)
    }

    /// Says when a loop goes over what cannot be looped over.
    pub(super) fn looped(&mut self, value: &'e Expr) {
        let types = self.expression(value);
        let records = |t: &Type| matches!(t, Type::Record | Type::StreamRecord | Type::Function);
        if operators::elements(&types).is_err() && types.never(records) {
            self.say(messages::no_loop(&types.to_string(), range(value)));
        }
    }

    /// An expression that may be for some values alone, or never be reached.
    fn guarded(&mut self, guard: bool, e: &'e Expr) -> Types {
        self.quiet += usize::from(guard);
        let types = self.expression(e);
        self.quiet -= usize::from(guard);
        types
    }

    fn choice(&mut self, e: &'e ast::ExprBoolOp) -> Types {
        let mut all: Option<Types> = None;
        let mut checked = false;
        let asked = self.asked.len();
        let last = e.values.len() - 1;
        for (index, value) in e.values.iter().enumerate() {
            let mut types = self.guarded(checked, value);
            checked |= asks(value) || truth(value).excludes(e.op == BoolOp::And);
            self.asked.extend(names_in(value));
            if e.op == BoolOp::Or && index < last && !types.is_any() {
                types = types.without_none();
                // what is always None gives way to the next
                if types.is_any() {
                    continue;
                }
            }
            all = Some(match all {
                Some(before) => before.or(types),
                None => types,
            });
        }
        self.asked.truncate(asked);
        all.unwrap_or(Types::ANY)
    }

    /// Looks at what depends on a test.
    pub(super) fn asking<T>(&mut self, test: &'e Expr, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.asked.len();
        self.asked.extend(names_in(test));
        let result = work(self);
        self.asked.truncate(before);
        result
    }
}

/// The keys of a dictionary, if all are texts that are written out.
fn texts(keys: &[Option<Expr>]) -> Option<Vec<String>> {
    let text = |key: &Option<Expr>| match key {
        Some(Expr::Constant(one)) => one.value.as_str().cloned(),
        _ => None,
    };
    keys.iter().map(text).collect()
}

fn constant(value: &Constant) -> Types {
    match value {
        Constant::None => Type::None.into(),
        Constant::Bool(_) => Type::Bool.into(),
        Constant::Str(_) => Type::Str.into(),
        Constant::Bytes(_) => Type::Bytes.into(),
        Constant::Int(_) => Type::Int.into(),
        Constant::Float(_) => Type::Float.into(),
        _ => Types::ANY,
    }
}
