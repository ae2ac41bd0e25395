//! Failures of a registration in the server's log, limited in rate.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::base::guard;
use crate::server::{Level, log};

/// How often a registration writes a failure into the log.
const PAUSE: Duration = Duration::from_secs(5);
/// How much of an error the log shows, in bytes.
const SHOWN: usize = 500;

#[derive(Debug, Default)]
struct State {
    logged: Option<Instant>,
    /// Failures since the last line of the log.
    silent: u64,
}

/// What a registration has said of its failures.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<State>);

impl Failures {
    /// Logs a failure of the registration `id`, unless it has logged one a moment ago.
    pub(super) fn tell(&self, id: &str, error: &[u8]) {
        if let Some(before) = self.due() {
            let more = match before {
                0 => String::new(),
                count => format!(" ({count} more before)"),
            };
            log(
                Level::Warning,
                &format!(
                    "a function of registration {id} failed{more}: {}",
                    shown(error)
                ),
            );
        }
    }

    /// Counts a failure; where it is to be logged, gives how many were not.
    fn due(&self) -> Option<u64> {
        let mut state = guard(&self.0);
        if state.logged.is_some_and(|at| at.elapsed() < PAUSE) {
            state.silent += 1;
            return None;
        }
        state.logged = Some(Instant::now());
        Some(std::mem::take(&mut state.silent))
    }
}

fn shown(error: &[u8]) -> String {
    let text = String::from_utf8_lossy(&error[..error.len().min(SHOWN)]).into_owned();
    if error.len() > SHOWN {
        format!("{text} ...")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_logged_and_those_right_after_it_are_counted() {
        let failures = Failures::default();
        assert_eq!(failures.due(), Some(0));
        assert_eq!(failures.due(), None);
        assert_eq!(guard(&failures.0).silent, 1);
        assert!(shown(&[b'x'; 10_000]).len() < 600);
    }
}
