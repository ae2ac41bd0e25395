//! What sources see of an execution.

use std::time::Duration;

use super::Execution;
use super::spread::Spread;
use crate::base::guard;
use crate::settings::settings;
use crate::source::Run;

impl Run for Execution {
    fn stop_wanted(&self) -> bool {
        guard(&self.state).abort_wanted || self.spread.as_deref().is_some_and(Spread::is_cut)
    }

    /// While that is measured.
    fn add_reading(&self, time: Duration) {
        if settings().profile_executions.is_on() {
            guard(&self.state).reading += time;
        }
    }

    fn expect(&self, total: u64) {
        self.progress.expect(total);
    }

    fn add_passed(&self, count: u64) {
        self.progress.add(count);
    }

    fn is_of_this_shard(&self, key: &[u8]) -> bool {
        let spread = self.spread.as_deref();
        spread.is_none_or(|spread| spread.is_of_this_shard(key))
    }

    fn is_all_of_this_shard(&self) -> bool {
        let spread = self.spread.as_deref();
        spread.is_none_or(Spread::has_its_slots)
    }
}
