//! The version of Python that a text is written for.

use std::fmt;

/// A version of Python.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::PyVersion;
///
/// assert_eq!("3.11".parse(), Ok(PyVersion::new(3, 11)));
/// assert!(PyVersion::default() < PyVersion::new(3, 8));
/// assert!("three".parse::<PyVersion>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyVersion {
    /// The `3` of `3.11`.
    pub major: u8,
    /// The `11` of `3.11`.
    pub minor: u8,
}

impl PyVersion {
    /// The oldest version that is supported, and the default target: what RedisGears 1.2 has.
    pub const OLDEST: Self = Self::new(3, 7);
    /// The newest version whose syntax is known.
    pub const NEWEST: Self = Self::new(3, 14);

    /// A version by its parts.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }
}

impl Default for PyVersion {
    fn default() -> Self {
        Self::OLDEST
    }
}

impl fmt::Display for PyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why a text is no [`PyVersion`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::check::PyVersion;
///
/// assert!("3.11".parse::<PyVersion>().is_ok());
/// assert!("2.7".parse::<PyVersion>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVersion(String);

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no Python version that can be a target; write one from \"{}\" to \"{}\", such as \"3.11\"",
            self.0,
            PyVersion::OLDEST,
            PyVersion::NEWEST
        )
    }
}

impl std::error::Error for UnknownVersion {}

impl std::str::FromStr for PyVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownVersion(text.to_owned());
        let (major, minor) = text.split_once('.').ok_or_else(unknown)?;
        let version = Self {
            major: major.parse().map_err(|_| unknown())?,
            minor: minor.parse().map_err(|_| unknown())?,
        };
        if (Self::OLDEST..=Self::NEWEST).contains(&version) {
            Ok(version)
        } else {
            Err(unknown())
        }
    }
}
