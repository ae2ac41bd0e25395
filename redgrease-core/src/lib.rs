//! The core of redgrease: the gear model, the Python checker, the script generator and the client.
//!
//! The data's road, each stage a type that takes the stage before it:
//!
//! ```text
//! Source ─► AST ─► Plan ─► Checked<Plan> ─► Script ─► Request<T> ─► redis::Value ─► T
//! ```
//!
//! Programs use the `redgrease` crate, which re-exports what they need.

pub mod cmd;
pub mod gear;
pub mod source;
pub mod spec;
