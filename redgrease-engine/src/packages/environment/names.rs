//! Requirements in one spelling, and what they say about where their package comes from.

use redgrease_core::requirement::{canonical, name_length};

/// Where the package of a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// An index, or a directory of wheels.
    Index,
    /// `name[extras] @ address ; marker`
    Named {
        name: &'a str,
        /// With their brackets; empty if there are none.
        extras: &'a str,
        /// With its semicolon; empty if there is none.
        marker: &'a str,
    },
    /// An address or a path that names no package.
    Bare,
}

/// Where the package of a requirement comes from.
pub(crate) fn source(requirement: &str) -> Source<'_> {
    let (name, rest) = requirement.split_at(name_length(requirement));
    let rest = rest.trim_start();
    let is_file = [".whl", ".zip", ".tar.gz", ".tar.bz2", ".tgz"]
        .iter()
        .any(|end| name.ends_with(end));
    // `git+https://…` begins like a name, too.
    let is_address = rest.starts_with([':', '/']) || rest.starts_with('+') && rest.contains("://");
    if name.is_empty() || name.starts_with('.') || is_address || is_file && rest.is_empty() {
        return Source::Bare;
    }
    let (extras, rest) = match rest.find(']') {
        Some(end) if rest.starts_with('[') => rest.split_at(end + 1),
        _ => ("", rest),
    };
    let Some(address) = rest.trim_start().strip_prefix('@') else {
        return Source::Index;
    };
    let address = address.trim_start();
    let end = address.find(char::is_whitespace).unwrap_or(address.len());
    Source::Named {
        name,
        extras,
        marker: address[end..].trim(),
    }
}

/// The package that a requirement names, in one spelling; the whole text where it names none.
pub(crate) fn package(requirement: &str) -> String {
    let requirement = requirement.trim();
    match source(requirement) {
        Source::Bare => requirement.to_owned(),
        Source::Index | Source::Named { .. } => canonical(&requirement[..name_length(requirement)]),
    }
}

/// Requirements in one spelling: names in lower case with `-`, sorted, each once.
pub(crate) fn normalise(requirements: &[String]) -> Vec<String> {
    let mut normal: Vec<String> = requirements
        .iter()
        .map(|requirement| {
            let requirement = requirement.trim();
            if source(requirement) == Source::Bare {
                return requirement.to_owned();
            }
            let (name, rest) = requirement.split_at(name_length(requirement));
            let mut spelled = canonical(name);
            if rest.contains(';') {
                spelled.push_str(rest);
            } else {
                push_without_blanks(&mut spelled, rest);
            }
            spelled
        })
        .collect();
    normal.sort();
    normal.dedup();
    normal
}

/// Appends a text without its blanks, but for those that part two words: `a b` is no name, and must not become that of another
/// package.
fn push_without_blanks(spelled: &mut String, text: &str) {
    let is_word = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let mut parted = false;
    for letter in text.chars() {
        if letter.is_whitespace() {
            parted = true;
            continue;
        }
        if parted && is_word(letter) && spelled.ends_with(is_word) {
            spelled.push(' ');
        }
        parted = false;
        spelled.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_join_no_words() {
        for (given, wanted) in [
            ("re quests", "re quests"),
            ("re\tquests == 2", "re quests==2"),
            ("requests == 2 .0", "requests==2 .0"),
            ("requests >= 2 , < 3", "requests>=2,<3"),
            ("requests [ socks ] >= 2", "requests[socks]>=2"),
        ] {
            assert_eq!(normalise(&[given.to_owned()]), [wanted]);
        }
    }

    #[test]
    fn requirements_have_one_spelling() {
        let given =
            ["Requests>=2", "my_Pkg.name == 1.0", "requests>=2", " idna "].map(str::to_owned);
        assert_eq!(
            normalise(&given),
            ["idna", "my-pkg-name==1.0", "requests>=2"]
        );
        assert_eq!(
            normalise(&["https://Host/A_b.whl".to_owned()]),
            ["https://Host/A_b.whl"]
        );
    }

    #[test]
    fn requirements_name_packages() {
        for (requirement, wanted) in [
            (" My_Pkg.name[x] >= 1", "my-pkg-name"),
            ("a@https://h/x.whl", "a"),
            ("./a.whl", "./a.whl"),
        ] {
            assert_eq!(package(requirement), wanted);
        }
    }

    #[test]
    fn requirements_by_address_say_their_name_or_none() {
        let named = |extras, marker| Source::Named {
            name: "A_b",
            extras,
            marker,
        };
        for (requirement, wanted) in [
            ("A_b", Source::Index),
            ("A_b[x,y]>=1 ; python_version > '3'", Source::Index),
            ("A_b@https://h/x.whl", named("", "")),
            ("A_b @ file:///x.whl#egg=c", named("", "")),
            ("A_b [x, y] @ git+ssh://u@h/r@v1", named("[x, y]", "")),
            (
                "A_b[x]@ https://h/a;b.zip ; os_name == 'nt'",
                named("[x]", "; os_name == 'nt'"),
            ),
            ("https://u@h/A_b.whl", Source::Bare),
            ("git+https://h/r.git@v1#egg=A_b", Source::Bare),
            ("file:///x.whl", Source::Bare),
            ("./A_b", Source::Bare),
            ("/A_b.tar.gz", Source::Bare),
            ("wheels/A_b-1.0.zip", Source::Bare),
            ("A_b-1.0-py3-none-any.whl", Source::Bare),
        ] {
            assert_eq!(source(requirement), wanted, "{requirement}");
        }
        let given = [
            "A_B @ https://Host/A_b.whl",
            "A_b-1.0.tar.gz",
            "A.b [X]@file:///x ; os_name == 'a b'",
        ];
        assert_eq!(
            normalise(&given.map(str::to_owned)),
            [
                "A_b-1.0.tar.gz",
                "a-b [X]@file:///x ; os_name == 'a b'",
                "a-b@https://Host/A_b.whl"
            ]
        );
    }
}
