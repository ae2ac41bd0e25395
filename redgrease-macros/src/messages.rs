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

pub(crate) const NOT_A_FUNCTION: Fixed = Fixed(
    "RG0901",
    "`#[command]` stands before a function",
    "write `#[command] fn name(parameter: &str) -> String { python! { … } }`",
);
pub(crate) const BODY_FORM: Fixed = Fixed(
    "RG0902",
    "the body is not Python: it is one `python! { … }` or one string literal",
    "write `{ python! { return 1 } }` or `{ r#\"return 1\"# }`",
);
pub(crate) const BODY_MADE: Fixed = Fixed(
    "RG0903",
    "the text of this Python cannot be found: another macro made its tokens",
    "let that macro write the Python as a string literal: `r#\"…\"#`",
);
pub(crate) const PYTHON_ALONE: Fixed = Fixed(
    "RG0904",
    "`python!` is the body of a function with `#[command]`",
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
pub(crate) const ASYNC_WITHOUT_ON: Fixed = Fixed(
    "RG0918",
    "an `async fn` needs `on = …`: only then a call waits for the server",
    "give `on`, or write `fn` and call `name(…).on_async(&mut con).await`",
);

/// `word` is a keyword of Python.
pub(crate) fn keyword(word: &str) -> Message {
    Message::new(
        "RG0919",
        format!("`{word}` is a keyword of Python and cannot be a name there"),
    )
    .help("choose another name")
}

/// An argument of the attribute that does not exist.
pub(crate) fn unknown_argument(name: &str, near: Option<&str>, all: &[&str]) -> Message {
    let message = Message::new("RG0921", format!("no argument `{name}`"));
    match near {
        Some(near) => message.help(format!("did you mean `{near}`?")),
        None => message.help(format!("the arguments are {}", list(all))),
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

/// A value that is not of the kind that the argument takes.
pub(crate) fn argument_value(name: &str, expected: &str, example: &str) -> Message {
    Message::new("RG0923", format!("`{name}` takes {expected}"))
        .help(format!("write `{name} = {example}`"))
}

/// A word that is none of those which the argument takes.
pub(crate) fn argument_choice(
    name: &str,
    found: &str,
    near: Option<&str>,
    all: &[&str],
) -> Message {
    let message = Message::new(
        "RG0924",
        format!("`{name}` is one of {}, not \"{found}\"", quoted(all)),
    );
    match near {
        Some(near) => message.help(format!("did you mean \"{near}\"?")),
        None => message,
    }
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

fn list(words: &[&str]) -> String {
    join(words.iter().map(|word| format!("`{word}`")), "and")
}

fn quoted(words: &[&str]) -> String {
    join(words.iter().map(|word| format!("\"{word}\"")), "or")
}

fn join(words: impl Iterator<Item = String>, last: &str) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, before)) => format!("{} {last} {end}", before.join(", ")),
        None => String::new(),
    }
}
