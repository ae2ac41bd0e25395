//! The kinds of settings.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::base::guard;
use crate::server::OptionValue;

/// What RG.CONFIGGET shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A number.
    Number(i64),
    /// A text.
    Text(Vec<u8>),
    /// Several texts.
    Texts(Vec<String>),
}

/// What every kind can do.
pub(super) trait Value {
    /// Takes a value that is given as text; says whether it can have it.
    fn set(&self, text: &str) -> bool;
    /// What it takes, for who gave something else.
    fn wanted(&self) -> String;
    /// The value as an option of the server, which has no lists.
    fn option(&self) -> Option<OptionValue>;
    /// The value for clients.
    fn show(&self) -> Shown;
    /// What kind of value it is, in a word.
    fn kind(&self) -> &'static str;
}

/// A whole number, of milliseconds in most cases.
#[derive(Debug)]
pub(crate) struct Number {
    value: AtomicI64,
    least: i64,
    /// Whether any number stands for 1, and only 0 for 0.
    truth: bool,
}

impl Number {
    pub(super) const fn new(default: i64, least: i64) -> Self {
        Self {
            value: AtomicI64::new(default),
            least,
            truth: false,
        }
    }

    /// One that is on or off.
    pub(super) const fn truth(default: bool) -> Self {
        Self {
            value: AtomicI64::new(default as i64),
            least: i64::MIN,
            truth: true,
        }
    }

    /// The number.
    pub(crate) fn get(&self) -> i64 {
        self.value.load(Ordering::Relaxed)
    }

    /// The number as a count of things; 0 where it is negative.
    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.get()).unwrap_or(0)
    }

    /// Whether it is not 0.
    pub(crate) fn is_on(&self) -> bool {
        self.get() != 0
    }

    /// So many milliseconds.
    pub(crate) fn milliseconds(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.get()).unwrap_or(0))
    }
}

impl Value for Number {
    fn set(&self, text: &str) -> bool {
        let named = match text.to_ascii_lowercase().as_str() {
            "yes" if self.truth => "1",
            "no" if self.truth => "0",
            _ => text,
        };
        match named.parse::<i64>() {
            Ok(number) if number >= self.least => {
                let number = if self.truth {
                    i64::from(number != 0)
                } else {
                    number
                };
                self.value.store(number, Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }

    fn wanted(&self) -> String {
        if self.truth {
            return "yes or no, or a whole number: 0 stands for no".to_owned();
        }
        format!("a whole number, {} or greater", self.least)
    }

    fn option(&self) -> Option<OptionValue> {
        Some(OptionValue::Int {
            value: self.get(),
            least: self.least,
        })
    }

    fn show(&self) -> Shown {
        Shown::Number(self.get())
    }

    fn kind(&self) -> &'static str {
        if self.truth { "switch" } else { "number" }
    }
}

/// A text.
#[derive(Debug)]
pub(crate) struct Text(RwLock<String>);

impl Text {
    pub(super) fn new(default: &str) -> Self {
        Self(RwLock::new(default.to_owned()))
    }

    /// The text.
    pub(crate) fn get(&self) -> String {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Gives it a value that the engine knows by itself.
    pub(crate) fn resolve(&self, value: &str) {
        value.clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Value for Text {
    fn set(&self, text: &str) -> bool {
        self.resolve(text);
        true
    }

    fn wanted(&self) -> String {
        "a text in UTF-8".to_owned()
    }

    fn option(&self) -> Option<OptionValue> {
        Some(OptionValue::Text(self.get()))
    }

    fn show(&self) -> Shown {
        Shown::Text(self.get().into_bytes())
    }

    fn kind(&self) -> &'static str {
        "text"
    }
}

/// Texts that add up.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<Vec<String>>);

impl Value for Texts {
    fn set(&self, text: &str) -> bool {
        guard(&self.0).push(text.to_owned());
        true
    }

    fn wanted(&self) -> String {
        "a text in UTF-8".to_owned()
    }

    fn option(&self) -> Option<OptionValue> {
        None
    }

    fn show(&self) -> Shown {
        Shown::Texts(guard(&self.0).clone())
    }

    fn kind(&self) -> &'static str {
        "list"
    }
}
