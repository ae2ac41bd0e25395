//! What is iterated over, and functions that are called for each element.

use super::{Meaning, Refusal, Scope, Version};
use crate::native::builtins::Builtin;
use crate::native::tree::{Constant, Expr as Made, Function, Generator, Method, Source, View};
use crate::python::ast::{self, Expr};
use crate::python::range;

impl<'s> Scope<'_, 's> {
    pub(super) fn source(&mut self, expression: &'s Expr) -> Result<Source, Refusal> {
        let effect = self.state.effect;
        let source = self.opened(expression)?;
        let is_one = source.functions() < 2
            && !matches!(&source, Source::Zip(_) | Source::Enumerate(_, Some(_)));
        if is_one {
            return Ok(source);
        }
        self.between(source, expression, effect)
    }

    /// The same source where it goes on between other things: what these do outside has happened when its functions are called.
    /// `effect` says whether something may have happened before it.
    pub(super) fn between(
        &mut self,
        source: Source,
        expression: &'s Expr,
        effect: bool,
    ) -> Result<Source, Refusal> {
        let happens = self.state.effect || self.state.left;
        if effect || !happens || source.functions() == 0 {
            return Ok(source);
        }
        let state = self.state.clone();
        self.state.effect = false;
        let late = std::mem::replace(&mut self.late, true);
        let source = self.opened(expression)?;
        self.late = late;
        self.state = state;
        Ok(source)
    }

    /// A function that is called for each element of a source.
    fn of_source(&mut self, function: &'s Expr) -> Result<Function, Refusal> {
        let effect = self.state.effect;
        self.state.effect |= self.late;
        let function = self.function(function, 1)?;
        if self.late {
            self.state.effect = effect;
        }
        Ok(function)
    }

    fn opened(&mut self, expression: &'s Expr) -> Result<Source, Refusal> {
        let at = range(expression);
        if let Expr::GeneratorExp(e) = expression {
            return self.generator(e);
        }
        if let Expr::Call(call) = expression {
            if self.other_line(&at)?.is_some() && self.is_source(call) {
                return Err(Refusal::new("an iteration on a line of its own", "", at));
            }
            if let Some(source) = self.source_call(call)? {
                return Ok(source);
            }
        }
        let value = self.expression(expression)?;
        if self.sets() && !matches!(value, Made::List(_) | Made::Tuple(_) | Made::Constant(_)) {
            self.may_give_back(
                "after an effect, an iteration over what may be a set",
                "",
                at,
            )?;
        }
        Ok(Source::Value(value))
    }

    fn is_source(&self, call: &ast::ExprCall) -> bool {
        view(call).is_some()
            || matches!(
                self.builtin(&call.func),
                Some("range" | "enumerate" | "zip" | "reversed" | "map" | "filter")
            )
    }

    /// Whether an expression gives something to iterate over that is no value for the evaluator.
    pub(super) fn is_only_source(&self, expression: &Expr) -> bool {
        match expression {
            Expr::GeneratorExp(_) => true,
            Expr::Call(call) => self.is_source(call),
            _ => false,
        }
    }

    fn source_call(&mut self, call: &'s ast::ExprCall) -> Result<Option<Source>, Refusal> {
        let at = range(call);
        if let Some((value, view)) = view(call) {
            return Ok(Some(Source::View(self.expression(value)?, view)));
        }
        let Some(name) = self.builtin(&call.func) else {
            return Ok(None);
        };
        let plain = call.keywords.is_empty();
        Ok(Some(match (name, call.args.as_slice()) {
            ("range", [_] | [_, _] | [_, _, _]) if plain => Source::Range(self.all(&call.args)?),
            ("enumerate", [of, rest @ ..]) if rest.len() < 2 => {
                let inner = self.inner_source(of)?;
                let start = match (rest, call.keywords.as_slice()) {
                    ([], []) => None,
                    ([start], []) => Some(self.expression(start)?),
                    ([], [one]) if one.arg.as_deref() == Some("start") => {
                        Some(self.expression(&one.value)?)
                    }
                    _ => return Err(Refusal::new("arguments of", "enumerate", at)),
                };
                if !matches!(start, None | Some(Made::Constant(Constant::Int(_)))) {
                    self.may_give_back("after an effect, a start of", "enumerate", at)?;
                }
                Source::Enumerate(Box::new(inner), start)
            }
            ("zip", many) if plain && !many.is_empty() => {
                if self.minor() < 8 {
                    self.may_give_back("after an effect", "zip", at)?;
                }
                Source::Zip(
                    many.iter()
                        .map(|one| self.inner_source(one))
                        .collect::<Result<Vec<_>, _>>()?,
                )
            }
            ("reversed", [of]) if plain => {
                if self.is_only_source(of) {
                    return Err(Refusal::new("reversed() of an iteration", "", at));
                }
                if self.has_bytes() || self.has_replies() {
                    self.may_give_back("after an effect, reversed() of what may be bytes", "", at)?;
                }
                Source::Reversed(self.expression(of)?)
            }
            ("map", [function, of]) if plain => {
                let inner = self.inner_source(of)?;
                let function = self.of_source(function)?;
                Source::Map(function, Box::new(inner))
            }
            ("filter", [function, of]) if plain => {
                let inner = self.inner_source(of)?;
                let function = match function {
                    Expr::Constant(e) if e.value.is_none() => None,
                    function => Some(self.of_source(function)?),
                };
                Source::Filter(function, Box::new(inner))
            }
            ("range" | "enumerate" | "zip" | "reversed" | "map" | "filter", _) => {
                return Err(Refusal::new("these arguments of", name, at));
            }
            _ => return Ok(None),
        }))
    }

    /// A source inside of another.
    fn inner_source(&mut self, expression: &'s Expr) -> Result<Source, Refusal> {
        if let Expr::GeneratorExp(e) = expression {
            return Err(Refusal::new(
                "a generator in another iteration",
                "",
                range(e),
            ));
        }
        self.source(expression)
    }

    fn generator(&mut self, e: &'s ast::ExprGeneratorExp) -> Result<Source, Refusal> {
        self.loops();
        let before = self.before();
        self.state.effect |= self.late;
        let outer = self.hidden.len();
        let (clauses, element) = self.clauses(&e.generators, |scope| scope.expression(&e.elt))?;
        self.hidden.truncate(outer);
        self.state = self.state.perhaps(before);
        Ok(Source::Generator(Box::new(Generator {
            clauses,
            element,
            line: self.line,
        })))
    }

    /// A function that is called with so many values.
    pub(super) fn function(
        &mut self,
        expression: &'s Expr,
        count: usize,
    ) -> Result<Function, Refusal> {
        let at = range(expression);
        match expression {
            Expr::Lambda(e) => {
                let arguments = &e.args;
                let plain = arguments.vararg.is_none()
                    && arguments.kwarg.is_none()
                    && arguments.kwonlyargs.is_empty()
                    && arguments.args.len() + arguments.posonlyargs.len() == count
                    && arguments.args.iter().all(|one| one.default.is_none());
                if !plain {
                    return Err(Refusal::new("the parameters of this lambda", "", at));
                }
                if self.other_line(&at)?.is_some() || self.other_line(&range(&*e.body))?.is_some() {
                    return Err(Refusal::new("a lambda on a line of its own", "", at));
                }
                let before = self.before();
                let outer = self.hidden.len();
                let (parameters, body) = self.repeated(|scope| {
                    let parameters = arguments
                        .posonlyargs
                        .iter()
                        .chain(&arguments.args)
                        .map(|one| scope.hide(&one.def.arg))
                        .collect();
                    Ok((parameters, scope.expression(&e.body)?))
                })?;
                self.hidden.truncate(outer);
                self.state = self.state.perhaps(before);
                Ok(Function::Lambda {
                    parameters,
                    body,
                    line: self.line,
                })
            }
            Expr::Attribute(e) => {
                // `str.lower`
                let of = self.builtin(&e.value).and_then(super::calls::type_name);
                match (of, Method::named(&e.attr)) {
                    (Some(of), Some(method)) if method.takes(0) && count == 1 => {
                        self.may_give_back("after an effect, a method as a function", &e.attr, at)?;
                        if method.changes() {
                            self.changes_values();
                        }
                        Ok(Function::Method(method, of))
                    }
                    _ => Err(Refusal::new("this as a function", &e.attr, at)),
                }
            }
            Expr::Name(name) => match self.global(&name.id, &at)? {
                Meaning::Builtin(builtin) => match Builtin::named(builtin) {
                    Some(builtin) if builtin.takes(count) => {
                        if !builtin.is_total(count, self.sets()) {
                            self.may_give_back("after an effect", builtin.name(), at)?;
                        }
                        Ok(Function::Builtin(builtin))
                    }
                    _ => Err(Refusal::new("this as a function", builtin, at)),
                },
                Meaning::Function(number) => {
                    let number = *number;
                    let code = self.repeated(|scope| {
                        let effect = scope.state.effect;
                        let (code, happens) = scope
                            .compiler
                            .function(Version::new(number, effect), range(name))?;
                        if happens {
                            scope.happens();
                        }
                        Ok(code)
                    })?;
                    let parameters = self.compiler.described[number].parameters.len();
                    if parameters != count {
                        return Err(Refusal::new("the parameters of", &name.id, at));
                    }
                    Ok(Function::Own(code))
                }
                _ => Err(Refusal::new("this as a function", &name.id, at)),
            },
            _ => Err(Refusal::new("this as a function", "", at)),
        }
    }
}

/// `value.keys()`, `value.values()` or `value.items()`
fn view(call: &ast::ExprCall) -> Option<(&Expr, View)> {
    let Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    if !call.args.is_empty() || !call.keywords.is_empty() {
        return None;
    }
    let view = match attribute.attr.as_str() {
        "keys" => View::Keys,
        "values" => View::Values,
        "items" => View::Items,
        _ => return None,
    };
    Some((&attribute.value, view))
}
