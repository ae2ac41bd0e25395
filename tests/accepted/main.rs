//! What the macros accept, one rule in each module. What they refuse is in `tests/ui`.
#![cfg(feature = "macros")]
#![allow(
    clippy::assertions_on_constants,
    clippy::too_many_arguments,
    dead_code,
    unused_qualifications,
    reason = "that it compiles is the test, in all forms in which it may be written"
)]

mod builder;
mod command_arguments;
mod command_file;
mod command_on;
mod command_places;
mod command_string;
mod command_tokens;
mod command_types;
mod conditions;
mod event_readers;
mod gear_captures;
mod gear_forms;
mod native;
mod shared;
