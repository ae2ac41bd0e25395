//! One function under way: its locals, and what is known at a point of it.

mod names;

use std::collections::HashMap;
use std::ops::Range;

use super::{Compiler, Described, Refusal, Version};
use crate::native::names::Locals;
use crate::native::program::Start;
use crate::native::script::{Body, Found};
use crate::native::tree::{Argument, Constant, Expr as Made, Slot, Stmt as Out};
use crate::python::range;
pub(in crate::native) use names::Named;
use names::check_cells;

/// How deep expressions and blocks may lie in each other.
const DEEPEST: usize = 60;

/// What is known at a point of a function.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Whether something may have happened outside.
    pub(super) effect: bool,
    /// Whether something may have happened on a way that has left this one: by `return`, `raise`, `break` or `continue`.
    pub(super) left: bool,
    /// Which locals have a value for certain.
    assigned: Vec<bool>,
    /// Whether the point is never reached.
    pub(super) dead: bool,
}

impl State {
    /// What is known where two ways meet.
    pub(super) fn merge(&mut self, other: &Self) {
        self.left |= other.left;
        if other.dead {
            self.left |= other.effect;
            return;
        }
        if self.dead {
            self.left |= self.effect;
            self.effect = other.effect;
            self.assigned.clone_from(&other.assigned);
            self.dead = false;
            return;
        }
        self.effect |= other.effect;
        for (at, mine) in self.assigned.iter_mut().enumerate() {
            *mine &= other.assigned.get(at).copied().unwrap_or(false);
        }
    }

    /// What is known after something that may not have run at all.
    pub(super) fn perhaps(&self, mut before: Self) -> Self {
        before.effect |= self.effect | self.left;
        before.left |= self.left;
        before
    }
}

/// One function under way.
pub(in crate::native) struct Scope<'c, 's> {
    pub(super) compiler: &'c mut Compiler<'s>,
    described: &'s Described,
    slots: HashMap<String, Slot>,
    count: usize,
    parameters: usize,
    pub(super) state: State,
    /// The line that errors are on, if an expression does not say another.
    pub(super) line: u32,
    /// Inside of what Python gives one line however many it takes.
    pub(super) one_line: bool,
    pub(super) depth: usize,
    /// Whether something happens outside in this function.
    pub(super) happened: bool,
    /// Why a part of it needs Python.
    pub(super) needs_python: Option<Refusal>,
    /// Whether it comes to its end on some way that needs no Python.
    pub(super) ends: bool,
    /// The names of what is imported: only Python knows what they are.
    imported: Vec<String>,
    /// Inside of an `except` block.
    pub(super) handling: usize,
    /// The exceptions that are caught there.
    pub(super) caught: Vec<Slot>,
    /// Parameters that are records: of these only the fields are looked at.
    pub(super) records: Vec<Slot>,
    /// Parameters that are always the same, and never assigned.
    constants: Vec<(Slot, Constant)>,
    /// What is known of the texts that parameters are, of those that stay what they are.
    starts: Vec<(Slot, Start)>,
    /// Whether it is the function that the program is called by.
    pub(super) is_first: bool,
    /// The parameter that takes all arguments that are left.
    pub(super) rest: Option<Slot>,
    /// Whether the functions of sources are called after something may have happened, although they are opened before.
    pub(super) late: bool,
    /// Names of exceptions that are caught.
    pub(super) hidden: Vec<(String, Slot)>,
}

impl<'c, 's> Scope<'c, 's> {
    pub(super) fn new(
        compiler: &'c mut Compiler<'s>,
        described: &'s Described,
        found: Found<'s>,
        version: Version,
    ) -> Result<Self, Refusal> {
        let arguments = found.arguments;
        let at = found.start..found.start;
        if arguments.vararg.is_some() != described.rest
            || arguments.kwarg.is_some()
            || !arguments.kwonlyargs.is_empty()
        {
            return Err(Refusal::new("parameters with * or **", "", at));
        }
        let mut slots = HashMap::new();
        for (number, one) in arguments
            .posonlyargs
            .iter()
            .chain(&arguments.args)
            .enumerate()
        {
            slots.insert(
                one.def.arg.to_string(),
                Slot::try_from(number).unwrap_or(Slot::MAX),
            );
        }
        if let Some(rest) = &arguments.vararg {
            let next = Slot::try_from(slots.len()).unwrap_or(Slot::MAX);
            slots.insert(rest.arg.to_string(), next);
        }
        let parameters = slots.len();
        let rest = described
            .rest
            .then(|| Slot::try_from(parameters - 1).unwrap_or(Slot::MAX));
        let constants = std::mem::take(&mut compiler.constants);
        let mut starts = std::mem::take(&mut compiler.starts);
        // Its code has its place already.
        let is_first = compiler.codes.len() == 1;
        let mut imported = Vec::new();
        if let Body::Statements(body) = found.body {
            let locals = Locals::of(body, compiler.in_part)?;
            imported = locals.imported;
            for name in locals.names {
                let next = Slot::try_from(slots.len()).unwrap_or(Slot::MAX);
                let slot = *slots.entry(name).or_insert(next);
                starts.retain(|(known, _)| *known != slot);
            }
        }
        let count = slots.len();
        let mut assigned = vec![false; count];
        assigned[..parameters].fill(true);
        check_cells(described, &found, compiler)?;
        let line = compiler.script.line(found.start);
        let line = match found.body {
            Body::Expression(value) => {
                let inner = compiler.script.line(range(value).start);
                if inner != line && compiler.minor < 8 {
                    return Err(Refusal::new(
                        "an expression of several lines",
                        "",
                        range(value),
                    ));
                }
                inner
            }
            Body::Statements(_) => line,
        };
        Ok(Self {
            compiler,
            described,
            slots,
            count,
            parameters,
            state: State {
                effect: version.effect,
                assigned,
                left: false,
                dead: false,
            },
            line,
            one_line: false,
            depth: 0,
            happened: false,
            needs_python: None,
            ends: false,
            imported,
            handling: 0,
            caught: Vec::new(),
            records: (0..64)
                .filter(|slot| version.records >> slot & 1 == 1)
                .collect(),
            constants,
            starts,
            is_first,
            rest,
            late: false,
            hidden: Vec::new(),
        })
    }

    /// What a parameter is that is always the same.
    pub(super) fn constant_of(&self, slot: Slot) -> Option<&Constant> {
        let mut all = self.constants.iter();
        all.find(|(known, _)| *known == slot)
            .map(|(_, value)| value)
    }

    /// What is known of the text that an argument of a command will be.
    pub(super) fn start_of(&self, argument: &Argument) -> Start {
        match argument {
            Argument::One(Made::Local(slot)) => {
                let known = self.starts.iter().find(|(known, _)| known == slot);
                known.map_or_else(Start::unknown, |(_, start)| start.clone())
            }
            Argument::One(value) => Start::of(value),
            Argument::Many(_) => Start::unknown(),
        }
    }

    /// The number of slots and parameters, and whether something may have happened.
    ///
    /// # Errors
    /// Why all ways through it need Python.
    pub(super) fn end(self, body: &[Out]) -> Result<(usize, usize, bool), Refusal> {
        self.is_worth_it(body)?;
        if let Some(refusal) = self.needs_python {
            if !self.ends && self.state.dead {
                return Err(refusal);
            }
            self.compiler.needs_python.get_or_insert(refusal);
        }
        Ok((self.count, self.parameters, self.happened))
    }

    /// What is known before something that may not run, or not to its end.
    pub(super) fn before(&mut self) -> State {
        let before = self.state.clone();
        self.state.left = false;
        before
    }

    /// Something happens outside.
    pub(super) fn happens(&mut self) {
        self.state.effect = true;
        self.happened = true;
    }

    pub(super) fn minor(&self) -> u8 {
        self.compiler.minor
    }

    /// One level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        at: Range<usize>,
        inner: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if self.depth >= DEEPEST {
            return Err(Refusal::new("code nested too deeply", "", at));
        }
        self.depth += 1;
        let done = inner(self);
        self.depth -= 1;
        done
    }

    /// Something that may give the call back: not after something happened.
    pub(super) fn may_give_back(
        &self,
        what: &'static str,
        name: &str,
        at: Range<usize>,
    ) -> Result<(), Refusal> {
        if self.state.effect {
            return Err(Refusal::new(what, name, at));
        }
        Ok(())
    }

    /// Text is made of a value, in which the order of a set would show.
    pub(super) fn shows(&self, at: Range<usize>) -> Result<(), Refusal> {
        if self.compiler.assumed.sets {
            return self.may_give_back("after an effect, text of what may hold a set", "", at);
        }
        Ok(())
    }

    pub(super) fn sets(&self) -> bool {
        self.compiler.assumed.sets
    }

    pub(super) fn has_bytes(&self) -> bool {
        self.compiler.assumed.bytes
    }

    pub(super) fn has_replies(&self) -> bool {
        self.compiler.assumed.replies
    }

    pub(super) fn makes_sets(&mut self) {
        self.compiler.seen.sets = true;
    }

    pub(super) fn makes_bytes(&mut self) {
        self.compiler.seen.bytes = true;
    }

    pub(super) fn sees_replies(&mut self) {
        self.compiler.seen.replies = true;
    }

    pub(super) fn changes_values(&mut self) {
        self.compiler.changes_values = true;
    }

    pub(super) fn loops(&mut self) {
        self.compiler.has_loops = true;
    }

    /// A slot without a name.
    pub(super) fn fresh(&mut self) -> Slot {
        let slot = Slot::try_from(self.count).unwrap_or(Slot::MAX);
        self.count += 1;
        self.state.assigned.resize(self.count, false);
        slot
    }

    /// The line of a node, where that is another than the line around it.
    pub(super) fn other_line(&self, at: &Range<usize>) -> Result<Option<u32>, Refusal> {
        if self.one_line {
            return Ok(None);
        }
        let line = self.compiler.script.line(at.start);
        if line == self.line {
            return Ok(None);
        }
        if self.minor() < 8 {
            return Err(Refusal::new(
                "an expression of several lines",
                "",
                at.clone(),
            ));
        }
        Ok(Some(line))
    }
}
