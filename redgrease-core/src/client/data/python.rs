//! The Python side of the server: memory, packages, sessions, versions.

use redis::Value;
use serde::{Serialize, Serializer};

use super::{Fields, Registration};
use crate::client::reply::{self, describe, integer, list, text};
use crate::client::requirements::same_name;
use crate::error::{Error, Result};

/// Memory of the Python runtime in bytes, as `RG.PYSTATS` gives it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the names are the server's own")]
pub struct PyStats {
    /// Allocated since the start.
    pub total_allocated: i64,
    /// The most that was allocated at one time.
    pub peak_allocated: i64,
    /// Allocated now.
    pub curr_allocated: i64,
}

impl PyStats {
    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("RG.PYSTATS", value)?;
        let mut number = |name| integer(name, fields.require(name)?);
        Ok(Self {
            total_allocated: number("TotalAllocated")?,
            peak_allocated: number("PeakAllocated")?,
            curr_allocated: number("CurrAllocated")?,
        })
    }
}

/// A Python package that scripts asked for, as `RG.PYDUMPREQS` lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PyRequirementInfo {
    /// The version of this description's own format.
    pub gear_req_version: i64,
    /// What was asked for, such as `numpy>=1.20`.
    pub name: String,
    /// Whether its wheels are on the server.
    pub is_downloaded: bool,
    /// Whether it can be imported.
    pub is_installed: bool,
    /// The system that its wheels are for.
    pub compiled_os: Option<String>,
    /// The wheels; empty as long as they are not downloaded.
    pub wheels: Vec<String>,
    /// Where they lie (since RedisGears 1.2).
    pub path: Option<String>,
    /// How many sessions need it (since RedisGears 1.2).
    pub ref_count: Option<i64>,
    /// Whether a script that asks for it again finds it (since RedisGears 1.2).
    pub is_in_req_dictionary: Option<bool>,
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

impl PyRequirementInfo {
    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the requirements", value)?
            .into_iter()
            .map(Self::read)
            .collect()
    }

    pub(super) fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("a requirement", value)?;
        let wheels = match fields.take("Wheels") {
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|wheel| text("a wheel", wheel))
                .collect::<Result<_>>()?,
            // a sentence that says that there are none yet
            _ => Vec::new(),
        };
        Ok(Self {
            gear_req_version: fields.integer("GearReqVersion")?,
            name: fields.text("Name")?,
            is_downloaded: fields.yes("IsDownloaded")?.unwrap_or(false),
            is_installed: fields.yes("IsInstalled")?.unwrap_or(false),
            compiled_os: fields.optional_text("CompiledOs")?,
            wheels,
            path: fields.optional_text("Path")?,
            ref_count: fields.optional_integer("RefCount")?,
            is_in_req_dictionary: fields.yes("IsInReqDictionary")?,
            other: fields.rest(),
        })
    }
}

/// Which requirements `pydumpreqs_where` lists; what is not said does not matter.
///
/// ```
/// use redgrease_core::client::RequirementFilter;
///
/// let filter = RequirementFilter::new().name("numpy").is_installed(true);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct RequirementFilter {
    name: Option<String>,
    is_downloaded: Option<bool>,
    is_installed: Option<bool>,
}

impl RequirementFilter {
    /// All requirements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only this package, in whatever version.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only those whose wheels are on the server, or only those whose are not.
    pub fn is_downloaded(mut self, yes: bool) -> Self {
        self.is_downloaded = Some(yes);
        self
    }

    /// Only those that can be imported, or only those that cannot.
    pub fn is_installed(mut self, yes: bool) -> Self {
        self.is_installed = Some(yes);
        self
    }

    /// Whether `requirement` is one of them.
    pub fn matches(&self, requirement: &PyRequirementInfo) -> bool {
        self.name
            .as_ref()
            .is_none_or(|name| same_name(name, &requirement.name))
            && self
                .is_downloaded
                .is_none_or(|yes| yes == requirement.is_downloaded)
            && self
                .is_installed
                .is_none_or(|yes| yes == requirement.is_installed)
    }
}

/// A package as `RG.PYEXPORTREQ` packs it, for `pyimportreq` on another server.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequirementExport {
    /// The package.
    pub info: PyRequirementInfo,
    /// Its wheels in pieces; all of them have to be imported together.
    pub chunks: Vec<Vec<u8>>,
}

impl RequirementExport {
    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        const WHAT: &str = "the exported requirement";
        let items = list(WHAT, value)?;
        let [info, chunks] = <[Value; 2]>::try_from(items).map_err(|items| {
            Error::decode(
                WHAT,
                "a description and its chunks",
                describe(&Value::Array(items)),
            )
        })?;
        Ok(Self {
            info: PyRequirementInfo::read(info)?,
            chunks: list(WHAT, chunks)?
                .into_iter()
                .map(|chunk| reply::bytes("a chunk", chunk))
                .collect::<Result<_>>()?,
        })
    }
}

impl std::fmt::Debug for RequirementExport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes: Vec<usize> = self.chunks.iter().map(Vec::len).collect();
        f.debug_struct("RequirementExport")
            .field("info", &self.info)
            .field("chunk_sizes", &sizes)
            .finish()
    }
}

/// Everything that one script made, as `RG.PYDUMPSESSIONS` lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Session {
    /// The name that the script gave, or 40 random characters.
    pub id: String,
    /// What the script was described as.
    pub description: Option<String>,
    /// How many registrations and executions need it.
    pub ref_count: i64,
    /// How its ID leads to it: `primary`, `temprary` (sic), or `None` when a newer one has the ID.
    pub linked: Option<String>,
    /// Whether a newer session has taken its place and executions still use it.
    pub dead: bool,
    /// Whether its packages have to be installed.
    pub requirement_installation_needed: bool,
    /// Its packages.
    pub requirements: Vec<SessionItem<PyRequirementInfo>>,
    /// Its registrations.
    pub registrations: Vec<SessionItem<Registration>>,
    /// Fields that this version of the library has no name for.
    pub other: Fields,
}

/// What a session has: its name only, or in a verbose list all of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(
    clippy::large_enum_variant,
    reason = "a list holds only one of the kinds"
)]
pub enum SessionItem<T> {
    /// The name or ID.
    Name(String),
    /// All of it.
    Full(T),
}

impl SessionItem<PyRequirementInfo> {
    /// What was asked for, such as `numpy>=1.20`.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Full(info) => &info.name,
        }
    }
}

impl SessionItem<Registration> {
    /// The registration's ID.
    pub fn id(&self) -> &str {
        match self {
            Self::Name(id) => id,
            Self::Full(registration) => &registration.id,
        }
    }
}

impl Session {
    /// Sessions that were asked for by name and do not exist are left out.
    pub(in crate::client) fn read_all(value: Value) -> Result<Vec<Self>> {
        list("the sessions", value)?
            .into_iter()
            .filter(|item| matches!(item, Value::Array(_) | Value::Map(_)))
            .map(Self::read)
            .collect()
    }

    fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("a session", value)?;
        Ok(Self {
            id: fields.text("ID")?,
            description: fields.optional_text("sessionDescription")?,
            ref_count: fields.integer("refCount")?,
            linked: fields
                .optional_text("linked")?
                .filter(|linked| linked != "None"),
            dead: fields.yes("dead")?.unwrap_or(false),
            requirement_installation_needed: fields.integer("requirementInstallationNeeded")? != 0,
            requirements: items(fields.take("requirements"), PyRequirementInfo::read)?,
            registrations: items(fields.take("registrations"), Registration::read)?,
            other: fields.rest(),
        })
    }
}

fn items<T>(
    value: Option<Value>,
    read: impl Fn(Value) -> Result<T>,
) -> Result<Vec<SessionItem<T>>> {
    list("a session's items", value.unwrap_or_default())?
        .into_iter()
        .map(|item| match item {
            Value::Array(_) | Value::Map(_) => read(item).map(SessionItem::Full),
            name => text("a session's item", name).map(SessionItem::Name),
        })
        .collect()
}

/// A plug-in of the engine, as `RG.DUMPPLUGINS` lists it.
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

    /// The version of the module `rg` in the answer to `MODULE LIST`.
    pub(in crate::client) fn of_engine(modules: Value) -> Result<Option<Self>> {
        for module in list("the modules", modules)? {
            let mut fields = reply::Fields::read("a module", module)?;
            if fields.text("name")? == "rg" {
                return Ok(Some(Self::from_number(fields.integer("ver")?)));
            }
        }
        Ok(None)
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
