//! Exceptions, and the other ways in which a call can end early.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::text;
use super::value::Value;

/// Why a call does not go on.
#[derive(Debug)]
pub enum Fail {
    /// A Python exception.
    Raise(Rc<Exception>),
    /// The evaluator does not know what Python would do: the call begins again in Python.
    GiveBack(&'static str),
    /// Too large or too deep for the evaluator.
    Limit(&'static str),
    /// Stopped from outside, with the text of the error that the caller gets.
    Stop(Box<str>),
}

impl Fail {
    pub(super) fn raise(kind: Kind, message: impl AsRef<str>) -> Self {
        Self::with(kind, vec![Value::str(message.as_ref())])
    }

    pub(super) fn with(kind: Kind, arguments: Vec<Value>) -> Self {
        Self::new(kind, arguments, None)
    }

    pub(super) fn hinted(kind: Kind, message: String, hint: Option<&'static str>) -> Self {
        Self::new(kind, vec![message.into()], hint)
    }

    fn new(kind: Kind, arguments: Vec<Value>, hint: Option<&'static str>) -> Self {
        Self::Raise(Rc::new(Exception {
            kind,
            arguments,
            trace: RefCell::default(),
            hint,
            before: RefCell::default(),
        }))
    }

    pub(super) fn type_error(message: impl AsRef<str>) -> Self {
        Self::raise(Kind::TypeError, message)
    }

    pub(super) fn value_error(message: impl AsRef<str>) -> Self {
        Self::raise(Kind::ValueError, message)
    }
}

/// What stands between two exceptions of a chain, in Python's own words.
const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// How many exceptions of a chain are told.
const MOST_TOLD: usize = 20;

/// A place in a function, as a traceback shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) function: Arc<str>,
}

/// A Python exception.
#[derive(Debug)]
pub struct Exception {
    pub(super) kind: Kind,
    pub(super) arguments: Vec<Value>,
    /// The places that it went through, the innermost first.
    pub(super) trace: RefCell<Vec<Place>>,
    /// A name that Python suggests.
    pub(super) hint: Option<&'static str>,
    pub(super) before: RefCell<Before>,
}

/// The exception that another one was raised from or after.
#[derive(Debug, Default)]
pub(super) enum Before {
    #[default]
    Nothing,
    /// `raise … from None`
    Hidden,
    /// `raise … from …`
    Cause(Rc<Exception>),
    /// What was handled at the time.
    Context(Rc<Exception>),
}

impl Exception {
    /// `str(e)`
    pub(super) fn text(&self, minor: u8) -> Result<String, Fail> {
        match self.arguments.as_slice() {
            [] => Ok(String::new()),
            [one] if self.kind == Kind::KeyError => text::repr(one, minor),
            [one] => text::str(one, minor),
            many => text::repr(&Value::tuple(many.to_vec()), minor),
        }
    }

    /// The text that a client gets.
    pub(super) fn shown(&self, minor: u8, with_traceback: bool) -> String {
        if !with_traceback {
            let said = self.text(minor).unwrap_or_default();
            return format!("Error type: <class '{}'>, Value: {said}", self.kind.path());
        }
        let mut lines = Vec::new();
        self.tell(minor, MOST_TOLD, &mut lines);
        let list = Value::list(lines.iter().map(|line| Value::str(line)).collect());
        text::repr(&list, minor).unwrap_or_default()
    }

    /// The lines of the exception, after those of what was before it.
    fn tell(&self, minor: u8, most: usize, lines: &mut Vec<String>) {
        let before = match &*self.before.borrow() {
            Before::Nothing | Before::Hidden => None,
            Before::Cause(before) => Some((Rc::clone(before), CAUSE)),
            Before::Context(before) => Some((Rc::clone(before), CONTEXT)),
        };
        if let (Some((before, between)), Some(most)) = (before, most.checked_sub(1)) {
            before.tell(minor, most, lines);
            lines.push(between.to_owned());
        }
        let said = self.text(minor).unwrap_or_default();
        let trace = self.trace.borrow();
        if !trace.is_empty() {
            lines.push("Traceback (most recent call last):\n".to_owned());
        }
        lines.extend(shown_places(&trace));
        let mut last = self.kind.path().to_owned();
        if !said.is_empty() {
            last.push_str(": ");
            last.push_str(&said);
        }
        if let Some(hint) = self.hint {
            last.push_str(&format!(". Did you mean: '{hint}'?"));
        }
        last.push('\n');
        lines.push(last);
    }
}

/// The lines of the places, the outermost first.
fn shown_places(trace: &[Place]) -> Vec<String> {
    /// Of places that are the same one after the other, so many are shown.
    const SHOWN: usize = 3;
    let mut lines = Vec::new();
    let mut places = trace.iter().rev().peekable();
    while let Some(place) = places.next() {
        let line = format!(
            "  File \"<string>\", line {}, in {}\n",
            place.line, place.function
        );
        let mut same = 1;
        while places.next_if_eq(&place).is_some() {
            same += 1;
        }
        lines.extend(std::iter::repeat_n(line, same.min(SHOWN)));
        if same > SHOWN {
            let more = same - SHOWN;
            let plural = if more > 1 { "s" } else { "" };
            lines.push(format!(
                "  [Previous line repeated {more} more time{plural}]\n"
            ));
        }
    }
    lines
}

macro_rules! kinds {
    ($($name:ident : $parent:ident, $path:literal;)*) => {
        /// The types of exceptions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            /// The root.
            BaseException,
            $(#[doc = concat!("`", $path, "`")] $name,)*
        }

        impl Kind {
            /// Those that scripts can name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    "BaseException" => Some(Self::BaseException),
                    "IOError" | "EnvironmentError" => Some(Self::OSError),
                    $($path if !$path.starts_with("gears.") => Some(Self::$name),)*
                    _ => None,
                }
            }

            fn parent(self) -> Self {
                match self {
                    Self::BaseException => Self::BaseException,
                    $(Self::$name => Self::$parent,)*
                }
            }

            /// The name with that of its module.
            pub(super) fn path(self) -> &'static str {
                match self {
                    Self::BaseException => "BaseException",
                    $(Self::$name => $path,)*
                }
            }
        }
    };
}

kinds! {
    Exception: BaseException, "Exception";
    ArithmeticError: Exception, "ArithmeticError";
    ZeroDivisionError: ArithmeticError, "ZeroDivisionError";
    OverflowError: ArithmeticError, "OverflowError";
    FloatingPointError: ArithmeticError, "FloatingPointError";
    AssertionError: Exception, "AssertionError";
    AttributeError: Exception, "AttributeError";
    BufferError: Exception, "BufferError";
    EOFError: Exception, "EOFError";
    ImportError: Exception, "ImportError";
    LookupError: Exception, "LookupError";
    IndexError: LookupError, "IndexError";
    KeyError: LookupError, "KeyError";
    MemoryError: Exception, "MemoryError";
    NameError: Exception, "NameError";
    UnboundLocalError: NameError, "UnboundLocalError";
    OSError: Exception, "OSError";
    ReferenceError: Exception, "ReferenceError";
    RuntimeError: Exception, "RuntimeError";
    NotImplementedError: RuntimeError, "NotImplementedError";
    RecursionError: RuntimeError, "RecursionError";
    StopIteration: Exception, "StopIteration";
    TypeError: Exception, "TypeError";
    ValueError: Exception, "ValueError";
    UnicodeError: ValueError, "UnicodeError";
    UnicodeDecodeError: UnicodeError, "UnicodeDecodeError";
    UnicodeEncodeError: UnicodeError, "UnicodeEncodeError";
    GearsError: Exception, "gears.error";
    ForceStopped: BaseException, "gears.forcestopped";
    KeyboardInterrupt: BaseException, "KeyboardInterrupt";
    SystemExit: BaseException, "SystemExit";
}

impl Kind {
    /// The name alone.
    pub(super) fn name(self) -> &'static str {
        self.path().trim_start_matches("gears.")
    }

    /// Whether it is the other type or one below it.
    pub(super) fn is(self, other: Self) -> bool {
        let mut kind = self;
        while kind != other {
            if kind == Self::BaseException {
                return false;
            }
            kind = kind.parent();
        }
        true
    }

    /// Whether scripts may make one with any words and it looks like any other.
    pub(super) fn is_plain(self) -> bool {
        !matches!(
            self,
            Self::UnicodeDecodeError
                | Self::UnicodeEncodeError
                | Self::ImportError
                | Self::OSError
                | Self::StopIteration
                | Self::SystemExit
                | Self::KeyboardInterrupt
        )
    }
}
