//! The gear model: a plan is a reader, a row of steps and an action, as plain data.
//!
//! ```
//! # use redgrease_core::facade as redgrease;
//! use redgrease::gear::{Action, Argument, Capture, Code, Operation, Plan, Reader, Step};
//!
//! let mut plan = Plan::new(Reader::Keys);
//! let code = Code { text: "lambda r: r['value']".into(), file: "src/main.rs".into(), line: 7 };
//! let op = Argument { keyword: Some("op".into()), value: code, function: true };
//! plan.steps.push(Step { operation: Operation::Map, arguments: vec![op] });
//! plan.captures.push(Capture { name: "least".into(), literal: "3".into() });
//! plan.action = Some(Action::Run(Vec::new()));
//! assert_eq!(plan.reader, Reader::Keys);
//! ```

#[cfg(feature = "check")]
pub mod arguments;
pub mod build;
#[cfg(feature = "check")]
pub mod callback;
#[cfg(feature = "check")]
pub mod check;
pub mod events;
pub mod function;
#[cfg(feature = "check")]
pub mod script_parts;
#[cfg(feature = "check")]
pub mod text;
#[cfg(feature = "check")]
mod value;

#[cfg(feature = "check")]
pub use crate::commands;
pub use crate::literal::{Capture, Text};
pub use crate::table::{Operation, Reader};
pub use crate::{requirement, table};

/// A piece of Python text with its place in the Rust file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The Python text: an expression or statements.
    pub text: Text,
    /// The file it stands in; empty when made at run time.
    pub file: Text,
    /// The line on which it begins, from 1; 0 when unknown.
    pub line: u32,
}

/// An argument of a reader, a step or an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The keyword; `None` for a positional argument.
    pub keyword: Option<Text>,
    /// The Python expression.
    pub value: Code,
    /// Whether the expression is known to be a real Python function (a lambda or the name of a
    /// `def`), which the server takes as it is; other callables are wrapped.
    pub function: bool,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub operation: Operation,
    /// Its arguments as they were written.
    pub arguments: Vec<Argument>,
}

/// How a plan ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Run now, over the data that is there.
    Run(Vec<Argument>),
    /// Run at every event.
    Register(Vec<Argument>),
}

/// A gear as data: what the macros and the builder make, the checker reads and the script
/// generator writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Python statements that come before the gear expression.
    pub prelude: Vec<Code>,
    /// Captured Rust values.
    pub captures: Vec<Capture>,
    /// Where the records come from.
    pub reader: Reader,
    /// The reader's arguments (default pattern, description).
    pub reader_arguments: Vec<Argument>,
    /// What happens to the records.
    pub steps: Vec<Step>,
    /// How it ends; `None` while the gear is open.
    pub action: Option<Action>,
    /// Python packages the gear needs, as pip requirement specifiers.
    pub requirements: Vec<Text>,
    /// The helpers of the generated script that the Python text uses by name.
    pub uses: Vec<Text>,
    /// The methods of `cmd` that are called; empty with `cmd` in `uses` means any.
    pub cmd_methods: Vec<Text>,
    /// The shared Python that the text uses.
    pub shared: Vec<crate::spec::Shared>,
}

impl Plan {
    /// A gear of `reader` without steps.
    pub fn new(reader: Reader) -> Self {
        Self {
            prelude: Vec::new(),
            captures: Vec::new(),
            reader,
            reader_arguments: Vec::new(),
            steps: Vec::new(),
            action: None,
            requirements: Vec::new(),
            uses: Vec::new(),
            cmd_methods: Vec::new(),
            shared: Vec::new(),
        }
    }
}
