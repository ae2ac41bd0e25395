//! What registrations wait for.

mod afterwards;
pub(crate) mod code;
pub(crate) mod hook;
pub(crate) mod keys;
pub(crate) mod stream;
pub(crate) mod timer;

use crate::registration::list::listen;

/// Has everybody who waits for something told which registrations there are.
pub(crate) fn listen_to_registrations() {
    listen(keys::set_registrations);
    listen(hook::set_registrations);
    listen(stream::set_registrations);
}
