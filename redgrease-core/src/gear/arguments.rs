//! Checking arguments whose values are written out: types, ranges, choices, and what does not go
//! together. The Python checker and the attribute macros share it.

use std::ops::Range;

use super::Reader;
use super::commands;
use super::events;
use super::requirement;
use super::table::{self, Kind, Parameter};
use crate::diag::{Diagnostic, Diagnostics};
use crate::messages;
use crate::suggest::nearest;

pub use super::value::{Element, Literal, Sequence};

/// An argument of `register` as an attribute gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<'a> {
    /// Its name as it was written, such as `event_types`.
    pub name: &'a str,
    /// What it is.
    pub value: Literal,
    /// Whatever tells the caller where it stands; diagnostics bring it back.
    pub range: Range<usize>,
}

/// Checks the arguments of an attribute that registers a function on `reader`. The names are those
/// of Rust (`on_failed_policy`); names that the table does not have are reported, too.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::Reader;
/// use redgrease::gear::arguments::{Given, Literal, check_register};
///
/// let batch = Given { name: "batch", value: Literal::Int(Some(0)), range: 0..1 };
/// let diagnostics = check_register(Reader::Stream, "stream_reader", &[batch]);
/// assert_eq!(diagnostics[0].message, "`batch` of `stream_reader` has to be 1 or more");
/// ```
pub fn check_register(reader: Reader, called: &str, given: &[Given<'_>]) -> Vec<Diagnostic> {
    let mut out = Diagnostics::new();
    let parameters = table::entry(reader).register.unwrap_or(&[]);
    let called = format!("`{called}`");
    let mut values: Vec<(&Parameter, &str, &Literal, Range<usize>)> = Vec::new();
    for argument in given {
        let known = parameters
            .iter()
            .find(|p| p.rust_name() == argument.name || p.name == argument.name);
        let Some(parameter) = known else {
            let names: Vec<String> = parameters.iter().map(Parameter::rust_name).collect();
            let names = || names.iter().map(String::as_str);
            let meant = nearest(argument.name, names());
            let known = format!("it takes {}", messages::list(names()));
            let at = argument.range.clone();
            out.push(messages::unknown_keyword(
                &called,
                argument.name,
                meant,
                &known,
                at,
            ));
            continue;
        };
        check(
            &called,
            parameter,
            argument.name,
            &argument.value,
            argument.range.clone(),
            &mut out,
        );
        values.push((
            parameter,
            argument.name,
            &argument.value,
            argument.range.clone(),
        ));
    }
    let get = |name: &str| {
        values
            .iter()
            .find(|(p, _, _, _)| p.name == name)
            .map(|(_, written, value, range)| (*written, Some(*value), range.clone()))
    };
    together(&get, &mut out);
    out.into_vec()
}

/// What arguments are there: by Python name, the name as written, the value if known, the place.
pub(super) type Lookup<'a> =
    &'a dyn Fn(&str) -> Option<(&'a str, Option<&'a Literal>, Range<usize>)>;

/// What cannot be combined.
pub(super) fn together(get: Lookup<'_>, out: &mut Diagnostics) {
    let text = |name: &str| match get(name) {
        Some((_, Some(Literal::Text(text)), at)) => Some((text.to_ascii_lowercase(), at)),
        _ => None,
    };
    if let (Some((mode, _)), Some((policy, at))) = (text("mode"), text("onFailedPolicy"))
        && mode == "sync"
        && matches!(policy.as_str(), "abort" | "retry")
    {
        out.push(messages::not_together(
            &format!("a failure policy \"{policy}\" and the mode \"sync\" do not go together"),
            "a synchronous execution has answered before it can be tried again; take \"async\" or \"continue\"",
            at,
        ));
    }
    if let (Some(_), Some((hook, _, at))) = (get("trigger"), get("hook")) {
        out.push(messages::not_together(
            &format!("`trigger` and `{hook}` do not go together"),
            "a command is called by its trigger or takes the place of another command",
            at,
        ));
    }
    if let (None, Some((prefix, _, at))) = (get("hook"), get("keyprefix")) {
        out.push(messages::not_together(
            &format!("`{prefix}` needs `hook`"),
            "only a hooked command has keys; give `hook` as well",
            at,
        ));
    }
}

/// Checks one value that is no callback.
pub(super) fn check(
    called: &str,
    parameter: &Parameter,
    name: &str,
    found: &Literal,
    at: Range<usize>,
    out: &mut Diagnostics,
) {
    if found.is_none() && !parameter.required {
        return;
    }
    let wrong =
        |wanted: &str| messages::wrong_type(called, name, wanted, found.in_words(), at.clone());
    match parameter.kind {
        Kind::Text | Kind::Glob | Kind::Prefix | Kind::NoPrefix => match found {
            Literal::Text(text) if parameter.kind == Kind::NoPrefix => {
                if text != "*" {
                    out.push(messages::prefix_of_command(name, at));
                }
            }
            Literal::Text(text) if parameter.kind == Kind::Prefix => {
                prefix(called, name, text, at, out);
            }
            Literal::Text(text)
                if text.is_empty() && matches!(parameter.name, "trigger" | "hook") =>
            {
                let wanted = "at least one character long";
                let help = "clients call the function by this name";
                out.push(messages::out_of_range(called, name, wanted, help, at));
            }
            Literal::Text(text) if parameter.name == "hook" => command(text, at, out),
            Literal::Text(_) => {}
            _ => out.push(wrong("a text")),
        },
        Kind::Bool => {
            if !matches!(found, Literal::Bool(_)) {
                out.push(wrong("`True` or `False`"));
            }
        }
        Kind::Int(least) => match found {
            Literal::Int(Some(number)) if *number < least => {
                let wanted = format!("{least} or more");
                let help = match (name, least) {
                    ("batch", _) => "an execution needs at least one entry to start",
                    (_, 0) => "0 switches it off",
                    _ => "give a larger number",
                };
                out.push(messages::out_of_range(called, name, &wanted, help, at));
            }
            Literal::Int(_) => {}
            _ => out.push(wrong("an integer")),
        },
        Kind::Choice(choices) => match found {
            Literal::Text(text) => choice(called, parameter, name, text, choices, at, out),
            _ => out.push(wrong(&format!(
                "one of {}",
                messages::list(choices.iter().copied())
            ))),
        },
        Kind::Texts | Kind::Events | Kind::Choices(_) | Kind::Requirements => {
            let Literal::Sequence(_, elements) = found else {
                let mut diagnostic = wrong("a list of texts");
                if let Literal::Text(text) = found {
                    diagnostic = diagnostic.help(format!("write `[\"{text}\"]`"));
                }
                out.push(diagnostic);
                return;
            };
            let filters = matches!(parameter.kind, Kind::Events | Kind::Choices(_));
            if elements.is_empty() && filters {
                out.push(messages::matches_nothing(called, name, at));
            }
            for element in elements {
                match &element.literal {
                    Some(Literal::Text(text)) => {
                        listed(called, parameter, name, text, element.range.clone(), out);
                    }
                    Some(other) => out.push(messages::wrong_type(
                        called,
                        name,
                        "a list of texts",
                        &format!("{} in it", other.in_words()),
                        element.range.clone(),
                    )),
                    None => {}
                }
            }
        }
        Kind::Callback(_) | Kind::Generator | Kind::Match | Kind::Any => {}
    }
}

/// Checks the name of a command.
fn command(text: &str, at: Range<usize>, out: &mut Diagnostics) {
    if !commands::exists(text) {
        out.push(messages::unknown_command(text, commands::meant(text), at));
    }
}

/// Checks a text of a list.
fn listed(
    called: &str,
    parameter: &Parameter,
    name: &str,
    text: &str,
    at: Range<usize>,
    out: &mut Diagnostics,
) {
    match parameter.kind {
        Kind::Choices(choices) => choice(called, parameter, name, text, choices, at, out),
        Kind::Events if !events::exists(text) => {
            out.push(messages::no_event(text, &events::instead_of(text), at));
        }
        Kind::Texts if parameter.name == "commands" => command(text, at, out),
        Kind::Requirements => {
            if let Err(error) = requirement::check(text) {
                out.push(messages::requirement(text, &error, at, false));
            }
        }
        _ => {}
    }
}

/// Prefixes of registrations are texts with a `*` at their end, not patterns.
fn prefix(called: &str, name: &str, text: &str, at: Range<usize>, out: &mut Diagnostics) {
    let literal = text.strip_suffix('*').unwrap_or(text);
    if let Some(wild) = literal.chars().find(|c| matches!(c, '*' | '?' | '[')) {
        out.push(messages::pattern_prefix(called, name, wild, at));
    } else if text.is_empty() {
        out.push(messages::empty_prefix(called, name, at));
    }
}

fn choice(
    called: &str,
    parameter: &Parameter,
    name: &str,
    found: &str,
    choices: &[&str],
    at: Range<usize>,
    out: &mut Diagnostics,
) {
    // The server looks at policies without regard to case, and at nothing else.
    let any_case = parameter.name == "onFailedPolicy";
    let fits = |c: &&str| *c == found || any_case && c.eq_ignore_ascii_case(found);
    if !choices.iter().any(fits) {
        let meant = nearest(found, choices.iter().copied());
        out.push(messages::not_a_choice(
            called, name, found, meant, choices, at,
        ));
    }
}
