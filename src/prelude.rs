//! The names that most programs need: `use redgrease::prelude::*;`

#[cfg(feature = "tokio")]
pub use crate::AsyncGearsCommands as _;
pub use crate::GearsCommands as _;
pub use crate::client::hint::OnFunction as _;
#[cfg(feature = "macros")]
pub use crate::registrations;
pub use crate::{
    CommandReader, KeysOnlyReader, KeysReader, PythonReader, ShardsIDReader, StreamReader,
};
pub use crate::{ExecutionResult, Json, Pickle, PyValue, Record, RedisGears, StreamRecord};
#[cfg(feature = "macros")]
pub use redgrease_macros::*;
