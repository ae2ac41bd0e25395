//! Python packages: reading lists of them, telling them apart, and which redgrease a script gets.
//!
//! Scripts that redgrease generates need no package of its own. Scripts written for the Python
//! package may `import redgrease`; [`EnforceRedgrease`] says which one the server installs.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::gear::requirement;

/// A Python package as pip takes it, such as `numpy>=1.20` or `redgrease[runtime]`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Requirement;
///
/// let requirement: Requirement = "Zope.Interface [test] >= 5.0 ; python_version < '3.9'".parse()?;
/// assert_eq!(requirement.name(), "zope-interface");
/// assert!("-r other.txt".parse::<Requirement>().is_err());
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    name: String,
    text: String,
}

impl Requirement {
    /// The package's name, in the form in which equal names are equal.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Requirement {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        requirement::check(text).map_err(|error| Error::InvalidRequirement {
            text: text.to_string(),
            reason: error.message,
        })?;
        let name = &text[..requirement::name_length(text)];
        Ok(Self {
            name: requirement::canonical(name),
            text: text.to_string(),
        })
    }
}

/// Whether two requirements name the same package; never when one of them is malformed.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::same_name;
///
/// assert!(same_name("Foo_Bar>=1", "foo-bar[extra]"));
/// assert!(!same_name("numpy", "scipy"));
/// ```
pub fn same_name(a: &str, b: &str) -> bool {
    match (a.parse::<Requirement>(), b.parse::<Requirement>()) {
        (Ok(a), Ok(b)) => a.name == b.name,
        _ => false,
    }
}

/// Reads files in the form of pip's `requirements.txt`: one package on each line, `#` begins a
/// comment. Each package is given once, in the order of their texts.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::read_requirements;
///
/// # let file = std::env::temp_dir().join(format!("requirements-{}.txt", std::process::id()));
/// std::fs::write(&file, "numpy>=1.20  # arrays\n")?;
/// let packages = read_requirements([&file])?;
/// assert!(packages.iter().all(|package| package.name() == "numpy"));
/// # std::fs::remove_file(&file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::File`] when a file cannot be read, [`Error::InvalidRequirement`] at a line that is no
/// package, such as one of pip's options.
pub fn read_requirements<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<BTreeSet<Requirement>> {
    let mut requirements = BTreeSet::new();
    for path in paths {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.to_path_buf(),
            source,
        })?;
        requirements.append(&mut parse_requirements(&text)?);
    }
    Ok(requirements)
}

/// Reads the text of a `requirements.txt`; see [`read_requirements`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::parse_requirements;
///
/// let requirements = parse_requirements("# science\nnumpy>=1.20  # arrays\n\nscipy\n")?;
/// assert_eq!(requirements.len(), 2);
/// # Ok::<(), redgrease::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::InvalidRequirement`] at a line that is no package.
pub fn parse_requirements(text: &str) -> Result<BTreeSet<Requirement>> {
    text.lines()
        .map(|line| {
            // a `#` inside of an address is part of it
            let end = line
                .char_indices()
                .find(|(at, c)| {
                    *c == '#'
                        && line[..*at]
                            .chars()
                            .next_back()
                            .is_none_or(char::is_whitespace)
                })
                .map_or(line.len(), |(at, _)| at);
            line[..end].trim()
        })
        .filter(|line| !line.is_empty())
        .map(str::parse)
        .collect()
}

/// What a server needs so that a script can `import redgrease`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::{DEFAULT_REDGREASE, same_name};
///
/// assert!(same_name(DEFAULT_REDGREASE, "redgrease"));
/// ```
pub const DEFAULT_REDGREASE: &str = "redgrease[runtime]";

/// Which redgrease Python package a script's requirements get; from `true`, `false` or text.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::{EnforceRedgrease, resolve_requirements};
///
/// let with = |enforce: EnforceRedgrease| resolve_requirements(["numpy"], &enforce);
/// assert_eq!(with(EnforceRedgrease::AsGiven), ["numpy"]);
/// assert_eq!(with(true.into()), ["numpy", "redgrease[runtime]"]);
/// assert_eq!(with(">=0.3".into()), ["numpy", "redgrease[runtime]>=0.3"]);
/// assert_eq!(with("0.3.12".into()), ["numpy", "redgrease[runtime]==0.3.12"]);
/// assert_eq!(with("all".into()), ["numpy", "redgrease[all]"]);
/// assert_eq!(with("redgrease[client]~=0.3".into()), ["numpy", "redgrease[client]~=0.3"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnforceRedgrease {
    /// The requirements stay as they are.
    #[default]
    AsGiven,
    /// [`DEFAULT_REDGREASE`] is added when no redgrease is among them.
    Present,
    /// Any redgrease is taken out.
    Absent,
    /// This one takes the place of any other.
    Exactly(String),
}

impl From<bool> for EnforceRedgrease {
    fn from(enforce: bool) -> Self {
        if enforce { Self::Present } else { Self::Absent }
    }
}

impl From<Requirement> for EnforceRedgrease {
    fn from(requirement: Requirement) -> Self {
        Self::Exactly(requirement.text)
    }
}

impl From<&str> for EnforceRedgrease {
    /// A version (`0.3.12`), a range of versions (`>=0.3`), extras (`all` or `runtime,cli`), or a
    /// whole requirement with `redgrease` in it.
    fn from(text: &str) -> Self {
        let text = text.trim();
        Self::Exactly(match text.chars().next() {
            None => return Self::Present,
            Some('=' | '<' | '>' | '!' | '~') => format!("{DEFAULT_REDGREASE}{text}"),
            Some('0'..='9') => format!("{DEFAULT_REDGREASE}=={text}"),
            Some(_) if text.contains("redgrease") => text.to_string(),
            Some(_) => format!("redgrease[{text}]"),
        })
    }
}

/// The requirements with the redgrease that `enforce` asks for.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requirements::resolve_requirements;
///
/// let resolved = resolve_requirements(["numpy", "redgrease"], &">=0.3".into());
/// assert_eq!(resolved, ["numpy", "redgrease[runtime]>=0.3"]);
/// ```
pub fn resolve_requirements<S: Into<String>>(
    requirements: impl IntoIterator<Item = S>,
    enforce: &EnforceRedgrease,
) -> Vec<String> {
    let mut requirements: Vec<String> = requirements.into_iter().map(Into::into).collect();
    let is_redgrease = |text: &str| same_name(text, "redgrease");
    let wanted = match enforce {
        EnforceRedgrease::AsGiven => return requirements,
        EnforceRedgrease::Present if requirements.iter().any(|text| is_redgrease(text)) => {
            return requirements;
        }
        EnforceRedgrease::Present => Some(DEFAULT_REDGREASE.to_string()),
        EnforceRedgrease::Absent => None,
        EnforceRedgrease::Exactly(text) => Some(text.clone()),
    };
    requirements.retain(|text| !is_redgrease(text));
    requirements.extend(wanted);
    requirements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_of_all_kinds() {
        for (text, name) in [
            ("numpy", "numpy"),
            ("A.B_c", "a-b-c"),
            ("redgrease[runtime]==0.3", "redgrease"),
            ("x [a, b] (>=1)", "x"),
            ("pip @ https://example.org/pip.zip#sha1=da39", "pip"),
            ("a;python_version<'3'", "a"),
        ] {
            assert_eq!(text.parse::<Requirement>().unwrap().name(), name, "{text}");
        }
        for text in ["", "-e .", "--hash=1", "a b", "[x]", "a[x", ".a", "a-"] {
            let error = text.parse::<Requirement>().unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn files_have_comments_and_no_options() {
        let text = "# first\n\n numpy>=1 # why\npip @ https://e.org/p.zip#sha1=1\nnumpy>=1\n";
        let found = parse_requirements(text).unwrap();
        let texts: Vec<&str> = found.iter().map(Requirement::as_str).collect();
        assert_eq!(texts, ["numpy>=1", "pip @ https://e.org/p.zip#sha1=1"]);
        assert!(parse_requirements("-r more.txt").is_err());
        let error = read_requirements(["/no/such/requirements.txt"]).unwrap_err();
        assert!(error.to_string().contains("/no/such/requirements.txt"));
    }

    #[test]
    fn redgrease_is_enforced() {
        let given = ["redgrease==0.1", "redgrease[all]", "numpy"];
        let with = |enforce: EnforceRedgrease| resolve_requirements(given, &enforce);
        assert_eq!(with(EnforceRedgrease::AsGiven), given);
        assert_eq!(with(true.into()), given);
        assert_eq!(with(false.into()), ["numpy"]);
        assert_eq!(with("cli".into()), ["numpy", "redgrease[cli]"]);
        let requirement: Requirement = "redgrease[runtime]<1".parse().unwrap();
        assert_eq!(with(requirement.into()), ["numpy", "redgrease[runtime]<1"]);
        assert_eq!(
            with("git+https://example.org/redgrease.git".into()),
            ["numpy", "git+https://example.org/redgrease.git"]
        );
    }
}
