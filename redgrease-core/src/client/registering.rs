//! Putting code on a server in the place of older code, and telling whose that is.

use super::data::Registration;
use super::execute::{is_made_by, register_script};
use super::requests::{self, PyExecuteOptions};
use super::runner::Runner;
use crate::error::{Error, Result};
use crate::origin::Origin;
use crate::script::Script;

/// What registering a function did.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Registered;
///
/// fn line(name: &str, registered: Registered) -> String {
///     match registered {
///         Registered::Unchanged => format!("{name} was there already"),
///         done => format!("{name}: {done:?}"),
///     }
/// }
/// assert_eq!(line("area", Registered::Created), "area: Created");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registered {
    /// It was not there before.
    Created,
    /// It took the place of older code with the same trigger.
    Replaced,
    /// The same code is registered already, or older code was kept (`replace = false`).
    Unchanged,
}

/// The options of a function's registration. The session is named after the function, so that the
/// server can put new code in its place in one step.
pub(super) fn options(
    prefix: &str,
    name: &str,
    requirements: &[&str],
    (file, line): (&str, u32),
) -> PyExecuteOptions {
    PyExecuteOptions::new()
        .id(session(prefix, name))
        .description(format!("{file}:{line}"))
        .requirements(requirements.iter().copied())
}

/// The name of the session of the function `name`: what the server does not take is escaped, and the
/// `::` of a path is `--`.
pub(super) fn session(prefix: &str, name: &str) -> String {
    let mut id = prefix.to_string();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ':' if rest.next_if_eq(&':').is_some() => id.push_str("--"),
            '-' if !id.ends_with('-') || id.len() == prefix.len() => id.push('-'),
            c if c.is_ascii_alphanumeric() => id.push(c),
            c => id.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    id
}

/// Whether a registration stands in the session of the function `name`, or in the one that a build
/// made which knew functions by their last name alone.
pub(super) fn is_session_of(prefix: &str, name: &str, last: &str, old: &Registration) -> bool {
    let id = old.session();
    let by_last_name = || {
        let named = origin(old).is_some_and(|origin| origin.package.is_empty());
        named && id == Some(&session(prefix, last))
    };
    id == Some(&session(prefix, name)) || by_last_name()
}

/// What the description of a registration tells of the function.
pub(super) fn origin(old: &Registration) -> Option<Origin<'_>> {
    Origin::read(old.description.as_deref()?)
}

/// Whether somebody else registered it than `package`: another package, or a script of somebody.
pub(super) fn is_foreign(package: &str, old: &Registration) -> bool {
    let name = package.split(' ').next().unwrap_or_default();
    match origin(old) {
        // Older builds did not say; who does not know who they are cannot tell.
        Some(origin) if origin.package.is_empty() || name.is_empty() => false,
        Some(origin) => origin.package_name() != name,
        None => true,
    }
}

/// Who registered it, as far as its description tells.
pub(super) fn owner(old: &Registration) -> Option<String> {
    match origin(old) {
        Some(origin) if origin.package.is_empty() => None,
        Some(origin) => Some(format!("{} at {}", origin.package, origin.place)),
        None => {
            let description = old.description.as_deref().filter(|text| !text.is_empty());
            Some(match description {
                Some(description) => format!("a script that calls itself `{description}`"),
                None => "a script without a description".to_string(),
            })
        }
    }
}

/// Registers a script in the place of an older one: the registration in the session that the
/// options name, or one that `holds_name` knows, when it is `allowed`. There is no moment in which the function is
/// missing: the session that holds the old one is upgraded or replaced by the server in one step.
/// Only when that session has more registrations than this one is the old one unregistered first.
pub(super) async fn replace(
    script: &Script,
    options: PyExecuteOptions,
    runner: &mut impl Runner,
    holds_name: impl Fn(&Registration) -> bool,
    allowed: impl Fn(&Registration) -> Result<()>,
) -> Result<Registered> {
    let id = options.id.clone().unwrap_or_default();
    let registrations = runner.run(requests::dump_registrations()).await?;
    let old = registrations
        .iter()
        .find(|old| holds_name(old) || old.session() == Some(&id));
    let Some(old) = old else {
        register_script(script, &options.upgrade(), runner).await?;
        return Ok(Registered::Created);
    };
    if is_made_by(old, script) {
        return Ok(Registered::Unchanged);
    }
    allowed(old)?;
    let session = old.session().unwrap_or_default();
    let shares_session = registrations
        .iter()
        .any(|other| other.id != old.id && other.session() == Some(session));
    let options = if session == id {
        options.upgrade()
    } else if shares_session || session.is_empty() {
        runner.run(requests::unregister(old)).await?;
        options.upgrade()
    } else {
        options.replace_with(session)
    };
    match register_script(script, &options, runner).await {
        // somebody else removed the old one in between
        Err(Error::Engine { message }) if message.ends_with("session does not exists.") => {
            let options = PyExecuteOptions {
                replace_with: None,
                ..options.upgrade()
            };
            register_script(script, &options, runner).await?;
        }
        answer => {
            answer?;
        }
    }
    Ok(Registered::Replaced)
}
