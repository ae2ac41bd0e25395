//! The typed client: every `RG.*` command as a [`Request`], run on any connection of the `redis`
//! crate, blocking or asynchronous.
//!
//! The road of an answer: [`request`] sends and sorts errors, [`reply`] reads the server's maps and
//! lists, [`data`] names what they hold, [`value`] turns what Python returned into Rust values.
//! [`command`] and `gear` put the road together for `#[command]` and `gear!`.

pub mod args;
pub mod binding;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod command;
pub mod config;
pub mod connection;
pub mod data;
mod execute;
mod gear;
#[doc(hidden)]
pub mod hint;
mod program;
pub(crate) mod record;
mod registering;
pub mod registrations;
pub mod reply;
pub mod request;
pub mod requests;
pub mod requirements;
mod runner;
mod server_value;
pub mod traits;
pub mod value;

pub use args::{Arg, Args, Scalar};
pub use binding::Binding;
#[cfg(feature = "cluster")]
pub use cluster::Gears;
pub use command::{Call, CommandState, Decoder};
#[cfg(feature = "tokio")]
pub use config::AsyncGearsConfig;
pub use config::GearsConfig;
#[cfg(feature = "tokio")]
pub use connection::AsyncRedisGears;
pub use connection::RedisGears;
pub use data::{
    ClusterInfo, ExecId, ExecLocality, ExecutionFilter, ExecutionInfo, ExecutionPlan,
    ExecutionResult, ExecutionStatus, ExecutionStep, Failure, Module, Outcome, Plugin,
    PyRequirementInfo, PyStats, RawRecord, RegData, Registration, RegistrationFilter,
    RequirementExport, RequirementFilter, RunProgress, ServerValue, Session, SessionItem,
    ShardInfo, Version,
};
pub use registering::Registered;
pub use registrations::{Item, Registrable, Registrations};
pub use request::Request;
pub use requests::{PyExecuteOptions, SessionOptions};
pub use requirements::{EnforceRedgrease, Requirement};
#[cfg(feature = "tokio")]
pub use traits::AsyncGearsCommands;
pub use traits::GearsCommands;
pub use value::{FromPython, FromReply, FromResults, Json, Pickle, PyValue};
