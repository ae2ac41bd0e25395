//! The settings as options of the server: `CONFIG GET rg.*`, `CONFIG SET rg.SyncDeadline 100`, and lines such as
//! `rg.SyncDeadline 100` in its configuration file.

use super::settings;
use crate::server::{Context, OptionStore, OptionValue, offer_options};

/// Offers the options to the server, and takes what its own configuration says.
///
/// # Errors
/// What the server refused.
pub(crate) fn offer(context: Context<'_>) -> Result<(), String> {
    offer_options::<Options>(context, &settings().options()).map(drop)
}

struct Options;

impl OptionStore for Options {
    fn get(name: &str) -> Option<OptionValue> {
        settings().option(name)
    }

    fn set(name: &str, value: &[u8]) -> Result<(), String> {
        if !settings().is_loaded() {
            return settings().adopt(name, value);
        }
        let changes = settings().change([(name.as_bytes(), Some(value))].into_iter());
        for change in changes {
            change.map_err(|refusal| refusal.to_string())?;
        }
        Ok(())
    }
}
