//! Stamps: which of two changes is the later one, wherever in a cluster they were made.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// The latest one that this server gave or saw.
static LATEST: AtomicI64 = AtomicI64::new(0);

/// A stamp: milliseconds since 1970, or one more than the latest that is known.
pub(crate) fn next() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(0));
    let later = |latest: i64| now.max(latest.saturating_add(1));
    LATEST
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |latest| {
            Some(later(latest))
        })
        .map_or(now, later)
}

/// Notes one that came from elsewhere: what is stamped here from now on is later.
pub(crate) fn seen(stamp: i64) {
    LATEST.fetch_max(stamp, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_later_than_all_that_were_seen() {
        let first = next();
        seen(first + 1_000_000);
        assert!(next() > first + 1_000_000);
        seen(1);
        assert!(next() > first + 1_000_001);
    }
}
