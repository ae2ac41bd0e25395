//! Walks the instruction tree.

mod exception;
mod expression;
mod gather;
mod glue;
mod iterate;
mod order;
mod service;
mod statement;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::fuel;
use super::host::{Halt, Host};
use super::methods::Caller;
use super::program::Program;
use super::tree::Slot;
use super::value::{Exception, Fail, Kind, Value};

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
#[derive(Debug)]
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
    /// Whether the caller takes a text for the list of its words.
    takes_texts: bool,
    /// Whether that is what it gets.
    unsplit: bool,
}

thread_local! {
    /// Room for the locals of the next calls.
    static ROOM: Cell<Vec<Value>> = const { Cell::new(Vec::new()) };
}

/// For no more values than these is room kept.
const MOST_ROOM: usize = 1024;

impl Default for Memory {
    fn default() -> Self {
        Self {
            stack: ROOM.take(),
            suspects: Vec::new(),
        }
    }
}

impl Drop for Memory {
    /// Empties what may hold itself: nobody else would let go of it.
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.stack);
        room.clear();
        if room.capacity() <= MOST_ROOM {
            ROOM.set(room);
        }
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
            takes_texts: false,
            unsplit: false,
        }
    }

    /// The same call, for one who takes a text for the list of its words.
    pub(super) fn taking_texts(mut self, takes_texts: bool) -> Self {
        self.takes_texts = takes_texts;
        self
    }

    /// Whether the call gave a text for the list of its words.
    pub(super) fn is_unsplit(&self) -> bool {
        self.unsplit
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
