//! What must not hurt: Python that crashes, blocks or floods, processes that are killed, sizes and bytes at the edge.
//!
//! Through every one of these the server answers PING in time, the client gets a result or an error and never waits for ever, and the next
//! function that is called works.

mod aborts;
mod access;
mod alone;
mod arena;
mod battlefield;
mod campaign;
mod commands;
mod databases;
mod deadlines;
mod events;
mod files;
mod leftovers;
mod limits;
mod nesting;
mod processes;
mod python;
mod redirects;
mod sizes;
#[path = "../support/mod.rs"]
mod support;
mod ways;
mod within;
