//! Requirement specifiers of PEP 508, such as `requests[socks] >= 2.8 ; python_version < "3.9"`.

use std::fmt;
use std::ops::Range;

use crate::suggest::nearest;

/// What is wrong with a requirement, and where.
///
/// ```
/// use redgrease_core::gear::requirement::check;
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

/// The variables of environment markers.
const VARIABLES: &[&str] = &[
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extra",
];

/// The comparisons of versions, the longest first.
const OPERATORS: &[&str] = &["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

/// Checks a requirement specifier.
///
/// ```
/// use redgrease_core::gear::requirement::check;
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

    fn versions(&mut self, name: Range<usize>) -> Result<()> {
        let open = self.take("(").then(|| self.at - 1);
        self.blanks();
        let mut first = true;
        loop {
            let rest = self.rest();
            let ends = rest.is_empty() || rest.starts_with([';', ')']);
            if ends && first {
                break;
            }
            self.version(first, &name)?;
            first = false;
            self.blanks();
            if !self.take(",") {
                break;
            }
            self.blanks();
        }
        match open {
            Some(open) if !self.take(")") => {
                self.error("`(` is never closed", open..open + 1, "close it with `)`")
            }
            _ => Ok(()),
        }
    }

    fn version(&mut self, first: bool, name: &Range<usize>) -> Result<()> {
        let start = self.at;
        let Some(operator) = OPERATORS.iter().find(|o| self.rest().starts_with(**o)) else {
            return self.no_operator(first, name);
        };
        self.at += operator.len();
        // `=>` begins with nothing that is an operator, but `>=>` and `<>` do.
        if self.rest().starts_with(['<', '>', '=']) {
            let wrong = start..self.at + 1;
            return self.error(
                "this compares nothing",
                wrong,
                "the comparisons are ~= == != <= >= < > ===",
            );
        }
        self.blanks();
        let start = self.at;
        let version = self.take_while(|c| c.is_ascii_alphanumeric() || "._-+!*".contains(c));
        if version.is_empty() {
            return self.error(
                "the version is missing",
                self.here(),
                "write it after the comparison",
            );
        }
        if *operator == "===" {
            return Ok(());
        }
        let wild = version.ends_with(".*");
        if wild && !matches!(*operator, "==" | "!=") {
            return self.error(
                &format!("`.*` cannot follow `{operator}`"),
                self.at - 2..self.at,
                "it goes with `==` and `!=`",
            );
        }
        let plain = version.strip_suffix(".*").unwrap_or(version);
        if !is_version(plain) {
            return self.error(
                "this is no version",
                start..self.at,
                "a version is like `2.8.1` or `3.0rc1`",
            );
        }
        if *operator == "~=" && !release(plain).contains('.') {
            return self.error(
                "`~=` needs a version with at least two parts",
                start..self.at,
                &format!("write `~={plain}.0`, or `>={plain}`"),
            );
        }
        Ok(())
    }

    fn no_operator(&mut self, first: bool, name: &Range<usize>) -> Result<()> {
        let rest = self.rest();
        for (wrong, right) in [
            ("=>", ">="),
            ("=<", "<="),
            ("=", "=="),
            ("~", "~="),
            ("^", "~="),
        ] {
            if rest.starts_with(wrong) {
                let at = self.at..self.at + wrong.len();
                return self.error(
                    &format!("`{wrong}` is no comparison"),
                    at,
                    &format!("write `{right}`"),
                );
            }
        }
        if rest.is_empty() {
            let comma = self.text[..self.at].rfind(',').unwrap_or(self.at);
            return self.error(
                "a comparison is missing after `,`",
                comma..comma + 1,
                "remove the `,`",
            );
        }
        let end = rest
            .find([' ', ',', ';', ')'])
            .map_or(self.text.len(), |i| self.at + i);
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.error(
                "a comparison is missing before the version",
                self.at..end,
                &format!(
                    "write `{}=={}`",
                    &self.text[name.clone()],
                    &self.text[self.at..end]
                ),
            );
        }
        let help = if first {
            "after the name come extras, versions, `@` with an address, or `;` with a marker"
        } else {
            "the comparisons are ~= == != <= >= < > ==="
        };
        self.error(
            "this cannot stand here",
            self.at..end.max(self.here().end),
            help,
        )
    }

    fn marker_or(&mut self) -> Result<()> {
        loop {
            self.marker()?;
            self.blanks();
            if !self.take("and ") && !self.take("or ") && !self.take("and(") && !self.take("or(") {
                return Ok(());
            }
            // A bracket that was taken with the word belongs to what follows.
            if self.text[..self.at].ends_with('(') {
                self.at -= 1;
            }
        }
    }

    fn marker(&mut self) -> Result<()> {
        self.blanks();
        if self.take("(") {
            let open = self.at - 1;
            self.marker_or()?;
            self.blanks();
            if !self.take(")") {
                return self.error("`(` is never closed", open..open + 1, "close it with `)`");
            }
            return Ok(());
        }
        self.marker_value()?;
        self.blanks();
        let start = self.at;
        let compared = OPERATORS.iter().any(|o| self.take(o)) || self.take("in ") || {
            let not = self.take("not");
            self.blanks();
            not && self.take("in ")
        };
        if !compared {
            self.at = start;
            return self.error(
                "a comparison is missing in the marker",
                self.here(),
                "write one of ~= == != <= >= < > === `in` `not in`",
            );
        }
        self.blanks();
        self.marker_value()
    }

    fn marker_value(&mut self) -> Result<()> {
        let start = self.at;
        if let Some(quote) = self
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
        {
            self.at += 1;
            self.take_while(|c| c != quote);
            return if self.take(&quote.to_string()) {
                Ok(())
            } else {
                self.error("the text has no end", start..self.text.len(), "")
            };
        }
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
        if VARIABLES.contains(&word.replace('.', "_").as_str()) {
            return Ok(());
        }
        if word.is_empty() {
            return self.error(
                "a marker is missing",
                self.here(),
                "write it like `python_version < \"3.9\"`",
            );
        }
        let help = match nearest(word, VARIABLES.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "a text stands in quotes".to_owned(),
        };
        self.error(
            &format!("no marker variable `{word}`"),
            start..self.at,
            &help,
        )
    }
}

/// The numbers at the beginning of a version.
fn release(version: &str) -> &str {
    let version = version.rsplit('!').next().unwrap_or(version);
    let version = version.trim_start_matches(['v', 'V']);
    let end = version
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(version.len());
    version[..end].trim_end_matches('.')
}

/// Whether this is a version of PEP 440.
fn is_version(version: &str) -> bool {
    let (public, local) = match version.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (version, None),
    };
    let local_fits = local.is_none_or(|local| {
        local
            .split(['.', '-', '_'])
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
    });
    let (epoch, public) = public.split_once('!').unwrap_or(("0", public));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let numbers = release(public);
    let numbers_fit = numbers.split('.').all(digits);
    let public = public.trim_start_matches(['v', 'V']);
    let mut rest = public[numbers.len().min(public.len())..].to_ascii_lowercase();
    for words in [
        &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"][..],
        &["post", "rev", "r"][..],
        &["dev"][..],
    ] {
        let trimmed = rest.trim_start_matches(['.', '-', '_']);
        if let Some(word) = words.iter().find(|w| trimmed.starts_with(**w)) {
            let after = trimmed[word.len()..].trim_start_matches(['.', '-', '_']);
            rest = after
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .to_owned();
        } else if words[0] == "post" && rest.starts_with('-') && digits(&rest[1..]) {
            rest.clear();
        }
    }
    digits(epoch) && numbers_fit && rest.is_empty() && local_fits
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
