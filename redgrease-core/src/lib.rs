//! The core of redgrease: the gear model, the Python checker, the script generator and the client.
//!
//! The data's road, each stage a type that takes the stage before it:
//!
//! ```text
//! Source ─► AST ─► Plan ─► Checked<Plan> ─► Script ─► Request<T> ─► redis::Value ─► T
//! ```
//!
//! Programs use the `redgrease` crate, which re-exports what they need.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod client;
pub mod cmd;
#[cfg(feature = "check")]
pub mod commands;
pub mod diag;
#[cfg(feature = "client")]
pub mod error;
#[doc(hidden)]
pub mod facade;
pub mod gear;
mod given;
pub mod hash;
mod helpers;
pub mod literal;
pub mod messages;
#[cfg(feature = "client")]
mod module;
#[cfg(feature = "check")]
pub mod native;
pub mod nodes;
mod origin;
#[cfg(feature = "check")]
pub mod python;
pub mod pyversion;
pub mod record;
#[cfg(feature = "check")]
mod refusal;
#[cfg(feature = "client")]
mod repr;
pub mod requirement;
pub mod script;
#[doc(hidden)]
pub mod shared;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod table;
