//! The instruction tree: what a Python function is compiled to.

mod statement;

use std::sync::Arc;

use num_bigint::BigInt;

use super::builtins::Builtin;
use super::format::Spec;
use super::host::Service;
use super::number::Operator;
use super::value::{Sign, Value};
use crate::spec::{Arity, Decode};
pub(super) use statement::{From, Handler, Raise, Stmt, StmtKind, Target, Try};

/// A constant. Programs are shared by threads, values are not.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A larger integer.
    Big(Arc<BigInt>),
    /// A float.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A tuple of constants.
    Tuple(Vec<Constant>),
}

impl Constant {
    /// The constant that a value is, if it cannot change.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(number) => Self::Int(*number),
            Value::Big(number) => Self::Big(Arc::clone(number)),
            Value::Float(number) => Self::Float(*number),
            Value::Str(text) => Self::Str(Arc::clone(text)),
            Value::Bytes(bytes) => Self::Bytes(Arc::clone(bytes)),
            Value::Tuple(items) => {
                Self::Tuple(items.0.iter().map(Self::of).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(number) => Value::Int(*number),
            Self::Big(number) => Value::Big(Arc::clone(number)),
            Self::Float(number) => Value::Float(*number),
            Self::Str(text) => Value::Str(Arc::clone(text)),
            Self::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
            Self::Tuple(items) => Value::tuple(items.iter().map(Self::value).collect()),
        }
    }
}

/// A method name: a place in the table of [methods](super::methods).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Method(pub(super) usize);

/// A place among the locals of a call.
pub(super) type Slot = u32;

#[derive(Debug)]
pub(super) enum Expr {
    Constant(Constant),
    /// A local that has a value.
    Local(Slot),
    /// A local that may have none.
    Maybe(Slot, Arc<str>),
    /// An expression on another line than the one around it.
    At(u32, Box<Expr>),
    Unary(char, Box<Expr>),
    Binary(Operator, Box<(Expr, Expr)>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    Not(Box<Expr>),
    /// `and`, where the flag is set; else `or`.
    Logic(bool, Vec<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    Index(Box<(Expr, Expr)>),
    /// `value['key']`
    Field(Box<Expr>, Arc<str>),
    Slice(Box<(Expr, [Option<Expr>; 3])>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    /// A list, set or dictionary made by a comprehension.
    Comprehension(Box<Comprehension>),
    /// An f-string, or the text of `.format()` after its arguments were evaluated.
    Join(Vec<Part>),
    /// Arguments put into slots, then the text that takes them.
    Format(Vec<(Slot, Expr)>, Vec<Part>),
    Method(Box<MethodCall>),
    Builtin(Builtin, Vec<Expr>),
    /// A builtin that takes what an iteration gives.
    Gather(Box<Gather>),
    Call(Box<FunctionCall>),
    Service(Service, Vec<Argument>),
    /// `name := value`
    Assign(Slot, Box<Expr>),
    /// `isinstance(value, types)`
    IsInstance(Box<Expr>, Vec<&'static str>),
    /// `type(value).__name__`
    TypeName(Box<Expr>),
    /// What generated scripts do around functions.
    Glued(Box<Glued>),
    /// A call with arguments that are decoded first.
    Decoded(Box<DecodedCall>),
    /// Python has to run the call from the beginning, for this reason.
    GiveBack(&'static str),
}

/// What generated scripts do around functions, known by its text.
#[derive(Debug)]
pub(super) enum Glued {
    /// The arguments of a command without the mark of its signature: all in the first slots.
    Signed,
    /// A result, in the first slot, as bytes.
    Encode(Encode),
    /// The record of an event.
    Record {
        fields: Expr,
        is_entry: bool,
        /// Where one without a key is refused.
        line: u32,
    },
    /// A command that a method of `cmd` sends: the lines of those parts of it that raise errors.
    Command {
        service: Service,
        arguments: Vec<Argument>,
        line: u32,
        refuses: u32,
    },
    /// Keys and values of a dictionary, one after the other.
    Flat(Expr),
    /// Words for options that are given.
    Options {
        with_values: bool,
        options: Vec<(Arc<str>, Expr)>,
    },
}

/// How a result becomes bytes.
#[derive(Debug)]
pub(super) struct Encode {
    pub(super) encoder: Encoder,
    /// Whose result it is.
    pub(super) subject: Arc<str>,
    /// The line where an error about the type is raised.
    pub(super) wrong: u32,
    /// The line that encodes.
    pub(super) encodes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoder {
    Text,
    Bytes,
    Mark,
    Int,
    Float,
    Bool,
    Pickle,
    Json,
}

#[derive(Debug)]
pub(super) struct DecodedCall {
    pub(super) function: usize,
    pub(super) decoders: Vec<(Decode, Arity)>,
    pub(super) arguments: Expr,
}

#[derive(Debug)]
pub(super) enum Comparison {
    Equal,
    Different,
    Order(Sign),
    In,
    NotIn,
    /// `is` with `None`, `True` or `False`.
    Is,
    IsNot,
}

#[derive(Debug)]
pub(super) struct MethodCall {
    pub(super) receiver: Expr,
    pub(super) method: Method,
    pub(super) arguments: Vec<Expr>,
    /// The last argument of `join`, `extend` and `update`, where that is an iteration.
    pub(super) iterated: Option<Source>,
    /// `key` and `reverse` of `sort`.
    pub(super) order: Option<Ordering>,
}

impl MethodCall {
    /// Whether it is `.split()`.
    pub(super) fn splits(&self) -> bool {
        self.arguments.is_empty() && self.iterated.is_none() && self.method.name() == "split"
    }
}

#[derive(Debug)]
pub(super) struct FunctionCall {
    pub(super) function: usize,
    /// One for each parameter.
    pub(super) arguments: Vec<Expr>,
    /// In which order they are written.
    pub(super) order: Vec<usize>,
}

/// An argument of a service: `value` or `*values`.
#[derive(Debug)]
pub(super) enum Argument {
    One(Expr),
    Many(Source),
}

#[derive(Debug)]
pub(super) enum Part {
    Text(Arc<str>),
    Value {
        value: Expr,
        repr: bool,
        spec: Option<Spec>,
    },
}

/// What is iterated over.
#[derive(Debug)]
pub(super) enum Source {
    Value(Expr),
    Range(Vec<Expr>),
    Enumerate(Box<Source>, Option<Expr>),
    Zip(Vec<Source>),
    Reversed(Expr),
    View(Expr, View),
    Map(Function, Box<Source>),
    /// Without a function: those that are true.
    Filter(Option<Function>, Box<Source>),
    Generator(Box<Generator>),
}

impl Source {
    /// How many functions are called while it goes on.
    pub(super) fn functions(&self) -> usize {
        match self {
            Self::Value(_) | Self::Range(_) | Self::Reversed(_) | Self::View(..) => 0,
            Self::Enumerate(of, _) | Self::Filter(None, of) => of.functions(),
            Self::Zip(all) => all.iter().map(Self::functions).sum(),
            Self::Map(_, of) | Self::Filter(Some(_), of) => 1 + of.functions(),
            Self::Generator(_) => 1,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Keys,
    Values,
    Items,
}

/// A function that is called for each element.
#[derive(Debug)]
pub(super) enum Function {
    Lambda {
        parameters: Vec<Slot>,
        body: Expr,
        line: u32,
    },
    Builtin(Builtin),
    Own(usize),
    /// `str.lower`: a method and the type it is taken from.
    Method(Method, &'static str),
}

/// One `for … in … if …` of a comprehension.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) source: Source,
    pub(super) target: Target,
    pub(super) conditions: Vec<Expr>,
}

#[derive(Debug)]
pub(super) struct Generator {
    pub(super) clauses: Vec<Clause>,
    pub(super) element: Expr,
    pub(super) line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    List,
    Set,
    Dict,
}

#[derive(Debug)]
pub(super) struct Comprehension {
    pub(super) made: Made,
    /// What the traceback shows, where comprehensions are functions of their own.
    pub(super) frame: Option<Arc<str>>,
    pub(super) clauses: Vec<Clause>,
    pub(super) element: Expr,
    /// The value of a dictionary's entry.
    pub(super) value: Option<Expr>,
    pub(super) line: u32,
}

/// What takes all elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gatherer {
    List,
    Tuple,
    Set,
    Dict,
    Sum,
    Any,
    All,
    Min,
    Max,
    Sorted,
}

/// `key=…, reverse=…`
#[derive(Debug, Default)]
pub(super) struct Ordering {
    pub(super) key: Option<Function>,
    pub(super) reverse: Option<Expr>,
}

#[derive(Debug)]
pub(super) struct Gather {
    pub(super) what: Gatherer,
    pub(super) source: Source,
    pub(super) order: Ordering,
    /// The start of `sum`, the default of `min` and `max`.
    pub(super) extra: Option<Expr>,
}

/// A function.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) name: Arc<str>,
    pub(super) slots: usize,
    pub(super) parameters: usize,
    pub(super) defaults: Vec<Option<Constant>>,
    pub(super) body: Vec<Stmt>,
}
