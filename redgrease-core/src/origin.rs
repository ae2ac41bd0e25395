//! Who registered a function: what stands in the description of its registration.

use std::fmt;

/// The function behind a registration, and the build that registered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    /// The name that the server knows it by.
    pub(crate) name: &'a str,
    /// Name and version of the package; empty when it is not known.
    pub(crate) package: &'a str,
    /// File and line in the package.
    pub(crate) place: &'a str,
    /// What it takes and gives; `None` for functions that are not called from Rust.
    pub(crate) signature: Option<&'a str>,
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redgrease {}", self.name)?;
        if !self.package.is_empty() {
            write!(f, ", registered by {} at {}", self.package, self.place)?;
        }
        match self.signature {
            Some(signature) => write!(f, " as {signature}"),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "client")]
impl<'a> Origin<'a> {
    /// Reads a description, which ends with the hash of the script; `None` for those of other scripts.
    pub(crate) fn read(description: &'a str) -> Option<Self> {
        let (text, hash) = description.strip_prefix("redgrease ")?.rsplit_once(' ')?;
        if hash.len() != 16 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let (text, signature) = match text.rsplit_once(" as (") {
            Some((before, signature)) => {
                let start = text.len() - signature.len() - 1;
                (before, Some(&text[start..]))
            }
            None => (text, None),
        };
        let (name, by) = match text.rsplit_once(", registered by ") {
            Some((name, by)) => (name, by),
            None => (text, ""),
        };
        let (package, place) = by.split_once(" at ").unwrap_or((by, ""));
        Some(Self {
            name,
            package,
            place,
            signature,
        })
    }

    /// The package without its version.
    pub(crate) fn package_name(&self) -> &'a str {
        self.package.split(' ').next().unwrap_or_default()
    }
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let origin = Origin {
            name: "shop::orders::index, as (it is)",
            package: "shop 0.1.0",
            place: "src/at home.rs:12",
            signature: Some("(width: float, rest: list of str) -> int or None"),
        };
        for signature in [origin.signature, None] {
            let origin = Origin {
                signature,
                name: "shop::index",
                ..origin
            };
            let text = format!("{origin} 0123456789abcdef");
            assert_eq!(Origin::read(&text), Some(origin), "{text}");
        }
        assert_eq!(origin.package_name(), "shop");
    }

    #[test]
    fn descriptions_of_older_builds_say_the_name_alone() {
        let origin = Origin::read("redgrease index 0123456789abcdef").unwrap();
        assert_eq!((origin.name, origin.package), ("index", ""));
        for other in [
            "",
            "redgrease",
            "redgrease scripts/index.py",
            "a cache",
            "redgrease index 0123",
        ] {
            assert_eq!(Origin::read(other), None, "{other}");
        }
    }
}
