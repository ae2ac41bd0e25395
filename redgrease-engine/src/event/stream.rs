//! Registrations that read streams through consumer groups.

mod events;
pub(crate) mod follower;
pub(crate) mod group;
mod watch;

pub(crate) use events::{Streams, all_changed};
pub(crate) use follower::Follower;
pub(crate) use group::with_groups;
pub(crate) use watch::{pause, set_registrations, start, start_thread, unpause};
