//! Modules of a server and their versions.

use serde::{Serialize, Serializer};

/// A module of the server, as `MODULE LIST` gives it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*4\r\n+name\r\n+rg\r\n+ver\r\n:10213\r\n")?;
/// let modules = requests::module_list().read(Ok(answer))?;
/// assert!(modules[0].is_engine());
/// assert_eq!(modules[0].to_string(), "rg 1.2.13");
/// # Ok::<(), redgrease::Error>(())
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
}

impl std::fmt::Display for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A version: of the engine, of a plug-in, of Python.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Version;
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
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
