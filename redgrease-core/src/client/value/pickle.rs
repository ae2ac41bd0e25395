//! Pickles: what Python's `pickle.dumps` writes.

use serde_pickle::DeOptions;

use super::{PyValue, shortened};
use crate::error::{Error, Result};

/// Whether the bytes begin and end as a pickle of protocol 2 to 5 does.
pub(super) fn is_pickle(record: &[u8]) -> bool {
    matches!(record, [0x80, 2..=5, .., b'.'])
}

/// What a pickle holds.
pub(super) fn read(record: &[u8]) -> Result<PyValue> {
    let options = DeOptions::new().decode_strings();
    serde_pickle::value_from_slice(record, options).map_err(|error| {
        Error::decode(
            "the result",
            "a pickled Python value",
            format!("b\"{}\" ({error})", shortened(record)),
        )
    })
}
