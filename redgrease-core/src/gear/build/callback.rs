//! Python callbacks as Rust values: what `py!` gives and the builder takes.

use std::fmt;
use std::marker::PhantomData;

use crate::gear::{Argument, Capture, Code, Plan, Text};
use crate::spec::Shared;

/// It can be called with this number of arguments.
#[derive(Debug, Clone, Copy)]
pub enum Yes {}

/// It cannot be called with this number of arguments.
#[derive(Debug, Clone, Copy)]
pub enum No {}

type Arity<A0, A1, A2, A3> = PhantomData<fn() -> (A0, A1, A2, A3)>;

/// A Python callback that was checked at compile time: what `py!{ … }` gives.
///
/// The type says with how many arguments it can be called: `A0` is [`Yes`] when it takes none, `A1`
/// when it takes one, and so on.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// // py! { lambda record: record["value"] }
/// use redgrease::build::{Callback, No, Yes};
///
/// type OfOneRecord = Callback<No, Yes, No, No>;
/// ```
#[derive(Clone)]
pub struct Callback<A0, A1, A2, A3> {
    python: StaticCallback,
    captures: Vec<Capture>,
    arity: Arity<A0, A1, A2, A3>,
}

impl<A0, A1, A2, A3> fmt::Debug for Callback<A0, A1, A2, A3> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("python", &self.python.code.0)
            .field("captures", &self.captures)
            .finish()
    }
}

/// A callback as a constant: what `py!` leaves in a program.
///
/// Not for use by hand: it changes with the macros.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct StaticCallback {
    pub file: &'static str,
    /// Statements that define it, as the body of a function: indented, with its first line.
    pub prelude: Option<(&'static str, u32)>,
    /// The expression, with its line.
    pub code: (&'static str, u32),
    pub function: bool,
    pub requirements: &'static [&'static str],
    pub uses: &'static [&'static str],
    pub cmd_methods: &'static [&'static str],
    pub shared: &'static [Shared],
}

impl StaticCallback {
    /// What stands for a callback that has errors.
    pub const EMPTY: Self = Self {
        file: "",
        prelude: None,
        code: ("", 0),
        function: false,
        requirements: &[],
        uses: &[],
        cmd_methods: &[],
        shared: &[],
    };

    /// The callback with the values that it captured.
    pub const fn callback<A0, A1, A2, A3>(
        self,
        captures: Vec<Capture>,
    ) -> Callback<A0, A1, A2, A3> {
        Callback {
            python: self,
            captures,
            arity: PhantomData,
        }
    }
}

/// A callback that can be called with `N` arguments.
///
/// Sealed: it is a [`Callback`], made by `py!`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::{Callable, OpenGear};
/// use redgrease::KeysReader;
///
/// fn lengths(of: impl Callable<1>) -> OpenGear<KeysReader> {
///     KeysReader::new("*").values().map(of)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a callback is Python, which this is not",
    label = "write `py! {{ lambda x: x }}` here",
    note = "it runs in the server, where neither Rust closures nor Rust texts can go"
)]
pub trait Callable<const N: usize>: Python {
    /// Takes over what the callback needs into `plan`, and gives the argument.
    #[doc(hidden)]
    fn into_argument(self, keyword: &'static str, plan: &mut Plan) -> Argument;
}

/// What runs in the server: a [`Callback`], made by `py!`.
///
/// Sealed.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::build::{Callback, No, Python, Yes};
///
/// fn is_python<T: Python>() {}
///
/// is_python::<Callback<No, Yes, No, No>>();
/// ```
pub trait Python: sealed::Sealed {
    #[doc(hidden)]
    type Arity;

    #[doc(hidden)]
    fn argument(self, keyword: &'static str, plan: &mut Plan) -> Argument;
}

#[diagnostic::do_not_recommend]
impl<A0, A1, A2, A3> Python for Callback<A0, A1, A2, A3> {
    type Arity = (A0, A1, A2, A3);

    fn argument(self, keyword: &'static str, plan: &mut Plan) -> Argument {
        argument(&self.python, &self.captures, keyword, plan)
    }
}

impl<const N: usize, C: Python> Callable<N> for C
where
    C::Arity: sealed::Takes<N>,
{
    fn into_argument(self, keyword: &'static str, plan: &mut Plan) -> Argument {
        self.argument(keyword, plan)
    }
}

mod sealed {
    use super::Yes;

    pub trait Sealed {}
    impl<A0, A1, A2, A3> Sealed for super::Callback<A0, A1, A2, A3> {}

    #[diagnostic::on_unimplemented(
        message = "this callback is called with {N} argument(s) and cannot take as many",
        label = "takes another number of arguments",
        note = "an operation calls its callback with the record, an accumulating one with the accumulator and the record, a grouping one with the key before them"
    )]
    pub trait Takes<const N: usize> {}

    #[diagnostic::do_not_recommend]
    impl<A1, A2, A3> Takes<0> for (Yes, A1, A2, A3) {}
    #[diagnostic::do_not_recommend]
    impl<A0, A2, A3> Takes<1> for (A0, Yes, A2, A3) {}
    #[diagnostic::do_not_recommend]
    impl<A0, A1, A3> Takes<2> for (A0, A1, Yes, A3) {}
    #[diagnostic::do_not_recommend]
    impl<A0, A1, A2> Takes<3> for (A0, A1, A2, Yes) {}
}

/// The callback with its captures around it, so that two callbacks of one gear can capture
/// different values under the same name.
fn argument(
    python: &StaticCallback,
    captures: &[Capture],
    keyword: &'static str,
    plan: &mut Plan,
) -> Argument {
    let names: Vec<&str> = captures.iter().map(|c| c.name.as_ref()).collect();
    let values: Vec<&str> = captures.iter().map(|c| c.literal.as_ref()).collect();
    let (names, values) = (names.join(", "), values.join(", "));
    let (text, line) = python.code;
    let mut code = Code {
        text: Text::Borrowed(text),
        file: Text::Borrowed(python.file),
        line,
    };
    if let Some((body, line)) = python.prelude {
        let outer = format!("_py_{}", plan.prelude.len());
        plan.prelude.push(Code {
            text: Text::Owned(format!(
                "def {outer}({names}):\n{}\n    return {text}",
                body.trim_end()
            )),
            file: Text::Borrowed(python.file),
            // The line of the `def` stands in no file; the next one is the first of the text.
            line: line.saturating_sub(1),
        });
        code.text = Text::Owned(format!("{outer}({values})"));
    } else if !captures.is_empty() {
        code.text = Text::Owned(format!("(lambda {names}: ({text}))({values})"));
    }
    let add = |list: &mut Vec<Text>, words: &'static [&'static str]| {
        for word in words {
            if !list.iter().any(|known| known == word) {
                list.push(Text::Borrowed(word));
            }
        }
    };
    // No methods with `cmd` means any of them.
    let any_method = |uses: &[Text], methods: &[Text]| {
        methods.is_empty() && uses.iter().any(|used| used == "cmd")
    };
    let any = any_method(&plan.uses, &plan.cmd_methods)
        || (python.cmd_methods.is_empty() && python.uses.contains(&"cmd"));
    plan.shared.extend(python.shared);
    add(&mut plan.requirements, python.requirements);
    add(&mut plan.uses, python.uses);
    if any {
        plan.cmd_methods.clear();
    } else {
        add(&mut plan.cmd_methods, python.cmd_methods);
    }
    Argument {
        keyword: Some(Text::Borrowed(keyword)),
        value: code,
        function: python.function,
    }
}
