//! From what Python returned to Rust values.
//!
//! | Rust | Python | on the wire |
//! |---|---|---|
//! | `String` | `str` | UTF-8 |
//! | `Vec<u8>` | `bytes`, `str` | raw |
//! | `i8` … `u128` | `int` | decimal |
//! | `f32`, `f64` | `float`, `int` | `repr` |
//! | `bool` | `bool` | `1`, `0` |
//! | `Option<T>` | `None` or as `T` | no record, or as `T` |
//! | `()` | anything | not looked at |
//! | `Vec<T>`, sets, maps, tuples, [`PyValue`] | `list`, `set`, `dict`, `tuple`, … | pickle |
//! | [`Pickle<T>`], [`Json<T>`] | what serde can read into `T` | pickle, JSON |
//!
//! Results that other clients wrote are read too: scalars as pickles, structures as lists of the
//! protocol or as Python prints them (`{'key': 1}`).

mod collection;
mod pickle;
mod scalar;
mod typed;

use super::record::RawRecord;
use crate::error::{Error, Result};
use crate::spec::Encoding;

pub use typed::{Json, Pickle};

/// Any Python value made of the built-in types.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromReply, PyValue, RawRecord};
///
/// let record = RawRecord::from("{'key': 'a', 'value': 2}");
/// let PyValue::Dict(fields) = PyValue::from_record(record)? else {
///     panic!("a dict");
/// };
/// assert_eq!(fields.len(), 2);
/// # Ok::<(), redgrease::Error>(())
/// ```
pub type PyValue = serde_pickle::Value;

/// A type that a server-side function can return.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromReply, RawRecord};
///
/// assert_eq!(f64::from_record(RawRecord::from("0.1"))?, 0.1);
/// let none = Option::<i64>::from_records(vec![])?;
/// assert_eq!(none, None);
/// # Ok::<(), redgrease::Error>(())
/// ```
///
/// # Errors
///
/// The methods fail with [`Error::Decode`] when Python returned something else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a server-side function",
    label = "no Python value becomes a `{Self}`",
    note = "use text, bytes, numbers, bool, Option, Vec, sets, maps or tuples of these, or `Pickle<T>` / `Json<T>` for a type that implements serde's Deserialize"
)]
pub trait FromReply: Sized {
    /// How the server encodes the result.
    const ENCODING: Encoding;

    /// Reads one record.
    fn from_record(record: RawRecord) -> Result<Self>;

    /// Reads all records that one call gave; most types take exactly one.
    fn from_records(records: Vec<RawRecord>) -> Result<Self> {
        Self::from_record(only(records)?)
    }
}

/// A type that a Python value inside a list, a set, a dictionary or a tuple becomes.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromPython, PyValue};
///
/// let pair = PyValue::Tuple(vec![PyValue::I64(1), PyValue::String("a".into())]);
/// assert_eq!(<(i64, String)>::from_python(pair)?, (1, "a".to_string()));
/// # Ok::<(), redgrease::Error>(())
/// ```
pub trait FromPython: Sized {
    /// How a `Vec` of this type travels.
    #[doc(hidden)]
    const VEC_ENCODING: Encoding = Encoding::Pickle;

    /// Reads a Python value.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when the value has another type.
    fn from_python(value: PyValue) -> Result<Self>;

    #[doc(hidden)]
    fn vec_from_python(value: PyValue) -> Result<Vec<Self>> {
        collection::items(value)?
            .into_iter()
            .map(Self::from_python)
            .collect()
    }

    /// Reads a record, or an item of a list that stands in the reply itself.
    #[doc(hidden)]
    fn from_item(item: RawRecord) -> Result<Self> {
        Self::from_python(python(item)?)
    }

    #[doc(hidden)]
    fn vec_from_item(item: RawRecord) -> Result<Vec<Self>> {
        match item {
            RawRecord::List(items) => items.into_iter().map(Self::from_item).collect(),
            other => Self::vec_from_python(python(other)?),
        }
    }
}

/// A type that all the records of a run become: `Vec<T>` takes any number, `Option<T>` at most
/// one, any other type exactly one.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromResults, RawRecord};
///
/// let records = || vec![RawRecord::from("1"), RawRecord::from("2")];
/// assert_eq!(Vec::<i64>::from_results(records())?, [1, 2]);
/// assert!(Option::<i64>::from_results(records()).is_err());
/// # Ok::<(), redgrease::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the results of a gear",
    label = "no records become a `{Self}`",
    note = "use `Vec<T>` for any number of records, `Option<T>` for at most one, or a type for exactly one: text, bytes, numbers, bool, sets, maps or tuples of these, `Pickle<T>` or `Json<T>`"
)]
pub trait FromResults: Sized {
    /// How the server encodes each record.
    const RECORD: Encoding;

    /// Reads the records.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when a record, or their number, does not fit.
    fn from_results(records: Vec<RawRecord>) -> Result<Self>;
}

impl<T: FromReply> FromResults for Vec<T> {
    const RECORD: Encoding = T::ENCODING.of_record();

    fn from_results(records: Vec<RawRecord>) -> Result<Self> {
        records.into_iter().map(T::from_record).collect()
    }
}

impl<T: FromReply> FromResults for Option<T> {
    const RECORD: Encoding = T::ENCODING.of_record();

    fn from_results(records: Vec<RawRecord>) -> Result<Self> {
        let found = records.len();
        if found > 1 {
            return Err(Error::decode(
                "the results",
                "at most one record",
                format!("{found} records"),
            ));
        }
        records.into_iter().next().map(T::from_record).transpose()
    }
}

impl FromResults for () {
    const RECORD: Encoding = Encoding::Unit;

    fn from_results(_records: Vec<RawRecord>) -> Result<Self> {
        Ok(())
    }
}

/// Runs that give exactly one record.
macro_rules! single {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => { $(
        impl<$($generics)*> $crate::client::value::FromResults for $type {
            const RECORD: $crate::spec::Encoding =
                <Self as $crate::client::value::FromReply>::ENCODING;

            fn from_results(
                records: Vec<$crate::client::record::RawRecord>,
            ) -> $crate::error::Result<Self> {
                <Self as $crate::client::value::FromReply>::from_record(
                    $crate::client::value::only(records)?,
                )
            }
        }
    )* };
}
use single;

/// The only record.
fn only(records: Vec<RawRecord>) -> Result<RawRecord> {
    let found = records.len();
    let mut records = records.into_iter();
    match (records.next(), found) {
        (Some(record), 1) => Ok(record),
        _ => Err(Error::decode(
            "the result",
            "one record",
            format!("{found} records"),
        )),
    }
}

/// The Python value that a record stands for: a pickle, a value as Python prints it, a list of the
/// protocol, or plain text.
fn python(record: RawRecord) -> Result<PyValue> {
    Ok(match record {
        RawRecord::Nil => PyValue::None,
        RawRecord::Int(number) => PyValue::I64(number),
        RawRecord::List(items) => {
            PyValue::List(items.into_iter().map(leaf).collect::<Result<_>>()?)
        }
        RawRecord::Bytes(bytes) if pickle::is_pickle(&bytes) => pickle::read(&bytes)?,
        RawRecord::Bytes(bytes) => match crate::repr::read_structure(&bytes) {
            Some(value) => value,
            None => plain(bytes),
        },
    })
}

/// An item of a list of the protocol: what looks like a literal is text there.
fn leaf(item: RawRecord) -> Result<PyValue> {
    match item {
        RawRecord::Bytes(bytes) if !pickle::is_pickle(&bytes) => Ok(plain(bytes)),
        other => python(other),
    }
}

fn plain(bytes: Vec<u8>) -> PyValue {
    match String::from_utf8(bytes) {
        Ok(text) => PyValue::String(text),
        Err(bad) => PyValue::Bytes(bad.into_bytes()),
    }
}

/// The start of a record, for messages.
fn shortened(record: &[u8]) -> String {
    const LONGEST: usize = 60;
    let start = &record[..record.len().min(LONGEST)];
    let rest = if start.len() < record.len() {
        "…"
    } else {
        ""
    };
    format!("{}{rest}", start.escape_ascii())
}

/// What a record that is not a pickle looks like in a message.
fn shown(record: &RawRecord) -> String {
    match record {
        RawRecord::Bytes(bytes) => format!("b\"{}\"", shortened(bytes)),
        RawRecord::Int(number) => format!("the number {number}"),
        RawRecord::List(items) => format!("a list of {} items", items.len()),
        RawRecord::Nil => "nil".into(),
    }
}

fn mismatch(expected: &str, found: &PyValue) -> Error {
    let kind = match found {
        PyValue::None => "None",
        PyValue::Bool(_) => "bool",
        PyValue::I64(_) | PyValue::Int(_) => "int",
        PyValue::F64(_) => "float",
        PyValue::Bytes(_) => "bytes",
        PyValue::String(_) => "str",
        PyValue::List(_) => "list",
        PyValue::Tuple(_) => "tuple",
        PyValue::Set(_) => "set",
        PyValue::FrozenSet(_) => "frozenset",
        PyValue::Dict(_) => "dict",
    };
    let text = found.to_string();
    let text: String = text.chars().take(80).collect();
    Error::decode("a Python value", expected, format!("{kind} {text}"))
}

#[cfg(test)]
mod tests;
