//! The macros in a crate of edition 2021: `redgrease` is called `rg`, there is no prelude, and no
//! warning of rustc or clippy is let through. That it compiles is the test.

#![no_implicit_prelude]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    rust_2018_idioms,
    clippy::all
)]

#[path = "../../items.rs"]
pub mod items;
