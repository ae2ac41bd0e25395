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

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use serde::de::DeserializeOwned;
use serde_pickle::{DeOptions, HashableValue};

use super::data::RawRecord;
use crate::error::{Error, Result};
use crate::spec::Encoding;

/// Any Python value made of the built-in types.
pub type PyValue = serde_pickle::Value;

/// A type that a server-side function can return.
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
    fn from_record(record: Vec<u8>) -> Result<Self>;

    /// Reads all records that one call gave; most types take exactly one.
    fn from_records(records: Vec<RawRecord>) -> Result<Self> {
        let found = records.len();
        let mut records = records.into_iter();
        match (records.next(), found) {
            (Some(record), 1) => Self::from_record(record.0),
            _ => Err(Error::decode(
                "the result",
                "one record",
                format!("{found} records"),
            )),
        }
    }
}

/// A type that a Python value inside a list, a set, a dictionary or a tuple becomes.
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
        items(value)?.into_iter().map(Self::from_python).collect()
    }

    #[doc(hidden)]
    fn vec_from_record(record: Vec<u8>) -> Result<Vec<Self>> {
        Self::vec_from_python(unpickle(&record)?)
    }
}

/// A type that all the records of a run become: `Vec<T>` takes any number, `Option<T>` at most one.
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
    const RECORD: Encoding = T::ENCODING;

    fn from_results(records: Vec<RawRecord>) -> Result<Self> {
        records
            .into_iter()
            .map(|record| T::from_record(record.0))
            .collect()
    }
}

impl<T: FromReply> FromResults for Option<T> {
    const RECORD: Encoding = T::ENCODING;

    fn from_results(records: Vec<RawRecord>) -> Result<Self> {
        let found = records.len();
        if found > 1 {
            return Err(Error::decode(
                "the results",
                "at most one record",
                format!("{found} records"),
            ));
        }
        records
            .into_iter()
            .next()
            .map(|record| T::from_record(record.0))
            .transpose()
    }
}

impl FromResults for () {
    const RECORD: Encoding = Encoding::Unit;

    fn from_results(_records: Vec<RawRecord>) -> Result<Self> {
        Ok(())
    }
}

/// What a pickle holds; other clients and the Python package send pickles for scalars too.
fn unpickle(record: &[u8]) -> Result<PyValue> {
    let options = DeOptions::new().decode_strings();
    serde_pickle::value_from_slice(record, options).map_err(|error| {
        Error::decode(
            "the result",
            "a pickled Python value",
            format!("b\"{}\" ({error})", shortened(record)),
        )
    })
}

fn is_pickle(record: &[u8]) -> bool {
    matches!(record, [0x80, 2..=5, .., b'.'])
}

fn shortened(record: &[u8]) -> String {
    const LONGEST: usize = 60;
    let start = &record[..record.len().min(LONGEST)];
    format!(
        "{}{}",
        start.escape_ascii(),
        if start.len() < record.len() {
            "…"
        } else {
            ""
        }
    )
}

fn items(value: PyValue) -> Result<Vec<PyValue>> {
    Ok(match value {
        PyValue::List(items) | PyValue::Tuple(items) => items,
        PyValue::Set(items) | PyValue::FrozenSet(items) => {
            items.into_iter().map(HashableValue::into_value).collect()
        }
        other => return Err(mismatch("a list, tuple or set", &other)),
    })
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

/// A scalar as text on the wire, read with `FromStr`.
fn parse<T: std::str::FromStr>(expected: &str, record: &[u8]) -> Result<T> {
    std::str::from_utf8(record)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Error::decode(
                "the result",
                expected,
                format!("b\"{}\"", shortened(record)),
            )
        })
}

macro_rules! integers {
    ($($type:ty { $($bytes:tt)* })*) => { $(
        impl FromReply for $type {
            const ENCODING: Encoding = Encoding::Int;

            fn from_record(record: Vec<u8>) -> Result<Self> {
                if is_pickle(&record) {
                    return Self::from_python(unpickle(&record)?);
                }
                parse(concat!("an int that fits ", stringify!($type)), &record)
            }
        }

        impl FromPython for $type {
            $($bytes)*

            fn from_python(value: PyValue) -> Result<Self> {
                integer(concat!("an int that fits ", stringify!($type)), &value)
            }
        }
    )* };
}

fn integer<T: TryFrom<i128> + std::str::FromStr>(expected: &str, value: &PyValue) -> Result<T> {
    let fitting = match value {
        PyValue::I64(number) => T::try_from(i128::from(*number)).ok(),
        PyValue::Int(number) => number.to_string().parse().ok(),
        _ => None,
    };
    fitting.ok_or_else(|| mismatch(expected, value))
}

integers! {
    i8 {} i16 {} i32 {} i64 {} i128 {} isize {}
    u16 {} u32 {} u64 {} u128 {} usize {}
    u8 {
        const VEC_ENCODING: Encoding = Encoding::Bytes;

        fn vec_from_python(value: PyValue) -> Result<Vec<Self>> {
            match value {
                PyValue::Bytes(bytes) => Ok(bytes),
                PyValue::String(text) => Ok(text.into_bytes()),
                other => Err(mismatch("bytes", &other)),
            }
        }

        fn vec_from_record(record: Vec<u8>) -> Result<Vec<Self>> {
            Ok(record)
        }
    }
}

macro_rules! floats {
    ($($type:ty),*) => { $(
        impl FromReply for $type {
            const ENCODING: Encoding = Encoding::Float;

            fn from_record(record: Vec<u8>) -> Result<Self> {
                if is_pickle(&record) {
                    return Self::from_python(unpickle(&record)?);
                }
                parse("a float", &record)
            }
        }

        impl FromPython for $type {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_lossless,
                reason = "Python's numbers are wider than the type the caller asked for"
            )]
            fn from_python(value: PyValue) -> Result<Self> {
                match value {
                    PyValue::F64(number) => Ok(number as $type),
                    PyValue::I64(number) => Ok(number as $type),
                    other => Err(mismatch("a float", &other)),
                }
            }
        }
    )* };
}

floats!(f32, f64);

impl FromReply for bool {
    const ENCODING: Encoding = Encoding::Bool;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        match record.as_slice() {
            b"1" | b"True" => Ok(true),
            b"0" | b"False" => Ok(false),
            pickle if is_pickle(pickle) => Self::from_python(unpickle(pickle)?),
            other => Err(Error::decode(
                "the result",
                "a bool",
                format!("b\"{}\"", shortened(other)),
            )),
        }
    }
}

impl FromPython for bool {
    fn from_python(value: PyValue) -> Result<Self> {
        match value {
            PyValue::Bool(yes) => Ok(yes),
            other => Err(mismatch("a bool", &other)),
        }
    }
}

impl FromReply for String {
    const ENCODING: Encoding = Encoding::Text;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        if is_pickle(&record) {
            return Self::from_python(unpickle(&record)?);
        }
        Self::from_utf8(record).map_err(|bad| {
            Error::decode(
                "the result",
                "text (use Vec<u8> for bytes)",
                format!("b\"{}\", which is not UTF-8", shortened(bad.as_bytes())),
            )
        })
    }
}

impl FromPython for String {
    fn from_python(value: PyValue) -> Result<Self> {
        match value {
            PyValue::String(text) => Ok(text),
            other => Err(mismatch("a str", &other)),
        }
    }
}

impl FromReply for () {
    const ENCODING: Encoding = Encoding::Unit;

    fn from_record(_record: Vec<u8>) -> Result<Self> {
        Ok(())
    }

    fn from_records(_records: Vec<RawRecord>) -> Result<Self> {
        Ok(())
    }
}

impl<T: FromReply> FromReply for Option<T> {
    const ENCODING: Encoding = Encoding::Optional(&T::ENCODING);

    fn from_record(record: Vec<u8>) -> Result<Self> {
        T::from_record(record).map(Some)
    }

    fn from_records(records: Vec<RawRecord>) -> Result<Self> {
        <Self as FromResults>::from_results(records)
    }
}

impl<T: FromPython> FromPython for Option<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        match value {
            PyValue::None => Ok(None),
            other => T::from_python(other).map(Some),
        }
    }
}

impl<T: FromPython> FromReply for Vec<T> {
    const ENCODING: Encoding = T::VEC_ENCODING;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        T::vec_from_record(record)
    }
}

impl<T: FromPython> FromPython for Vec<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        T::vec_from_python(value)
    }
}

impl FromReply for RawRecord {
    const ENCODING: Encoding = Encoding::Bytes;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        Ok(Self(record))
    }
}

impl FromPython for PyValue {
    fn from_python(value: PyValue) -> Result<Self> {
        Ok(value)
    }
}

/// What travels as a pickle and is read value by value.
macro_rules! pickled {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => { $(
        impl<$($generics)*> FromReply for $type {
            const ENCODING: Encoding = Encoding::Pickle;

            fn from_record(record: Vec<u8>) -> Result<Self> {
                Self::from_python(unpickle(&record)?)
            }
        }
    )* };
}

pickled! {
    [] PyValue,
    [T: FromPython + Eq + Hash, S: BuildHasher + Default] HashSet<T, S>,
    [T: FromPython + Ord] BTreeSet<T>,
    [K: FromPython + Eq + Hash, V: FromPython, S: BuildHasher + Default] HashMap<K, V, S>,
    [K: FromPython + Ord, V: FromPython] BTreeMap<K, V>,
}

impl<T: FromPython + Eq + Hash, S: BuildHasher + Default> FromPython for HashSet<T, S> {
    fn from_python(value: PyValue) -> Result<Self> {
        items(value)?.into_iter().map(T::from_python).collect()
    }
}

impl<T: FromPython + Ord> FromPython for BTreeSet<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        items(value)?.into_iter().map(T::from_python).collect()
    }
}

/// The entries of a dictionary.
fn entries<K: FromPython, V: FromPython, M: FromIterator<(K, V)>>(value: PyValue) -> Result<M> {
    match value {
        PyValue::Dict(entries) => entries
            .into_iter()
            .map(|(key, value)| Ok((K::from_python(key.into_value())?, V::from_python(value)?)))
            .collect(),
        other => Err(mismatch("a dict", &other)),
    }
}

impl<K: FromPython + Eq + Hash, V: FromPython, S: BuildHasher + Default> FromPython
    for HashMap<K, V, S>
{
    fn from_python(value: PyValue) -> Result<Self> {
        entries(value)
    }
}

impl<K: FromPython + Ord, V: FromPython> FromPython for BTreeMap<K, V> {
    fn from_python(value: PyValue) -> Result<Self> {
        entries(value)
    }
}

macro_rules! tuples {
    ($(($count:literal: $($name:ident),+))*) => { $(
        pickled! { [$($name: FromPython),+] ($($name,)+) }

        impl<$($name: FromPython),+> FromPython for ($($name,)+) {
            fn from_python(value: PyValue) -> Result<Self> {
                let found = items(value)?;
                let length = found.len();
                if length != $count {
                    return Err(Error::decode(
                        "a Python value",
                        concat!("a tuple of ", $count),
                        format!("{length} items"),
                    ));
                }
                let mut items = found.into_iter();
                Ok(($($name::from_python(items.next().unwrap_or(PyValue::None))?,)+))
            }
        }
    )* };
}

tuples! {
    (1: A)
    (2: A, B)
    (3: A, B, C)
    (4: A, B, C, D)
    (5: A, B, C, D, E)
    (6: A, B, C, D, E, F)
}

/// A result of any type that serde can read, pickled on the server.
///
/// ```
/// use redgrease_core::client::{FromReply, Pickle};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Point { x: i64, y: i64 }
///
/// // what Python's pickle.dumps({"x": 1, "y": 2}, protocol=4) gives
/// let record = b"\x80\x04\x95\x11\0\0\0\0\0\0\0}\x94(\x8c\x01x\x94K\x01\x8c\x01y\x94K\x02u.".to_vec();
/// let Pickle(point) = Pickle::<Point>::from_record(record)?;
/// assert_eq!((point.x, point.y), (1, 2));
/// # Ok::<(), redgrease_core::error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Pickle<T>(pub T);

impl<T: DeserializeOwned> FromReply for Pickle<T> {
    const ENCODING: Encoding = Encoding::Pickle;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        Self::from_python(unpickle(&record)?)
    }
}

impl<T: DeserializeOwned> FromPython for Pickle<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        let text = value.to_string();
        serde_pickle::from_value(value)
            .map(Pickle)
            .map_err(|error| {
                Error::decode(
                    "a Python value",
                    std::any::type_name::<T>(),
                    format!("{} ({error})", shortened(text.as_bytes())),
                )
            })
    }
}

/// A result of any type that serde can read, as JSON: other clients can read it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromReply for Json<T> {
    const ENCODING: Encoding = Encoding::Json;

    fn from_record(record: Vec<u8>) -> Result<Self> {
        serde_json::from_slice(&record).map(Json).map_err(|error| {
            Error::decode(
                "the result",
                std::any::type_name::<T>(),
                format!("{} ({error})", shortened(&record)),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pickles made by CPython 3.11's `pickle.dumps(value, protocol=4)`.
    const SET_OF_TUPLES: &[u8] =
        b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8f\x94(K\x01\x8c\x01a\x94\x86\x94\x90.";

    fn decode<T: FromReply>(record: &[u8]) -> Result<T> {
        T::from_record(record.to_vec())
    }

    #[test]
    fn scalars_are_text() {
        assert_eq!(decode::<i64>(b"-5").unwrap(), -5);
        assert_eq!(decode::<f64>(b"1e300").unwrap(), 1e300);
        assert!(decode::<f64>(b"nan").unwrap().is_nan());
        assert!(decode::<bool>(b"1").unwrap());
        assert_eq!(decode::<String>("é".as_bytes()).unwrap(), "é");
        assert_eq!(decode::<Vec<u8>>(b"\x00\xff").unwrap(), [0, 255]);
    }

    #[test]
    fn sets_and_tuples_survive() {
        let set: HashSet<(i64, String)> = decode(SET_OF_TUPLES).unwrap();
        assert_eq!(set, HashSet::from([(1, "a".to_string())]));
    }

    #[test]
    fn pickled_scalars_decode_too() {
        assert_eq!(decode::<i32>(b"\x80\x04K\x07.").unwrap(), 7);
    }

    #[test]
    fn a_wrong_type_says_what_came() {
        let error = decode::<HashMap<String, i64>>(SET_OF_TUPLES).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a Python value: expected a dict, but the server sent set {(1, \"a\")}"
        );
        let error = decode::<u8>(b"300").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the result: expected an int that fits u8, but the server sent b\"300\""
        );
    }

    #[test]
    fn an_option_takes_none_or_one_record() {
        let record = || RawRecord(b"4".to_vec());
        assert_eq!(Option::<i64>::from_records(vec![]).unwrap(), None);
        assert_eq!(
            Option::<i64>::from_records(vec![record()]).unwrap(),
            Some(4)
        );
        assert!(Option::<i64>::from_records(vec![record(), record()]).is_err());
        assert!(i64::from_records(vec![]).is_err());
    }
}
