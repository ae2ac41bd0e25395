//! What the parameter of a function that runs at events is called in Rust.
//!
//! The values exist in Python only; the types say what the function gets.
//!
//! ```
//! # use redgrease_core::facade as redgrease;
//! use redgrease::{Record, StreamRecord};
//!
//! // what a function for events is declared with; only the server makes records
//! type OfKeys = fn(Record);
//! type OfStreams = fn(StreamRecord);
//! ```

/// A change of a key, in the body of a `#[keys_reader]` function: `record.key`, `record.value`,
/// `record.type` and `record.event`.
///
/// The type has no values in Rust.
#[derive(Debug, Clone, Copy)]
pub enum Record {}

/// An entry of a stream, in the body of a `#[stream_reader]` function: `record.key`, `record.id`
/// and `record.value`, a `dict`.
///
/// The type has no values in Rust.
#[derive(Debug, Clone, Copy)]
pub enum StreamRecord {}

/// What `#[keys_reader]` passes to a function.
///
/// Sealed: it is [`Record`].
#[diagnostic::on_unimplemented(
    message = "a `#[keys_reader]` function gets a `Record`, not a `{Self}`",
    label = "write `Record`"
)]
pub trait KeyEvent: sealed::Sealed {
    #[doc(hidden)]
    const IS_RECORD: () = ();
}

/// What `#[stream_reader]` passes to a function.
///
/// Sealed: it is [`StreamRecord`].
#[diagnostic::on_unimplemented(
    message = "a `#[stream_reader]` function gets a `StreamRecord`, not a `{Self}`",
    label = "write `StreamRecord`"
)]
pub trait StreamEvent: sealed::Sealed {
    #[doc(hidden)]
    const IS_RECORD: () = ();
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Record {}
    impl Sealed for super::StreamRecord {}
}

impl KeyEvent for Record {}
impl StreamEvent for StreamRecord {}
