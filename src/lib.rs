#![doc = include_str!("lib.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use redgrease_core::facade::*;
#[cfg(feature = "macros")]
pub use redgrease_macros::*;
pub use redis;

#[cfg(feature = "embedded")]
pub mod embedded;
pub mod prelude;
#[cfg(feature = "embedded")]
pub mod testing;

/// What the macros' expansions name. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use redgrease_core::client::Registered;
    pub use redgrease_core::client::args::{Arg, Args};
    #[cfg(feature = "tokio")]
    pub use redgrease_core::client::binding::AsyncBinding;
    pub use redgrease_core::client::binding::Binding;
    #[cfg(feature = "tokio")]
    pub use redgrease_core::client::command::register_async;
    pub use redgrease_core::client::command::{Call, CommandState, register};
    pub use redgrease_core::client::hint::{Fallible, UserError};
    #[cfg(feature = "tokio")]
    pub use redgrease_core::client::registrations::register_event_async;
    pub use redgrease_core::client::registrations::{
        Item, Registrable, Registrations, assert_distinct, register_event,
    };
    pub use redgrease_core::client::value::{FromReply, FromResults};
    pub use redgrease_core::error::{Error, Result};
    pub use redgrease_core::shared::assert_shared;
    pub use redgrease_core::{gear, literal, record, script, source, spec};
    pub use redis::ConnectionLike;
    #[cfg(feature = "tokio")]
    pub use redis::aio::ConnectionLike as AsyncConnectionLike;

    pub use crate::__if_tokio as if_tokio;
}

/// A list of functions to register together: `#[command]`s, `#[keys_reader]`s and
/// `#[stream_reader]`s.
///
/// ```no_run
/// use redgrease::prelude::*;
///
/// #[command]
/// fn area(width: f64, height: f64) -> f64 {
///     python! { return width * height }
/// }
///
/// #[keys_reader(prefix = "person:*")]
/// fn index_person(record: Record) {
///     python! { cmd.sadd("people", record.key) }
/// }
///
/// # fn main() -> redgrease::Result<()> {
/// let mut con = RedisGears::open("redis://127.0.0.1/")?;
/// for (name, registered) in registrations![area, index_person].register_all(&mut con)? {
///     println!("{name}: {registered:?}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// `#[cfg(…)]` may stand before a function. Two functions with one trigger or one name are an error.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! registrations {
    ($($function:tt)*) => {
        $crate::each_function_of_registrations_needs_an_attribute! { ($crate) $($function)* }
    };
}

/// Passes its items on with the feature `tokio`, drops them without.
#[cfg(feature = "tokio")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_tokio {
    ($($item:tt)*) => { $($item)* };
}

/// Passes its items on with the feature `tokio`, drops them without.
#[cfg(not(feature = "tokio"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_tokio {
    ($($item:tt)*) => {};
}

/// The examples on the pages of the macros, as tests.
#[cfg(all(doctest, feature = "macros"))]
mod macro_pages {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../redgrease-macros/docs/command.md")]
    struct Command;
    #[doc = include_str!("../redgrease-macros/docs/gear.md")]
    struct Gear;
    #[doc = include_str!("../redgrease-macros/docs/keys_reader.md")]
    struct KeysReader;
    #[doc = include_str!("../redgrease-macros/docs/py.md")]
    struct Py;
    #[doc = include_str!("../redgrease-macros/docs/python_module.md")]
    struct PythonModule;
    #[doc = include_str!("../redgrease-macros/docs/stream_reader.md")]
    struct StreamReader;
}

/// The examples of the guide, as tests.
#[cfg(all(doctest, feature = "macros", feature = "embedded", feature = "tokio"))]
mod guide {
    #[doc = include_str!("../docs/actions.md")]
    struct Actions;
    #[doc = include_str!("../docs/client.md")]
    struct Client;
    #[doc = include_str!("../docs/cluster.md")]
    struct Clusters;
    #[doc = include_str!("../docs/debugging.md")]
    struct Debugging;
    #[doc = include_str!("../docs/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../docs/operations.md")]
    struct Operations;
    #[doc = include_str!("../docs/python-in-rust.md")]
    struct PythonInRust;
    #[doc = include_str!("../docs/readers.md")]
    struct Readers;
    #[doc = include_str!("../docs/requirements.md")]
    struct Requirements;
    #[doc = include_str!("../docs/sessions.md")]
    struct Sessions;
    #[doc = include_str!("../docs/sharing-code.md")]
    struct SharingCode;
    #[doc = include_str!("../docs/streams.md")]
    struct Streams;
    #[doc = include_str!("../docs/types.md")]
    struct Types;
}
