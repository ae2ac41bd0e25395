//! The names that most programs need: `use redgrease::prelude::*;`

#[cfg(feature = "tokio")]
pub use crate::AsyncGearsCommands as _;
pub use crate::GearsCommands as _;
pub use crate::{ExecutionResult, Json, Pickle, RedisGears};
#[cfg(feature = "macros")]
pub use redgrease_macros::*;
