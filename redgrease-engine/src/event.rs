//! What registrations wait for.

pub(crate) mod hook;
pub(crate) mod keys;
pub(crate) mod stream;
pub(crate) mod timer;
