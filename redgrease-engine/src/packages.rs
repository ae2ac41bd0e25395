//! Interpreters of the workers, and their packages.

pub(crate) mod environment;
mod failure;
pub(crate) mod install;
pub(crate) mod known;
pub(crate) mod wheels;

pub(crate) use failure::Failure;
