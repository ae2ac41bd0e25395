//! How many entries of a stream were noticed and not read yet, and since when.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Events so close together are remembered as one moment.
const MOMENT: Duration = Duration::from_millis(1);
/// The most moments that are kept apart; later events join the last one.
const MOMENTS: usize = 256;

/// Entries that wait, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    moments: VecDeque<(Instant, u64)>,
    total: u64,
}

impl Noticed {
    /// One more entry.
    pub(crate) fn add(&mut self, now: Instant) {
        self.total += 1;
        let full = self.moments.len() >= MOMENTS;
        match self.moments.back_mut() {
            Some((at, count)) if full || now.saturating_duration_since(*at) < MOMENT => *count += 1,
            _ => self.moments.push_back((now, 1)),
        }
    }

    /// How many wait.
    pub(crate) fn count(&self) -> u64 {
        self.total
    }

    /// When the oldest one that waits was noticed.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.moments.front().map(|(at, _)| *at)
    }

    /// So many were read, the oldest first.
    pub(crate) fn take(&mut self, mut count: u64) {
        self.total = self.total.saturating_sub(count);
        while let Some((_, here)) = self.moments.front_mut() {
            if *here > count {
                *here -= count;
                return;
            }
            count -= *here;
            self.moments.pop_front();
        }
    }

    /// None waits any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_leave_first() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut noticed = Noticed::default();
        noticed.add(start);
        noticed.add(start);
        noticed.add(later);
        assert_eq!((noticed.count(), noticed.since()), (3, Some(start)));
        noticed.take(1);
        assert_eq!((noticed.count(), noticed.since()), (2, Some(start)));
        noticed.take(1);
        assert_eq!((noticed.count(), noticed.since()), (1, Some(later)));
        noticed.take(5);
        assert_eq!((noticed.count(), noticed.since()), (0, None));
    }

    #[test]
    fn moments_do_not_grow_without_end() {
        let start = Instant::now();
        let mut noticed = Noticed::default();
        for second in 0..1000 {
            noticed.add(start + Duration::from_secs(second));
        }
        assert_eq!(noticed.count(), 1000);
        assert_eq!(noticed.moments.len(), MOMENTS);
        noticed.take(1000);
        assert_eq!(noticed.since(), None);
    }
}
