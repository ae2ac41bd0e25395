//! What the server says of its modules and of the plug-ins of the engine.

use redis::Value;
use serde::Serialize;

use crate::client::reply::{self, integer, list, text};
use crate::error::{Error, Result};
pub use crate::module::{Module, Version};

/// The answer to `MODULE LIST`.
pub(in crate::client) fn modules(value: Value) -> Result<Vec<Module>> {
    list("the modules", value)?
        .into_iter()
        .map(|module| {
            let mut fields = reply::Fields::read("a module", module)?;
            Ok(Module {
                name: fields.text("name")?,
                version: Version::from_number(fields.integer("ver")?),
            })
        })
        .collect()
}

/// A plug-in of the engine, as `RG.DUMPPLUGINS` lists it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*2\r\n+GearsPythonPlugin\r\n:10213\r\n")?;
/// let plugins = requests::dump_plugins().read(Ok(answer))?;
/// assert_eq!(plugins[0].name, "GearsPythonPlugin");
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plugin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl Plugin {
    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the plug-ins", value)?
            .into_iter()
            .map(|item| {
                let mut parts = list("a plug-in", item)?.into_iter();
                let (Some(name), Some(version), None) = (parts.next(), parts.next(), parts.next())
                else {
                    return Err(Error::decode(
                        "a plug-in",
                        "a name and a version",
                        "a list of another length",
                    ));
                };
                Ok(Self {
                    name: text("a plug-in's name", name)?,
                    version: Version::from_number(integer("a plug-in's version", version)?),
                })
            })
            .collect()
    }
}
