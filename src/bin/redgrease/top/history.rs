//! The rates of the last looks, as lines of bars.

use std::collections::VecDeque;

/// Runs and failures in a second, of all registrations together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rates {
    pub(super) runs: f64,
    pub(super) failed: f64,
}

/// The rates of the last looks, the oldest first.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<Rates>);

/// How many looks are remembered: as many as there are bars in two lines of a wide terminal.
const MOST: usize = 180;
/// A line needs more than one bar to say something.
const LEAST: usize = 2;

impl History {
    pub(super) fn push(&mut self, rates: Rates) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(rates);
    }

    /// A line of bars for the runs and one for the failures, each with its highest rate.
    pub(super) fn lines(&self, width: Option<usize>) -> Vec<String> {
        const USUAL: usize = 60;
        // `failed/s ` before the bars, ` max 12345.0` behind
        const AROUND: usize = 24;
        if self.0.len() < LEAST {
            return Vec::new();
        }
        let room = width
            .map_or(USUAL, |width| width.saturating_sub(AROUND))
            .max(LEAST);
        let line = |name: &str, pick: fn(&Rates) -> f64| {
            let skipped = self.0.len().saturating_sub(room);
            let rates: Vec<f64> = self.0.iter().skip(skipped).map(pick).collect();
            let highest = rates.iter().copied().fold(0.0, f64::max);
            format!("{name:<9}{} max {highest:.1}", bars(&rates, highest))
        };
        vec![line("runs/s", |r| r.runs), line("failed/s", |r| r.failed)]
    }
}

fn bars(rates: &[f64], highest: f64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let bar = |rate: &f64| {
        if highest <= 0.0 {
            return BARS[0];
        }
        let steps = (BARS.len() - 1) as f64;
        BARS[((rate / highest * steps).ceil() as usize).min(BARS.len() - 1)]
    };
    rates.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_part_of_the_highest() {
        assert_eq!(bars(&[0.0, 1.0, 4.0, 8.0], 8.0), "▁▂▅█");
        assert_eq!(bars(&[0.0, 0.0], 0.0), "▁▁");
    }

    #[test]
    fn lines_fit_and_show_the_newest() {
        let mut history = History::default();
        assert!(history.lines(None).is_empty());
        for runs in 0..300 {
            history.push(Rates {
                runs: f64::from(runs),
                failed: 0.0,
            });
        }
        let lines = history.lines(Some(80));
        assert!(
            lines.iter().all(|line| line.chars().count() <= 80),
            "{lines:?}"
        );
        assert!(lines[0].ends_with("█ max 299.0"), "{lines:?}");
    }
}
