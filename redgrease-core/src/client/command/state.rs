//! What a program knows of a command on its server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

/// What is known of the function that the server has under the trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It looks at the signature that a call was built for.
    Signed,
    /// It takes the arguments as they are.
    Plain,
}

/// What a program knows of a command on its server.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct CommandState {
    /// 0 for nothing, or a [`Known`] and 1.
    known: AtomicU8,
    pub(super) registering: Mutex<()>,
    #[cfg(feature = "tokio")]
    pub(super) registering_async: tokio::sync::Mutex<()>,
}

impl CommandState {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            known: AtomicU8::new(0),
            registering: Mutex::new(()),
            #[cfg(feature = "tokio")]
            registering_async: tokio::sync::Mutex::const_new(()),
        }
    }

    pub(super) fn known(&self) -> Option<Known> {
        match self.known.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Known::Signed),
            _ => Some(Known::Plain),
        }
    }

    pub(super) fn set(&self, known: Option<Known>) {
        let number = match known {
            None => 0,
            Some(Known::Signed) => 1,
            Some(Known::Plain) => 2,
        };
        self.known.store(number, Ordering::Release);
    }
}
