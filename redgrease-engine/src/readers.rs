//! Readers: where records come from.

pub(crate) mod keys;
pub(crate) mod stream;
