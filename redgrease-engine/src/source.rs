//! Where the records of a run come from.

pub(crate) mod keys;
pub(crate) mod stream;
