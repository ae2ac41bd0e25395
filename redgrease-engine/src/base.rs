//! What every room uses.

pub(crate) mod clock;
mod glob;
mod hash;
mod ids;
mod lock;
pub(crate) mod stamp;
pub(crate) mod sync;

pub(crate) use glob::matches;
pub(crate) use hash::fingerprint;
pub(crate) use ids::random_hex;
pub(crate) use lock::guard;
