//! Ctrl-C, and the signals that ask a program to end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::failure::{Exit, Failure, Result};
use crate::terminal;

static PRESSED: AtomicUsize = AtomicUsize::new(0);

/// From now on the first Ctrl-C only notes the wish to end, which [`requested`] tells; the second
/// one ends the tool at once.
#[expect(
    clippy::disallowed_methods,
    reason = "the user asked a second time; a server that was started ends with this process"
)]
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if PRESSED.fetch_add(1, Ordering::SeqCst) > 0 {
            terminal::restore();
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .map_err(|error| Failure::failed(format!("Ctrl-C cannot be listened for: {error}")))
}

/// Whether the tool is to end.
pub(crate) fn requested() -> bool {
    PRESSED.load(Ordering::SeqCst) > 0
}

/// Waits; gives back early, with `true`, when the tool is to end.
pub(crate) fn sleep(duration: Duration) -> bool {
    const STEP: Duration = Duration::from_millis(50);
    let end = Instant::now() + duration;
    while !requested() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(left.min(STEP));
    }
    true
}
