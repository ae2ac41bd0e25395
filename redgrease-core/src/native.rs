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
mod callbacks;
mod calls;
mod compile;
mod depth;
mod distinct;
mod eval;
mod format;
mod fuel;
mod hints;
mod host;
mod index;
mod json;
mod methods;
mod names;
mod number;
mod operate;
mod parted;
mod parts;
mod percent;
mod pickle;
mod program;
mod script;
mod shape;
mod text;
mod traceback;
mod tree;
mod unicode;
mod value;

pub use callbacks::Callback;
pub(crate) use callbacks::{of_body, of_gear, of_module};
pub use calls::{Calls, Ending, Given};
pub use compile::{Described, Meaning, Refusal, Wanted};
pub use distinct::Distinct;
pub use host::{Halt, Host, Nowhere, Word};
pub use methods::{Words, words};
pub use program::{Import, InPart, Program, Sent, Start};
pub use shape::{Fields, Shape};
pub use tree::Constant;
pub use value::{Fail, TextHash, Value};

pub use script::Script;

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
    let all = with_script(text, |script| script.compile(wanted, minor));
    all.unwrap_or_else(|refusal| wanted.iter().map(|_| Err(refusal.clone())).collect())
}

/// Parses a script once, and does something with it, on a thread with room for both.
///
/// # Errors
/// Why all of its functions are left to Python.
pub fn with_script<R: Send>(
    text: &str,
    work: impl FnOnce(&Script) -> R + Send,
) -> Result<R, Refusal> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("compile".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || Script::parse(text).map(|script| work(&script)));
        thread
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_else(|| {
                Err(Refusal::new(
                    "a script that the parser cannot take",
                    "",
                    0..0,
                ))
            })
    })
}

/// The callbacks of a script, and what the engine will do with each, as far as the text says that.
///
/// # Errors
/// Why all of them are left to Python.
///
/// ```
/// use redgrease_core::native::callbacks_of;
///
/// let script = "import json\nGB().map(lambda r: r['key']).map(lambda k: json.dumps(k)).run()";
/// let callbacks = callbacks_of(script).expect("a script that can be looked at");
/// assert_eq!(callbacks[0].refusal, None);
/// let refusal = callbacks[1].refusal.as_ref().expect("needs Python");
/// assert_eq!(refusal.to_string(), "what belongs to a module or type: `json`");
/// ```
pub fn callbacks_of(text: &str) -> Result<Vec<Callback>, Refusal> {
    with_script(text, |script| script.callbacks(callbacks::PROMISED))
}

impl Script {
    /// Compiles functions; `minor` is the minor version of the Python that described them.
    ///
    /// # Errors
    /// For each, why it is left to Python.
    #[must_use]
    pub fn compile(&self, wanted: &[Wanted], minor: u8) -> Vec<Result<Program, Refusal>> {
        let functions = self.functions();
        wanted
            .iter()
            .map(|one| {
                if MINORS.contains(&minor) {
                    compile::compile(self, &functions, one, minor)
                } else {
                    Err(Refusal::new("this version of Python", "", 0..0))
                }
            })
            .collect()
    }
}

/// The promise that a function needs no Python, with the parameters that are records, one bit for each: for
/// [`FunctionTypes::native`](crate::python::FunctionTypes::native).
///
/// ```
/// use redgrease_core::native::promise;
/// use redgrease_core::python::{FunctionTypes, RustType};
///
/// let types = FunctionTypes::new(vec![RustType::Int], RustType::Int).native(Some(promise(0)));
/// assert!(types.native.is_some());
/// ```
pub fn promise(records: u64) -> crate::python::Promise {
    crate::python::Promise {
        records,
        of_body,
        of_module,
    }
}
