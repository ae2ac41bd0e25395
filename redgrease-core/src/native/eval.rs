//! Walks the instruction tree.

mod gather;
mod glue;
mod iterate;
mod service;
mod statement;

use std::rc::Rc;
use std::sync::Arc;

use super::host::{Halt, Host};
use super::index::{self, Bounds};
use super::methods::{self, Caller};
use super::operate;
use super::program::Program;
use super::tree::{Comparison, Constant, Expr, Function, Method, MethodCall, Part, Slot};
use super::value::{Dict, Exception, Fail, Kind, Value};
use super::{fuel, text};

/// After so many steps the host is asked whether to go on.
const ASK_EVERY: usize = 20_000;
/// How many bytes a call may make, those that it lets go of included.
const MOST_BYTES: usize = 512 << 20;
/// How deep functions may call each other.
const DEEPEST_CALL: usize = 30;
/// How much of the thread's stack they may take, beside what the last of them takes for itself: functions that wait for each
/// other in the server share one. Frames are several times as large where nothing is optimised.
const MOST_STACK: usize = if cfg!(debug_assertions) {
    1 << 20
} else {
    128 << 10
};

/// Where the stack is now.
fn stack_place() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&mark)).addr()
}

/// What calls leave behind for those after them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Room for locals.
    stack: Vec<Value>,
    /// Values that may hold themselves.
    suspects: Vec<Value>,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct Vm<'a> {
    program: &'a Program,
    host: &'a mut dyn Host,
    stack: Vec<Value>,
    base: usize,
    line: u32,
    steps: usize,
    bytes: usize,
    depth: usize,
    /// Where the stack was when it began.
    stack_from: usize,
    /// The name of the function that runs.
    function: Arc<str>,
    /// Whether something happened outside.
    effect: bool,
    /// The exceptions that are handled now, and the lines where they came from.
    handled: Vec<(Rc<Exception>, u32)>,
    suspects: Vec<Value>,
}

impl Drop for Memory {
    /// Empties what may hold itself: nobody else would let go of it.
    fn drop(&mut self) {
        for value in std::mem::take(&mut self.suspects) {
            match &value {
                Value::List(list) => {
                    let gone = std::mem::take(&mut *list.items.borrow_mut());
                    drop(gone);
                }
                Value::Dict(dict) | Value::Set(dict) => {
                    let gone = std::mem::take(&mut *dict.dict.borrow_mut());
                    drop(gone);
                }
                _ => {}
            }
        }
    }
}

impl<'a> Vm<'a> {
    /// A call; `effect` says whether something happened before that must not happen again.
    pub(super) fn new(
        program: &'a Program,
        host: &'a mut dyn Host,
        memory: &mut Memory,
        effect: bool,
    ) -> Self {
        Self {
            program,
            host,
            stack: std::mem::take(&mut memory.stack),
            base: 0,
            line: 0,
            steps: ASK_EVERY,
            bytes: 0,
            depth: 0,
            stack_from: stack_place(),
            function: Arc::clone(&program.lambda),
            effect,
            handled: Vec::new(),
            suspects: std::mem::take(&mut memory.suspects),
        }
    }

    /// The minor version of the Python that is stood in for.
    pub(super) fn minor(&self) -> u8 {
        self.program.minor
    }

    pub(super) fn had_effect(&self) -> bool {
        self.effect
    }

    /// Calls the program's function.
    pub(super) fn start(
        &mut self,
        arguments: Vec<Value>,
        memory: &mut Memory,
    ) -> Result<Value, Fail> {
        fuel::fill();
        if self.suspects.len() > 1000 {
            self.suspects.retain(|value| match value {
                Value::List(list) => Rc::strong_count(list) > 1,
                Value::Dict(dict) | Value::Set(dict) => Rc::strong_count(dict) > 1,
                _ => false,
            });
        }
        let called = self.call(0, arguments);
        self.stack.clear();
        memory.stack = std::mem::take(&mut self.stack);
        memory.suspects = std::mem::take(&mut self.suspects);
        called.map_err(|fail| self.decided(fail))
    }

    /// What a limit means: before anything happened outside the call begins again in Python, afterwards there is no memory.
    fn decided(&self, fail: Fail) -> Fail {
        match fail {
            Fail::Limit(_) if self.effect => Fail::with(Kind::MemoryError, Vec::new()),
            Fail::Limit(reason) => Fail::GiveBack(reason),
            other => other,
        }
    }

    /// One more step: after many, the host is asked.
    fn tick(&mut self) -> Result<(), Fail> {
        match self.steps.checked_sub(1) {
            Some(rest) => {
                self.steps = rest;
                Ok(())
            }
            None => {
                self.steps = ASK_EVERY;
                self.host.go_on().map_err(|halt| match halt {
                    Halt::Aborted => Fail::with(Kind::ForceStopped, Vec::new()),
                    Halt::Ended(text) => Fail::Stop(text.into_boxed_str()),
                })
            }
        }
    }

    /// So many bytes are made.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), Fail> {
        self.bytes += bytes;
        self.steps = self.steps.saturating_sub(bytes / 256);
        if self.bytes > MOST_BYTES {
            return Err(Fail::Limit("too much memory"));
        }
        Ok(())
    }

    /// Notes that something was put into a value, which may be itself.
    pub(super) fn suspect(&mut self, into: &Value, put: &Value) {
        if !put.holds_others() {
            return;
        }
        let flag = match into {
            Value::List(list) => &list.suspect,
            Value::Dict(dict) | Value::Set(dict) => &dict.suspect,
            _ => return,
        };
        if !flag.replace(true) {
            self.suspects.push(into.clone());
        }
    }

    fn slot(&mut self, slot: Slot) -> &mut Value {
        &mut self.stack[self.base + slot as usize]
    }

    fn local(&self, slot: Slot) -> &Value {
        &self.stack[self.base + slot as usize]
    }

    /// Calls a function of the program.
    pub(super) fn call(&mut self, function: usize, arguments: Vec<Value>) -> Result<Value, Fail> {
        if self.depth >= DEEPEST_CALL || self.stack_from.abs_diff(stack_place()) > MOST_STACK {
            return Err(Fail::Limit("functions that call each other too deeply"));
        }
        self.tick()?;
        let code = &self.program.codes[function];
        let (outer, line) = (self.base, self.line);
        self.base = self.stack.len();
        self.stack.extend(arguments);
        self.stack.resize(self.base + code.slots, Value::Unbound);
        self.depth += 1;
        let caller = std::mem::replace(&mut self.function, Arc::clone(&code.name));
        let done = self.body(&code.body);
        self.function = caller;
        self.depth -= 1;
        if let Err(Fail::Raise(exception)) = &done {
            exception.pass(self.line, Arc::clone(&code.name));
        }
        self.stack.truncate(self.base);
        self.base = outer;
        self.line = line;
        done
    }

    /// Does something as a function with a frame of its own.
    fn framed<T>(
        &mut self,
        name: &Arc<str>,
        line: u32,
        body: impl FnOnce(&mut Self) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        let outer = std::mem::replace(&mut self.line, line);
        let done = body(self);
        if let Err(Fail::Raise(exception)) = &done {
            exception.pass(self.line, Arc::clone(name));
        }
        self.line = outer;
        done
    }

    fn all(&mut self, expressions: &'a [Expr]) -> Result<Vec<Value>, Fail> {
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
            Expr::Decoded(call) => {
                let arguments = self.eval(&call.arguments)?;
                let arguments = self.decode(&call.decoders, &arguments)?;
                return self.call(call.function, arguments);
            }
        })
    }

    /// Counts what a value takes that was just made.
    fn charge_for(&mut self, made: &Value) -> Result<(), Fail> {
        match made {
            Value::Str(text) => self.charge(text.len()),
            Value::List(list) => {
                let count = list.items.borrow().len();
                self.charge(24 * count)
            }
            Value::Tuple(items) => self.charge(24 * items.0.len()),
            Value::Big(_) => self.charge(2048),
            _ => Ok(()),
        }
    }

    fn optional(&mut self, expression: Option<&'a Expr>) -> Result<Value, Fail> {
        expression.map_or(Ok(Value::None), |one| self.eval(one))
    }

    fn unbound(&self, name: &str) -> Fail {
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
        let row = call.method.of(&receiver, self.minor())?;
        if let Some(order) = &call.order {
            return self.sort_list(&receiver, order);
        }
        if let Some(source) = &call.iterated {
            return self.iterated(&receiver, call.method.name(), source);
        }
        let made = match call.arguments.as_slice() {
            [] => methods::call(self, row, &receiver, &[])?,
            [one] => {
                let one = self.eval(one)?;
                methods::call(self, row, &receiver, &[one])?
            }
            many => {
                let many = self.all(many)?;
                methods::call(self, row, &receiver, &many)?
            }
        };
        if let Value::Str(text) = &made {
            self.charge(text.len())?;
        }
        Ok(made)
    }

    /// Calls a function that was written as an argument.
    fn apply(&mut self, function: &'a Function, mut arguments: Vec<Value>) -> Result<Value, Fail> {
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

impl Caller for Vm<'_> {
    fn minor(&self) -> u8 {
        self.minor()
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Fail> {
        self.charge(bytes)
    }

    fn suspect(&mut self, into: &Value, put: &Value) {
        self.suspect(into, put);
    }

    fn elements(&mut self, value: &Value) -> Result<Vec<Value>, Fail> {
        let cursor = self.iterate(value)?;
        self.collect(cursor)
    }

    fn pairs_of(&mut self, value: &Value) -> Result<Vec<(Value, Value)>, Fail> {
        self.pairs_of(value)
    }

    fn in_order(&mut self, items: Vec<Value>) -> Result<Vec<Value>, Fail> {
        self.sorted(items, None, false)
    }
}

fn is(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => false,
    }
}
