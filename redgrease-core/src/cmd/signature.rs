//! What a method takes.

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

    pub(super) fn most_positional(&self) -> Option<usize> {
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
