//! Native functions: Python functions that run without Python.
//!
//! ```text
//! script ─► compile ─► Program ─► eval ─► Value
//! ```
//!
//! What a compiled function gives is what Python gives, to the letter: results, types and texts of errors, tracebacks. What
//! is not known to be the same is not compiled, or gives the call back, which is possible as long as nothing has happened
//! outside: the compiler proves for each function that after its first effect nothing can.

mod builtins;
mod compile;
mod dict;
mod error;
mod eval;
mod format;
mod fuel;
mod hints;
mod host;
mod methods;
mod number;
mod operate;
mod parts;
mod percent;
mod program;
mod script;
mod shape;
mod text;
mod tree;
mod unicode;
mod value;

pub use compile::{Described, Meaning, Refusal, Wanted};
pub use error::Fail;
pub use host::{Halt, Host, Nowhere, Word};
pub use program::{Calls, Ending, Program};
pub use shape::Shape;
pub use tree::Constant;
pub use value::Value;

use script::Script;

/// The versions of Python 3 whose ways are known.
pub const MINORS: std::ops::RangeInclusive<u8> = 7..=13;

/// The stack of the thread that parses: the parser goes as deep as the text.
const STACK: usize = 256 << 20;

/// Compiles functions of a script.
///
/// `minor` is the minor version of that worker's Python.
///
/// # Errors
/// For each, why it is left to Python.
pub fn compile(text: &str, wanted: &[Wanted], minor: u8) -> Vec<Result<Program, Refusal>> {
    let refused = |reason| -> Vec<_> {
        let each = wanted.iter();
        each.map(|_| Err(Refusal::new(reason, "", 0..0))).collect()
    };
    if !MINORS.contains(&minor) {
        return refused("this version of Python");
    }
    std::thread::scope(|scope| {
        let work = || {
            let script = match Script::parse(text) {
                Ok(script) => script,
                Err(refusal) => return wanted.iter().map(|_| Err(refusal.clone())).collect(),
            };
            let functions = script.functions();
            wanted
                .iter()
                .map(|one| compile::compile(&script, &functions, one, minor))
                .collect()
        };
        let thread = std::thread::Builder::new()
            .name("compile".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        thread
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_else(|| refused("a script that the parser cannot take"))
    })
}
