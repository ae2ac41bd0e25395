//! The table of methods: for each name the types that have it.

mod bytes;
mod list;
mod mapping;
mod text;

use std::sync::OnceLock;

use super::tree::Method;
use super::value::{Fail, Int, Kind, Value};

/// The types that have methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Str,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Dict,
    Set,
    Int,
    Float,
}

const TYPES: usize = 9;

impl Type {
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Str(_) => Self::Str,
            Value::Bytes(_) => Self::Bytes,
            Value::ByteArray(_) => Self::ByteArray,
            Value::List(_) => Self::List,
            Value::Tuple(_) => Self::Tuple,
            Value::Dict(_) => Self::Dict,
            Value::Set(_) => Self::Set,
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::None | Value::Unbound | Value::Exception(_) => return None,
        })
    }
}

pub(in crate::native) use text::join_all as join;
pub use text::{Words, words};

/// What methods ask of the call that they are in.
pub(super) trait Caller {
    /// The minor version of the Python that is stood in for.
    fn minor(&self) -> u8;

    /// So many bytes are made.
    ///
    /// # Errors
    /// When those are too many.
    fn charge(&mut self, bytes: usize) -> Result<(), Fail>;

    /// Something was put into a value, which may be itself.
    fn suspect(&mut self, into: &Value, put: &Value);

    /// All that an iteration over a value gives.
    ///
    /// # Errors
    /// When there is none, or it is stopped.
    fn elements(&mut self, value: &Value) -> Result<Vec<Value>, Fail>;

    /// The keys and values that a dictionary is made of.
    ///
    /// # Errors
    /// When the value gives no pairs.
    fn pairs_of(&mut self, value: &Value) -> Result<Vec<(Value, Value)>, Fail>;

    /// Elements in order; those that are equal keep theirs.
    ///
    /// # Errors
    /// When they have no order.
    fn in_order(&mut self, items: Vec<Value>) -> Result<Vec<Value>, Fail>;
}

type Run = fn(&mut dyn Caller, &Value, &[Value]) -> Result<Value, Fail>;

/// A method of one type.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) of: Type,
    /// How many arguments it takes.
    pub(super) least: usize,
    pub(super) most: usize,
    /// With up to so many arguments it never gives the call back; nothing when it may always.
    pub(super) total: Option<usize>,
    /// With so many arguments, all of them texts, it never gives back either.
    pub(super) texts: Option<usize>,
    pub(super) run: Run,
}

/// A row for a method that never gives back, with at most `total` arguments.
const fn row(
    of: Type,
    name: &'static str,
    least: usize,
    most: usize,
    total: usize,
    run: Run,
) -> Row {
    Row {
        name,
        of,
        least,
        most,
        total: Some(total),
        texts: None,
        run,
    }
}

/// A row for a method of bytes that takes no texts, and says so: that is known of `texts` of them.
const fn no_texts(of: Type, name: &'static str, most: usize, texts: usize, run: Run) -> Row {
    Row {
        name,
        of,
        least: 0,
        most,
        total: None,
        texts: Some(texts),
        run,
    }
}

/// A row for a method that may give back.
const fn partial(of: Type, name: &'static str, least: usize, most: usize, run: Run) -> Row {
    Row {
        name,
        of,
        least,
        most,
        total: None,
        texts: None,
        run,
    }
}

/// A method that Python has and the evaluator has not.
const fn missing(of: Type, name: &'static str) -> Row {
    partial(of, name, 0, 9, unknown)
}

fn unknown(_: &mut dyn Caller, _: &Value, _: &[Value]) -> Result<Value, Fail> {
    Err(Fail::GiveBack("a method that is not in the table"))
}

struct Entry {
    name: &'static str,
    rows: [Option<&'static Row>; TYPES],
}

fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut entries: Vec<Entry> = Vec::new();
        let all = [text::ROWS, bytes::ROWS, list::ROWS, mapping::ROWS];
        for row in all.into_iter().flatten() {
            let at = entries
                .iter()
                .position(|entry| entry.name == row.name)
                .unwrap_or_else(|| {
                    entries.push(Entry {
                        name: row.name,
                        rows: [None; TYPES],
                    });
                    entries.len() - 1
                });
            entries[at].rows[row.of as usize] = Some(row);
        }
        entries
    })
}

impl Method {
    /// The method of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        table()
            .iter()
            .position(|entry| entry.name == name)
            .map(Self)
    }

    pub(super) fn name(self) -> &'static str {
        table()[self.0].name
    }

    /// The method for a value.
    ///
    /// # Errors
    /// When its type has none of that name.
    pub(super) fn of(self, value: &Value, minor: u8) -> Result<&'static Row, Fail> {
        let entry = &table()[self.0];
        Type::of(value)
            .and_then(|of| entry.rows[of as usize])
            .ok_or_else(|| no_attribute(value, entry.name, minor))
    }

    /// Whether some type's method of this name changes its value.
    pub(super) fn changes(self) -> bool {
        matches!(
            self.name(),
            "add"
                | "append"
                | "clear"
                | "discard"
                | "extend"
                | "insert"
                | "pop"
                | "popitem"
                | "remove"
                | "reverse"
                | "setdefault"
                | "sort"
                | "update"
        )
    }

    /// Whether some type's method of this name takes so many arguments.
    pub(super) fn takes(self, count: usize) -> bool {
        let mut rows = table()[self.0].rows.iter().flatten();
        rows.any(|row| (row.least..=row.most).contains(&count))
    }

    /// Whether a call with so many arguments, which may all be texts, never gives back for values of these types.
    pub(super) fn is_total(
        self,
        count: usize,
        are_texts: bool,
        possible: impl Fn(Type) -> bool,
    ) -> bool {
        let rows = table()[self.0].rows.iter().flatten();
        rows.filter(|row| possible(row.of)).all(|row| {
            (row.least..=row.most).contains(&count)
                && (row.total.is_some_and(|most| count <= most)
                    || (are_texts && row.texts == Some(count)))
        })
    }
}

/// Calls a method with arguments that were evaluated.
pub(super) fn call(
    vm: &mut dyn Caller,
    row: &Row,
    receiver: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    if !(row.least..=row.most).contains(&arguments.len()) {
        return Err(Fail::GiveBack("another number of arguments"));
    }
    (row.run)(vm, receiver, arguments)
}

fn no_attribute(value: &Value, name: &str, minor: u8) -> Fail {
    let text = format!("'{}' object has no attribute '{name}'", value.type_name());
    Fail::hinted(
        Kind::AttributeError,
        text,
        super::hints::hint(value.type_name(), name, minor),
    )
}

/// An argument that has to be an integer.
pub(super) fn integer(value: &Value, minor: u8) -> Result<i64, Fail> {
    match Int::of(value) {
        Some(Int::Small(number)) => Ok(number),
        Some(Int::Big(_)) => Err(Fail::Limit("an argument beyond 64 bits")),
        None if matches!(value, Value::Float(_)) && minor < 10 => {
            Err(Fail::type_error("integer argument expected, got float"))
        }
        None => Err(Fail::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            value.type_name()
        ))),
    }
}
