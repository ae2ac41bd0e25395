//! Interpreters of the workers, and their packages.

pub(crate) mod environment;
pub(crate) mod install;
pub(crate) mod known;
pub(crate) mod wheels;
