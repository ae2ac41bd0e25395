//! What the `redgrease` crate re-exports: programs name everything by that crate, and so do the examples here.

#[cfg(feature = "client")]
pub use crate::client;
#[cfg(feature = "tokio")]
pub use crate::client::AsyncGearsCommands;
#[cfg(feature = "client")]
pub use crate::client::{
    Call, ExecId, ExecutionResult, GearsCommands, Json, Outcome, Pickle, PyExecuteOptions, PyValue,
    RawRecord, RedisGears, Registered, Registrable, Registration, Registrations, Request,
    RunProgress,
};
#[cfg(feature = "client")]
pub use crate::error::{Error, PythonError, Result};
pub use crate::gear::build;
pub use crate::gear::build::{Only, OpenGear, RegisterOptions, RunOptions};
pub use crate::gear::function::readers::{
    CommandReader, KeysOnlyReader, KeysReader, PythonReader, ShardsIDReader, StreamReader,
};
pub use crate::gear::function::{GearFunction, ends};
pub use crate::literal::{Bytes, ToPython};
pub use crate::record::{Record, StreamRecord};
pub use crate::spec::{CommandSpec, Mode, Replace};
pub use crate::{gear, script, spec};

/// The checker of the macros at run time (feature `check`): a gear in a text becomes a
/// [`GearFunction`] by `.parse()`, a whole script is checked with `check_script`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// # #[cfg(feature = "check")]
/// # fn check() -> std::result::Result<(), redgrease::check::GearTextError> {
/// use redgrease::check::{PyVersion, Source, check_script};
/// use redgrease::ends::Run;
/// use redgrease::{GearFunction, KeysReader};
///
/// let gear: GearFunction<KeysReader, Run> = "KeysReader('doc:*').count().run()".parse()?;
/// assert_eq!(gear.plan().steps.len(), 1);
/// let script = Source::new("GB('CommandReader').mapp(len).register(trigger='f')");
/// let findings = check_script(&script, PyVersion::default());
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `map`?"));
/// # Ok(()) }
/// # #[cfg(feature = "check")]
/// # check().unwrap();
/// ```
pub mod check {
    pub use crate::diag::{Code, Diagnostic, Severity};
    #[cfg(feature = "check")]
    pub use crate::gear::check::check_script;
    #[cfg(feature = "check")]
    pub use crate::gear::text::GearTextError;
    pub use crate::messages;
    pub use crate::pyversion::PyVersion;
    pub use crate::source::Source;
}
