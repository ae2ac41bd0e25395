//! What a check is given: a body, and what Rust knows of it.

use super::ast;
use super::types::RustType;
use crate::pyversion::PyVersion;
use crate::refusal::Refusal;
use crate::source::Source;

/// The body of a server-side function, to be checked.
#[derive(Debug, Clone, Copy)]
pub struct FunctionInput<'a> {
    /// The text of the body as it was written.
    pub source: &'a Source,
    /// The name of the function.
    pub name: &'a str,
    /// The names of its parameters.
    pub params: &'a [&'a str],
    /// The Python version it is written for.
    pub python: PyVersion,
}

/// What Rust knows of a function whose body is Python.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FunctionTypes {
    /// The types of its parameters.
    pub params: Vec<RustType>,
    /// The type of its result.
    pub result: RustType,
    /// Whether packages are required for it, so that any import may be there.
    pub packages: bool,
    /// The names that the script defines besides.
    pub known: Vec<String>,
    /// The promise that it needs no Python, if there is one.
    pub native: Option<Promise>,
}

/// The promise that a function runs inside the server, without Python: what looks whether it can be kept.
/// [`native::promise`](crate::native::promise) makes it.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::type_complexity,
    reason = "text, statements, name and parameters of a function, and which of these are records"
)]
pub struct Promise {
    /// The parameters that are records, one bit for each.
    pub(crate) records: u64,
    pub(crate) of_body: OfBody,
    pub(crate) of_module: OfModule,
}

/// Looks at a body: its text and statements, the function's name, its parameters, and which of them are records.
type OfBody = fn(&str, &[ast::Stmt], &str, &[&str], u64) -> Option<Refusal>;

/// Looks at a function of a text that defines it.
type OfModule = fn(&str, &[ast::Stmt], &str, u64) -> Option<Refusal>;

impl FunctionTypes {
    /// The types of the parameters and of the result.
    ///
    /// ```
    /// use redgrease_core::python::{FunctionTypes, RustType};
    ///
    /// let types = FunctionTypes::new(vec![RustType::Text], RustType::Int);
    /// assert!(!types.packages);
    /// ```
    pub fn new(params: Vec<RustType>, result: RustType) -> Self {
        Self {
            params,
            result,
            packages: false,
            known: Vec::new(),
            native: None,
        }
    }

    /// Says whether packages are required.
    #[must_use]
    pub fn packages(mut self, packages: bool) -> Self {
        self.packages = packages;
        self
    }

    /// Says that the function has to run inside the server, without Python.
    #[must_use]
    pub fn native(mut self, promise: Option<Promise>) -> Self {
        self.native = promise;
        self
    }

    /// Says which names the script defines besides.
    #[must_use]
    pub fn known(mut self, names: Vec<String>) -> Self {
        self.known = names;
        self
    }
}
