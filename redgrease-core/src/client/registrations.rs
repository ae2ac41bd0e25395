//! Registering many functions, and those that wait for events.

use redis::ConnectionLike;

use super::command;
use super::data::Registration;
use super::execute::is_made_by;
use super::registering::{Registered, is_foreign, is_session_of, options, owner, replace};
use super::requests;
use super::runner::{Blocking, Runner, now};
use crate::error::{Error, PythonError, Result};
use crate::script::{Script, command_script, event_script};
use crate::shared::is_same;
use crate::spec::{CommandSpec, EventSpec, Replace};

/// A function that can be registered.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Item, Registrable};
///
/// fn name<F: Registrable>() -> &'static str {
///     match F::item() {
///         Item::Command(spec) => spec.trigger,
///         other => other.name(),
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Item {
    /// A `#[command]`.
    Command(&'static CommandSpec),
    /// A `#[keys_reader]` or `#[stream_reader]`.
    Event(&'static EventSpec),
}

impl Item {
    /// The trigger of a command; for others their path in Rust, or the `name` that was given.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Command(spec) => spec.name,
            Self::Event(spec) => spec.name,
        }
    }

    /// Whether the server would take one for the other.
    const fn is_same(&self, other: &Self) -> bool {
        let one_kind = matches!(
            (self, other),
            (Self::Command(_), Self::Command(_)) | (Self::Event(_), Self::Event(_))
        );
        one_kind && is_same(self.name(), other.name())
    }

    /// The Python script that registers it.
    pub fn script(&self) -> Script {
        match self {
            Self::Command(spec) => command_script(spec),
            Self::Event(spec) => event_script(spec),
        }
    }

    /// The last error of a registration, with the lines of the Rust file, as far as this code is
    /// what the server has.
    fn last_error(&self, registration: &Registration) -> Option<PythonError> {
        let error = registration.data.last_error.clone()?;
        let script = self.script();
        Some(match is_made_by(registration, &script) {
            true => error.map_lines(|line| script.map_traceback(line)),
            false => error,
        })
    }

    /// Whether a registration of the server is this function, or older code of it.
    fn holds(&self, registration: &Registration) -> bool {
        match self {
            Self::Command(spec) => command::holds(spec, registration),
            Self::Event(spec) => {
                is_session_of(EVENT_SESSION, spec.name, spec.function.name, registration)
            }
        }
    }
}

/// What the names of the sessions of functions that run at events begin with.
const EVENT_SESSION: &str = "redgrease-event-";

/// What the macros implement for each function that can be registered.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Registrable, Registrations};
///
/// fn both<A: Registrable, B: Registrable>() -> Registrations {
///     Registrations::new([A::item(), B::item()])
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this function has no registration",
    label = "no `#[command]`, `#[keys_reader]` or `#[stream_reader]` stands before it"
)]
pub trait Registrable {
    /// The function.
    const ITEM: Item;

    /// The function.
    fn item() -> Item {
        Self::ITEM
    }
}

/// Ends the build when two functions of a list are one for the server.
#[doc(hidden)]
#[track_caller]
pub const fn assert_distinct(items: &[Item]) {
    let mut last = 1;
    while last < items.len() {
        let mut first = 0;
        while first < last {
            if items[first].is_same(&items[last]) {
                let name = items[first].name();
                let mut text = [0; LONGEST];
                panic!("{}", Same::of(name).write(&mut text));
            }
            first += 1;
        }
        last += 1;
    }
}

/// How much of it is said.
const LONGEST: usize = 320;

/// What is said of two functions with one name, where nothing can be formatted.
struct Same<'a>([&'a str; 3]);

impl<'a> Same<'a> {
    const fn of(name: &'a str) -> Self {
        Self([
            "two functions of this list are `",
            name,
            "` for the server, where one would take the place of the other: give one of them another \
             `trigger` (commands) or `name` (functions that run at events)",
        ])
    }

    const fn write<'t>(&self, text: &'t mut [u8; LONGEST]) -> &'t str {
        let mut length = 0;
        let mut part = 0;
        while part < self.0.len() {
            let bytes = self.0[part].as_bytes();
            let mut at = 0;
            while at < bytes.len() && length < text.len() {
                text[length] = bytes[at];
                length += 1;
                at += 1;
            }
            part += 1;
        }
        let (written, _) = text.split_at(length);
        match std::str::from_utf8(written) {
            Ok(text) => text,
            Err(_) => "two functions of this list have one name",
        }
    }
}

/// Functions that belong together, registered with one call; `registrations![…]` makes it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Registrations;
/// use redgrease::Result;
///
/// fn register(functions: &Registrations, con: &mut redis::Connection) -> Result<()> {
///     for (name, registered) in functions.register_all(con)? {
///         println!("{name}: {registered:?}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Registrations(Vec<Item>);

impl Registrations {
    /// The functions.
    pub fn new(items: impl Into<Vec<Item>>) -> Self {
        Self(items.into())
    }

    /// The functions.
    pub fn items(&self) -> &[Item] {
        &self.0
    }

    /// Registers each function on the server of `con`, in the place of older code with the same
    /// trigger (commands) or name (events). Tells for each what that did; what the server has
    /// already is left alone.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateTrigger`] and [`Error::DuplicateName`] when another package registered a
    /// function with the trigger or the name and `replace = true` was not given, or when two functions
    /// of the list have one: then none is registered. Else the first error; the functions before it are
    /// registered.
    pub fn register_all(
        &self,
        con: &mut impl ConnectionLike,
    ) -> Result<Vec<(&'static str, Registered)>> {
        now(self.register_all_on(&mut Blocking(con)))
    }

    /// As [`register_all`](Self::register_all), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`register_all`](Self::register_all).
    #[cfg(feature = "tokio")]
    pub async fn register_all_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<Vec<(&'static str, Registered)>> {
        self.register_all_on(&mut super::runner::Asynchronous::new(con))
            .await
    }

    /// Says which two functions would take each other's place.
    fn check(&self) -> Result<()> {
        for (index, item) in self.0.iter().enumerate() {
            if self.0[..index].iter().any(|before| before.is_same(item)) {
                let name = item.name().to_string();
                let owner = Some("another function of the same list".to_string());
                return Err(match item {
                    Item::Command(_) => Error::DuplicateTrigger {
                        trigger: name,
                        owner,
                    },
                    Item::Event(_) => Error::DuplicateName { name, owner },
                });
            }
        }
        Ok(())
    }

    async fn register_all_on(
        &self,
        runner: &mut impl Runner,
    ) -> Result<Vec<(&'static str, Registered)>> {
        self.check()?;
        let mut report = Vec::with_capacity(self.0.len());
        for item in &self.0 {
            let registered = match item {
                Item::Command(spec) => command::replace_on(spec, runner).await?,
                Item::Event(spec) => event_on(spec, runner).await?,
            };
            report.push((item.name(), registered));
        }
        Ok(report)
    }

    /// Removes the functions from the server of `con`, whatever code they have there. Gives the
    /// names of those that were there.
    ///
    /// # Errors
    ///
    /// The first error; the functions before it are removed.
    pub fn unregister_all(&self, con: &mut impl ConnectionLike) -> Result<Vec<&'static str>> {
        now(self.unregister_all_on(&mut Blocking(con)))
    }

    /// As [`unregister_all`](Self::unregister_all), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`unregister_all`](Self::unregister_all).
    #[cfg(feature = "tokio")]
    pub async fn unregister_all_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<Vec<&'static str>> {
        self.unregister_all_on(&mut super::runner::Asynchronous::new(con))
            .await
    }

    /// The last error of each function that has failed on the server of `con`, and has not run well
    /// since. Its traceback names the Rust file and line: nobody else is told why a function
    /// failed that runs at events.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// # use redgrease::client::Registrations;
    /// # use redgrease::Result;
    /// fn show(functions: &Registrations, con: &mut redis::Connection) -> Result<()> {
    ///     for (name, error) in functions.last_errors(con)? {
    ///         eprintln!("{name}: {error}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The connection's errors.
    pub fn last_errors(
        &self,
        con: &mut impl ConnectionLike,
    ) -> Result<Vec<(&'static str, PythonError)>> {
        now(self.last_errors_on(&mut Blocking(con)))
    }

    /// As [`last_errors`](Self::last_errors), on an asynchronous connection.
    ///
    /// # Errors
    ///
    /// As [`last_errors`](Self::last_errors).
    #[cfg(feature = "tokio")]
    pub async fn last_errors_async<C: redis::aio::ConnectionLike + Send>(
        &self,
        con: &mut C,
    ) -> Result<Vec<(&'static str, PythonError)>> {
        self.last_errors_on(&mut super::runner::Asynchronous::new(con))
            .await
    }

    async fn last_errors_on(
        &self,
        runner: &mut impl Runner,
    ) -> Result<Vec<(&'static str, PythonError)>> {
        let registrations = runner.run(requests::dump_registrations()).await?;
        Ok(registrations
            .iter()
            .filter_map(|found| {
                let item = self.0.iter().find(|item| item.holds(found))?;
                Some((item.name(), item.last_error(found)?))
            })
            .collect())
    }

    async fn unregister_all_on(&self, runner: &mut impl Runner) -> Result<Vec<&'static str>> {
        let mut removed = Vec::new();
        for old in runner.run(requests::dump_registrations()).await? {
            let Some(item) = self.0.iter().find(|item| item.holds(&old)) else {
                continue;
            };
            runner.run(requests::unregister(&old)).await?;
            removed.push(item.name());
        }
        Ok(removed)
    }
}

/// Registers a function that runs at events, in the place of older code with the same name.
///
/// # Errors
///
/// The connection's and Python's errors.
#[doc(hidden)]
pub fn register_event(spec: &EventSpec, con: &mut impl ConnectionLike) -> Result<Registered> {
    now(event_on(spec, &mut Blocking(con)))
}

/// As [`register_event`], on an asynchronous connection.
///
/// # Errors
///
/// As [`register_event`].
#[doc(hidden)]
#[cfg(feature = "tokio")]
pub async fn register_event_async<C: redis::aio::ConnectionLike + Send>(
    spec: &EventSpec,
    con: &mut C,
) -> Result<Registered> {
    event_on(spec, &mut super::runner::Asynchronous::new(con)).await
}

async fn event_on(spec: &EventSpec, runner: &mut impl Runner) -> Result<Registered> {
    let script = event_script(spec);
    let options = options(
        EVENT_SESSION,
        spec.name,
        spec.requirements,
        (spec.function.file, spec.function.line),
    );
    let holds =
        |old: &Registration| is_session_of(EVENT_SESSION, spec.name, spec.function.name, old);
    let allowed = |old: &Registration| {
        if spec.replace == Replace::Replace || !is_foreign(spec.package, old) {
            return Ok(());
        }
        Err(Error::DuplicateName {
            name: spec.name.to_string(),
            owner: owner(old),
        })
    };
    match replace(&script, options, runner, holds, allowed).await {
        Ok(registered) => Ok(registered),
        Err(error) => {
            let error = command::mapped(error, &script);
            Err(command::versioned(error, spec.function.python, runner).await)
        }
    }
}
