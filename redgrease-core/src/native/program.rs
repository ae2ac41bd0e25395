//! Compiled functions.

use std::sync::Arc;

use super::error::{Fail, Kind};
use super::eval::{Memory, Vm};
use super::host::Host;
use super::tree::Code;
use super::value::Value;

/// A function and those that it calls, compiled. Threads share it.
#[derive(Debug)]
pub struct Program {
    pub(super) codes: Vec<Code>,
    /// The minor version of the Python that it stands in for.
    pub(super) minor: u8,
    /// `<lambda>` and `<genexpr>`, as tracebacks have them.
    pub(super) lambda: Arc<str>,
    pub(super) generator: Arc<str>,
    /// Whether something may happen outside.
    pub(super) has_effect: bool,
    pub(super) has_loops: bool,
    /// Whether it must not be called with sets.
    pub(super) no_sets: bool,
    /// Whether it must not be called with bytes.
    pub(super) no_bytes: bool,
    pub(super) gives_bytes: bool,
    pub(super) gives_sets: bool,
}

/// How a call ended that has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The text of its exception.
    Failed(String),
    /// It was aborted; the text of the exception.
    Aborted(String),
    /// Python has to run it from the beginning: nothing happened outside.
    GivenBack(&'static str),
    /// It was stopped from outside, with this text.
    Stopped(String),
}

impl Program {
    /// How many arguments it takes.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.codes.first().map_or(0, |code| code.parameters)
    }

    /// Whether it may do something outside, after which it cannot begin again.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        self.has_effect
    }

    /// Whether it may take long.
    #[must_use]
    pub fn has_loops(&self) -> bool {
        self.has_loops
    }

    /// Whether values that it gives may be, or hold, bytes.
    #[must_use]
    pub fn gives_bytes(&self) -> bool {
        self.gives_bytes
    }

    /// Whether values that it gives may be, or hold, sets.
    #[must_use]
    pub fn gives_sets(&self) -> bool {
        self.gives_sets
    }

    /// Calls of the function, one after the other.
    #[must_use]
    pub fn calls(&self, with_traceback: bool) -> Calls<'_> {
        Calls {
            program: self,
            memory: Memory::default(),
            with_traceback,
            effect: false,
        }
    }
}

/// Calls of one function, one after the other. What can change in the values that it gave is emptied when it is dropped.
#[derive(Debug)]
pub struct Calls<'a> {
    program: &'a Program,
    memory: Memory,
    with_traceback: bool,
    effect: bool,
}

impl Calls<'_> {
    /// Calls the function. `effect` says whether something happened before that must not happen again: a function that was
    /// compiled for that gives nothing back.
    ///
    /// # Errors
    /// How it ended without a result.
    pub fn call(
        &mut self,
        host: &mut dyn Host,
        mut arguments: Vec<Value>,
        effect: bool,
    ) -> Result<Value, Ending> {
        self.effect = effect;
        let code = &self.program.codes[0];
        for default in code.defaults.iter().skip(arguments.len()) {
            match default {
                Some(default) => arguments.push(default.value()),
                None => return Err(Ending::GivenBack("another number of arguments")),
            }
        }
        if arguments.len() != code.parameters {
            return Err(Ending::GivenBack("another number of arguments"));
        }
        let (no_sets, no_bytes) = (self.program.no_sets, self.program.no_bytes);
        let fits = |value: &Value| is_without(value, no_sets, no_bytes, 0);
        if (no_sets || no_bytes) && !arguments.iter().all(fits) {
            // What the compiler has proved holds for other values.
            return Err(Ending::GivenBack("a record with sets or bytes"));
        }
        let mut vm = Vm::new(self.program, host, &mut self.memory, effect);
        let called = vm.start(arguments, &mut self.memory);
        self.effect = vm.had_effect();
        let had_effect = self.effect;
        called.map_err(|fail| match fail {
            Fail::Raise(exception) => {
                let text = exception.shown(self.program.minor, self.with_traceback);
                if exception.kind == Kind::ForceStopped {
                    Ending::Aborted(text)
                } else {
                    Ending::Failed(text)
                }
            }
            Fail::GiveBack(reason) | Fail::Limit(reason) if !had_effect => {
                Ending::GivenBack(reason)
            }
            Fail::GiveBack(reason) | Fail::Limit(reason) => Ending::Stopped(format!(
                "ERR the engine cannot go on with this function: {reason}; NativeFunctions no leaves it to Python"
            )),
            Fail::Stop(text) => Ending::Stopped(text.into()),
        })
    }

    /// Whether something happened outside in the last call, or before it.
    #[must_use]
    pub fn had_effect(&self) -> bool {
        self.effect
    }
}

impl Value {
    /// Whether the value has no sets and bytes in it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_without(self, true, true, 0)
    }
}

/// Whether a value has no sets, or no bytes, in it, and is not nested too deeply.
fn is_without(value: &Value, sets: bool, bytes: bool, depth: usize) -> bool {
    let is_plain = |value: &Value, depth: usize| is_without(value, sets, bytes, depth);
    if depth > super::value::DEEPEST {
        return false;
    }
    match value {
        Value::List(list) => list
            .items
            .borrow()
            .iter()
            .all(|one| is_plain(one, depth + 1)),
        Value::Tuple(items) => items.0.iter().all(|one| is_plain(one, depth + 1)),
        Value::Dict(dict) => dict
            .dict
            .borrow()
            .iter()
            .all(|(key, value)| is_plain(key, depth + 1) && is_plain(value, depth + 1)),
        Value::Set(_) => !sets,
        Value::Bytes(_) | Value::ByteArray(_) => !bytes,
        Value::Exception(_) => false,
        _ => true,
    }
}
