//! What is asked of tests that throw dice: for how long, and with which numbers.

use std::env;
use std::time::SystemTime;

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// For how many seconds one wants faults, if one has said so.
pub(crate) fn seconds() -> Option<u64> {
    setting("CAMPAIGN_SECONDS")
}

/// For how many runs one wants faults, if one has said so.
pub(crate) fn runs() -> Option<u64> {
    setting("CAMPAIGN_RUNS")
}

/// Numbers that a seed repeats.
pub(crate) struct Dice {
    /// What repeats them.
    pub(crate) seed: u64,
    state: u64,
}

impl Dice {
    /// Of the seed that one has named, else of one that is said.
    pub(crate) fn of_the_day() -> Self {
        let seed = setting("CAMPAIGN_SEED").unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            now.map_or(1, |since| since.as_secs())
        });
        println!("seed {seed}");
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Self { seed, state }
    }

    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % sides as u64).expect("few sides")
    }
}
