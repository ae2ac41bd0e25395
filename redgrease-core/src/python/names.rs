//! Names that are there without an import: Python's own, the server's and redgrease's.

use super::PyVersion;
use crate::given::ALWAYS;

/// The builtin names of Python 3.7.
const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EnvironmentError",
    "Exception",
    "False",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "True",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// Builtin names that later versions brought.
const LATER_BUILTINS: &[(&str, u8)] = &[
    ("aiter", 10),
    ("anext", 10),
    ("EncodingWarning", 10),
    ("BaseExceptionGroup", 11),
    ("ExceptionGroup", 11),
    ("PythonFinalizationError", 13),
    ("_IncompleteInputError", 13),
];

/// Names that Python's `site` adds.
const SITE: &[&str] = &["copyright", "credits", "exit", "license", "quit"];

/// Names of every module.
const MODULE: &[&str] = &[
    "__name__",
    "__doc__",
    "__annotations__",
    "__builtins__",
    "__debug__",
    "__import__",
    "__build_class__",
    "__loader__",
    "__package__",
    "__spec__",
];

/// Names that the server gives to every script, and those of redgrease: the script generator writes these in when they
/// are used, and the engine has them for scripts.
pub(crate) const RUNTIME: &[&str] = &[
    "cmd",
    "execute",
    "atomic",
    "transaction",
    "log",
    "hashtag",
    "hashtag3",
    "configGet",
    "gearsConfigGet",
    "gearsFuture",
    "Record",
    "Refused",
    "StreamRecord",
    "redgrease",
    "GearsBuilder",
    "GB",
    "flat_error",
    "call_next",
    "get_command",
    "override_reply",
    "isAsyncAllow",
    "isInAtomicBlock",
    "is_aborted",
    "registerTE",
    "gearsCtx",
    "getGearsSession",
    "setGearsSession",
    "registerGearsThread",
    "PyFlatExecution",
    "GearsFuture",
    "GearsSession",
    "shardReaderCallback",
    "loop",
    "runCoroutine",
    "createFuture",
    "createKeysOnlyReader",
    "setFutureResults",
    "setFutureException",
    "redisgears",
    "Log",
    "ConfigGet",
    "GearsConfigGet",
];

/// Those among them that the original does not have.
pub(crate) const REDGREASE: &[&str] = &[
    "Record",
    "Refused",
    "StreamRecord",
    "cmd",
    "hashtag3",
    "is_aborted",
    "redgrease",
    "transaction",
];

/// What scripts find beside them: the modules that the server's own Python imports.
pub(crate) const AMBIENT: &[&str] = &[
    "Future",
    "StringIO",
    "Thread",
    "asyncio",
    "cProfile",
    "copy",
    "dis",
    "importlib",
    "io",
    "itertools",
    "logging",
    "opcode",
    "operator",
    "partial",
    "pickle",
    "pstats",
    "rg",
    "struct",
    "sys",
    "traceback",
    "types",
    "weakref",
];

/// Whether every script finds the name without an import.
pub(crate) fn is_given(name: &str) -> bool {
    RUNTIME.contains(&name) || AMBIENT.contains(&name)
}

/// Every name that scripts find on the engine, beside Python's own.
///
/// ```
/// use redgrease_core::python::given_names;
///
/// assert!(given_names().any(|name| name == "execute"));
/// assert!(given_names().all(|name| name != "KeysReader"));
/// ```
pub fn given_names() -> impl Iterator<Item = &'static str> {
    RUNTIME.iter().chain(AMBIENT).copied()
}

/// What `redgrease.…` has on the server.
pub(crate) fn redgrease() -> impl Iterator<Item = &'static str> {
    let parts = [
        "cmd",
        "utils",
        "runtime",
        "sugar",
        "Refused",
        "is_aborted",
        "transaction",
    ];
    ALWAYS.iter().copied().chain(parts)
}

/// The members of redgrease's classes of constants.
pub(crate) fn constants(class: &str) -> Option<&'static [&'static str]> {
    Some(match class {
        "FailurePolicy" => &["Continue", "Abort", "Retry"],
        "KeyType" => &["String", "Hash", "List", "Set", "ZSet", "Stream", "Module"],
        "LogLevel" => &["Debug", "Verbose", "Notice", "Warning"],
        "ReaderType" => &[
            "KeysReader",
            "KeysOnlyReader",
            "StreamReader",
            "PythonReader",
            "ShardsIDReader",
            "CommandReader",
        ],
        "TriggerMode" => &["Async", "AsyncLocal", "Sync"],
        _ => return None,
    })
}

/// The keywords that begin a statement.
pub(super) const STATEMENT_WORDS: &[&str] = &[
    "assert", "async", "await", "class", "def", "del", "elif", "else", "except", "finally", "from",
    "for", "global", "if", "import", "nonlocal", "raise", "return", "try", "while", "with",
    "yield",
];

/// Python's keywords, which cannot be names.
pub(crate) const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Words of other languages and what Python calls them.
const FOREIGN: &[(&str, &str)] = &[
    ("true", "True"),
    ("false", "False"),
    ("null", "None"),
    ("nil", "None"),
    ("undefined", "None"),
    ("NULL", "None"),
    ("this", "self"),
    ("Some", "the value itself"),
    ("println", "print"),
    ("unicode", "str"),
    ("xrange", "range"),
    ("raw_input", "input"),
    ("unichr", "chr"),
    ("long", "int"),
    ("basestring", "str"),
    ("String", "str"),
    ("vec", "[…]"),
    ("redis", "cmd"),
];

/// Whether `name` is one of Python's builtin names in `version`.
pub(crate) fn is_builtin(name: &str, version: PyVersion) -> bool {
    BUILTINS.binary_search(&name).is_ok()
        || MODULE.contains(&name)
        || SITE.contains(&name)
        || LATER_BUILTINS
            .iter()
            .any(|(n, minor)| *n == name && version >= PyVersion::new(3, *minor))
}

/// The version of Python that brought the builtin `name`, when the target is older.
pub(crate) fn builtin_since(name: &str) -> Option<PyVersion> {
    let (_, minor) = LATER_BUILTINS.iter().find(|(n, _)| *n == name)?;
    Some(PyVersion::new(3, *minor))
}

/// Whether a warning about hiding the builtin `name` helps: constants and exceptions cannot or
/// would not be hidden by accident.
pub(crate) fn is_common_builtin(name: &str) -> bool {
    BUILTINS.contains(&name) && name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// All builtin names of the oldest target, for suggestions.
pub(crate) fn builtins() -> &'static [&'static str] {
    BUILTINS
}

/// What Python calls a word of another language.
pub(crate) fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, python)| *python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtins_are_in_order() {
        assert!(BUILTINS.is_sorted());
        assert!(
            is_builtin("len", PyVersion::OLDEST) && is_builtin("ValueError", PyVersion::OLDEST)
        );
        assert!(!BUILTINS.iter().any(|name| is_given(name)));
    }
}
