//! What RG.PYEXECUTE is asked to do.

use crate::registrar::Claim;

/// What the command was asked to do.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Request {
    pub(super) script: Vec<u8>,
    pub(super) unblocking: bool,
    pub(super) id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) claim: Claim,
    pub(super) reinstall: bool,
    pub(super) requirements: Vec<String>,
    /// Whether they are not its own.
    pub(super) inherits: bool,
}

/// What is wrong with the words of the command, as RedisGears 1.2 says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misused {
    /// A word that it does not know.
    Unknown(Vec<u8>),
    /// Nothing comes after this option.
    Missing(&'static str),
    /// An id with other letters than those of names.
    Id,
}

impl Misused {
    /// What the client is told.
    pub(super) fn text(&self) -> Vec<u8> {
        match self {
            Self::Unknown(word) => [b"Unknown arguments were given: ", word.as_slice()].concat(),
            Self::Missing(option) => format!("{option} is missing").into_bytes(),
            Self::Id => {
                b"ID must be compose of: ['A'-'Z' | 'a'-'z' | '0' - '9' | '-' | '_']".to_vec()
            }
        }
    }
}

impl Request {
    /// The words behind the name of the command, of which there is one at least.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn parse(arguments: &[Vec<u8>]) -> Result<Self, Misused> {
        let mut request = Self {
            script: arguments[0].clone(),
            ..Self::default()
        };
        let mut rest = arguments[1..].iter();
        while let Some(argument) = rest.next() {
            let mut text = |option: &'static str| {
                rest.next()
                    .map(|value| String::from_utf8_lossy(value).into_owned())
                    .ok_or(Misused::Missing(option))
            };
            match argument.to_ascii_lowercase().as_slice() {
                b"unblocking" => request.unblocking = true,
                b"upgrade" => request.claim.upgrade = true,
                b"force_reinstall_requirements" => request.reinstall = true,
                b"id" => {
                    let id = text("ID")?;
                    if !id
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                    {
                        return Err(Misused::Id);
                    }
                    request.id = Some(id);
                }
                b"description" => {
                    request.description = Some(text("DESCRIPTION")?);
                }
                b"replace_with" => {
                    request.claim.replace = Some(text("REPLACE_WITH")?);
                }
                b"requirements" => {
                    request.requirements = rest
                        .by_ref()
                        .map(|name| String::from_utf8_lossy(name).into_owned())
                        .collect();
                }
                _ => return Err(Misused::Unknown(argument.clone())),
            }
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Request, Misused> {
        let arguments: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        Request::parse(&arguments)
    }

    #[test]
    fn options_come_in_any_order_and_case() {
        let request = parse(&[
            "x",
            "upgrade",
            "Id",
            "a-1_B",
            "UNBLOCKING",
            "description",
            "d e",
        ])
        .expect("parses");
        assert!(request.claim.upgrade && request.unblocking);
        assert_eq!(request.id.as_deref(), Some("a-1_B"));
        assert_eq!(request.description.as_deref(), Some("d e"));
    }

    #[test]
    fn requirements_swallow_the_rest() {
        let request = parse(&["x", "REQUIREMENTS", "a==1", "UNBLOCKING"]).expect("parses");
        assert!(!request.unblocking);
        assert_eq!(request.requirements, ["a==1", "UNBLOCKING"]);
        assert!(
            parse(&["x", "REQUIREMENTS"])
                .expect("parses")
                .requirements
                .is_empty()
        );
    }

    #[test]
    fn what_is_wrong_is_said_as_before() {
        for (words, text) in [
            (vec!["x", "bogus"], "Unknown arguments were given: bogus"),
            (vec!["x", "ID"], "ID is missing"),
            (
                vec!["x", "ID", "bad id!"],
                "ID must be compose of: ['A'-'Z' | 'a'-'z' | '0' - '9' | '-' | '_']",
            ),
            (vec!["x", "DESCRIPTION"], "DESCRIPTION is missing"),
            (vec!["x", "REPLACE_WITH"], "REPLACE_WITH is missing"),
        ] {
            let misused = parse(&words).expect_err("is refused");
            assert_eq!(misused.text(), text.as_bytes());
        }
        assert_eq!(
            parse(&["x", "ID", ""])
                .expect("an empty id is one")
                .id
                .as_deref(),
            Some("")
        );
    }
}
