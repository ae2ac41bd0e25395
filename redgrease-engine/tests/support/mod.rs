//! What the server tests share: a private `redis-server` with the engine loaded, and a plain RESP2 client.
//!
//! Nothing here is skipped quietly: where the server, the engine or a Python is missing, the test fails and names the remedy.

// Each test binary uses its own part of this module.
#![allow(dead_code, reason = "every test binary uses its own part")]

pub(crate) mod cached;
pub(crate) mod campaign;
pub(crate) mod cluster;
mod gears;
pub(crate) mod names;
pub(crate) mod resp;
pub(crate) mod server;
pub(crate) mod wait;
pub(crate) mod wheels;

#[allow(unused_imports, reason = "every test binary uses its own part")]
pub(crate) use cluster::Cluster;
#[allow(unused_imports, reason = "every test binary uses its own part")]
pub(crate) use resp::{Client, Value};
#[allow(unused_imports, reason = "every test binary uses its own part")]
pub(crate) use server::{Options, Server};
#[allow(unused_imports, reason = "every test binary uses its own part")]
pub(crate) use wait::{PATIENCE, eventually};
