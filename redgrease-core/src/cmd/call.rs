//! Whether a call of a `cmd` method is right.

use std::fmt;

use super::entry::{Entry, Refusal};
use super::signature::{ParameterKind, Signature};
use crate::suggest::nearest;

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

impl Entry {
    /// Checks a call of the method by what its text shows: how many positional arguments, which
    /// keywords, and whether there is a `*args` or a `**kwargs` in it.
    ///
    /// Positional arguments are counted without the `*args`. What only the values show is left to
    /// the server.
    ///
    /// ```
    /// use redgrease_core::cmd;
    ///
    /// let get = cmd::lookup("get").ok_or("no get")?;
    /// assert!(get.check_call(1, &[], false, false).is_ok());
    ///
    /// let error = get.check_call(0, &["key"], false, false).err().ok_or("no error")?;
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`cmd.get` has no parameter `key`: expected get(name)"
    /// );
    /// # Ok::<(), &str>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the call: the method is refused, a parameter is, a
    /// keyword is unknown or given twice, there are too many arguments, or some are missing.
    pub fn check_call(
        &'static self,
        positional: usize,
        keywords: &[&str],
        has_star: bool,
        has_star_star: bool,
    ) -> Result<(), CallError> {
        let method = self.name;
        let signature = self.signature;
        if let Some(why) = self.refused {
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
            check_keyword(self, positional, keyword)?;
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
            if let Some((_, why)) = self
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
