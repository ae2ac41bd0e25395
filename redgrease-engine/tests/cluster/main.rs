//! Several servers that work as one.

mod links;
mod losses;
mod moves;
mod packages;
mod registrations;
mod repair;
mod resp3;
mod runs;
mod secrets;
mod storm;
#[path = "../support/mod.rs"]
mod support;
mod triggers;
mod turmoil;
