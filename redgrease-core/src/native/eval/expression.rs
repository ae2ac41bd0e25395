//! What expressions give.

use std::sync::Arc;

use super::Vm;
use crate::native::index::{self, Bounds};
use crate::native::methods;
use crate::native::operate;
use crate::native::text;
use crate::native::tree::{Comparison, Constant, Expr, Function, Method, MethodCall, Part};
use crate::native::value::{Dict, Fail, Kind, Value};

impl<'a> Vm<'a> {
    pub(super) fn all(&mut self, expressions: &'a [Expr]) -> Result<Vec<Value>, Fail> {
        expressions.iter().map(|one| self.eval(one)).collect()
    }

    pub(super) fn eval(&mut self, expression: &'a Expr) -> Result<Value, Fail> {
        Ok(match expression {
            Expr::Constant(constant) => match constant {
                Constant::Str(text) => Value::Str(Arc::clone(text)),
                Constant::Int(number) => Value::Int(*number),
                other => other.value(),
            },
            Expr::Local(slot) => self.local(*slot).clone(),
            Expr::Maybe(slot, name) => match self.local(*slot) {
                Value::Unbound => return Err(self.unbound(name)),
                value => value.clone(),
            },
            Expr::At(line, inner) => {
                let outer = std::mem::replace(&mut self.line, *line);
                let value = self.eval(inner)?;
                self.line = outer;
                value
            }
            Expr::Field(container, key) => return self.field(container, key),
            Expr::Index(both) => {
                let container = self.eval(&both.0)?;
                let key = self.eval(&both.1)?;
                index::index(&container, &key, self.minor())?
            }
            Expr::Slice(parts) => {
                let value = self.eval(&parts.0)?;
                let [start, stop, step] = &parts.1;
                let bounds = Bounds {
                    start: self.optional(start.as_ref())?,
                    stop: self.optional(stop.as_ref())?,
                    step: self.optional(step.as_ref())?,
                };
                let cut = index::slice(&value, &bounds, self.minor())?;
                self.charge_for(&cut)?;
                cut
            }
            Expr::Binary(operator, both) => {
                let left = self.eval(&both.0)?;
                let right = self.eval(&both.1)?;
                let made = operate::binary(*operator, &left, &right, self.minor())?;
                self.charge_for(&made)?;
                made
            }
            Expr::Unary(sign, operand) => operate::unary(*sign, &self.eval(operand)?)?,
            Expr::Not(operand) => Value::Bool(!self.eval(operand)?.is_true()),
            Expr::Compare(left, rest) => return self.compare(left, rest),
            Expr::Logic(all, operands) => {
                let Some((last, first)) = operands.split_last() else {
                    return Ok(Value::None);
                };
                for operand in first {
                    let value = self.eval(operand)?;
                    if value.is_true() != *all {
                        return Ok(value);
                    }
                }
                self.eval(last)?
            }
            Expr::If(parts) => {
                if self.eval(&parts.0)?.is_true() {
                    self.eval(&parts.1)?
                } else {
                    self.eval(&parts.2)?
                }
            }
            Expr::List(items) => {
                let items = self.all(items)?;
                self.charge(24 * items.len() + 48)?;
                Value::list(items)
            }
            Expr::Tuple(items) => Value::tuple(self.all(items)?),
            Expr::Set(items) => {
                let items = self.all(items)?;
                let mut set = Dict::with_capacity(items.len());
                for item in items {
                    set.insert(item, Value::None)?;
                }
                Value::set(set)
            }
            Expr::Dict(pairs) => {
                let mut made = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.eval(key)?;
                    made.push((key, self.eval(value)?));
                }
                self.charge(64 * made.len() + 48)?;
                let mut dict = Dict::with_capacity(made.len());
                for (key, value) in made {
                    dict.insert(key, value)?;
                }
                Value::mapping(dict)
            }
            Expr::Comprehension(comprehension) => return self.comprehension(comprehension),
            Expr::Join(parts) => return self.join(parts),
            Expr::Format(arguments, parts) => {
                for (slot, argument) in arguments {
                    let value = self.eval(argument)?;
                    *self.slot(*slot) = value;
                }
                return self.join(parts);
            }
            Expr::Method(call) => return self.method(call),
            Expr::Builtin(builtin, arguments) => {
                let made = match arguments.as_slice() {
                    [one] => {
                        let one = self.eval(one)?;
                        builtin.call(self.minor(), &[one])?
                    }
                    many => {
                        let many = self.all(many)?;
                        builtin.call(self.minor(), &many)?
                    }
                };
                self.charge_for(&made)?;
                made
            }
            Expr::Gather(gather) => return self.gather(gather),
            Expr::Call(call) => {
                let mut arguments = vec![Value::None; call.arguments.len()];
                for at in &call.order {
                    arguments[*at] = self.eval(&call.arguments[*at])?;
                }
                return self.call(call.function, arguments);
            }
            Expr::Service(service, arguments) => return self.service(*service, arguments),
            Expr::Assign(slot, value) => {
                let value = self.eval(value)?;
                *self.slot(*slot) = value.clone();
                value
            }
            Expr::IsInstance(value, types) => {
                let value = self.eval(value)?;
                let name = value.type_name();
                Value::Bool(types.contains(&name) || (name == "bool" && types.contains(&"int")))
            }
            Expr::TypeName(value) => Value::str(self.eval(value)?.type_name()),
            Expr::Glued(glued) => return self.glued(glued),
            Expr::GiveBack(reason) => return Err(Fail::GiveBack(reason)),
            Expr::Decoded(call) => {
                let arguments = self.eval(&call.arguments)?;
                let arguments = self.decode(&call.decoders, &arguments)?;
                return self.call(call.function, arguments);
            }
        })
    }

    fn optional(&mut self, expression: Option<&'a Expr>) -> Result<Value, Fail> {
        expression.map_or(Ok(Value::None), |one| self.eval(one))
    }

    pub(super) fn unbound(&self, name: &str) -> Fail {
        Fail::raise(
            Kind::UnboundLocalError,
            if self.minor() < 11 {
                format!("local variable '{name}' referenced before assignment")
            } else {
                format!(
                    "cannot access local variable '{name}' where it is not associated with a value"
                )
            },
        )
    }

    /// `container['key']`
    fn field(&mut self, container: &'a Expr, key: &Arc<str>) -> Result<Value, Fail> {
        let evaluated;
        let container = match container {
            // Without taking a share in the dictionary.
            Expr::Local(slot) => self.local(*slot),
            other => {
                evaluated = self.eval(other)?;
                &evaluated
            }
        };
        if let Value::Dict(dict) = container
            && let Some(found) = dict.dict.borrow().get_str(key)
        {
            return Ok(found.clone());
        }
        index::index(container, &Value::Str(Arc::clone(key)), self.minor())
    }

    fn compare(&mut self, left: &'a Expr, rest: &'a [(Comparison, Expr)]) -> Result<Value, Fail> {
        let mut left = self.eval(left)?;
        for (comparison, right) in rest {
            let right = self.eval(right)?;
            let holds = match comparison {
                Comparison::Equal => left.equals(&right, 0)?,
                Comparison::Different => !left.equals(&right, 0)?,
                Comparison::Order(sign) => left.order(&right, *sign, 0)?,
                Comparison::In => index::contains(&right, &left)?,
                Comparison::NotIn => !index::contains(&right, &left)?,
                Comparison::Is => is(&left, &right),
                Comparison::IsNot => !is(&left, &right),
            };
            if !holds {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn join(&mut self, parts: &'a [Part]) -> Result<Value, Fail> {
        let mut joined = String::new();
        for part in parts {
            match part {
                Part::Text(text) => joined.push_str(text),
                Part::Value { value, repr, spec } => {
                    let mut value = self.eval(value)?;
                    if *repr {
                        value = text::repr(&value, self.minor())?.into();
                    }
                    match (spec, &value) {
                        (None, Value::Str(text)) => joined.push_str(text),
                        (None, Value::Int(number)) => {
                            use std::fmt::Write;
                            let _ = write!(joined, "{number}");
                        }
                        (None, other) => joined.push_str(&text::str(other, self.minor())?),
                        (Some(spec), other) => joined.push_str(&spec.apply(other, self.minor())?),
                    }
                }
            }
            if joined.len() > operate::LARGEST {
                return Err(Fail::Limit("a text of more than 64 MB"));
            }
        }
        self.charge(joined.len())?;
        Ok(joined.into())
    }

    fn method(&mut self, call: &'a MethodCall) -> Result<Value, Fail> {
        let receiver = self.eval(&call.receiver)?;
        self.method_of(&receiver, call)
    }

    /// A text, where an expression gives the list of its words; else what the expression gives.
    pub(super) fn unsplit(&mut self, expression: &'a Expr) -> Result<Value, Fail> {
        let Expr::Method(call) = expression else {
            return self.eval(expression);
        };
        if !call.splits() {
            return self.method(call);
        }
        match self.eval(&call.receiver)? {
            text @ Value::Str(_) => {
                self.unsplit = true;
                Ok(text)
            }
            other => self.method_of(&other, call),
        }
    }

    fn method_of(&mut self, receiver: &Value, call: &'a MethodCall) -> Result<Value, Fail> {
        let row = call.method.of(receiver, self.minor())?;
        if let Some(order) = &call.order {
            return self.sort_list(receiver, order);
        }
        if let Some(source) = &call.iterated {
            return self.iterated(receiver, call.method.name(), source);
        }
        let made = match call.arguments.as_slice() {
            [] => methods::call(self, row, receiver, &[])?,
            [one] => {
                let one = self.eval(one)?;
                methods::call(self, row, receiver, &[one])?
            }
            many => {
                let many = self.all(many)?;
                methods::call(self, row, receiver, &many)?
            }
        };
        if let Value::Str(text) = &made {
            self.charge(text.len())?;
        }
        Ok(made)
    }

    /// Calls a function that was written as an argument.
    pub(super) fn apply(
        &mut self,
        function: &'a Function,
        mut arguments: Vec<Value>,
    ) -> Result<Value, Fail> {
        match function {
            Function::Lambda {
                parameters,
                body,
                line,
            } => {
                for (slot, value) in parameters.iter().zip(arguments) {
                    *self.slot(*slot) = value;
                }
                self.tick()?;
                let name = Arc::clone(&self.program.lambda);
                self.framed(&name, *line, |vm| vm.eval(body))
            }
            Function::Builtin(builtin) => builtin.call(self.minor(), &arguments),
            Function::Own(function) => self.call(*function, arguments),
            Function::Method(method, of) => {
                let receiver = arguments.remove(0);
                self.unbound_method(*method, of, &receiver)
            }
        }
    }

    /// `str.lower(value)`
    fn unbound_method(
        &mut self,
        method: Method,
        of: &str,
        receiver: &Value,
    ) -> Result<Value, Fail> {
        if receiver.type_name() != of {
            return Err(Fail::GiveBack("a method of another type"));
        }
        let row = method.of(receiver, self.minor())?;
        methods::call(self, row, receiver, &[])
    }
}

fn is(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => false,
    }
}
