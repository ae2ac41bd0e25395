//! Requirement specifiers of PEP 508, such as `requests[socks] >= 2.8 ; python_version < "3.9"`.

mod marker;
mod version;

use std::fmt;
use std::ops::Range;

/// What is wrong with a requirement, and where.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::requirement::check;
///
/// let error = check("-r other.txt").expect_err("an option of pip");
/// assert!(!error.message.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementError {
    /// What was found.
    pub message: String,
    /// The bytes of the requirement that it is about.
    pub range: Range<usize>,
    /// The next step.
    pub help: Option<String>,
}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (column {})", self.message, self.range.start + 1)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RequirementError {}

/// The comparisons of versions, the longest first.
const OPERATORS: &[&str] = &["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

/// Checks a requirement specifier.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::requirement::check;
///
/// assert!(check("requests[socks] >= 2.8, < 3 ; python_version >= '3.7'").is_ok());
/// let error = check("requests => 2").unwrap_err();
/// assert_eq!(error.range, 9..11);
/// assert_eq!(error.help.as_deref(), Some("write `>=`"));
/// ```
///
/// # Errors
///
/// The first thing that is wrong, with its place.
pub fn check(text: &str) -> Result<(), RequirementError> {
    Reader { text, at: 0 }.requirement()
}

/// Where the name of the package ends with which a requirement begins.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::requirement::{canonical, name_length};
///
/// let text = "My_Pkg.name[x] >= 1";
/// assert_eq!(canonical(&text[..name_length(text)]), "my-pkg-name");
/// ```
pub fn name_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(text.len())
}

/// A package name in the form in which equal names are equal: lower case, with single dashes.
pub fn canonical(name: &str) -> String {
    name.split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
        .to_ascii_lowercase()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

type Result<T, E = RequirementError> = std::result::Result<T, E>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes the characters that fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn error<T>(&self, message: &str, range: Range<usize>, help: &str) -> Result<T> {
        Err(RequirementError {
            message: message.to_owned(),
            range,
            help: (!help.is_empty()).then(|| help.to_owned()),
        })
    }

    /// The next character's place.
    fn here(&self) -> Range<usize> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    fn requirement(&mut self) -> Result<()> {
        self.blanks();
        if self.rest().is_empty() {
            return self.error(
                "the requirement is empty",
                0..self.text.len(),
                "name a package",
            );
        }
        if self.rest().starts_with('-') {
            let end = self
                .rest()
                .find(' ')
                .map_or(self.text.len(), |i| self.at + i);
            return self.error(
                "this is an option of pip, not a requirement",
                self.at..end,
                "name the package itself",
            );
        }
        let name = self.name("the name of a package")?;
        self.blanks();
        if self.take("[") {
            self.extras()?;
            self.blanks();
        }
        if self.take("@") {
            self.url()?;
        } else {
            self.versions(name)?;
        }
        self.blanks();
        if self.take(";") {
            self.marker_or()?;
            self.blanks();
        }
        if self.rest().is_empty() {
            return Ok(());
        }
        self.error(
            "the requirement should end here",
            self.at..self.text.len(),
            "several packages are several entries of the list",
        )
    }

    fn name(&mut self, what: &str) -> Result<Range<usize>> {
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if name.is_empty() {
            let message = format!("{what} is missing");
            return self.error(&message, self.here(), "");
        }
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !name.ends_with(|c: char| c.is_ascii_alphanumeric())
        {
            return self.error(
                "a name begins and ends with a letter or a digit",
                start..self.at,
                "",
            );
        }
        Ok(start..self.at)
    }

    fn extras(&mut self) -> Result<()> {
        let open = self.at - 1;
        self.blanks();
        if self.take("]") {
            return Ok(());
        }
        loop {
            self.blanks();
            self.name("the name of an extra")?;
            self.blanks();
            if self.take("]") {
                return Ok(());
            }
            if !self.take(",") {
                return if self.rest().is_empty() {
                    self.error("`[` is never closed", open..open + 1, "close it with `]`")
                } else {
                    self.error(
                        "extras are separated by commas",
                        self.here(),
                        "write `,` or `]`",
                    )
                };
            }
        }
    }

    fn url(&mut self) -> Result<()> {
        self.blanks();
        let start = self.at;
        let url = self.take_while(|c| !c.is_whitespace());
        let scheme = url.split(':').next().unwrap_or("");
        if url.is_empty() {
            return self.error("the address after `@` is missing", start..start, "");
        }
        if !url.contains(':') || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.error(
                "the address has no scheme",
                start..self.at,
                "begin it with `https://`, `git+https://` or `file://`",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_requirements_pass() {
        for text in [
            "requests",
            "A",
            "zope.interface",
            "numpy>=1.20",
            "numpy >=1.20,<2",
            "requests[socks, tests]",
            "name[]",
            "pip @ https://example.org/pip.zip",
            "a@git+https://example.org/x ; os_name == 'nt'",
            "requests [security] >= 2.8.1, == 2.8.* ; python_version < \"2.7\"",
            "a (>=1)",
            "a()",
            "a~=1.4.2",
            "a==1.0.post1.dev3+local.7",
            "a==1!2.0rc1",
            "a===anything",
            "a!=1.*",
            "a;python_version>'3' and (os_name=='posix' or extra == \"x\")",
            "a==v1.0",
            "a==1.0-1",
            "a ; 'linux' in sys_platform",
            "a ; sys_platform not in 'win32'",
            "a==2011k",
            "a==1.0a",
        ] {
            if text == "a==2011k" {
                assert!(check(text).is_err());
            } else {
                assert_eq!(check(text), Ok(()), "{text}");
            }
        }
    }

    #[test]
    fn bad_requirements_say_where() {
        for (text, found) in [
            ("", ""),
            ("-r x.txt", "-r"),
            ("requests => 2", "=>"),
            ("requests = 2", "="),
            ("requests 2.8", "2.8"),
            ("requests >= ", ""),
            ("requests >= x", "x"),
            ("requests[a", "["),
            ("requests[a b]", "b"),
            ("requests >=1, ", ","),
            ("requests~=1", "1"),
            ("a >= 1.*", ".*"),
            ("a @ ", ""),
            ("a @ example.org/x", "example.org/x"),
            ("a; pythn_version > '3'", "pythn_version"),
            ("a; python_version", ""),
            ("a; python_version > 3", "3"),
            ("a b", "b"),
            ("_a", "_a"),
            ("a (>=1", "("),
            ("a ^1.2", "^"),
            ("a==1 b", "b"),
            ("a; os_name == 'x", "'x"),
            ("é", "é"),
        ] {
            let error = check(text).unwrap_err();
            assert_eq!(&text[error.range.clone()], found, "{text}: {error}");
        }
    }
}
