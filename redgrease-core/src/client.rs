//! The typed client: every `RG.*` command as a [`Request`], run on any connection of the `redis`
//! crate, blocking or asynchronous.
//!
//! The road of an answer: [`request`] sends and sorts errors, [`reply`] reads the server's maps and
//! lists, [`data`] names what they hold, [`value`] turns what Python returned into Rust values.
//! [`command`] and [`gear`] put the road together for `#[command]` and `gear!`.

pub mod args;
pub mod binding;
pub mod command;
pub mod connection;
pub mod data;
mod gear;
pub mod reply;
pub mod request;
pub mod requests;
mod runner;
pub mod traits;
pub mod value;

pub use args::{Arg, Args, Scalar};
pub use binding::Binding;
pub use command::{Call, CommandState, Decoder, Registered};
pub use connection::RedisGears;
pub use data::{ExecId, ExecutionResult, Outcome, RawRecord, Registration};
pub use request::Request;
#[cfg(feature = "tokio")]
pub use traits::AsyncGearsCommands;
pub use traits::GearsCommands;
pub use value::{FromPython, FromReply, FromResults, Json, Pickle, PyValue};
