//! `try` and `raise`.

use std::rc::Rc;
use std::sync::Arc;

use super::Vm;
use super::statement::Flow;
use crate::native::tree::{From, Raise, Try};
use crate::native::value::{Before, Exception, Fail, Kind, Value};

impl<'a> Vm<'a> {
    pub(super) fn try_block(&mut self, parts: &'a Try) -> Result<Flow, Fail> {
        let depth = self.handled.len();
        let done = match self.block(&parts.body).map_err(|fail| self.decided(fail)) {
            Ok(Flow::Next) => self.block(&parts.otherwise),
            Err(Fail::Raise(exception)) => self.handle(parts, exception),
            other => other,
        };
        self.handled.truncate(depth);
        if parts.finally.is_empty() {
            return done;
        }
        let done = done.map_err(|fail| self.decided(fail));
        if matches!(done, Err(Fail::GiveBack(_) | Fail::Stop(_))) {
            return done;
        }
        let Err(Fail::Raise(exception)) = &done else {
            let line = self.line;
            return Ok(match self.block(&parts.finally)? {
                Flow::Next => {
                    self.line = line;
                    done?
                }
                flow => flow,
            });
        };
        // The exception is handled meanwhile, and goes on afterwards.
        let exception = Rc::clone(exception);
        match self.handling(&exception, |vm| vm.block(&parts.finally))? {
            Flow::Next => {
                self.resume(&exception);
                done
            }
            flow => Ok(flow),
        }
    }

    /// Does something while an exception is handled: others that come from it are raised after that one.
    fn handling<T>(
        &mut self,
        exception: &Rc<Exception>,
        body: impl FnOnce(&mut Self) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        if let Some((outer, _)) = self.handled.last() {
            after(exception, outer);
        }
        exception.pass(self.line, Arc::clone(&self.function));
        self.handled.push((Rc::clone(exception), self.line));
        let done = body(self);
        self.handled.pop();
        if let Err(Fail::Raise(new)) = &done {
            after(new, exception);
        }
        done
    }

    /// An exception that was handled goes on from where it came.
    fn resume(&mut self, exception: &Exception) {
        // Its place is noted again when it leaves the function.
        if let Some(place) = exception.trace.borrow_mut().pop() {
            self.line = place.line;
        }
    }

    fn handle(&mut self, parts: &'a Try, exception: Rc<Exception>) -> Result<Flow, Fail> {
        let fits = |kinds: &Option<Vec<Kind>>| match kinds {
            None => true,
            Some(kinds) => kinds.iter().any(|kind| exception.kind.is(*kind)),
        };
        let Some(handler) = parts.handlers.iter().find(|one| fits(&one.kinds)) else {
            return Err(Fail::Raise(exception));
        };
        if let Some(slot) = handler.slot {
            *self.slot(slot) = Value::Exception(Rc::clone(&exception));
        }
        let done = self.handling(&exception, |vm| vm.block(&handler.body));
        if let Some(slot) = handler.slot {
            *self.slot(slot) = Value::Unbound;
        }
        done
    }

    pub(super) fn raise(&mut self, raise: &'a Raise) -> Fail {
        match raise {
            Raise::Again => match self.handled.last().cloned() {
                Some((exception, _)) => {
                    self.resume(&exception);
                    Fail::Raise(exception)
                }
                None => Fail::GiveBack("raise outside of a handler"),
            },
            Raise::New(kind, arguments, from) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    match self.eval(argument) {
                        Ok(value) => values.push(value),
                        Err(fail) => return fail,
                    }
                }
                let fail = Fail::with(*kind, values);
                let before = match from {
                    From::Context => return fail,
                    From::Nothing => Before::Hidden,
                    From::Caught(slot) => match self.local(*slot) {
                        Value::Exception(cause) => Before::Cause(Rc::clone(cause)),
                        _ => return Fail::GiveBack("a cause that is no exception"),
                    },
                };
                if let Fail::Raise(exception) = &fail {
                    exception.before.replace(before);
                }
                fail
            }
        }
    }
}

/// Notes that an exception was raised while another one was handled.
fn after(exception: &Rc<Exception>, handled: &Rc<Exception>) {
    let mut before = exception.before.borrow_mut();
    if matches!(*before, Before::Nothing) && !Rc::ptr_eq(exception, handled) {
        *before = Before::Context(Rc::clone(handled));
    }
}
