//! Modules of the server, plug-ins of the engine, and their versions.

use redis::Value;
use serde::{Serialize, Serializer};

use crate::client::reply::{self, integer, list, text};
use crate::error::{Error, Result};

/// A module of the server, as `MODULE LIST` gives it.
///
/// ```
/// use redgrease_core::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*4\r\n+name\r\n+rg\r\n+ver\r\n:10213\r\n")?;
/// let modules = requests::module_list().read(Ok(answer))?;
/// assert!(modules[0].is_engine());
/// assert_eq!(modules[0].to_string(), "rg 1.2.13");
/// # Ok::<(), redgrease_core::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl Module {
    /// Whether it is one that answers the `RG.*` commands: this engine, or RedisGears 1.
    pub fn is_engine(&self) -> bool {
        self.name == "rg"
    }

    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the modules", value)?
            .into_iter()
            .map(|module| {
                let mut fields = reply::Fields::read("a module", module)?;
                Ok(Self {
                    name: fields.text("name")?,
                    version: Version::from_number(fields.integer("ver")?),
                })
            })
            .collect()
    }
}

impl std::fmt::Display for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A plug-in of the engine, as `RG.DUMPPLUGINS` lists it.
///
/// ```
/// use redgrease_core::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*2\r\n+GearsPythonPlugin\r\n:10213\r\n")?;
/// let plugins = requests::dump_plugins().read(Ok(answer))?;
/// assert_eq!(plugins[0].name, "GearsPythonPlugin");
/// # Ok::<(), redgrease_core::error::Error>(())
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

/// A version: of the engine, of a plug-in, of Python.
///
/// ```
/// use redgrease_core::client::Version;
///
/// let version = Version::from_number(10213);
/// assert_eq!(version.to_string(), "1.2.13");
/// assert!(version > Version { major: 1, minor: 2, patch: 9 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(clippy::exhaustive_structs, reason = "a version has these three parts")]
pub struct Version {
    /// Changes when programs have to change.
    pub major: u32,
    /// Changes when something is added.
    pub minor: u32,
    /// Changes when something is repaired.
    pub patch: u32,
}

impl Version {
    /// From the number that modules give: 10213 is 1.2.13.
    pub fn from_number(number: i64) -> Self {
        let number = u32::try_from(number).unwrap_or_default();
        Self {
            major: number / 10_000,
            minor: number / 100 % 100,
            patch: number % 100,
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
