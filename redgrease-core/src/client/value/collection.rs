//! Lists, sets, dictionaries and tuples.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use serde_pickle::HashableValue;

use super::{FromPython, FromReply, PyValue, mismatch, pickle, single};
use crate::client::record::RawRecord;
use crate::error::{Error, Result};
use crate::spec::Encoding;

/// The items of a list, a tuple or a set.
pub(super) fn items(value: PyValue) -> Result<Vec<PyValue>> {
    Ok(match value {
        PyValue::List(items) | PyValue::Tuple(items) => items,
        PyValue::Set(items) | PyValue::FrozenSet(items) => {
            items.into_iter().map(HashableValue::into_value).collect()
        }
        other => return Err(mismatch("a list, tuple or set", &other)),
    })
}

impl<T: FromPython> FromReply for Vec<T> {
    const ENCODING: Encoding = T::VEC_ENCODING;

    fn from_record(record: RawRecord) -> Result<Self> {
        T::vec_from_item(record)
    }
}

impl<T: FromPython> FromPython for Vec<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        T::vec_from_python(value)
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        T::vec_from_item(item)
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

            fn from_record(record: RawRecord) -> Result<Self> {
                Self::from_item(record)
            }
        }

        single! { [$($generics)*] $type }
    )* };
}

pickled! {
    [] PyValue,
    [T: FromPython + Eq + Hash, S: BuildHasher + Default] HashSet<T, S>,
    [T: FromPython + Ord] BTreeSet<T>,
    [K: FromPython + Eq + Hash, V: FromPython, S: BuildHasher + Default] HashMap<K, V, S>,
    [K: FromPython + Ord, V: FromPython] BTreeMap<K, V>,
}

macro_rules! sets {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => { $(
        impl<$($generics)*> FromPython for $type {
            fn from_python(value: PyValue) -> Result<Self> {
                items(value)?.into_iter().map(T::from_python).collect()
            }

            fn from_item(item: RawRecord) -> Result<Self> {
                match item {
                    RawRecord::List(items) => items.into_iter().map(T::from_item).collect(),
                    other => Self::from_python(super::python(other)?),
                }
            }
        }
    )* };
}

sets! {
    [T: FromPython + Eq + Hash, S: BuildHasher + Default] HashSet<T, S>,
    [T: FromPython + Ord] BTreeSet<T>,
}

/// A map of a dictionary's entries.
fn map<K: FromPython, V: FromPython, M: FromIterator<(K, V)>>(
    entries: impl IntoIterator<Item = (PyValue, PyValue)>,
) -> Result<M> {
    let entry = |(key, value)| Ok((K::from_python(key)?, V::from_python(value)?));
    entries.into_iter().map(entry).collect()
}

/// The map that a dictionary becomes.
fn map_of<K: FromPython, V: FromPython, M: FromIterator<(K, V)>>(value: PyValue) -> Result<M> {
    match value {
        PyValue::Dict(dict) => map(dict.into_iter().map(|(key, v)| (key.into_value(), v))),
        other => Err(mismatch("a dict", &other)),
    }
}

/// The map that a record becomes.
fn map_from<K: FromPython, V: FromPython, M: FromIterator<(K, V)>>(item: RawRecord) -> Result<M> {
    if let RawRecord::Bytes(bytes) = &item
        && let Some(entries) = pickle::entries(bytes)
    {
        return map(entries);
    }
    map_of(super::python(item)?)
}

impl<K: FromPython + Eq + Hash, V: FromPython, S: BuildHasher + Default> FromPython
    for HashMap<K, V, S>
{
    fn from_python(value: PyValue) -> Result<Self> {
        map_of(value)
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        map_from(item)
    }
}

impl<K: FromPython + Ord, V: FromPython> FromPython for BTreeMap<K, V> {
    fn from_python(value: PyValue) -> Result<Self> {
        map_of(value)
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        map_from(item)
    }
}

/// Takes the items of a tuple of `count`.
fn exactly<I>(count: usize, items: Vec<I>) -> Result<std::vec::IntoIter<I>> {
    if items.len() == count {
        return Ok(items.into_iter());
    }
    Err(Error::decode(
        "a Python value",
        &format!("a tuple of {count}"),
        format!("{} items", items.len()),
    ))
}

macro_rules! tuples {
    ($(($count:literal: $($name:ident),+))*) => { $(
        pickled! { [$($name: FromPython),+] ($($name,)+) }

        impl<$($name: FromPython),+> FromPython for ($($name,)+) {
            fn from_python(value: PyValue) -> Result<Self> {
                let mut items = exactly($count, items(value)?)?;
                Ok(($($name::from_python(items.next().unwrap_or(PyValue::None))?,)+))
            }

            fn from_item(item: RawRecord) -> Result<Self> {
                match item {
                    RawRecord::List(items) => {
                        let mut items = exactly($count, items)?;
                        Ok(($($name::from_item(items.next().unwrap_or(RawRecord::Nil))?,)+))
                    }
                    other => Self::from_python(super::python(other)?),
                }
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
    (7: A, B, C, D, E, F, G)
    (8: A, B, C, D, E, F, G, H)
    (9: A, B, C, D, E, F, G, H, I)
    (10: A, B, C, D, E, F, G, H, I, J)
    (11: A, B, C, D, E, F, G, H, I, J, K)
    (12: A, B, C, D, E, F, G, H, I, J, K, L)
}
