//! Calls of compiled functions.

use std::sync::Arc;

use super::eval::{Memory, Vm};
use super::host::Host;
use super::parted::is_without;
use super::program::Program;
use super::value::{Fail, Kind, Place, Value};
#[cfg(doc)]
use super::words;

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

/// What a function gave.
#[derive(Debug)]
pub enum Given {
    /// A value.
    Value(Value),
    /// The list of the [words] of a text.
    Words(Arc<str>),
}

impl Program {
    /// Calls of the function, one after the other.
    #[must_use]
    pub fn calls(&self, with_traceback: bool) -> Calls<'_> {
        Calls {
            program: self,
            memory: Memory::default(),
            with_traceback,
            effect: false,
            around: &[],
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
    /// The lines that it is called from, by functions without a name, the innermost first.
    around: &'a [u32],
}

impl<'a> Calls<'a> {
    /// The same calls, made by functions without a name: the lines that tracebacks show of those, the innermost first.
    #[must_use]
    pub fn called_from(mut self, lines: &'a [u32]) -> Self {
        self.around = lines;
        self
    }

    /// Calls the function. `effect` says whether something happened before that must not happen again: a function that was
    /// compiled for that gives nothing back.
    ///
    /// # Errors
    /// How it ended without a result.
    pub fn call(
        &mut self,
        host: &mut dyn Host,
        arguments: Vec<Value>,
        effect: bool,
    ) -> Result<Value, Ending> {
        self.called(host, arguments, effect, false)
            .map(|(value, _)| value)
    }

    /// The same for one who takes the elements of a list one by one: where the function ends with `text.split()`, its words
    /// need not become values.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_for_elements(
        &mut self,
        host: &mut dyn Host,
        arguments: Vec<Value>,
        effect: bool,
    ) -> Result<Given, Ending> {
        let called = self.called(host, arguments, effect, true)?;
        Ok(match called {
            (Value::Str(text), true) => Given::Words(text),
            (value, _) => Given::Value(value),
        })
    }

    fn called(
        &mut self,
        host: &mut dyn Host,
        mut arguments: Vec<Value>,
        effect: bool,
        takes_texts: bool,
    ) -> Result<(Value, bool), Ending> {
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
        let vm = Vm::new(self.program, host, &mut self.memory, effect);
        let mut vm = vm.taking_texts(takes_texts);
        let called = vm.start(arguments, &mut self.memory);
        let is_unsplit = vm.is_unsplit();
        self.effect = vm.had_effect();
        let had_effect = self.effect;
        let called = called.map(|value| (value, is_unsplit));
        called.map_err(|fail| match fail {
            Fail::Raise(exception) => {
                let around = self.around.iter().map(|&line| Place {
                    line,
                    function: Arc::clone(&self.program.lambda),
                });
                exception.trace.borrow_mut().extend(around);
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
