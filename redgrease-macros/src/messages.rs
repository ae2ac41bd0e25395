//! Every message about the Rust side of a macro, with its stable code: what was found, and what
//! to do next. Findings about the Python text come from `redgrease_core`.

use std::fmt;

use redgrease_core::pyversion::PyVersion;

/// A message with its code.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    code: &'static str,
    text: String,
    help: Option<String>,
}

impl Message {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text, self.code)?;
        match &self.help {
            Some(help) => write!(f, "\n= help: {help}"),
            None => Ok(()),
        }
    }
}

/// A message that needs no names.
pub(crate) struct Fixed(&'static str, &'static str, &'static str);

impl From<Fixed> for Message {
    fn from(Fixed(code, text, help): Fixed) -> Self {
        let message = Self::new(code, text);
        if help.is_empty() {
            message
        } else {
            message.help(help)
        }
    }
}

pub(crate) const BODY_FORM: Fixed = Fixed(
    "RG0902",
    "the body is not Python: it is one `python! { … }` or one string literal",
    "write `{ python! { return 1 } }` or `{ r#\"return 1\"# }`",
);
pub(crate) const RUST_IN_BODY: Fixed = Fixed(
    "RG0902",
    "this stays in Rust, but the body runs in the server: it is one `python! { … }` or one string literal",
    "write it in Python, or do it in the caller and pass the value as a parameter",
);
pub(crate) const SECOND_PYTHON: Fixed = Fixed(
    "RG0902",
    "the body has its Python already: it is one `python! { … }` or one string literal",
    "write both texts into one",
);
pub(crate) const INCLUDED_BODY: Fixed = Fixed(
    "RG0902",
    "a file is not included here: a macro cannot see what another one would give",
    "name it in the attribute, `file = \"name.py\"`, and end the function with `;`",
);
pub(crate) const BODY_MADE: Fixed = Fixed(
    "RG0903",
    "the text of this Python cannot be found: another macro made its tokens",
    "let that macro write the Python as a string literal: `r#\"…\"#`",
);
pub(crate) const NO_BODY: Fixed = Fixed(
    "RG0906",
    "there is no Python: the function has neither a body nor a `file`",
    "write `{ python! { … } }`, or name a file: `file = \"name.py\"`",
);
pub(crate) const TWO_BODIES: Fixed = Fixed(
    "RG0907",
    "the Python is given twice: in `file` and in a body",
    "end the function with `;` when its text is in a file",
);
pub(crate) const PYTHON_ALONE: Fixed = Fixed(
    "RG0904",
    "`python!` is the body of a function with `#[command]`, `#[keys_reader]` or `#[stream_reader]`",
    "for an expression in Rust code use `gear! { … }`",
);
pub(crate) const CAPTURE_IN_FUNCTION: Fixed = Fixed(
    "RG0905",
    "a server-side function cannot capture Rust variables",
    "make it a parameter of the function; `'name` is for `gear!`",
);
pub(crate) const GENERIC: Fixed = Fixed(
    "RG0911",
    "a server-side function cannot have type parameters",
    "Python is sent as it stands: write one function for each type",
);
pub(crate) const RECEIVER: Fixed = Fixed(
    "RG0912",
    "a server-side function is not a method: `self` stays in Rust",
    "write it outside of the `impl` and pass what it needs as parameters",
);
/// A function in a block of `word` in which no type can stand.
pub(crate) fn misplaced(word: &str) -> Message {
    let article = if word == "trait" { "a" } else { "an" };
    Message::new(
        "RG0912",
        format!("a server-side function cannot stand in {article} `{word}`: it is a type, too"),
    )
    .help(format!(
        "write it outside of the `{word}`, in a module or in a function"
    ))
}

pub(crate) const QUALIFIER: Fixed = Fixed(
    "RG0913",
    "a server-side function is a plain `fn` or `async fn`",
    "take this word away",
);
pub(crate) const PATTERN: Fixed = Fixed(
    "RG0914",
    "a parameter is a plain name: Python sees it under this name",
    "write `name: Type`",
);
pub(crate) const IMPL_TRAIT: Fixed = Fixed(
    "RG0915",
    "`impl Trait` does not say how the value travels to Python and back",
    "write the type itself, such as `&str` or `i64`",
);
pub(crate) const VARIADIC_NOT_LAST: Fixed = Fixed(
    "RG0916",
    "only the last parameter can be a list: it takes all arguments that are left",
    "move it to the end",
);
pub(crate) const OPTION_BEFORE_VARIADIC: Fixed = Fixed(
    "RG0917",
    "an `Option` cannot stand before a list: a missing argument would be taken from the list",
    "make it required, or pass the list in another way, such as text that Python splits",
);
pub(crate) const ASYNC_EVENT: Fixed = Fixed(
    "RG0929",
    "a function that runs at events is not called from Rust, so it cannot be `async`",
    "take this word away; the body can have an `async def`",
);
pub(crate) const EVENT_RESULT: Fixed = Fixed(
    "RG0930",
    "nobody gets the result of a function that runs at events",
    "take the type away; what is to be kept goes into Redis with `cmd`",
);
pub(crate) const EVENT_PARAMETERS: Fixed = Fixed(
    "RG0931",
    "a function that runs at events takes one record",
    "write `fn name(record: Record)`, or `StreamRecord` for streams",
);
pub(crate) const RESULT_WITHOUT_RUN: Fixed = Fixed(
    "RG0932",
    "only a gear that ends in `run` has results that could be of a type",
    "take the type away, or end the gear with `.run()`",
);
pub(crate) const MODULE_FORM: Fixed = Fixed(
    "RG0934",
    "`python_module!` holds Python that has the name of a module",
    "write `python_module! { pub mod name { RATE = 0.2 } }`, or `pub mod name = \"name.py\";` for a file",
);
pub(crate) const OUTER_ATTRIBUTE: Fixed = Fixed(
    "RG0933",
    "`#[…]` is a comment for Python: nothing reads it",
    "write `#![…]`",
);
pub(crate) const ASYNC_WITHOUT_ON: Fixed = Fixed(
    "RG0918",
    "an `async fn` needs `on = …`: only then a call waits for the server",
    "give `on`, or write `fn` and call `name(…).on_async(&mut con).await`",
);

/// What helps where a comment of Rust stands.
pub(crate) const RUST_COMMENT: &str = "`//` and `/*` begin no comment in Python: write `# …`";

/// An attribute before something else than a function.
pub(crate) fn not_a_function(attribute: &str) -> Message {
    let example = match attribute {
        "command" => "fn name(parameter: &str) -> String { python! { … } }",
        "stream_reader" => "fn name(record: StreamRecord) { python! { … } }",
        _ => "fn name(record: Record) { python! { … } }",
    };
    Message::new(
        "RG0901",
        format!("`#[{attribute}]` stands before a function"),
    )
    .help(format!("write `#[{attribute}] {example}`"))
}

/// `word` is a keyword of Python.
pub(crate) fn keyword(word: &str) -> Message {
    Message::new(
        "RG0919",
        format!("`{word}` is a keyword of Python and cannot be the name of a function there"),
    )
    .help("choose another name")
}

/// An argument of the attribute that does not exist.
pub(crate) fn unknown_argument(name: &str, near: Option<&str>, all: &[String]) -> Message {
    let message = Message::new("RG0921", format!("no argument `{name}`"));
    let all = list(all);
    match near {
        Some(near) => message.help(format!("did you mean `{near}`? The arguments are {all}")),
        None => message.help(format!("the arguments are {all}")),
    }
}

/// An argument that only a function has that is called from Rust.
pub(crate) fn argument_of_calls(name: &str) -> Message {
    Message::new(
        "RG0921",
        format!("no argument `{name}`: a function that runs at events is not called from Rust"),
    )
    .help(
        "take it away; `name::register(&mut con)` registers the function, and puts it in the place \
         of its older code",
    )
}

/// A value without the name of an argument; `name` is what it is most likely for.
pub(crate) fn no_name(name: Option<&str>, value: &str, all: &[String]) -> Message {
    let message = Message::new("RG0924", format!("`{value}` is given to no argument"));
    let all = format!("the arguments are {}", list(all));
    match name {
        Some(name) => message.help(format!("write `{name} = {value}`; {all}")),
        None => message.help(format!("write `name = {value}`; {all}")),
    }
}

/// An argument that was given before.
pub(crate) fn repeated_argument(name: &str) -> Message {
    Message::new("RG0922", format!("`{name}` is given twice")).help("keep one of them")
}

/// An argument without a value.
pub(crate) fn no_value(name: &str) -> Message {
    Message::new("RG0926", format!("`{name}` has no value")).help(format!("write `{name} = …`"))
}

/// `...` where no name is made.
pub(crate) fn dots(name: &str) -> Message {
    Message::new("RG0927", format!("`{name} = ...` says nothing"))
        .help("only `trigger = ...` stands for something: a name that nothing else has")
}

/// A file of Python text that cannot be read.
pub(crate) fn file(path: &str, error: &str) -> Message {
    Message::new("RG0928", format!("cannot read `{path}`: {error}"))
        .help("the path is relative to the Rust file, as in `include_str!`")
}

/// A value that is not of the kind that the argument takes.
pub(crate) fn argument_value(name: &str, expected: &str, example: &str) -> Message {
    Message::new("RG0923", format!("`{name}` takes {expected}"))
        .help(format!("write `{name} = {example}`"))
}

/// A version of Python that is none, or that is too old.
pub(crate) fn python_version(found: &str) -> Message {
    let oldest = PyVersion::OLDEST;
    Message::new(
        "RG0925",
        format!("`python` is a version of Python from {oldest} on, not \"{found}\""),
    )
    .help("write `python = \"3.11\"`: the oldest Python on the servers it has to run on")
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, before)) => format!("{} and {end}", before.join(", ")),
        None => String::new(),
    }
}

/// A finding with its code and its help, as rustc shows it.
pub(crate) fn in_full(finding: &redgrease_core::diag::Diagnostic) -> String {
    let mut text = format!("{} [{}]", finding.message, finding.code);
    if let Some(help) = &finding.help {
        text.push_str(&format!("\n= help: {help}"));
    }
    text
}

/// rustc says what is misspelt in `uses` once nothing else is wrong.
pub(crate) fn misspelt_in_uses(help: &mut String, uses: &[String]) {
    let meant = |name: &String| *help == format!("did you mean `{name}`?");
    if uses.iter().any(meant) {
        help.push_str(" It is in `uses`: one of the two is misspelt");
    }
}
