//! What every room uses.

mod lock;

pub(crate) use lock::guard;
