//! Numbers, truth values and text.

use super::{
    FromPython, FromReply, FromResults, PyValue, mismatch, pickle, shortened, shown, single,
};
use crate::client::record::RawRecord;
use crate::error::{Error, Result};
use crate::spec::Encoding;

/// Reads a scalar from text with `parse`, or from a pickle, which other clients send.
fn scalar<T: FromPython>(
    expected: &str,
    record: &RawRecord,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    let parsed = match record {
        RawRecord::Bytes(bytes) if pickle::is_pickle(bytes) => {
            return T::from_python(pickle::read(bytes)?);
        }
        RawRecord::Bytes(bytes) => std::str::from_utf8(bytes).ok().and_then(parse),
        RawRecord::Int(number) => parse(&number.to_string()),
        RawRecord::List(_) | RawRecord::Nil => None,
    };
    parsed.ok_or_else(|| Error::decode("the result", expected, shown(record)))
}

macro_rules! integers {
    ($($type:ty { $($bytes:tt)* })*) => { $(
        impl FromReply for $type {
            const ENCODING: Encoding = Encoding::Int;

            fn from_record(record: RawRecord) -> Result<Self> {
                scalar(concat!("an int that fits ", stringify!($type)), &record, |text| {
                    text.parse().ok()
                })
            }
        }

        impl FromPython for $type {
            $($bytes)*

            fn from_python(value: PyValue) -> Result<Self> {
                integer(concat!("an int that fits ", stringify!($type)), &value)
            }

            fn from_item(item: RawRecord) -> Result<Self> {
                Self::from_record(item)
            }
        }

        single! { [] $type }
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

        fn vec_from_item(item: RawRecord) -> Result<Vec<Self>> {
            match item {
                RawRecord::Bytes(bytes) => Ok(bytes),
                RawRecord::Int(number) => Ok(number.to_string().into_bytes()),
                other => Err(Error::decode("the result", "bytes", shown(&other))),
            }
        }
    }
}

macro_rules! floats {
    ($($type:ty),*) => { $(
        impl FromReply for $type {
            const ENCODING: Encoding = Encoding::Float;

            fn from_record(record: RawRecord) -> Result<Self> {
                scalar("a float", &record, |text| text.parse().ok())
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
                    PyValue::Int(number) => number
                        .to_string()
                        .parse()
                        .map_err(|_| mismatch("a float", &PyValue::Int(number))),
                    other => Err(mismatch("a float", &other)),
                }
            }

            fn from_item(item: RawRecord) -> Result<Self> {
                Self::from_record(item)
            }
        }

        single! { [] $type }
    )* };
}

floats!(f32, f64);

impl FromReply for bool {
    const ENCODING: Encoding = Encoding::Bool;

    fn from_record(record: RawRecord) -> Result<Self> {
        scalar("a bool", &record, |text| match text {
            "1" | "True" => Some(true),
            "0" | "False" => Some(false),
            _ => None,
        })
    }
}

impl FromPython for bool {
    fn from_python(value: PyValue) -> Result<Self> {
        match value {
            PyValue::Bool(yes) => Ok(yes),
            other => Err(mismatch("a bool", &other)),
        }
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        Self::from_record(item)
    }
}

impl FromReply for String {
    const ENCODING: Encoding = Encoding::Text;

    fn from_record(record: RawRecord) -> Result<Self> {
        let bytes = match record {
            RawRecord::Bytes(bytes) if pickle::is_pickle(&bytes) => {
                return Self::from_python(pickle::read(&bytes)?);
            }
            RawRecord::Bytes(bytes) => bytes,
            RawRecord::Int(number) => return Ok(number.to_string()),
            other => return Err(Error::decode("the result", "text", shown(&other))),
        };
        Self::from_utf8(bytes).map_err(|bad| {
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

    fn from_item(item: RawRecord) -> Result<Self> {
        Self::from_record(item)
    }
}

impl FromReply for () {
    const ENCODING: Encoding = Encoding::Unit;

    fn from_record(_record: RawRecord) -> Result<Self> {
        Ok(())
    }

    fn from_records(_records: Vec<RawRecord>) -> Result<Self> {
        Ok(())
    }
}

impl<T: FromReply> FromReply for Option<T> {
    const ENCODING: Encoding = Encoding::Optional(&T::ENCODING);

    fn from_record(record: RawRecord) -> Result<Self> {
        match record {
            RawRecord::Nil => Ok(None),
            // how Python prints nothing: text, so that `Option<String>` keeps it
            RawRecord::Bytes(bytes) if bytes == NONE_PICKLE => Ok(None),
            record => T::from_record(record).map(Some),
        }
    }

    fn from_records(records: Vec<RawRecord>) -> Result<Self> {
        match Option::<RawRecord>::from_results(records)? {
            Some(record) => Self::from_record(record),
            None => Ok(None),
        }
    }
}

/// `pickle.dumps(None, protocol=4)`
const NONE_PICKLE: &[u8] = b"\x80\x04N.";

impl<T: FromPython> FromPython for Option<T> {
    fn from_python(value: PyValue) -> Result<Self> {
        match value {
            PyValue::None => Ok(None),
            other => T::from_python(other).map(Some),
        }
    }

    fn from_item(item: RawRecord) -> Result<Self> {
        match item {
            RawRecord::Nil => Ok(None),
            item if matches!(&item, RawRecord::Bytes(bytes) if bytes == NONE_PICKLE) => Ok(None),
            item => T::from_item(item).map(Some),
        }
    }
}

impl FromReply for RawRecord {
    const ENCODING: Encoding = Encoding::Bytes;

    fn from_record(record: RawRecord) -> Result<Self> {
        Ok(record)
    }
}

single! { [] bool, [] String, [] RawRecord }
