//! `cmd`: the class that redgrease writes into scripts. Its methods are functions of the script; what they call to get to the
//! server is known by its text.

use std::ops::Range;

use super::scope::Named;
use super::{Compiler, Described, Refusal, Scope};
use crate::cmd;
use crate::native::host::Service;
use crate::native::program::{Sent, Start};
use crate::native::script::{Body, Found, Script};
use crate::native::tree::{Argument, Constant, Expr as Made, Glued, Source, StmtKind};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::range;

/// The class.
const CLASS: &str = "_rg_cmd";

impl Script {
    /// Whether names of the script stand for the class and nothing else.
    fn has_cmd(&self) -> bool {
        let alias = |statement: &Stmt| match statement {
            Stmt::Assign(s) => matches!(
                (s.targets.as_slice(), &*s.value),
                ([Expr::Name(name)], Expr::Name(class)) if name.id.as_str() == "cmd" && class.id.as_str() == CLASS
            ),
            _ => false,
        };
        self.times_bound("cmd") == 1 && self.times_bound(CLASS) == 1 && self.body.iter().any(alias)
    }

    /// The methods of `cmd` as functions that the script's own may call.
    pub(in crate::native) fn methods(&self, functions: &[Found<'_>]) -> Vec<Described> {
        if !self.has_cmd() {
            return Vec::new();
        }
        let of_class = |found: &&Found<'_>| matches!(found.outer, Some(Stmt::ClassDef(class)) if class.name.as_str() == CLASS);
        functions
            .iter()
            .filter(of_class)
            .filter_map(|found| self.described_method(*found))
            .collect()
    }
}

impl Compiler<'_> {
    /// The number of a method among the functions described.
    fn method_number(&self, name: &str) -> Option<usize> {
        let methods = self.described.get(self.methods..)?;
        let at = methods.iter().position(|one| one.name == name)?;
        Some(self.methods + at)
    }

    /// A part of the class, if its text is the one that is known.
    fn part(&self, name: &str) -> Option<Found<'_>> {
        let mut all = self.functions.iter().filter(|found| {
            found.name == name
                && matches!(found.outer, Some(Stmt::ClassDef(class)) if class.name.as_str() == CLASS)
        });
        let found = all.next().copied()?;
        (self.text_of(&found) == cmd::part(name)).then_some(found)
    }

    /// The line of the last statement of a part.
    fn last_line(&self, name: &str) -> Option<u32> {
        match self.part(name)?.body {
            Body::Statements(body) => body.last().map(|last| self.script.line(range(last).start)),
            Body::Expression(_) => None,
        }
    }

    /// The line on which a part raises an error.
    fn raising_line(&self, name: &str) -> Option<u32> {
        let Body::Statements(body) = self.part(name)?.body else {
            return None;
        };
        body.iter().find_map(|statement| match statement {
            Stmt::If(s) => s
                .body
                .first()
                .map(|first| self.script.line(range(first).start)),
            _ => None,
        })
    }
}

impl<'s> Scope<'_, 's> {
    /// `cmd.name(…)`, where `cmd` is the class of redgrease.
    pub(super) fn of_cmd(
        &mut self,
        call: &'s ast::ExprCall,
        attribute: &'s ast::ExprAttribute,
        at: &Range<usize>,
    ) -> Result<Option<Made>, Refusal> {
        let Expr::Name(class) = &*attribute.value else {
            return Ok(None);
        };
        let is_class = matches!(class.id.as_str(), "cmd" | CLASS)
            && matches!(self.named(&class.id), Named::Unknown)
            && self.compiler.script.has_cmd();
        if !is_class {
            return Ok(None);
        }
        let name = attribute.attr.as_str();
        let unknown = || Refusal::new("a method of `cmd` that needs Python", name, at.clone());
        match name {
            "_x" => return self.sent(call, at).map(Some),
            "_flat" if self.compiler.part(name).is_some() => {
                let ([value], []) = (call.args.as_slice(), call.keywords.as_slice()) else {
                    return Err(unknown());
                };
                return self.flat(value, at).map(Some);
            }
            "_flags" | "_opt" if self.compiler.part(name).is_some() => {
                return self.options(name == "_opt", call, at).map(Some);
            }
            // A number, for the evaluator; what has methods for that are objects of modules.
            "_time" if self.compiler.part(name).is_some() => {
                return match (call.args.as_slice(), call.keywords.as_slice()) {
                    ([value] | [value, Expr::Constant(_)], []) => self.expression(value).map(Some),
                    _ => Err(unknown()),
                };
            }
            _ => {}
        }
        let number = self.compiler.method_number(name).ok_or_else(unknown)?;
        self.own(number, call, at).map(Some)
    }

    /// The words of a command, and what becomes of the answer.
    fn sent(&mut self, call: &'s ast::ExprCall, at: &Range<usize>) -> Result<Made, Refusal> {
        let lines = (
            self.compiler.last_line("_x"),
            self.compiler.raising_line("_sent"),
            self.compiler.part("_received"),
        );
        let (Some(line), Some(refuses), Some(_)) = lines else {
            return Err(Refusal::new("another class `cmd`", "", at.clone()));
        };
        let Some(Expr::Constant(first)) = call.args.first() else {
            return Err(Refusal::new("a command that is not known", "", at.clone()));
        };
        let ast::Constant::Str(command) = &first.value else {
            return Err(Refusal::new("a command that is not known", "", at.clone()));
        };
        let mut arguments = Vec::new();
        for argument in &call.args {
            arguments.push(match argument {
                Expr::Starred(e) => {
                    let is_rest = match &*e.value {
                        Expr::Name(name) => self.rest.is_some() && self.slot(&name.id) == self.rest,
                        _ => false,
                    };
                    let source = match self.source(&e.value)? {
                        Source::Value(Made::List(items) | Made::Tuple(items)) => {
                            arguments.extend(items.into_iter().map(Argument::One));
                            continue;
                        }
                        source => source,
                    };
                    let is_known = is_rest
                        || matches!(&source, Source::Value(value) if self.gives_sequence(value));
                    if !is_known {
                        self.may_give_back("after an effect, `*` in a call", "", at.clone())?;
                    }
                    Argument::Many(source)
                }
                value => Argument::One(self.expression(value)?),
            });
        }
        let first = arguments.get(1);
        let first = first.map_or_else(Start::unknown, |first| self.start_of(first));
        self.compiler.sent.push(Sent {
            name: Some(command.as_str().into()),
            first,
        });
        // Arguments are sent as text.
        self.shows(at.clone())?;
        self.sees_replies();
        self.makes_bytes();
        let service = self.executes(command);
        if service == Service::Execute {
            self.happens();
        }
        Ok(Made::Glued(Box::new(Glued::Command {
            service,
            arguments,
            line,
            refuses,
        })))
    }

    /// `_flags(NX=nx)` and `_opt(EX=ex)`: words for those that are true, or not `None`.
    fn options(
        &mut self,
        with_values: bool,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let mut options = Vec::new();
        for keyword in &call.keywords {
            let Some(name) = &keyword.arg else {
                return Err(Refusal::new("`**` in a call", "", at.clone()));
            };
            options.push((name.as_str().into(), self.expression(&keyword.value)?));
        }
        if !call.args.is_empty() {
            return Err(Refusal::new("too many arguments", "", at.clone()));
        }
        options.retain(|(_, value)| match value {
            Made::Constant(Constant::None) => false,
            Made::Constant(Constant::Bool(false)) => with_values,
            _ => true,
        });
        if options.is_empty() {
            return Ok(Made::List(Vec::new()));
        }
        Ok(Made::Glued(Box::new(Glued::Options {
            with_values,
            options,
        })))
    }
}

impl<'s> Scope<'_, 's> {
    /// Whether a value is a list or tuple for certain; that of a part of `cmd` too which gives nothing else.
    fn gives_sequence(&self, made: &Made) -> bool {
        let Made::Call(call) = made else {
            return is_sequence(made);
        };
        let code = self.compiler.codes.get(call.function);
        match code
            .and_then(Option::as_ref)
            .map(|code| code.body.as_slice())
        {
            Some([only]) => matches!(
                &only.kind,
                StmtKind::Return(Some(value)) if is_sequence(value)
            ),
            _ => false,
        }
    }

    /// `_flat(mapping)`: keys and values of a dictionary, one after the other.
    fn flat(&mut self, value: &'s Expr, at: &Range<usize>) -> Result<Made, Refusal> {
        Ok(match self.expression(value)? {
            Made::Dict(pairs) if have_distinct_keys(&pairs) => Made::List(
                pairs
                    .into_iter()
                    .flat_map(|(key, value)| [key, value])
                    .collect(),
            ),
            value => {
                self.may_give_back("after an effect, a mapping", "", at.clone())?;
                Made::Glued(Box::new(Glued::Flat(value)))
            }
        })
    }

    /// Whether an expression is true, where that is known beforehand: `x is None` of a parameter that is always the same.
    pub(super) fn known_truth(&self, expression: &Expr) -> Option<bool> {
        let constant = |expression: &Expr| match expression {
            Expr::Name(name) => match self.named(&name.id) {
                Named::Local(slot, _) => self.constant_of(slot).cloned(),
                _ => None,
            },
            Expr::Constant(e) => super::constant(&e.value, &range(expression)).ok(),
            _ => None,
        };
        match expression {
            Expr::Name(_) => constant(expression).map(|value| value.value().is_true()),
            Expr::Compare(e) => {
                let mut left = constant(&e.left)?;
                for (op, right) in e.ops.iter().zip(&e.comparators) {
                    let right = constant(right)?;
                    let same = match (&left, &right) {
                        (Constant::None, Constant::None) => true,
                        (Constant::Bool(a), Constant::Bool(b)) => a == b,
                        (Constant::None | Constant::Bool(_), _)
                        | (_, Constant::None | Constant::Bool(_)) => false,
                        _ => return None,
                    };
                    let holds = match op {
                        ast::CmpOp::Is => same,
                        ast::CmpOp::IsNot => !same,
                        _ => return None,
                    };
                    if !holds {
                        return Some(false);
                    }
                    left = right;
                }
                Some(true)
            }
            _ => None,
        }
    }

    /// `x or y` and `x and y`, where `x` is a parameter that is always the same.
    pub(super) fn known_logic(&mut self, e: &'s ast::ExprBoolOp) -> Result<Option<Made>, Refusal> {
        let [first @ Expr::Name(_), second] = e.values.as_slice() else {
            return Ok(None);
        };
        let Some(truth) = self.known_truth(first) else {
            return Ok(None);
        };
        let takes_second = truth == matches!(e.op, ast::BoolOp::And);
        self.expression(if takes_second { second } else { first })
            .map(Some)
    }
}

/// Whether each pair of a dictionary's literal is one of its own for certain.
fn have_distinct_keys(pairs: &[(Made, Made)]) -> bool {
    let mut seen = Vec::new();
    pairs.len() < 2
        || pairs.iter().all(|(key, _)| match key {
            Made::Constant(Constant::Str(key)) => {
                let is_new = !seen.contains(&key);
                seen.push(key);
                is_new
            }
            _ => false,
        })
}

/// Whether a value is a list or tuple for certain.
fn is_sequence(made: &Made) -> bool {
    match made {
        Made::List(_) | Made::Tuple(_) | Made::Constant(Constant::Tuple(_)) => true,
        Made::If(parts) => is_sequence(&parts.1) && is_sequence(&parts.2),
        Made::Glued(glued) => matches!(**glued, Glued::Options { .. } | Glued::Flat(_)),
        Made::At(_, inner) => is_sequence(inner),
        // Functions of `cmd` that begin so give lists.
        _ => false,
    }
}
