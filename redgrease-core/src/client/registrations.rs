//! Registering many functions, and those that wait for events.

mod item;

use redis::ConnectionLike;

use super::command;
use super::data::Registration;
use super::execute::versioned;
use super::program;
use super::registering::{Registered, is_foreign, is_session_of, options, owner, replace};
use super::requests;
use super::runner::{Blocking, Runner, now};
use crate::error::{Error, PythonError, Result};
use crate::script::event_script;
use crate::spec::{EventSpec, Replace};
use item::EVENT_SESSION;
pub use item::{Item, Registrable, assert_distinct};

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
    program::remember(
        EVENT_SESSION,
        spec.name,
        &spec.function,
        &script,
        spec.replace,
    );
    let options = options(
        EVENT_SESSION,
        spec.name,
        spec.requirements,
        (spec.function.file, spec.function.line),
    );
    let holds =
        |old: &Registration| is_session_of(EVENT_SESSION, spec.name, spec.function.name, old);
    let allowed = |old: &Registration| {
        if spec.replace == Replace::Replace {
            return Ok(());
        }
        let other = program::other(EVENT_SESSION, spec.name, &spec.function, &script, old);
        if other.is_none() && !is_foreign(spec.package, old) {
            return Ok(());
        }
        Err(Error::DuplicateName {
            name: spec.name.to_string(),
            owner: other.or_else(|| owner(old)),
        })
    };
    match replace(&script, options, runner, holds, allowed).await {
        Ok(registered) => Ok(registered),
        Err(error) => {
            let error = command::mapped(error, &script);
            Err(versioned(error, spec.function.python, runner).await)
        }
    }
}
