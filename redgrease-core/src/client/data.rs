//! What the server's answers hold. Everything here can be serialised, for example to JSON.
//!
//! The types take what RedisGears 1.0 and 1.2 send; a field that an older server does not have is
//! `None`, one that this library has no name for is kept in `other`.

mod cluster;
mod execution;
mod failure;
mod id;
mod module;
mod progress;
mod registration;
mod requirement;
mod result;
mod session;
mod stats;

pub use super::record::RawRecord;
pub use super::server_value::{Fields, ServerValue};
pub use cluster::{ClusterInfo, ShardInfo};
pub use execution::{
    ExecLocality, ExecutionFilter, ExecutionInfo, ExecutionPlan, ExecutionStatus, ExecutionStep,
};
pub use failure::{Failure, unescaped};
pub use id::ExecId;
pub(super) use module::modules;
pub use module::{Module, Plugin, Version};
pub use progress::RunProgress;
pub use registration::{RegData, Registration, RegistrationFilter};
pub use requirement::{PyRequirementInfo, RequirementExport, RequirementFilter};
pub(crate) use result::python_error;
pub use result::{ExecutionResult, Outcome};
pub use session::{Session, SessionItem};
pub use stats::PyStats;
