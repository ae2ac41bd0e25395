//! What the replay prints.

use std::collections::BTreeMap;

use super::replay::{Outcome, Report};

/// How many failures of a recording are printed when all recordings run.
const SHOWN: usize = 10;

/// The failures and the totals; `all` failures, or the first ones of each recording.
pub(crate) fn table(reports: &[Report], all: bool) -> String {
    let mut out = String::new();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for report in reports {
        let mut shown = 0;
        for (index, outcome) in &report.outcomes {
            match outcome {
                Outcome::Agreed(used) => used
                    .iter()
                    .for_each(|rule| *rules.entry(rule).or_default() += 1),
                Outcome::Known => {}
                Outcome::Failed(failure) => {
                    shown += 1;
                    if all || shown <= SHOWN {
                        let clip = |text: &str| {
                            if all || text.len() < 900 {
                                text.to_owned()
                            } else {
                                format!("{}…", text.chars().take(900).collect::<String>())
                            }
                        };
                        let note = if failure.note.is_empty() {
                            String::new()
                        } else {
                            format!("   ({})", failure.note)
                        };
                        out += &format!(
                            "\n{}#{index}{note}\n  command   {}\n  expected  {}\n  got       {}\n",
                            report.name,
                            clip(&failure.command),
                            clip(&failure.expected),
                            clip(&failure.got)
                        );
                    }
                }
            }
        }
        if !all && shown > SHOWN {
            out += &format!(
                "\n{}: {} more; REDGREASE_CONFORMANCE={} shows all\n",
                report.name,
                shown - SHOWN,
                report.name
            );
        }
    }
    let line = |name: &str, cells: [String; 3]| {
        let [agreed, known, failed] = cells;
        format!("{name:<40} {agreed:>7} {known:>7} {failed:>7}\n")
    };
    let head = ["agreed", "known", "failed"].map(str::to_owned);
    out += &format!("\n{}", line("recording", head));
    let mut sum = [0; 3];
    for report in reports {
        let totals = report.totals();
        for (all, one) in sum.iter_mut().zip(totals) {
            *all += one;
        }
        out += &line(&report.name, totals.map(|n| n.to_string()));
    }
    out += &line("all", sum.map(|n| n.to_string()));
    let used: Vec<String> = rules
        .iter()
        .map(|(rule, n)| format!("{rule} {n}"))
        .collect();
    out += &format!("rules that helped: {}\n", used.join(", "));
    out
}
