//! Sessions: what scripts have made.

use redis::Value;
use serde::Serialize;

use super::{Fields, PyRequirementInfo, Registration};
use crate::client::reply::{self, list, text};
use crate::error::Result;

/// Everything that one script made, as `RG.PYDUMPSESSIONS` lists it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Session;
///
/// fn packages(session: &Session) -> Vec<&str> {
///     session.requirements.iter().map(|package| package.name()).collect()
/// }
/// ```
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
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{PyRequirementInfo, SessionItem};
///
/// let package = SessionItem::<PyRequirementInfo>::Name("numpy".into());
/// assert_eq!(package.name(), "numpy");
/// ```
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
