//! The configuration of the engine as options of the server: `CONFIG GET rg.*`, `CONFIG SET rg.SyncDeadline 100`, and lines such
//! as `rg.SyncDeadline 100` in its configuration file.

use std::sync::Mutex;

use crate::answer::Reply;
use crate::base::guard;
use crate::engine::{engine, installed};
use crate::server::{Context, OptionStore, OptionValue, offer_options};
use crate::settings::Config;

/// The configuration while the module is being loaded.
static EARLY: Mutex<Option<Config>> = Mutex::new(None);

/// Offers the options to the server; gives the configuration with what the server's own configuration says.
///
/// # Errors
/// What the server refused.
pub(crate) fn offer(context: Context<'_>, config: Config) -> Result<Config, String> {
    let options = config.options();
    *guard(&EARLY) = Some(config);
    let offered = offer_options::<Options>(context, &options);
    let config = guard(&EARLY).take().unwrap_or_default();
    offered.map(|_| config)
}

struct Options;

impl OptionStore for Options {
    fn get(name: &str) -> Option<OptionValue> {
        if installed() {
            return engine().config().option(name);
        }
        guard(&EARLY).as_ref()?.option(name)
    }

    fn set(name: &str, value: &[u8]) -> Result<(), String> {
        if !installed() {
            return match guard(&EARLY).as_mut() {
                Some(config) => config.adopt(name, value),
                None => Ok(()),
            };
        }
        let reply = engine().config_mut().set(name.as_bytes(), Some(value));
        if let Reply::Error(text) = reply {
            return Err(String::from_utf8_lossy(&text).into_owned());
        }
        for worker in engine().workers.all() {
            worker.configure();
        }
        Ok(())
    }
}
