//! Waiting for what comes by itself.

use std::thread;
use std::time::{Duration, Instant};

use super::resp::Client;

/// How long a test waits for what should come: long, because a busy machine is no failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until a state is reached that comes by itself.
#[track_caller]
pub(crate) fn eventually(what: &str, mut reached: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

impl Client {
    /// Sends a command until it answers `wanted`, in the one-line form.
    #[track_caller]
    pub(crate) fn becomes(&mut self, command: &[&str], wanted: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let reply = self.call(command).to_string();
            if reply == wanted {
                return;
            }
            assert!(
                Instant::now() < end,
                "{command:?} answers {reply}, not {wanted}"
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}
