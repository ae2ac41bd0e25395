//! What a method takes, and whether a call fits.

use super::entry::{Entry, Refusal};
use crate::suggest::nearest;
use std::fmt;

/// The parameters of a method, as Python writes them.
///
/// `+names` in the text is Python's `*names` with at least one value, which Python cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub(super) &'static str);

/// One parameter of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, without stars.
    pub name: &'static str,
    /// How it can be given.
    pub kind: ParameterKind,
    /// Whether a call without it is an error. For `*names`: whether one value must be there.
    pub required: bool,
    /// The Python text of its default.
    pub default: Option<&'static str>,
}

/// How a parameter can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// By its place or by its name.
    Positional,
    /// By its name alone.
    Keyword,
    /// `*names`: the positional arguments that are left over.
    VarPositional,
    /// `**names`: the keywords that are left over.
    VarKeyword,
}

impl Signature {
    /// The parameters, in their order.
    ///
    /// ```
    /// use redgrease_core::cmd::{self, ParameterKind};
    ///
    /// let hdel = cmd::lookup("hdel").ok_or("no hdel")?;
    /// let keys = hdel.signature.parameters().last().ok_or("no parameter")?;
    /// assert_eq!(keys.name, "keys");
    /// assert_eq!(keys.kind, ParameterKind::VarPositional);
    /// assert!(keys.required);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        let mut keyword_only = false;
        self.0
            .split(", ")
            .filter(|text| !text.is_empty())
            .filter_map(move |text| {
                if text == "*" {
                    keyword_only = true;
                    return None;
                }
                let parameter = parse(text, keyword_only);
                keyword_only |= parameter.kind == ParameterKind::VarPositional;
                Some(parameter)
            })
    }

    /// Whether the method takes a parameter of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.parameters().any(|parameter| parameter.name == name)
    }

    fn most_positional(&self) -> Option<usize> {
        let mut most = 0;
        for parameter in self.parameters() {
            match parameter.kind {
                ParameterKind::Positional => most += 1,
                ParameterKind::VarPositional => return None,
                ParameterKind::Keyword | ParameterKind::VarKeyword => {}
            }
        }
        Some(most)
    }
}

/// The parameter list as Python has it, without parentheses.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.strip_prefix('+') {
            Some(first) => write!(f, "*{first}"),
            None => f.write_str(&self.0.replace(", +", ", *")),
        }
    }
}

fn parse(text: &'static str, keyword_only: bool) -> Parameter {
    let of = |name, kind, required| Parameter {
        name,
        kind,
        required,
        default: None,
    };
    if let Some(name) = text.strip_prefix("**") {
        return of(name, ParameterKind::VarKeyword, false);
    }
    if let Some(name) = text.strip_prefix('*') {
        return of(name, ParameterKind::VarPositional, false);
    }
    if let Some(name) = text.strip_prefix('+') {
        return of(name, ParameterKind::VarPositional, true);
    }
    let kind = if keyword_only {
        ParameterKind::Keyword
    } else {
        ParameterKind::Positional
    };
    match text.split_once('=') {
        Some((name, default)) => Parameter {
            default: Some(default),
            ..of(name, kind, false)
        },
        None => of(text, kind, true),
    }
}

/// What is wrong with a call of a `cmd` method.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The method cannot be used on the server.
    Refused {
        /// The method.
        method: &'static str,
        /// Why, and what to do.
        why: Refusal,
    },
    /// The parameter cannot be used on the server.
    RefusedParameter {
        /// The method.
        method: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Why, and what to do.
        why: Refusal,
    },
    /// More positional arguments than parameters.
    TooMany {
        /// The method.
        method: &'static str,
        /// What it takes.
        signature: Signature,
        /// How many were given.
        found: usize,
        /// How many it takes at most.
        most: usize,
    },
    /// A keyword that is no parameter.
    UnknownKeyword {
        /// The method.
        method: &'static str,
        /// What it takes.
        signature: Signature,
        /// The keyword.
        keyword: String,
        /// The parameter that was meant, if one is near.
        meant: Option<&'static str>,
    },
    /// A parameter given by its place and by its name.
    Twice {
        /// The method.
        method: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Parameters without a value.
    Missing {
        /// The method.
        method: &'static str,
        /// What it takes.
        signature: Signature,
        /// The parameters that the call must give.
        parameters: Vec<&'static str>,
    },
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { method, why } => {
                write!(f, "`cmd.{method}` cannot be used on the server: {why}")
            }
            Self::RefusedParameter {
                method,
                parameter,
                why,
            } => write!(
                f,
                "`{parameter}` of `cmd.{method}` cannot be used on the server: {why}"
            ),
            Self::TooMany {
                method,
                signature,
                found,
                most,
            } => write!(
                f,
                "`cmd.{method}` got {found} positional argument{} and takes {}: \
                 expected {method}({signature})",
                if *found == 1 { "" } else { "s" },
                match most {
                    0 => "none".to_owned(),
                    most => format!("at most {most}"),
                }
            ),
            Self::UnknownKeyword {
                method,
                signature,
                keyword,
                meant,
            } => {
                write!(f, "`cmd.{method}` has no parameter `{keyword}`")?;
                if let Some(meant) = meant {
                    write!(f, ", did you mean `{meant}`?")?;
                    return write!(f, " Expected {method}({signature})");
                }
                write!(f, ": expected {method}({signature})")
            }
            Self::Twice { method, parameter } => write!(
                f,
                "`cmd.{method}` got `{parameter}` twice, by its place and by its name: give it once"
            ),
            Self::Missing {
                method,
                signature,
                parameters,
            } => {
                let names: Vec<_> = parameters.iter().map(|name| format!("`{name}`")).collect();
                write!(
                    f,
                    "`cmd.{method}` lacks {}: expected {method}({signature})",
                    names.join(", ")
                )
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.instead)
    }
}

pub(super) fn check(
    entry: &'static Entry,
    positional: usize,
    keywords: &[&str],
    has_star: bool,
    has_star_star: bool,
) -> Result<(), CallError> {
    let method = entry.name;
    let signature = entry.signature;
    if let Some(why) = entry.refused {
        return Err(CallError::Refused { method, why });
    }
    if let Some(most) = signature
        .most_positional()
        .filter(|most| positional > *most)
    {
        return Err(CallError::TooMany {
            method,
            signature,
            found: positional,
            most,
        });
    }
    for keyword in keywords {
        check_keyword(entry, positional, keyword)?;
    }
    let mut missing = Vec::new();
    for (place, parameter) in signature.parameters().enumerate() {
        let by_place = match parameter.kind {
            ParameterKind::Positional | ParameterKind::VarPositional => place < positional,
            ParameterKind::Keyword | ParameterKind::VarKeyword => false,
        };
        let by_star = match parameter.kind {
            ParameterKind::Positional => has_star || has_star_star,
            ParameterKind::VarPositional => has_star,
            ParameterKind::Keyword | ParameterKind::VarKeyword => has_star_star,
        };
        if let Some((_, why)) = entry
            .refused_parameter
            .filter(|(refused, _)| by_place && *refused == parameter.name)
        {
            return Err(CallError::RefusedParameter {
                method,
                parameter: parameter.name,
                why,
            });
        }
        if parameter.required && !by_place && !by_star && !keywords.contains(&parameter.name) {
            missing.push(parameter.name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(CallError::Missing {
        method,
        signature,
        parameters: missing,
    })
}

fn check_keyword(entry: &'static Entry, positional: usize, keyword: &str) -> Result<(), CallError> {
    let method = entry.name;
    let found = entry
        .signature
        .parameters()
        .enumerate()
        .find(|(_, parameter)| parameter.name == keyword);
    match found {
        Some((place, parameter)) if parameter.kind == ParameterKind::Positional => {
            if place < positional {
                return Err(CallError::Twice {
                    method,
                    parameter: parameter.name,
                });
            }
        }
        Some((_, parameter)) if parameter.kind == ParameterKind::Keyword => {}
        _ => {
            let names = entry.signature.parameters().filter(|parameter| {
                matches!(
                    parameter.kind,
                    ParameterKind::Positional | ParameterKind::Keyword
                )
            });
            return Err(CallError::UnknownKeyword {
                method,
                signature: entry.signature,
                keyword: keyword.to_owned(),
                meant: nearest(keyword, names.map(|parameter| parameter.name)),
            });
        }
    }
    match entry.refused_parameter {
        Some((parameter, why)) if parameter == keyword => Err(CallError::RefusedParameter {
            method,
            parameter,
            why,
        }),
        _ => Ok(()),
    }
}
