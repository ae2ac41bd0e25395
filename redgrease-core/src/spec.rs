//! What the macros leave in a program: plain constants that describe a server-side function, how
//! its arguments travel to Python and how its result travels back.
//!
//! ```
//! # use redgrease_core::facade as redgrease;
//! use redgrease::script::command_script;
//! use redgrease::spec::{Arity, Decode, Encoding, Function, Param, Value};
//! use redgrease::{CommandSpec, Mode, Replace};
//!
//! const AREA: CommandSpec = CommandSpec {
//!     name: "square",
//!     package: "geometry 1.0.0",
//!     function: Function {
//!         name: "square",
//!         def: "def square(side):\n    return side * side\n",
//!         params: &[Param { name: "side", decode: Decode::Float, arity: Arity::Required }],
//!         result: Encoding::Float,
//!         uses: &[],
//!         cmd_methods: &[],
//!         shared: &[],
//!         python: "3.7",
//!         file: "src/main.rs",
//!         line: 7,
//!     },
//!     trigger: "square",
//!     mode: Mode::AsyncLocal,
//!     inorder: false,
//!     arguments: &[("collect", Value::Bool(false))],
//!     on_registered: None,
//!     requirements: &[],
//!     replace: Replace::Refuse,
//!     deadline: None,
//! };
//! assert!(command_script(&AREA).text().contains("trigger='square'"));
//! ```

/// How one argument, which reaches the server as bytes, becomes a Python value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decode {
    /// A `str`; bytes that are not UTF-8 are refused.
    Str,
    /// A `bytes`.
    Bytes,
    /// An `int`.
    Int,
    /// A `float`.
    Float,
    /// A `bool`, from `1`, `0`, `true` or `false`.
    Bool,
    /// What `json.loads` makes of it: `dict`, `list`, …
    Json,
}

/// How many times a parameter takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arity {
    /// Exactly one.
    Required,
    /// None (Python sees `None`) or one. A missing argument is left out at the end and is
    /// written as `~none` before others; a value that begins with `~` gets one more.
    Optional,
    /// All arguments that are left, as a Python `list`; always the last parameter.
    Variadic,
}

/// A parameter of a server-side function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// The name in the Python function.
    pub name: &'static str,
    /// How the argument becomes a Python value.
    pub decode: Decode,
    /// How many arguments it takes.
    pub arity: Arity,
}

/// How a Python result becomes bytes on the server, chosen by the Rust type that receives it.
///
/// RedisGears turns a text that begins with `-` into an error and a float into six decimals, so
/// every result is encoded to `bytes` before it leaves Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// `str` (or UTF-8 `bytes`), as UTF-8.
    Text,
    /// `bytes`, or `str` as UTF-8, raw.
    Bytes,
    /// `int`, in decimal.
    Int,
    /// `float` or `int`, with all digits (`repr`).
    Float,
    /// `bool`, as `1` or `0`.
    Bool,
    /// The result is not looked at; nothing is sent back.
    Unit,
    /// As `Unit`, but each result is a record, so that they can be counted.
    Mark,
    /// `None` sends no record, anything else is sent as the inner encoding says. Among the records
    /// of a gear, which are counted, `None` is one of them.
    Optional(&'static Encoding),
    /// Anything that pickles, with protocol 4; sets, tuples, dictionaries with any keys survive.
    Pickle,
    /// Anything that `json.dumps` takes.
    Json,
}

impl Encoding {
    /// The type in Python, as far as it is one.
    fn python(self) -> String {
        match self {
            Self::Text => "str".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Unit | Self::Mark => "None".to_owned(),
            Self::Optional(inner) => format!("{} or None", inner.python()),
            Self::Pickle => "any value".to_owned(),
            Self::Json => "what JSON can hold".to_owned(),
        }
    }

    /// How one of many records travels that are read as this encoding says.
    #[cfg(feature = "client")]
    pub(crate) const fn of_record(self) -> Self {
        match self {
            Self::Unit => Self::Mark,
            other => other,
        }
    }
}

/// Where executions of a registration run.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::Mode;
///
/// assert_eq!(Mode::AsyncLocal.as_str(), "async_local");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// In the background, on every shard of the cluster (`"async"`).
    Async,
    /// In the background, on the shard that got the event (`"async_local"`).
    #[default]
    AsyncLocal,
    /// Inside the triggering command, which waits for it (`"sync"`).
    Sync,
}

impl Mode {
    /// The name in RedisGears' registration arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::AsyncLocal => "async_local",
            Self::Sync => "sync",
        }
    }
}

/// What registering does when the trigger already exists on the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::Replace;
///
/// assert_eq!(Replace::default(), Replace::Refuse);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Replace {
    /// It is an error (`replace` not given).
    #[default]
    Refuse,
    /// The old code stays and is called (`replace = false`).
    Keep,
    /// The new code takes its place (`replace = true`).
    Replace,
}

/// A name of Python that several functions share: what `python_module!` makes of each, for
/// `uses = […]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// The name in Python.
    pub name: &'static str,
    /// The text that defines it.
    pub module: &'static SharedModule,
}

#[doc(hidden)]
#[allow(
    non_snake_case,
    reason = "a warning is shown with the name of the method"
)]
impl Shared {
    /// As a function uses it that may require packages.
    #[must_use]
    pub const fn shared(self) -> Self {
        self
    }

    /// As a function uses it that requires no packages: where a module imports from some, the method of
    /// this name is deprecated.
    #[must_use]
    pub const fn RG0205(self) -> Self {
        self
    }
}

/// Python that several functions share: it is written once into each script that uses a name of it.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedModule {
    /// The statements.
    pub text: &'static str,
    /// The file that they stand in.
    pub file: &'static str,
    /// The line of the file on which they begin, from 1.
    pub line: u32,
    /// All names that they bind, but for what they import.
    pub names: &'static [&'static str],
    /// The helpers of the generated script that they use by name.
    pub uses: &'static [&'static str],
    /// The methods of `cmd` that they call; empty with `cmd` in `uses` means any.
    pub cmd_methods: &'static [&'static str],
}

/// A Python function that was written inside Rust, checked at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name of the Python function.
    pub name: &'static str,
    /// The whole function, `def name(…):` first, in lines as in the Rust file.
    pub def: &'static str,
    /// Its parameters in order.
    pub params: &'static [Param],
    /// How its result travels.
    pub result: Encoding,
    /// The helpers of the generated script that it uses by name, such as `cmd` or `hashtag3`.
    pub uses: &'static [&'static str],
    /// The methods of `cmd` that it calls; empty with `cmd` in `uses` means any.
    pub cmd_methods: &'static [&'static str],
    /// The shared Python that it uses.
    pub shared: &'static [Shared],
    /// The version of Python that it is written for, such as `3.7`.
    pub python: &'static str,
    /// The Rust file, for tracebacks.
    pub file: &'static str,
    /// The line of the Rust file on which the second line of `def` stands, from 1.
    pub line: u32,
}

impl Function {
    /// What it takes and gives, in Python's words.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::spec::{Arity, Decode, Encoding, Function, Param};
    ///
    /// let area = Function {
    ///     name: "area",
    ///     def: "",
    ///     params: &[Param { name: "side", decode: Decode::Float, arity: Arity::Required }],
    ///     result: Encoding::Optional(&Encoding::Float),
    ///     uses: &[],
    ///     cmd_methods: &[],
    ///     shared: &[],
    ///     python: "3.7",
    ///     file: "",
    ///     line: 0,
    /// };
    /// assert_eq!(area.signature(), "(side: float) -> float or None");
    /// ```
    pub fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(
                |Param {
                     name,
                     decode,
                     arity,
                 }| {
                    let kind = decode.python();
                    match arity {
                        Arity::Required => format!("{name}: {kind}"),
                        Arity::Optional => format!("{name}: {kind} = None"),
                        Arity::Variadic => format!("*{name}: {kind}"),
                    }
                },
            )
            .collect();
        format!("({}) -> {}", params.join(", "), self.result.python())
    }
}

impl Decode {
    /// The type in Python.
    fn python(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Bytes => "bytes",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Json => "JSON",
        }
    }
}

/// A value of a registration argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A `str`.
    Text(&'static str),
    /// An `int`.
    Int(i64),
    /// A `bool`.
    Bool(bool),
    /// A list of `str`.
    Texts(&'static [&'static str]),
}

/// Everything `#[command]` knows about a server-side command.
#[derive(Debug, Clone, Copy)]
pub struct CommandSpec {
    /// The name that it has for the server: the trigger, or the path in Rust when it hooks a command.
    pub name: &'static str,
    /// The package that it stands in, with its version; empty when that is not known.
    pub package: &'static str,
    /// The Python function.
    pub function: Function,
    /// The trigger: the first argument of `RG.TRIGGER`.
    pub trigger: &'static str,
    /// Where it runs.
    pub mode: Mode,
    /// Whether calls run one after the other in the order of their arrival.
    pub inorder: bool,
    /// Other arguments of `register` by their Python names, such as `hook` (which takes the place
    /// of the trigger), `keyprefix` and `collect`.
    pub arguments: &'static [(&'static str, Value)],
    /// A function without parameters that runs on each shard when the command is registered.
    pub on_registered: Option<Function>,
    /// Python packages the function needs, as pip requirement specifiers.
    pub requirements: &'static [&'static str],
    /// What happens when the trigger already exists.
    pub replace: Replace,
    /// How long a call from this program may take, unless it says so itself.
    pub deadline: Option<std::time::Duration>,
}

impl CommandSpec {
    /// Whether it takes the place of a command of Redis, and has no trigger.
    pub fn is_hook(&self) -> bool {
        self.arguments.iter().any(|(name, _)| *name == "hook")
    }
}

/// Everything `#[keys_reader]` and `#[stream_reader]` know about a function that runs at events.
#[derive(Debug, Clone, Copy)]
pub struct EventSpec {
    /// The name that it has for the server: its path in Rust, unless another was given.
    pub name: &'static str,
    /// The package that it stands in, with its version; empty when that is not known.
    pub package: &'static str,
    /// The Python function; it gets one record with attributes.
    pub function: Function,
    /// Which events: those of keys or those of streams.
    pub reader: crate::table::Reader,
    /// The arguments of `register` by their Python names, such as `prefix` and `eventTypes`.
    pub arguments: &'static [(&'static str, Value)],
    /// Where it runs.
    pub mode: Mode,
    /// A function without parameters that runs on each shard when this is registered.
    pub on_registered: Option<Function>,
    /// Python packages the function needs, as pip requirement specifiers.
    pub requirements: &'static [&'static str],
    /// Whether the function of another package that has its name is replaced.
    pub replace: Replace,
}
