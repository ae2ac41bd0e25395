//! Exceptions, and the other ways in which a call can end early.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::Value;

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
    pub(in crate::native) fn raise(kind: Kind, message: impl AsRef<str>) -> Self {
        Self::with(kind, vec![Value::str(message.as_ref())])
    }

    pub(in crate::native) fn with(kind: Kind, arguments: Vec<Value>) -> Self {
        Self::new(kind, arguments, None)
    }

    pub(in crate::native) fn hinted(
        kind: Kind,
        message: String,
        hint: Option<&'static str>,
    ) -> Self {
        Self::new(kind, vec![message.into()], hint)
    }

    /// A `KeyError` about what is no value of the evaluator, in Python's own words.
    pub(in crate::native) fn key_error(shown: String) -> Self {
        let fail = Self::new(Kind::KeyError, vec![shown.into()], None);
        if let Self::Raise(exception) = &fail {
            exception.shown.set(true);
        }
        fail
    }

    fn new(kind: Kind, arguments: Vec<Value>, hint: Option<&'static str>) -> Self {
        Self::Raise(Rc::new(Exception {
            kind,
            shown: Cell::new(false),
            arguments,
            trace: RefCell::default(),
            hint,
            before: RefCell::default(),
        }))
    }

    /// The same, which went through a line of a function.
    pub(in crate::native) fn at(self, line: u32, function: impl Into<Arc<str>>) -> Self {
        if let Self::Raise(exception) = &self {
            exception.pass(line, function);
        }
        self
    }

    pub(in crate::native) fn type_error(message: impl AsRef<str>) -> Self {
        Self::raise(Kind::TypeError, message)
    }

    pub(in crate::native) fn value_error(message: impl AsRef<str>) -> Self {
        Self::raise(Kind::ValueError, message)
    }
}

/// A place in a function, as a traceback shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::native) struct Place {
    pub(in crate::native) line: u32,
    pub(in crate::native) function: Arc<str>,
}

/// A Python exception.
#[derive(Debug)]
pub struct Exception {
    pub(in crate::native) kind: Kind,
    pub(in crate::native) arguments: Vec<Value>,
    /// Whether its argument is what Python shows of it.
    pub(in crate::native) shown: Cell<bool>,
    /// The places that it went through, the innermost first.
    pub(in crate::native) trace: RefCell<Vec<Place>>,
    /// A name that Python suggests.
    pub(in crate::native) hint: Option<&'static str>,
    pub(in crate::native) before: RefCell<Before>,
}

/// The exception that another one was raised from or after.
#[derive(Debug, Default)]
pub(in crate::native) enum Before {
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
    /// Notes that it went through a line of a function.
    pub(in crate::native) fn pass(&self, line: u32, function: impl Into<Arc<str>>) {
        self.trace.borrow_mut().push(Place {
            line,
            function: function.into(),
        });
    }
}

macro_rules! kinds {
    ($($name:ident : $parent:ident, $path:literal;)*) => {
        /// The types of exceptions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::native) enum Kind {
            /// The root.
            BaseException,
            $(#[doc = concat!("`", $path, "`")] $name,)*
        }

        impl Kind {
            /// Those that scripts can name.
            pub(in crate::native) fn named(name: &str) -> Option<Self> {
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
            pub(in crate::native) fn path(self) -> &'static str {
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
    pub(in crate::native) fn name(self) -> &'static str {
        self.path().trim_start_matches("gears.")
    }

    /// Whether it is the other type or one below it.
    pub(in crate::native) fn is(self, other: Self) -> bool {
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
    pub(in crate::native) fn is_plain(self) -> bool {
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
