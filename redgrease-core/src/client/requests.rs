//! Every `RG.*` command as a [`Request`](super::request::Request).

mod admin;
mod execute;
mod python;

pub use admin::*;
pub use execute::*;
pub use python::*;
