//! Results of any type that serde can read.

use serde::de::DeserializeOwned;

use super::{FromPython, FromReply, PyValue, pickle, python, shortened, shown, single};
use crate::client::record::RawRecord;
use crate::error::{Error, Result};
use crate::spec::Encoding;

/// A result of any type that serde can read, pickled on the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromReply, Pickle, RawRecord};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Point { x: i64, y: i64 }
///
/// // what Python's pickle.dumps({"x": 1, "y": 2}, protocol=4) gives
/// let record = b"\x80\x04\x95\x11\0\0\0\0\0\0\0}\x94(\x8c\x01x\x94K\x01\x8c\x01y\x94K\x02u.";
/// let Pickle(point) = Pickle::<Point>::from_record(RawRecord::Bytes(record.to_vec()))?;
/// assert_eq!((point.x, point.y), (1, 2));
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Pickle<T>(pub T);

impl<T: DeserializeOwned> FromReply for Pickle<T> {
    const ENCODING: Encoding = Encoding::Pickle;

    fn from_record(record: RawRecord) -> Result<Self> {
        Self::from_item(record)
    }
}

impl<T: DeserializeOwned> FromPython for Pickle<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        // the value is used up, so its text has to be made before anybody knows whether it fits
        let text = value.to_string();
        typed(value).map_err(|error| mismatch::<T>(&text, &error))
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        let RawRecord::Bytes(bytes) = &item else {
            return Self::from_python(python(item)?);
        };
        if !pickle::is_pickle(bytes) {
            return Self::from_python(python(item)?);
        }
        // here the text can be made afterwards
        typed(pickle::read(bytes)?).or_else(|error| {
            let text = pickle::read(bytes)?.to_string();
            Err(mismatch::<T>(&text, &error))
        })
    }
}

fn typed<T: DeserializeOwned>(value: PyValue) -> Result<Pickle<T>, serde_pickle::Error> {
    serde_pickle::from_value(value).map(Pickle)
}

fn mismatch<T>(found: &str, error: &serde_pickle::Error) -> Error {
    Error::decode(
        "a Python value",
        std::any::type_name::<T>(),
        format!("{} ({error})", shortened(found.as_bytes())),
    )
}

/// A parameter or a result of any type that serde knows, as JSON: other clients can read it too.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{FromReply, Json, RawRecord};
///
/// let Json(numbers) = Json::<Vec<i64>>::from_record(RawRecord::from("[1, 2]"))?;
/// assert_eq!(numbers, [1, 2]);
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromReply for Json<T> {
    const ENCODING: Encoding = Encoding::Json;

    fn from_record(record: RawRecord) -> Result<Self> {
        let mismatch =
            |found: String| Error::decode("the result", std::any::type_name::<T>(), found);
        match &record {
            RawRecord::Bytes(bytes) => serde_json::from_slice(bytes)
                .map(Json)
                .map_err(|error| mismatch(format!("{} ({error})", shortened(bytes)))),
            other => Err(mismatch(shown(other))),
        }
    }
}

single! { [T: DeserializeOwned] Pickle<T>, [T: DeserializeOwned] Json<T> }
