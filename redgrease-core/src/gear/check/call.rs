//! The arguments of one call: which parameter gets which, and whether it can take it.

use std::ops::Range;

use super::Checker;
use super::chain::{Given, given, unpacked};
use super::native;
use crate::diag::Diagnostics;
use crate::gear::arguments::{self, Literal};
use crate::gear::callback::{self, Callback};
use crate::gear::requirement;
use crate::gear::table::{self, Kind, Misfit, Parameter};
use crate::gear::{Argument, Code, value};
use crate::messages;
use crate::python::{self, ast, range};
use crate::suggest::nearest;

impl Checker<'_> {
    /// Fits the arguments of a call to parameters, checks each, and looks at their names.
    pub(super) fn arguments(
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
            if self.native {
                return Vec::new();
            }
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
                if self.native {
                    self.native_keyword(&called, name, parameters, at);
                    return;
                }
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

    /// A keyword that the server's own builder does not know: `run` and `register` let it pass.
    fn native_keyword(
        &mut self,
        called: &str,
        name: &str,
        parameters: &[Parameter],
        at: Range<usize>,
    ) {
        // what it once called the prefix
        if name == "regex" && !native::is_function(parameters) {
            return;
        }
        let written = parameters
            .iter()
            .map(Parameter::rust_name)
            .position(|p| p == name);
        let meant = match written {
            Some(index) => Some(parameters[index].name),
            None => nearest(name, parameters.iter().map(|p| p.name)),
        };
        let known = format!(
            "it takes {}",
            messages::list(parameters.iter().map(|p| p.name))
        );
        let found = messages::unknown_keyword(called, name, meant, &known, at);
        let passes = matches!(called, "`run`" | "`register`") && !native::is_function(parameters);
        let slip = meant.is_some() && !native::is_of_others(name);
        self.out.push(if slip || !passes {
            found
        } else {
            found.into_warning()
        });
    }

    /// Checks one value; says whether it is a real Python function.
    fn value(&mut self, called: &str, parameter: &Parameter, value: &ast::Expr) -> bool {
        match parameter.kind {
            Kind::Callback(_) | Kind::Generator => {
                let optional = match self.native {
                    true => parameter.takes_none(),
                    false => !parameter.required,
                };
                if value::is_none(value) && optional {
                    return false;
                }
                if self.local && value.is_name_expr() {
                    return false;
                }
                let callback = callback::look_at(value, &self.collector);
                // the builder calls these from functions of its own
                let wrapped = matches!(
                    (called, parameter.name),
                    ("`countby`", _) | ("`aggregate`" | "`aggregateby`", "seqOp" | "combOp")
                );
                if self.native
                    && (!wrapped || value::is_none(value))
                    && let Some(what) = callback::no_function(value, &self.collector, self.prelude)
                {
                    let example = callback::around(parameter, &self.text[range(value)]);
                    self.out.push(messages::no_function_of_python(
                        called,
                        what,
                        &example,
                        range(value),
                    ));
                    return false;
                }
                callback::check(called, parameter, value, &callback, &mut self.out);
                if parameter.kind == Kind::Generator {
                    self.generator(value);
                }
                matches!(callback, Callback::Function(_))
            }
            _ => {
                if let Some(literal) =
                    value::literal(value).filter(|_| parameter.kind != Kind::Requirements)
                {
                    let at = range(value);
                    if self.native {
                        self.native_value(called, parameter, literal, at);
                    } else {
                        arguments::check(
                            called,
                            parameter,
                            parameter.name,
                            &literal,
                            at,
                            &mut self.out,
                        );
                    }
                }
                false
            }
        }
    }

    /// Checks a value that the server's own builder gets.
    fn native_value(
        &mut self,
        called: &str,
        parameter: &Parameter,
        literal: Literal,
        at: Range<usize>,
    ) {
        let mut found = Diagnostics::new();
        let required = Parameter {
            required: !parameter.takes_none(),
            ..*parameter
        };
        let literal = native::as_taken(literal, parameter);
        arguments::check(called, &required, parameter.name, &literal, at, &mut found);
        let passes = native::passes(&literal, parameter);
        for one in found.into_vec() {
            self.out.push(match passes {
                true => one.into_warning(),
                false => one,
            });
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
        if !python::is_generator(&def.body) && !python::returns_value(&def.body) {
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
    pub(super) fn visit(&mut self, call: &ast::ExprCall) {
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
