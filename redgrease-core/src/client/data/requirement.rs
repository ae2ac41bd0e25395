//! Python packages of the server.

use redis::Value;
use serde::Serialize;

use super::Fields;
use crate::client::reply::{self, describe, list, text};
use crate::client::requirements::same_name;
use crate::error::{Error, Result};

/// A Python package that scripts asked for, as `RG.PYDUMPREQS` lists it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::PyRequirementInfo;
///
/// fn missing(packages: &[PyRequirementInfo]) -> Vec<&str> {
///     let missing = packages.iter().filter(|package| !package.is_installed);
///     missing.map(|package| package.name.as_str()).collect()
/// }
/// ```
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
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::RequirementFilter;
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
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::GearsCommands;
/// use redgrease::Result;
///
/// fn carry(from: &mut redis::Connection, to: &mut redis::Connection) -> Result<()> {
///     let export = from.pyexportreq("numpy>=1.20")?;
///     to.pyimportreq(&export)
/// }
/// ```
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
