//! Every `RG.*` command as a [`Request`].

mod admin;
mod execute;
mod python;

pub use admin::*;
pub use execute::*;
pub use python::*;
