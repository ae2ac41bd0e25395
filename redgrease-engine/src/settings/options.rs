//! The settings as options of the server: `CONFIG GET rg.*`, `CONFIG SET rg.SyncDeadline 100`, and lines such as
//! `rg.SyncDeadline 100` in its configuration file.

use std::fmt;

use super::{Misgiven, Refusal, settings};
use crate::server::{Context, OptionStore, OptionValue, Refused, offer_options};

/// Offers the options to the server, and takes what its own configuration says.
///
/// # Errors
/// What the server refused.
pub(crate) fn offer(context: Context<'_>) -> Result<(), Refused> {
    offer_options::<Options>(context, &settings().options()).map(drop)
}

struct Options;

/// Why an option does not take a value.
enum NotTaken {
    /// While the module is being loaded.
    AtLoad(Misgiven),
    /// Afterwards.
    AtRuntime(Refusal),
}

impl fmt::Display for NotTaken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLoad(misgiven) => misgiven.fmt(formatter),
            Self::AtRuntime(refusal) => refusal.fmt(formatter),
        }
    }
}

impl OptionStore for Options {
    type Refusal = NotTaken;

    fn get(name: &str) -> Option<OptionValue> {
        settings().option(name)
    }

    fn set(name: &str, value: &[u8]) -> Result<(), NotTaken> {
        if !settings().is_loaded() {
            return settings().adopt(name, value).map_err(NotTaken::AtLoad);
        }
        let mut changes = settings()
            .change([(name.as_bytes(), Some(value))].into_iter())
            .into_iter();
        changes.try_for_each(|change| change.map(drop).map_err(NotTaken::AtRuntime))
    }
}
