//! Registrations that read streams through consumer groups.

mod events;
mod follower;
mod group;
mod verdict;
mod watch;

pub(crate) use events::{Streams, all_changed};
pub(in crate::event) use events::{is_anything_waited_for, is_waited_for, work_inside};
pub(crate) use follower::acknowledge_early;
pub(crate) use group::with_groups;
pub(crate) use watch::{
    follows, pause, role_changed, set_registrations, start, start_thread, unpause,
};
