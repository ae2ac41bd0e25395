//! A function that can be registered.

use crate::client::command;
use crate::client::data::Registration;
use crate::client::execute::is_made_by;
use crate::client::registering::is_session_of;
use crate::error::PythonError;
use crate::script::{Script, command_script, event_script};
use crate::shared::is_same;
use crate::spec::{CommandSpec, EventSpec};

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
    pub(super) const fn is_same(&self, other: &Self) -> bool {
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
    pub(super) fn last_error(&self, registration: &Registration) -> Option<PythonError> {
        let error = registration.data.last_error.clone()?;
        let script = self.script();
        Some(match is_made_by(registration, &script) {
            true => error.map_lines(|line| script.map_traceback(line)),
            false => error,
        })
    }

    /// Whether a registration of the server is this function, or older code of it.
    pub(super) fn holds(&self, registration: &Registration) -> bool {
        match self {
            Self::Command(spec) => command::holds(spec, registration),
            Self::Event(spec) => {
                is_session_of(EVENT_SESSION, spec.name, spec.function.name, registration)
            }
        }
    }
}

/// What the names of the sessions of functions that run at events begin with.
pub(super) const EVENT_SESSION: &str = "redgrease-event-";

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
